"""Jobs that somebody asked for: taken once, told how they ended, tried again, given up; and the locks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Row, select

from clock import read_clock, write_time
from errors import UserFault
from processes import Processes, run_jobs
from publish.verify import verify_site
from sample import NOW, PORTAL
from store.database import Database
from store.jobs import (
    ATTEMPTS,
    BUSY,
    SILENCE,
    Job,
    add_job,
    decide_end,
    end_job,
    renew_job,
    spell_command,
    take_job,
)
from store.tables import jobs

ROOT = Path(__file__).parent.parent
SERVERS = Path(__file__).parent / "servers"
sys.path.insert(0, str(SERVERS))

from sites import Reply, Sites, run_sites, write_list  # noqa: E402

Command = Callable[..., subprocess.Popen[str]]


def ask(database: Database, kind: str, argument: str = "", due: datetime = NOW) -> int:
    with database.write() as connection:
        return add_job(connection, kind, argument, "ann", due)


def take(database: Database, now: datetime = NOW, without: tuple[str, ...] = ()) -> Job | None:
    with database.write() as connection:
        return take_job(connection, now, without)


def see(database: Database, number: int) -> Row[tuple[object, ...]]:
    with database.read() as connection:
        return connection.execute(select(jobs).where(jobs.c.id == number)).one()


# --- one job ---


def test_what_is_due_is_taken_once_the_oldest_first(database: Database) -> None:
    later, first = ask(database, "publish", due=NOW), ask(database, "verify", due=NOW - timedelta(minutes=1))
    ask(database, "recheck", due=NOW + timedelta(minutes=1))
    assert [job.id if (job := take(database)) else None for _ in range(3)] == [first, later, None]


def test_a_kind_that_is_running_is_left_for_later(database: Database) -> None:
    ask(database, "publish")
    assert take(database, without=("publish",)) is None
    assert take(database, without=("crawl",)) is not None


@pytest.mark.parametrize(
    ("kind", "argument", "words"),
    [
        ("crawl", "", ("crawl", "--due")),
        ("crawl", "jyt-dt xn-dt", ("crawl", "jyt-dt", "xn-dt")),
        ("publish", "", ("publish",)),
        ("verify", "", ("verify",)),
        ("verify", "deep", ("verify", "--deep")),
        ("recheck", "", ("recheck",)),
    ],
)
def test_a_job_is_a_command(kind: str, argument: str, words: tuple[str, ...]) -> None:
    assert spell_command(kind, argument) == words


@pytest.mark.parametrize(
    ("kind", "argument"),
    [("crawl", "--backfill 100000"), ("publish", "--rollback 1"), ("restore", "x"), ("verify", "x")],
)
def test_what_is_no_job_is_refused_when_it_is_asked_for(database: Database, kind: str, argument: str) -> None:
    with pytest.raises(UserFault, match="is no job"):
        ask(database, kind, argument)


def test_a_job_whose_taker_died_is_free_after_a_time_and_given_up_in_the_end(database: Database) -> None:
    number, now = ask(database, "publish"), NOW
    for attempt in range(1, ATTEMPTS + 1):
        job = take(database, now)
        assert job is not None
        assert job.attempts == attempt
        assert take(database, now + SILENCE) is None
        now += SILENCE + timedelta(seconds=1)
    assert take(database, now) is None
    row = see(database, number)
    assert (row.done_at is not None, row.outcome) == (True, "failed: its process died 3 times")


def test_a_job_that_shows_life_is_not_taken_by_another(database: Database) -> None:
    ask(database, "publish")
    job = take(database)
    assert job is not None
    for minutes in range(10, 60, 10):
        now = NOW + timedelta(minutes=minutes)
        with database.write() as connection:
            job = renew_job(connection, job, now)
        assert take(database, now + SILENCE) is None


def test_one_that_was_taken_for_dead_cannot_end_the_job_of_the_other(database: Database) -> None:
    number = ask(database, "publish")
    dead = take(database)
    other = take(database, NOW + SILENCE * 2)
    assert dead is not None
    assert other is not None
    with database.write() as connection:
        assert renew_job(connection, dead, NOW + SILENCE * 2) == dead
        assert not end_job(connection, dead, decide_end(0, 1, NOW), NOW)
    assert see(database, number).done_at is None
    with database.write() as connection:
        assert end_job(connection, other, decide_end(0, 2, NOW), NOW)
    assert see(database, number).outcome == "done"


def test_a_sign_of_life_from_a_wrong_clock_holds_nothing(database: Database) -> None:
    ask(database, "publish", due=NOW)
    assert take(database, NOW + timedelta(days=900)) is not None
    assert take(database, NOW) is not None


def test_many_takers_at_the_same_moment_take_each_job_once(database: Database) -> None:
    asked = {ask(database, "publish") for _ in range(12)}
    taken: list[int] = []

    def work() -> None:
        while (job := take(database)) is not None:
            taken.append(job.id)

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == sorted(asked)


@given(st.integers(-40, 130), st.integers(1, 9))
def test_a_job_is_never_tried_more_often_than_it_may(code: int, attempts: int) -> None:
    end = decide_end(code, attempts, NOW)
    if code == 0:
        assert (end.again, end.outcome) == (None, "done")
    elif code == BUSY:
        assert end.again is not None
        assert not end.counted
    elif code == 2 or attempts >= ATTEMPTS:
        assert end.again is None
        assert end.outcome.startswith("failed: ")
    else:
        assert end.again is not None
        assert end.again > NOW


# --- as processes ---


class Program:
    """Stands for `caibian` in the processes: says what it was asked, and leaves as its file tells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "caibian.py").write_text(
            "import os, sys, pathlib, time\n"
            f"folder = pathlib.Path({str(folder)!r})\n"
            "with (folder / 'asked').open('a') as out:\n"
            "    out.write(' '.join(sys.argv[1:]) + '\\n')\n"
            "told = (folder / sys.argv[1]).read_text() if (folder / sys.argv[1]).exists() else '0'\n"
            "if told == 'hang':\n"
            "    time.sleep(60)\n"
            "if int(told) < 0:\n"
            "    os.kill(os.getpid(), -int(told))\n"
            "sys.exit(int(told))\n"
        )

    def will(self, word: str, told: str) -> None:
        (self.folder / word).write_text(told)

    @property
    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().splitlines() if (self.folder / "asked").exists() else []

    def processes(self) -> Processes:
        return Processes({**os.environ, "PYTHONPATH": str(self.folder)}, self.folder)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    folder = tmp_path / "program"
    folder.mkdir()
    return Program(folder)


def test_everything_due_is_run_and_marked_done(database: Database, program: Program) -> None:
    numbers = [ask(database, "publish"), ask(database, "crawl", "jyt-dt"), ask(database, "recheck")]
    ended = run_jobs(database, program.processes())
    assert {job.id: outcome for job, outcome in ended} == dict.fromkeys(numbers, "done")
    assert sorted(program.asked) == ["crawl jyt-dt", "publish", "recheck"]
    assert all(see(database, number).done_at for number in numbers)
    assert run_jobs(database, program.processes()) == []


@pytest.mark.parametrize(
    ("told", "again", "attempts"), [("1", True, 1), ("-9", True, 1), ("75", True, 0), ("2", False, 1)]
)
def test_what_failed_is_due_again_or_told(
    database: Database, program: Program, told: str, again: bool, attempts: int
) -> None:
    number = ask(database, "publish")
    program.will("publish", told)
    run_jobs(database, program.processes())
    row = see(database, number)
    assert (row.done_at is None, row.attempts) == (again, attempts)
    assert (row.taken_at is None) == again  # free for the next one
    assert row.outcome
    assert (row.due > write_time(NOW)) == again


def test_told_to_stop_it_tells_its_children_and_leaves_the_job_due(
    database: Database, program: Program
) -> None:
    number = ask(database, "publish")
    program.will("publish", "hang")
    processes = program.processes()

    def tell() -> None:
        until = monotonic() + 10
        while not program.asked and monotonic() < until:
            sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    teller = Thread(target=tell)
    teller.start()
    begun = monotonic()
    run_jobs(database, processes)
    teller.join()
    assert monotonic() - begun < 20
    row = see(database, number)
    assert (row.done_at, row.taken_at, row.attempts) == (None, None, 0)
    assert row.outcome == "was told to stop"


# --- the real commands, two at the same moment ---


@pytest.fixture
def sites() -> Iterator[Sites]:
    with run_sites() as opened:
        yield opened


@pytest.fixture
def command(tmp_path: Path, sites: Sites) -> Command:
    """Start `caibian` on a tiny configuration: one agency, whose list takes its time."""
    address = sites.address("jyt.localhost", "/")
    (tmp_path / "portal.yaml").write_text(PORTAL, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(
        "allow_networks: [{network: 127.0.0.1/32, reason: the test's own server}]\n"
        "defaults: {delay: 0.01, minutes: 1}\n"
        "agencies: [{key: jyt, name: 样例省教育厅, group: department, level: province}]\n"
        f"sources: [{{id: jyt-dt, agency: jyt, name: 工作动态, address: '{address}'}}]\n",
        encoding="utf-8",
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "CAIBIAN_HOME": str(tmp_path / "var")}
    env |= {"CAIBIAN_DATABASE_URL": "", "CAIBIAN_SOURCES": "", "CAIBIAN_PORTAL": ""}

    def start(*words: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "caibian", *words],
            cwd=tmp_path,
            env={**env, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    said, faults = process.communicate(timeout=60)
    assert "Traceback" not in faults, faults
    return process.returncode, said, faults


def test_of_two_crawls_at_the_same_moment_one_works(sites: Sites, command: Command) -> None:
    sites.add("jyt.localhost", {"/": Reply(write_list([]), delay=4.0)})
    ends = [finish(one) for one in [command("crawl", "--json") for _ in range(2)]]
    assert [code for code, _, _ in ends if code] == []
    worked = [json.loads(said) for _, said, _ in ends if said]
    assert [row["source"] for row in worked] == ["jyt-dt"]
    (left,) = [faults for _, said, faults in ends if not said]
    assert "already running" in left


def test_of_two_publishes_at_the_same_moment_none_is_in_the_way_of_the_other(
    tmp_path: Path, command: Command
) -> None:
    """In a new folder, where each would also make the database."""
    ends = [finish(one) for one in [command("publish", "--full", "--json") for _ in range(2)]]
    assert [code for code, _, _ in ends] == [0, 0]
    releases = [json.loads(said)["release"] for _, said, _ in ends if said]
    assert releases
    assert len(set(releases)) == len(releases)
    assert all("running" in faults for _, said, faults in ends if not said)
    with closing(open_store(tmp_path)) as store:
        assert verify_site(store, tmp_path / "var") == []


def test_a_held_lock_is_left_alone_and_told_on_request(tmp_path: Path, command: Command) -> None:
    (tmp_path / "var" / "locks").mkdir(parents=True)
    with FileLock(tmp_path / "var" / "locks" / "publish.lock"):
        plain, asking = command("publish", "--json"), command("publish", CAIBIAN_BUSY="75")
        code, said, faults = finish(plain)
        assert (code, said, "running" in faults) == (0, "", True)
        assert finish(asking)[0] == 75


def test_jobs_on_the_command_line(tmp_path: Path, command: Command) -> None:
    with closing(open_store(tmp_path)) as store:
        ask(store, "publish", due=read_clock())
        ask(store, "crawl", "jyt-nowhere", due=read_clock())
    code, said, _ = finish(command("jobs", "--json"))
    told = {row["kind"]: row["outcome"] for row in map(json.loads, said.splitlines())}
    assert (code, told) == (0, {"publish": "done", "crawl": "failed: left with 2, attempt 1"})
    assert (tmp_path / "var" / "site" / "current").is_symlink()


def open_store(folder: Path) -> Database:
    home = folder / "var"
    return Database.open(f"sqlite:///{home / 'caibian.sqlite'}", home)
