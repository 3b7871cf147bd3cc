"""The schedule: each moment once, however late, whatever happens to the clock; every job a process."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from threading import Event, Lock

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from clock import PORTAL_ZONE
from portal import load_portal
from processes import Processes
from sample import PORTAL, SOURCES
from scheduler import (
    GRACE,
    WRONG,
    ClockWatch,
    PlannedJob,
    Schedule,
    decide_turn,
    find_last,
    find_next,
    plan_jobs,
)
from store.database import Database
from store.turns import Turn, read_turn, save_turn

ROOT = Path(__file__).parent.parent
NIGHT = PlannedJob("verify", ("verify", "--deep"), (clock_time(3, 30),))
HALF = PlannedJob("crawl", ("crawl", "--due"), every=timedelta(minutes=30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PORTAL_ZONE)


# --- the plan ---


def test_the_plan_follows_portal_yaml(tmp_path: Path) -> None:
    file = tmp_path / "portal.yaml"
    written = "settings: {crawl_minutes: 90, publish_times: [08:00, 16:30], nightly_time: 02:15}"
    file.write_text(PORTAL + written, encoding="utf-8")
    settings = load_portal(file).settings
    plan = {job.name: job for job in plan_jobs(settings)}
    assert plan["crawl"].every == timedelta(minutes=90)
    assert plan["publish"].times == (clock_time(8), clock_time(16, 30))
    assert {job.times for name, job in plan.items() if name in ("verify", "audit", "tidy")} == {
        (clock_time(2, 15),)
    }
    assert plan["jobs"].every == timedelta(minutes=1)


jobs = st.one_of(
    st.lists(st.times().map(lambda one: one.replace(tzinfo=None, fold=0)), min_size=1, max_size=4).map(
        lambda times: PlannedJob("one", ("one",), tuple(times))
    ),
    st.integers(1, 1440).map(lambda minutes: PlannedJob("one", ("one",), every=timedelta(minutes=minutes))),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(
    lambda one: one.replace(tzinfo=PORTAL_ZONE)
)


@given(jobs, moments)
def test_the_moments_before_and_after_hold_now_between_them(job: PlannedJob, now: datetime) -> None:
    last, after = find_last(job, now), find_next(job, now)
    assert last is not None
    assert after is not None
    assert last <= now < after <= now + timedelta(days=1)
    assert find_next(job, last) == after
    assert find_last(job, after) == after


def test_a_job_without_any_moment_is_never_run() -> None:
    never = PlannedJob("publish", ("publish",))
    assert find_last(never, at("2026-11-05T10:00")) is None
    assert decide_turn(never, None, at("2026-11-05T10:00")) is None


# --- whose turn it is, purely ---


def test_a_late_moment_is_run_once_and_one_that_is_too_late_waits_for_the_next() -> None:
    turn = decide_turn(NIGHT, Turn(at("2026-11-04T03:30"), True), at("2026-11-05T06:30"))
    assert turn == Turn(at("2026-11-05T03:30"), False)
    assert decide_turn(NIGHT, Turn(turn.moment, True), at("2026-11-05T06:31")) is None
    assert decide_turn(NIGHT, None, at("2026-11-05T03:30") + GRACE) is not None
    assert decide_turn(NIGHT, None, at("2026-11-05T03:31") + GRACE) is None


def test_a_clock_set_back_makes_no_second_night() -> None:
    done = Turn(at("2026-11-05T03:30"), True)
    for now in ("2026-11-05T03:30", "2026-11-05T00:30", "2026-11-04T03:31"):
        assert decide_turn(NIGHT, done, at(now)) is None
    assert decide_turn(NIGHT, done, at("2026-11-06T03:30")) is not None


def test_a_turn_of_a_clock_that_was_years_ahead_stops_nothing() -> None:
    wrong = Turn(at("2031-11-05T03:30"), True)
    assert decide_turn(NIGHT, wrong, at("2026-11-05T03:31")) == Turn(at("2026-11-05T03:30"), False)


def test_what_died_with_the_machine_is_run_again_by_the_next_start_only() -> None:
    begun, now = Turn(at("2026-11-05T03:30"), False), at("2026-11-05T04:00")
    assert decide_turn(NIGHT, begun, now) is None
    assert decide_turn(NIGHT, begun, now, starting=True) == begun
    assert decide_turn(NIGHT, Turn(begun.moment, True), now, starting=True) is None


@given(jobs, st.lists(st.integers(-90_000, 90_000), max_size=40), moments)
def test_no_moment_is_ever_run_twice(job: PlannedJob, steps: list[int], now: datetime) -> None:
    """However the clock is moved, by a day at a time: each moment once, unless it was wrong by days."""
    last: Turn | None = None
    run: list[datetime] = []
    for step in steps:
        now += timedelta(seconds=step)
        turn = decide_turn(job, last, now)
        if turn is not None:
            if last is not None and last.moment > now + WRONG:
                run.clear()
            assert now - GRACE <= turn.moment <= now
            run.append(turn.moment)
            last = Turn(turn.moment, True)
    assert len(set(run)) == len(run)


# --- with APScheduler ---


class Recorder:
    """Stands for the processes: notes what was run, and when by the clock."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.code = 0
        self._lock = Lock()

    def __call__(self, words: tuple[str, ...]) -> int:
        with self._lock:
            self.ran.append(" ".join(words))
        return self.code

    def count(self, words: str) -> int:
        return self.ran.count(words)


def settle(seconds: float = 0.25) -> None:
    """Give the scheduler's threads the time to do what they should, and what they should not."""
    time.sleep(seconds)


def wait_for(recorder: Recorder, words: str, count: int) -> None:
    until = time.monotonic() + 5
    while recorder.count(words) < count and time.monotonic() < until:
        time.sleep(0.02)
    settle()  # until the end of the turn is kept, and for what should not come
    assert recorder.count(words) == count


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def schedule(database: Database, recorder: Recorder) -> Iterator[Schedule]:
    made = Schedule(database, recorder, Event())
    yield made
    made.stop()


def test_a_job_three_hours_late_runs_once(schedule: Schedule, recorder: Recorder, database: Database) -> None:
    with time_machine.travel(at("2026-11-05T03:00"), tick=True) as traveller:
        save(database, NIGHT, Turn(at("2026-11-04T03:30"), True))
        schedule.start((NIGHT,))
        settle()
        assert recorder.ran == []
        traveller.move_to(at("2026-11-05T06:30"))  # the machine slept meanwhile
        schedule.wake()
        wait_for(recorder, "verify --deep", 1)
        schedule.wake()
        settle()
    assert recorder.ran == ["verify --deep"]
    assert read(database, NIGHT) == Turn(at("2026-11-05T03:30"), True)


def test_many_missed_moments_are_one(schedule: Schedule, recorder: Recorder) -> None:
    with time_machine.travel(at("2026-11-05T00:10"), tick=True) as traveller:
        schedule.start((HALF,))
        wait_for(recorder, "crawl --due", 1)
        traveller.move_to(at("2026-11-05T05:10"))
        schedule.wake()
        wait_for(recorder, "crawl --due", 2)
        settle()
    assert recorder.count("crawl --due") == 2


def test_a_clock_set_back_makes_no_double_night_and_goes_on(schedule: Schedule, recorder: Recorder) -> None:
    with time_machine.travel(at("2026-11-05T03:29"), tick=True) as traveller:
        schedule.start((NIGHT, HALF))
        wait_for(recorder, "crawl --due", 1)
        traveller.move_to(at("2026-11-05T03:30:01"))
        schedule.wake()
        wait_for(recorder, "verify --deep", 1)
        wait_for(recorder, "crawl --due", 2)
        traveller.move_to(at("2026-11-05T01:00"))
        schedule.ask_anew()
        settle()
        assert (recorder.count("verify --deep"), recorder.count("crawl --due")) == (1, 2)
        traveller.move_to(at("2026-11-05T03:31"))
        schedule.ask_anew()
        settle()
        assert (recorder.count("verify --deep"), recorder.count("crawl --due")) == (1, 2)
        traveller.move_to(at("2026-11-05T04:00:01"))
        schedule.wake()
        wait_for(recorder, "crawl --due", 3)


def test_a_scheduler_that_starts_late_runs_what_was_missed_once(
    database: Database, recorder: Recorder
) -> None:
    with time_machine.travel(at("2026-11-05T05:00"), tick=True):
        for _ in range(2):
            one = Schedule(database, recorder, Event())
            one.start((NIGHT,))
            settle()
            one.stop()
    assert recorder.ran == ["verify --deep"]


def test_what_was_killed_is_run_again_by_the_next_scheduler(database: Database, recorder: Recorder) -> None:
    recorder.code = -signal.SIGKILL
    with time_machine.travel(at("2026-11-05T05:00"), tick=True):
        first = Schedule(database, recorder, Event())
        first.start((NIGHT,))
        wait_for(recorder, "verify --deep", 1)
        first.ask_anew()  # the same scheduler does not try it again and again
        settle()
        first.stop()
        recorder.code = 0
        second = Schedule(database, recorder, Event())
        second.start((NIGHT,))
        wait_for(recorder, "verify --deep", 2)
        second.stop()
    assert read(database, NIGHT) == Turn(at("2026-11-05T03:30"), True)


def test_another_plan_counts_from_then_on(schedule: Schedule, recorder: Recorder) -> None:
    with time_machine.travel(at("2026-11-05T09:50"), tick=True) as traveller:
        schedule.start((PlannedJob("publish", ("publish",), (clock_time(9, 0),)),))
        wait_for(recorder, "publish", 1)
        schedule.change((PlannedJob("publish", ("publish",), (clock_time(10, 0),)),))
        traveller.move_to(at("2026-11-05T10:00:01"))
        schedule.wake()
        wait_for(recorder, "publish", 2)
    assert recorder.ran == ["publish", "publish"]


def test_the_watch_notices_a_clock_that_was_set() -> None:
    with time_machine.travel(at("2026-11-05T09:00"), tick=True) as traveller:
        watch = ClockWatch()
        assert not watch.has_jumped()
        traveller.move_to(at("2026-11-05T06:00"))
        assert watch.has_jumped()
        assert not watch.has_jumped()


def save(database: Database, job: PlannedJob, turn: Turn) -> None:
    with database.write() as connection:
        save_turn(connection, job.name, turn)


def read(database: Database, job: PlannedJob) -> Turn | None:
    with database.read() as connection:
        return read_turn(connection, job.name)


# --- as processes ---


def test_every_job_is_a_process_and_its_exit_code_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    processes = Processes({**os.environ, "PYTHONPATH": str(ROOT)}, tmp_path)
    assert processes.run(("--version",)) == 0
    assert processes.run(("decide", "nonsense", "approve", "--as", "nobody")) == 2
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING"]
    assert "`caibian --version` left with 0" in caplog.text
    processes.stop()
    assert processes.run(("--version",)) == -signal.SIGTERM


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "portal.yaml").write_text(PORTAL, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(
        SOURCES.replace("address:", "enabled: false, reason: 样例, address:")
    )
    return tmp_path


def test_the_schedule_runs_until_it_is_told_to_end(folder: Path) -> None:
    """As `caibian schedule`; as `python scheduler.py` beside it, which leaves the work to the first."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "CAIBIAN_HOME": str(folder / "var")}
    env |= {"CAIBIAN_DATABASE_URL": "", "CAIBIAN_SOURCES": "", "CAIBIAN_PORTAL": ""}
    with (folder / "log").open("wb") as log:
        first = subprocess.Popen(
            [sys.executable, "-m", "caibian", "schedule"], cwd=folder, env=env, stderr=log
        )
    try:
        wait_for_words(folder / "log", "the schedule runs: crawl, publish")
        command = [sys.executable, str(ROOT / "scheduler.py")]
        second = subprocess.run(command, cwd=folder, env=env, capture_output=True, timeout=60, check=False)
        assert (second.returncode, b"already running" in second.stderr) == (0, True)
        wait_for_words(folder / "log", "`caibian crawl --due` left with 0")
        first.send_signal(signal.SIGTERM)
        assert first.wait(30) == 0
    finally:
        first.kill()
        first.wait()
    said = (folder / "log").read_text(encoding="utf-8")
    assert "the schedule ends" in said
    assert "Traceback" not in said


def test_a_command_that_runs_is_told_to_end_with_the_schedule(tmp_path: Path) -> None:
    """A job that would go on for a minute ends with SIGTERM, and is due again at the next start."""
    (tmp_path / "caibian.py").write_text("import time\ntime.sleep(60)\n")
    processes = Processes({**os.environ, "PYTHONPATH": str(tmp_path)}, tmp_path)
    process = processes.start(("crawl",))
    assert process is not None
    begun = time.monotonic()
    processes.stop()
    assert process.wait() == -signal.SIGTERM
    assert time.monotonic() - begun < 10


def wait_for_words(file: Path, words: str) -> None:
    until = time.monotonic() + 40
    while words not in file.read_text(encoding="utf-8"):
        assert time.monotonic() < until, file.read_text(encoding="utf-8")
        time.sleep(0.1)
