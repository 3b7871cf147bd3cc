"""What runs when: a plan from portal.yaml, APScheduler to wait for its moments, a process for every job.

`python scheduler.py` does what `caibian schedule` does. Whether a moment is still to be run is decided
purely, by the moments of the plan and the newest one that the database knows; APScheduler only wakes us.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from threading import Event
from time import monotonic

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from clock import PORTAL_ZONE, read_clock
from errors import CaibianError, ConfigurationError, StoreError
from portal import Settings, load_portal
from processes import Processes, stopped_by_signals
from sources import Paths
from standby import Standby
from store.database import Database
from store.locks import hold
from store.turns import Turn, read_turn, save_turn

logger = logging.getLogger("caibian.schedule")

GRACE = timedelta(hours=6)  # a job that is later than this waits for its next moment
WRONG = timedelta(days=2)  # a turn further ahead of the clock was written by a wrong clock
_JUMP = 60.0  # seconds that the clock may differ from the machine's own count before all is asked anew
_LOOK = 15.0  # seconds between two looks at the clock and at portal.yaml
_PATIENCE = 5  # minutes that a job waits for a database that does not answer

Runner = Callable[[tuple[str, ...]], int]


# --- the plan, purely ---


@dataclass(frozen=True)
class PlannedJob:
    """A command and its moments: at `times` of a day at the portal, or `every` so often from midnight on.

    `noted`: its newest moment is kept in the database, so that none is run twice.
    """

    name: str
    words: tuple[str, ...]
    times: tuple[time, ...] = ()
    every: timedelta | None = None
    noted: bool = True


def plan_jobs(settings: Settings) -> tuple[PlannedJob, ...]:
    """Say what runs when, by portal.yaml."""
    night = (settings.nightly_time,)
    return (
        PlannedJob("crawl", ("crawl", "--due"), every=timedelta(minutes=settings.crawl_minutes)),
        PlannedJob("publish", ("publish",), settings.publish_times),
        PlannedJob("screen", ("screen",), night),
        PlannedJob("verify", ("verify", "--deep"), night),
        PlannedJob("inspect", ("inspect",), night),
        PlannedJob("audit", ("audit", "verify"), night),
        PlannedJob("tidy", ("tidy",), night),
        PlannedJob("train", ("train", "--due"), night),
        PlannedJob("jobs", ("jobs",), every=timedelta(minutes=1), noted=False),
    )


def find_last(job: PlannedJob, now: datetime) -> datetime | None:
    """Find the newest moment that is not after `now`; None for a job without any."""
    midnight = _find_midnight(now)
    if job.every is not None:
        return midnight + (now - midnight) // job.every * job.every
    return max((one for one in _list_around(job, midnight) if one <= now), default=None)


def find_next(job: PlannedJob, after: datetime) -> datetime | None:
    """Find the first moment after another; None for a job without any."""
    midnight = _find_midnight(after)
    if job.every is not None:
        passed = (after - midnight) // job.every
        return min(midnight + (passed + 1) * job.every, midnight + timedelta(days=1))
    return min((one for one in _list_around(job, midnight) if one > after), default=None)


def _find_midnight(now: datetime) -> datetime:
    return now.astimezone(PORTAL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


def _list_around(job: PlannedJob, midnight: datetime) -> list[datetime]:
    """List the moments of yesterday, today and tomorrow; the portal's zone knows no summer time."""
    days = [midnight.date() + timedelta(days=ahead) for ahead in (-1, 0, 1)]
    return [datetime.combine(day, one, PORTAL_ZONE) for day in days for one in job.times]


def decide_turn(job: PlannedJob, last: Turn | None, now: datetime, starting: bool = False) -> Turn | None:
    """Decide whether a job is to be run now, and as which turn.

    A late moment is run once, within the grace; one that was run is not run again, also when the clock was
    set back; a turn that never ended is run again by a scheduler that is `starting`.
    """
    moment = find_last(job, now)
    if moment is None or now - moment > GRACE:
        return None
    if last is None or last.moment > now + WRONG:
        return Turn(moment, ended=False)
    if last.moment > moment or (last.moment == moment and (last.ended or not starting)):
        return None
    return Turn(moment, ended=False)


# --- the scheduler ---


class _Moments(BaseTrigger):  # type: ignore[misc]  # the package has no types
    """APScheduler's way to ask for the next moment of a planned job."""

    def __init__(self, job: PlannedJob) -> None:
        self._job = job

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        return find_next(self._job, previous or now)


class Schedule:
    """One running schedule: it wakes for each moment, asks the database whose turn it is, and runs it."""

    def __init__(self, database: Database, run: Runner, stopping: Event) -> None:
        self._database = database
        self._run = run
        self._stopping = stopping
        self._plan: tuple[PlannedJob, ...] = ()
        self._starting: set[str] = set()
        self._apscheduler = BackgroundScheduler(
            timezone=PORTAL_ZONE,
            executors={"default": ThreadPoolExecutor(10)},
            job_defaults={
                "misfire_grace_time": int(GRACE.total_seconds()),
                "coalesce": True,
                "max_instances": 1,
            },
        )
        self._apscheduler.add_listener(_tell, EVENT_JOB_ERROR | EVENT_JOB_MISSED)

    def start(self, plan: tuple[PlannedJob, ...]) -> None:
        """Begin to wait; what was missed while no scheduler ran is run now."""
        self._apscheduler.start()
        self._starting = {job.name for job in plan}
        self.change(plan)
        self.ask_anew()

    def change(self, plan: tuple[PlannedJob, ...]) -> None:
        """Follow another plan from now on."""
        self._apscheduler.remove_all_jobs()
        self._plan = plan
        for job in plan:
            self._apscheduler.add_job(self.take_turn, _Moments(job), (job,), id=job.name)

    def ask_anew(self) -> None:
        """Ask for every job whether it is its turn: after the clock was set, waiting times mean nothing."""
        for job in self._plan:
            if self._apscheduler.get_job(job.name) is not None:  # one without any moment is dropped
                self._apscheduler.modify_job(job.name, next_run_time=read_clock())

    def wake(self) -> None:
        """Look at the clock now: waiting is counted in seconds of the machine, which may have slept."""
        self._apscheduler.wakeup()

    def stop(self) -> None:
        """Wake for nothing more; wait for what runs."""
        self._apscheduler.shutdown(wait=True)

    def take_turn(self, job: PlannedJob) -> None:
        """Run a job if it is its turn, and keep its end."""
        starting = job.name in self._starting
        self._starting.discard(job.name)
        if not job.noted:
            self._run(job.words)
            return
        turn = self._begin(job, starting)
        if turn is None:
            return
        code = self._run(job.words)
        # One that was stopped has not ended: the next scheduler that starts runs it again.
        if code == 0 or (code > 0 and not self._stopping.is_set()):
            with self._database.write() as connection:
                save_turn(connection, job.name, Turn(turn.moment, ended=True))

    def _begin(self, job: PlannedJob, starting: bool) -> Turn | None:
        for attempt in range(_PATIENCE + 1):
            try:
                with self._database.write() as connection:
                    turn = decide_turn(job, read_turn(connection, job.name), read_clock(), starting)
                    if turn is not None:
                        save_turn(connection, job.name, turn)
                    return turn
            except StoreError as error:
                logger.warning("%s waits: %s", job.name, error)
                if attempt == _PATIENCE or self._stopping.wait(60):
                    break
        return None


def _tell(event: JobExecutionEvent) -> None:
    if event.exception is not None:
        logger.error("%s: %s\n%s", event.job_id, event.exception, event.traceback)
    else:
        logger.warning("%s: its moment %s was missed", event.job_id, event.scheduled_run_time)


class ClockWatch:
    """Notices that somebody set the clock: it went otherwise than the machine's own count of seconds."""

    def __init__(self) -> None:
        self._offset = self._read()

    def has_jumped(self) -> bool:
        """Say whether the clock was set since the last question."""
        offset = self._read()
        jumped = abs(offset - self._offset) > _JUMP
        self._offset = offset
        return jumped

    def _read(self) -> float:
        return read_clock().timestamp() - monotonic()


def run_schedule(paths: Paths, environ: Mapping[str, str], cwd: Path) -> None:
    """Run what is planned until SIGTERM or Ctrl-C; then children are told to end, and waited for.

    Raises AlreadyRunning when another scheduler works in this folder, ConfigurationError and StoreError when
    it cannot begin.
    """
    plan = plan_jobs(load_portal(paths.portal).settings)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # we tell what it has to say
    processes = Processes(environ, cwd, Standby())
    with hold(paths.home, "schedule"), closing(Database.open(paths.database_url, paths.home)) as database:
        schedule = Schedule(database, processes.run, processes.stopping)
        with stopped_by_signals() as stopped:
            schedule.start(plan)
            logger.info("the schedule runs: %s", ", ".join(job.name for job in plan))
            try:
                _watch(schedule, paths.portal, stopped)
            finally:
                logger.info("the schedule ends: running commands are told")
                processes.stop()
                schedule.stop()


def _watch(schedule: Schedule, portal: Path, stopped: Event) -> None:
    clock, seen = ClockWatch(), _date_file(portal)
    while not stopped.wait(_LOOK):
        if clock.has_jumped():
            logger.warning("the clock was set: every job is asked anew")
            schedule.ask_anew()
        schedule.wake()
        if (found := _date_file(portal)) != seen:
            seen = found
            try:
                schedule.change(plan_jobs(load_portal(portal).settings))
                logger.info("%s was changed: its times count from now on", portal)
            except ConfigurationError as error:
                logger.warning("%s has faults, the times before them count on:\n%s", portal, error)


def _date_file(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def main() -> int:
    """Run the schedule from the command line of the checkout; a named fault leaves with its exit code."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    try:
        run_schedule(Paths.from_env(os.environ, Path.cwd()), os.environ, Path.cwd())
    except CaibianError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
