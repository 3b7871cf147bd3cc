"""Jobs that somebody asked for: taken by compare and set, kept by signs of life, done once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, select, update

from clock import read_time, write_time
from errors import UserFault
from store.tables import JOBS, jobs

ATTEMPTS = 3
SILENCE = timedelta(minutes=15)  # without a sign of life from its taker, a job is free again
BUSY = 75  # what a process leaves with when another one does its work (EX_TEMPFAIL of sysexits.h)
PATIENCE = 45  # seconds that a publish which somebody waits for gives one that is running
_AFTER_BUSY = timedelta(minutes=2)
_AFTER_FAULT = timedelta(minutes=15)


@dataclass(frozen=True)
class Job:
    """A job that was taken: `attempts` counts this one, `taken_at` is the last sign of life."""

    id: int
    kind: str
    argument: str
    made_by: str
    attempts: int
    taken_at: str


@dataclass(frozen=True)
class Asked:
    """A job as whoever asked for it sees it: done, running, or waiting; with what came of it."""

    id: int
    kind: str
    argument: str
    made_by: str
    done: bool
    running: bool
    outcome: str | None


@dataclass(frozen=True)
class End:
    """What follows from a process that ended: done, or due again at a moment; and in words."""

    again: datetime | None
    outcome: str
    counted: bool = True


def spell_command(kind: str, argument: str) -> tuple[str, ...]:
    """Give the words after `caibian` for a job; raises UserFault for what is no job.

    A crawl takes sources by id, or nothing for what is due; a verify takes `deep`; a publish takes `now`, and
    then waits for one that is running; a take takes an address and the account that wants it.
    """
    words = tuple(argument.split())
    if kind == "crawl" and not any(word.startswith("-") for word in words):
        return ("crawl", *(words or ("--due",)))
    if kind == "verify" and words in ((), ("deep",)):
        return ("verify", "--deep") if words else ("verify",)
    if kind == "publish" and words == ("now",):
        return ("publish", "--wait", str(PATIENCE))
    if kind in ("publish", "recheck") and not words:
        return (kind,)
    if kind == "take" and len(words) == 2 and words[0].startswith(("http://", "https://")):
        return ("take", words[0], f"--as={words[1]}")
    raise UserFault(f"{kind} {argument!r} is no job: the kinds are {', '.join(JOBS)}")


def decide_end(code: int, attempts: int, now: datetime) -> End:
    """Decide what an exit code means: busy and faults of the moment are tried again, up to `ATTEMPTS` times.

    A fault that the asker can mend (2) is told at once. A code below zero is the signal that ended it.
    """
    if code == 0:
        return End(None, "done")
    if code == BUSY:
        return End(now + _AFTER_BUSY, "another process did such work", counted=False)
    word = f"was killed by signal {-code}" if code < 0 else f"left with {code}"
    if code == 2 or attempts >= ATTEMPTS:
        return End(None, f"failed: {word}, attempt {attempts}")
    return End(now + _AFTER_FAULT, f"{word}, attempt {attempts}")


def is_free(taken_at: str | None, now: datetime) -> bool:
    """Say whether a job has no living taker; a sign of life far ahead of the clock is none."""
    return taken_at is None or abs(now - read_time(taken_at)) > SILENCE


def add_job(connection: Connection, kind: str, argument: str, made_by: str, due: datetime) -> int:
    """Ask for a job; give its number. Raises UserFault for what is no job."""
    spell_command(kind, argument)
    values = {"kind": kind, "argument": argument, "made_by": made_by, "due": write_time(due)}
    return int(connection.execute(jobs.insert().values(**values).returning(jobs.c.id)).scalar_one())


def find_job(connection: Connection, id: int) -> Asked | None:
    """Give a job as it stands, None when there is none."""
    row = connection.execute(select(jobs).where(jobs.c.id == id)).first()
    return None if row is None else _asked(row)


def list_asked(connection: Connection, kind: str, limit: int) -> list[Asked]:
    """Give the newest jobs of a kind, the newest first."""
    query = select(jobs).where(jobs.c.kind == kind).order_by(jobs.c.id.desc()).limit(limit)
    return [_asked(row) for row in connection.execute(query)]


def take_job(connection: Connection, now: datetime, without: Collection[str]) -> Job | None:
    """Take the job that has been due the longest, of other kinds than these; None when nothing is.

    One whose takers died `ATTEMPTS` times is ended here.
    """
    query = (
        select(jobs)
        .where(jobs.c.done_at.is_(None), jobs.c.due <= write_time(now), jobs.c.kind.not_in(without))
        .order_by(jobs.c.due, jobs.c.id)
    )
    for row in connection.execute(query).all():
        if not is_free(row.taken_at, now):
            continue
        if row.attempts >= ATTEMPTS:
            outcome = f"failed: its process died {row.attempts} times"
            _set(connection, row.id, row.taken_at, done_at=write_time(now), outcome=outcome)
            continue
        taken = write_time(now)
        if _set(connection, row.id, row.taken_at, taken_at=taken, attempts=row.attempts + 1):
            return _job(row, taken)
    return None


def renew_job(connection: Connection, job: Job, now: datetime) -> Job:
    """Give a sign of life; the job comes back as it stands now."""
    taken = write_time(now)
    if not _set(connection, job.id, job.taken_at, taken_at=taken):
        return job  # somebody took it for dead: theirs is the end that counts
    return Job(job.id, job.kind, job.argument, job.made_by, job.attempts, taken)


def end_job(connection: Connection, job: Job, end: End, now: datetime) -> bool:
    """Write down how a job ended; False when somebody else has taken it meanwhile."""
    if end.again is None:
        return _set(connection, job.id, job.taken_at, done_at=write_time(now), outcome=end.outcome)
    return _set(
        connection,
        job.id,
        job.taken_at,
        taken_at=None,
        due=write_time(end.again),
        outcome=end.outcome,
        attempts=job.attempts if end.counted else job.attempts - 1,
    )


def _asked(row: Row[tuple[object, ...]]) -> Asked:
    running = row.taken_at is not None and row.done_at is None
    return Asked(row.id, row.kind, row.argument, row.made_by, row.done_at is not None, running, row.outcome)


def _job(row: Row[tuple[object, ...]], taken: str) -> Job:
    return Job(row.id, row.kind, row.argument, row.made_by, row.attempts + 1, taken)


def _set(connection: Connection, id: int, seen: str | None, **values: object) -> bool:
    """Compare and set: only a job that is still open and as it was seen."""
    as_seen = jobs.c.taken_at.is_(None) if seen is None else jobs.c.taken_at == seen
    where = update(jobs).where(jobs.c.id == id, jobs.c.done_at.is_(None), as_seen)
    return connection.execute(where.values(**values)).rowcount == 1
