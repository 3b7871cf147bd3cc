"""Commands as processes of their own: those of the schedule, and the jobs that somebody asked for."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from time import monotonic

from clock import read_clock
from standby import READY, Running, Standby
from store.database import Database
from store.jobs import BUSY, End, Job, decide_end, end_job, renew_job, spell_command, take_job

logger = logging.getLogger("caibian.processes")

_LOG = 2  # standard error: what children print is our log, never our own output
_LIFE = 60.0  # seconds between two signs of life of a running job
_STOP = 60.0  # seconds that children get after SIGTERM
_LANES = {"crawl": {"crawl", "recheck"}, "recheck": {"crawl", "recheck"}}  # they share one lock


class Processes:
    """The commands that are running as processes of their own; `stop` tells them all to end.

    With a `standby`, short ones are forked from a process that has imported everything: whoever lives long
    and runs many keeps one.
    """

    def __init__(self, environ: Mapping[str, str], cwd: Path, standby: Standby | None = None) -> None:
        self._environ = dict(environ)
        self._cwd = cwd
        self._standby = standby
        self._running: set[Running] = set()
        self._lock = Lock()
        self.stopping = Event()

    def start(self, words: tuple[str, ...], **more: str) -> Running | None:
        """Start `caibian` with these words and more environment; None when all is to stop."""
        with self._lock:
            if self.stopping.is_set():
                return None
            environ = {**self._environ, **more}
            if self._standby is not None and words[0] in READY:
                process: Running = self._standby.start(words, environ, self._cwd)
            else:
                process = self._begin(words, environ)
            self._running.add(process)
        return process

    def _begin(self, words: tuple[str, ...], environ: Mapping[str, str]) -> Running:
        # A session of its own: Ctrl-C reaches the scheduler alone, which then tells its children.
        return subprocess.Popen(
            [sys.executable, "-m", "caibian", *words],
            cwd=self._cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=_LOG,
            start_new_session=True,
        )

    def run(self, words: tuple[str, ...]) -> int:
        """Run `caibian` with these words to its end, which one line tells; give its exit code."""
        begun = monotonic()
        process = self.start(words)
        if process is None:
            return -signal.SIGTERM
        code = process.wait()
        self.forget(process)
        level = logging.INFO if code == 0 else logging.WARNING
        logger.log(
            level, "`caibian %s` left with %d after %.1f s", " ".join(words), code, monotonic() - begun
        )
        return code

    def forget(self, process: Running) -> None:
        """Let go of a process that has ended."""
        with self._lock:
            self._running.discard(process)

    def stop(self) -> None:
        """Start nothing more, tell what runs to end, and wait a while for it."""
        with self._lock:
            self.stopping.set()
            running = list(self._running)
        for process in running:
            process.terminate()
        until = monotonic() + _STOP
        for process in running:
            try:
                process.wait(max(0.0, until - monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("process %d did not end in %.0f s and is killed", process.pid, _STOP)
                process.kill()


@contextmanager
def stopped_by_signals() -> Iterator[Event]:
    """Give an event that SIGTERM and Ctrl-C set."""
    stopped = Event()
    before = {
        one: signal.signal(one, lambda number, frame: stopped.set())
        for one in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class _Running:
    job: Job
    process: Running
    seen: float


def run_jobs(database: Database, processes: Processes) -> list[tuple[Job, str]]:
    """Take what is due, each job as a process, one of a kind at a time, until nothing is; tell the ends.

    SIGTERM and Ctrl-C stop it: what runs is told to end and is due again later.
    """
    running: list[_Running] = []
    ended: list[tuple[Job, str]] = []
    with stopped_by_signals() as stopped:
        while True:
            if stopped.is_set():
                processes.stop()
            _start_due(database, processes, running)
            if not running:
                return ended
            ended += _end_some(database, processes, running)
            stopped.wait(0.1)


def _start_due(database: Database, processes: Processes, running: list[_Running]) -> None:
    while not processes.stopping.is_set():
        without = {kind for one in running for kind in _LANES.get(one.job.kind, {one.job.kind})}
        with database.write() as connection:
            job = take_job(connection, read_clock(), without)
        if job is None:
            return
        process = processes.start(spell_command(job.kind, job.argument), CAIBIAN_BUSY=str(BUSY))
        if process is None:
            return
        logger.info("job %d for %s: %s %s", job.id, job.made_by, job.kind, job.argument)
        running.append(_Running(job, process, monotonic()))


def _end_some(database: Database, processes: Processes, running: list[_Running]) -> Iterator[tuple[Job, str]]:
    for one in list(running):
        code = one.process.poll()
        if code is not None:
            processes.forget(one.process)
            running.remove(one)
            end = decide_end(code, one.job.attempts, read_clock())
            if code != 0 and processes.stopping.is_set():
                end = End(read_clock(), "was told to stop", counted=False)
            with database.write() as connection:
                end_job(connection, one.job, end, read_clock())
            logger.info("job %d: %s", one.job.id, end.outcome)
            yield one.job, end.outcome
        elif monotonic() - one.seen > _LIFE:
            with database.write() as connection:
                one.job, one.seen = renew_job(connection, one.job, read_clock()), monotonic()
