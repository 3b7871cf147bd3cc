"""What is kept for how long: raw pages lose their bytes, runs and finished jobs their rows, by rule.

A page goes when everything that was read of it was decided long ago and no public or waiting revision was
made of it. Its row stays, and says when. The log of who did what is never shortened.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, func, or_, select, update

from clock import read_time, write_time
from store.chunks import cut_names
from store.database import Database
from store.files import locate
from store.log import Entry, append
from store.tables import (
    OPEN_STATES,
    files,
    items,
    jobs,
    log,
    readings,
    reviews,
    revisions,
    run_sources,
    runs,
    sightings,
)

HISTORY = 30  # rows of a source that stay however old they are: its health is judged by them
_NAMED = re.compile(r"/files/[0-9a-f]{2}/([0-9a-f]{64})")
_HELD = 400  # forms held at once


@dataclass(frozen=True)
class Rules:
    """How long raw pages of decided items, and rows of runs and jobs, are kept."""

    pages: timedelta
    runs: timedelta


@dataclass(frozen=True)
class KeptPage:
    """A raw page: when it was last read, and how its items stand.

    `decided` is the newest decision about any of them, None while one was never decided. `named`: a public or
    waiting revision was made of it, or names it as a file.
    """

    hash: str
    bytes: int
    read: datetime
    decided: datetime | None
    named: bool


@dataclass(frozen=True)
class RunRow:
    """The row of one source in one run."""

    run: int
    source: str
    at: datetime


@dataclass(frozen=True)
class Tidied:
    """What retention does: pages that lose their bytes (and how many), rows that go, bytes left by a kill."""

    pages: int
    bytes: int
    run_rows: int
    jobs: int
    leftovers: int


@dataclass(frozen=True)
class _Drops:
    pages: tuple[str, ...]
    bytes: int
    run_rows: tuple[tuple[int, str], ...]
    jobs: tuple[int, ...]


def decide_drops(rows: Iterable[KeptPage], now: datetime, rules: Rules) -> tuple[str, ...]:
    """Decide which raw pages lose their bytes; gives their hashes."""
    limit = now - rules.pages
    return tuple(
        row.hash
        for row in rows
        if not row.named and row.decided is not None and max(row.read, row.decided) < limit
    )


def decide_run_drops(rows: Iterable[RunRow], now: datetime, rules: Rules) -> tuple[tuple[int, str], ...]:
    """Decide which rows of runs go: old ones that are not among the newest of their source."""
    seen: dict[str, int] = {}
    gone = []
    for row in sorted(rows, key=lambda row: (row.at, row.run), reverse=True):
        seen[row.source] = seen.get(row.source, 0) + 1
        if seen[row.source] > HISTORY and row.at < now - rules.runs:
            gone.append((row.run, row.source))
    return tuple(gone)


def tidy(database: Database, now: datetime, rules: Rules, dry: bool = False) -> Tidied:
    """Carry the rules out, or with `dry` only say what they would do.

    The caller holds the locks of crawl and housekeeping: a page that comes back meanwhile would be lost. Rows
    change first, so a kill between leaves bytes that the next tidying takes away.
    """
    with database.read() as connection:
        drops = _find_drops(connection, now, rules)
        leftovers = list(_find_leftovers(connection, database.home))
    done = Tidied(len(drops.pages), drops.bytes, len(drops.run_rows), len(drops.jobs), len(leftovers))
    if dry:
        return done
    with database.write() as connection:
        _write_drops(connection, drops, now, rules)
        if drops.pages or drops.run_rows or drops.jobs:
            words = (
                f"{done.pages} pages of {done.bytes} bytes, {done.run_rows} rows of runs, {done.jobs} jobs"
            )
            append(connection, Entry("caibian", "tidy", "tidy", reason=words), now)
    for digest in (*drops.pages, *leftovers):
        locate(database.home, "page", digest).unlink(missing_ok=True)
    return done


# --- what the rules are asked about ---


def read_pages(connection: Connection, before: datetime) -> list[KeptPage]:
    """Give the raw pages that were last read before a moment."""
    read = func.max(readings.c.at)
    query = (
        select(files.c.hash, files.c.bytes, read.label("read"))
        .join(readings, readings.c.raw_file == files.c.hash)
        .where(files.c.kind == "page", files.c.dropped_at.is_(None))
        .group_by(files.c.hash, files.c.bytes)
        .having(read < write_time(before))
    )
    found = connection.execute(query).all()
    if not found:
        return []
    made = _find_items(connection, [row.hash for row in found])
    decided = _find_decided(connection, {item for of in made.values() for item in of})
    named = _find_named(connection)
    return [
        KeptPage(
            row.hash,
            row.bytes,
            read_time(row.read),
            _latest(made[row.hash], decided, read_time(row.read)),
            row.hash in named,
        )
        for row in found
    ]


def _latest(of: Collection[int], decided: dict[int, datetime | None], read: datetime) -> datetime | None:
    """The newest decision of a page's items; a page that no item was made of is decided by being read."""
    moments = [decided.get(item) for item in of]
    known = [moment for moment in moments if moment is not None]
    return None if len(known) < len(moments) else max(known, default=read)


def _find_items(connection: Connection, hashes: Sequence[str]) -> dict[str, set[int]]:
    made: dict[str, set[int]] = {digest: set() for digest in hashes}
    for chunk in cut_names(hashes):
        query = (
            select(readings.c.raw_file, sightings.c.item)
            .join(sightings, sightings.c.id == readings.c.sighting)
            .where(readings.c.raw_file.in_(chunk), sightings.c.item.is_not(None))
        )
        for row in connection.execute(query):
            made[row.raw_file].add(row.item)
    return made


def _find_decided(connection: Connection, wanted: Collection[int]) -> dict[int, datetime | None]:
    """Give each item's newest decision; None while a revision of it waits, or nothing was ever decided."""
    decided: dict[int, datetime | None] = dict.fromkeys(wanted)
    for chunk in cut_names(sorted(wanted)):
        query = (
            select(log.c.item, func.max(log.c.at).label("at"))
            .where(log.c.item.in_(chunk), log.c.to_state.is_not(None))
            .group_by(log.c.item)
        )
        decided |= {row.item: read_time(row.at) for row in connection.execute(query)}
        waiting = select(reviews.c.item).where(reviews.c.item.in_(chunk), reviews.c.state.in_(OPEN_STATES))
        decided |= dict.fromkeys(connection.execute(waiting).scalars())
    return decided


def _find_named(connection: Connection) -> set[str]:
    """Give the files that public and waiting revisions were made of, or name in their forms."""
    standing = (
        select(revisions.c.id)
        .join(items, items.c.id == revisions.c.item)
        .join(reviews, reviews.c.revision == revisions.c.id, isouter=True)
        .where(or_(items.c.public_revision == revisions.c.id, reviews.c.state.in_(OPEN_STATES)))
    )
    raw = (
        select(readings.c.raw_file)
        .join(revisions, revisions.c.reading == readings.c.id)
        .where(revisions.c.id.in_(standing))
    )
    named = set(connection.execute(raw).scalars())
    forms = select(revisions.c.form).where(revisions.c.id.in_(standing), revisions.c.form.like("%/files/%"))
    for form in connection.execute(forms.execution_options(yield_per=_HELD)).scalars():
        named |= set(_NAMED.findall(form))
    return named


def _find_drops(connection: Connection, now: datetime, rules: Rules) -> _Drops:
    pages = read_pages(connection, now - rules.pages)
    dropped = decide_drops(pages, now, rules)
    sizes = {page.hash: page.bytes for page in pages}
    query = select(run_sources.c.run, run_sources.c.source, run_sources.c.at)
    rows = (RunRow(row.run, row.source, read_time(row.at)) for row in connection.execute(query))
    done = select(jobs.c.id).where(jobs.c.done_at < write_time(now - rules.runs))
    return _Drops(
        dropped,
        sum(sizes[digest] for digest in dropped),
        decide_run_drops(rows, now, rules),
        tuple(connection.execute(done).scalars()),
    )


def _find_leftovers(connection: Connection, home: Path) -> Iterator[str]:
    """Give pages whose row says that they were dropped and whose bytes are there, left by a kill.

    One that was read again since stays: `_write_drops` takes the word back.
    """
    newer = select(readings.c.id).where(
        readings.c.raw_file == files.c.hash, readings.c.at > files.c.dropped_at
    )
    query = select(files.c.hash).where(files.c.dropped_at.is_not(None), ~newer.exists())
    for digest in connection.execute(query).scalars():
        if locate(home, "page", digest).exists():
            yield digest


# --- writing ---


def _write_drops(connection: Connection, drops: _Drops, now: datetime, rules: Rules) -> None:
    newer = select(readings.c.id).where(
        readings.c.raw_file == files.c.hash, readings.c.at > files.c.dropped_at
    )
    connection.execute(update(files).where(newer.exists()).values(dropped_at=None))
    for chunk in cut_names(drops.pages):
        connection.execute(update(files).where(files.c.hash.in_(chunk)).values(dropped_at=write_time(now)))
    for run, source in drops.run_rows:
        connection.execute(
            delete(run_sources).where(run_sources.c.run == run, run_sources.c.source == source)
        )
    old = write_time(now - rules.runs)
    rows = select(run_sources.c.run).where(run_sources.c.run == runs.c.id)
    connection.execute(delete(runs).where(runs.c.started < old, ~rows.exists()))
    for ids in cut_names(drops.jobs):
        connection.execute(delete(jobs).where(jobs.c.id.in_(ids)))
