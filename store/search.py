"""The desk's search over everything stored: an index in a file of its own, whichever the database.

It lies beside the database, so that no crawl and no decision waits for it, and it can always be made again:
what the database holds and the index does not is added in small steps (`catch_up`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, func, select

from errors import StoreError
from store.database import Database
from store.driver import WAL_SAFE, sqlite3
from store.forms import EMPTY, Form
from store.patience import set_journal
from store.tables import items, reviews, revisions
from store.tokens import ask, cut, read_text

logger = logging.getLogger(__name__)

_VERSION = "1"  # of what the index holds: another one makes it anew
_STEP = 50  # revisions of one step
_HIGHEST = 2**62
_LOCK_WAIT = 20_000  # milliseconds
WAL = sqlite3.sqlite_version_info >= WAL_SAFE
_FEW = 3000  # reviews that are looked for among the words, rather than the other way round
_FIRST, _MOST = 100, 800  # revisions that are held against the database at once
_SCHEMA = (
    "CREATE VIRTUAL TABLE texts USING fts5(words, content='', tokenize='ascii')",
    "CREATE TABLE rows (revision INTEGER PRIMARY KEY, item INTEGER NOT NULL, agency TEXT, published TEXT)",
    "CREATE INDEX ix_rows_agency ON rows (agency, revision)",
    "CREATE INDEX ix_rows_published ON rows (published)",
    "CREATE TABLE facts (version TEXT NOT NULL, revision INTEGER NOT NULL, hash TEXT NOT NULL)",
)


@dataclass(frozen=True)
class Question:
    """What somebody looks for; `columns` is what the person may see, None for everything.

    `since` and `until` are days of the source's date, both inclusive; `before` is the last revision of the
    page before this one.
    """

    words: str = ""
    agency: str | None = None
    column: str | None = None
    state: str | None = None
    since: str | None = None
    until: str | None = None
    before: int | None = None
    columns: frozenset[str] | None = None

    @property
    def wide(self) -> bool:
        """Whether no state and no column narrows it: which revisions those hold, only the database knows."""
        return self.state is None and self.column is None


@dataclass(frozen=True)
class Answer:
    """The newest revisions that fit, each of another item; `more` when older ones follow."""

    revisions: tuple[int, ...]
    more: bool


@contextmanager
def hold_index(home: Path) -> Iterator[None]:
    """Keep the index open while the block runs: whoever closes it last would bring its log into the file."""
    with _open(home, write=True):
        yield


def catch_up(database: Database, most: int | None = None) -> int:
    """Add what is not in the index yet, at most so many revisions; give how many are still missing.

    Raises StoreError when the disk refuses.
    """
    done = 0
    with _open(database.home, write=True) as index:
        last = _check(index, database)
        while most is None or done < most:
            fresh = _read_fresh(database, last)
            if not fresh:
                break
            last = _add(index, fresh, last)
            done += len(fresh)
    return count_missing(database)


def count_missing(database: Database) -> int:
    """Count the revisions that the index does not hold yet."""
    with _open(database.home) as index:
        last, _ = _read_last(index) or (0, "")
    with database.read() as connection:
        newest = connection.execute(select(func.max(revisions.c.id))).scalar_one()
        if (newest or 0) <= last:
            return 0
        query = select(func.count()).where(revisions.c.id > last)
        return int(connection.execute(query).scalar_one())


def search(database: Database, connection: Connection, asked: Question, most: int) -> Answer:
    """Give the newest revisions that fit, at most so many; words of punctuation alone fit nothing."""
    match = ask(asked.words) if asked.words.strip() else ""
    if match is None:
        return Answer((), False)
    narrow = None if asked.wide else _find_few(connection, asked)
    with _open(database.home) as index:
        if _read_last(index) is None:
            return Answer((), False)
        rows = _find_words(index, asked, match)
        found: dict[int, int] = {}
        for chunk in _divide(rows, narrow):
            for revision, item in _keep_visible(connection, chunk, asked):
                found.setdefault(item, revision)
                if len(found) > most:
                    return Answer(tuple(found.values())[:most], True)
    return Answer(tuple(found.values()), False)


def _find_few(connection: Connection, asked: Question) -> set[int] | None:
    """The revisions in that state and column where they are few, None where they are many."""
    query = select(reviews.c.revision).limit(_FEW + 1)
    found = set(connection.execute(_narrow(query, asked)).scalars())
    return found if len(found) <= _FEW else None


def _narrow(query: Select[Any], asked: Question) -> Select[Any]:
    if asked.state is not None:
        query = query.where(reviews.c.state == asked.state)
    if asked.column is not None:
        query = query.where(reviews.c.column_key == asked.column)
    return query


def _find_words(index: sqlite3.Connection, asked: Question, match: str) -> Iterator[int]:
    """The revisions whose words, agency and date fit, the newest first, as they are asked for."""
    conditions: list[tuple[str, str | int]] = []
    if match:
        conditions.append(("texts MATCH ?", match))
    if asked.agency is not None:
        conditions.append(("agency = ?", asked.agency))
    if asked.since is not None:
        conditions.append(("published >= ?", asked.since))
    if asked.until is not None:
        conditions.append(("published < ?", f"{asked.until}~"))  # a day holds its hours
    if asked.before is not None:
        conditions.append(("texts.rowid < ?" if match else "revision < ?", min(asked.before, _HIGHEST)))
    rows = "JOIN rows ON rows.revision = texts.rowid" if asked.agency or asked.since or asked.until else ""
    source = f"texts.rowid FROM texts {rows}" if match else "revision FROM rows"
    where = " AND ".join(part for part, _ in conditions) or "1"
    order = "texts.rowid" if match else "+revision" if asked.since or asked.until else "revision"
    query = f"SELECT {source} WHERE {where} ORDER BY {order} DESC"
    return (row[0] for row in index.execute(query, [value for _, value in conditions]))


def _divide(rows: Iterator[int], narrow: set[int] | None) -> Iterator[list[int]]:
    """Chunks that grow: the first page is there soon, and a long way costs few questions."""
    size, chunk = _FIRST, []
    for revision in rows:
        if narrow is None or revision in narrow:
            chunk.append(revision)
        if len(chunk) == size:
            yield chunk
            size, chunk = min(2 * size, _MOST), []
    if chunk:
        yield chunk


def _keep_visible(connection: Connection, chunk: list[int], asked: Question) -> list[tuple[int, int]]:
    """(revision, item) of those that are in the state and column; superseded ones only when asked for."""
    query = _narrow(select(reviews.c.revision, reviews.c.item).where(reviews.c.revision.in_(chunk)), asked)
    if asked.state is None:
        query = query.where(reviews.c.state != "superseded")
    if asked.columns is not None:
        query = query.where(reviews.c.column_key.is_(None) | reviews.c.column_key.in_(asked.columns))
    rows = connection.execute(query.order_by(reviews.c.revision.desc()))
    return [(row.revision, row.item) for row in rows]


@dataclass(frozen=True)
class _Fresh:
    """One revision as the index takes it."""

    revision: int
    item: int
    agency: str | None
    hash: str
    form: Form


def _read_fresh(database: Database, last: int) -> list[_Fresh]:
    query = (
        select(revisions.c.id, revisions.c.item, revisions.c.hash, revisions.c.form, items.c.agency)
        .join(items, items.c.id == revisions.c.item)
        .where(revisions.c.id > last)
        .order_by(revisions.c.id)
        .limit(_STEP)
    )
    with database.read() as connection:
        return [
            _Fresh(row.id, row.item, row.agency, row.hash, {**EMPTY, **json.loads(row.form)})
            for row in connection.execute(query)
        ]


def _add(index: sqlite3.Connection, fresh: Collection[_Fresh], after: int) -> int:
    """One step, all or nothing; give the last revision. Where somebody else took the step, that is it."""
    words = [(one.revision, " ".join(cut(_write_words(one.form)))) for one in fresh]
    rows = [(one.revision, one.item, one.agency, one.form["published"]) for one in fresh]
    newest = max(fresh, key=lambda one: one.revision)
    index.execute("BEGIN IMMEDIATE")  # what fails in it is rolled back when the file is closed
    known = _read_last(index)
    if known is not None and known[0] != after:
        index.execute("COMMIT")
        return known[0]
    index.executemany("INSERT INTO texts (rowid, words) VALUES (?, ?)", words)
    index.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", rows)
    index.execute("DELETE FROM facts")
    index.execute("INSERT INTO facts VALUES (?, ?, ?)", (_VERSION, newest.revision, newest.hash))
    index.execute("COMMIT")
    return newest.revision


def _write_words(form: Form) -> str:
    """Everything that somebody may look for, each on a line of its own."""
    names = ("title", "doc_number", "index_number", "issuer", "credit", "author", "topic", "summary")
    said = [str(form[name]) for name in names if form[name]]
    files = [str(file.get("name") or "") for file in form["attachments"]]
    return "\n".join([*said, read_text(form["html"] or ""), *files])


def _check(index: sqlite3.Connection, database: Database) -> int:
    """The last revision of the index; one of another database, or of another version, is made anew."""
    last = _read_last(index)
    if last is not None:
        with database.read() as connection:
            query = select(revisions.c.hash).where(revisions.c.id == last[0])
            known = connection.execute(query).scalar_one_or_none()
        if known == last[1]:
            return last[0]
        logger.warning("the index of the desk's search is of another database: it is made anew")
    index.execute("BEGIN IMMEDIATE")
    if _read_last(index) != last:  # somebody else was faster
        index.execute("COMMIT")
        return _check(index, database)
    for name in ("texts", "rows", "facts"):
        index.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in _SCHEMA:
        index.execute(statement)
    index.execute("COMMIT")
    return 0


def _read_last(index: sqlite3.Connection) -> tuple[int, str] | None:
    if not index.execute("SELECT 1 FROM sqlite_master WHERE name = 'facts'").fetchone():
        return None
    row = index.execute("SELECT revision, hash FROM facts WHERE version = ?", (_VERSION,)).fetchone()
    return None if row is None else (int(row[0]), str(row[1]))


@contextmanager
def _open(home: Path, write: bool = False) -> Iterator[sqlite3.Connection]:
    path = home / "search.sqlite"
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as index:
            index.execute("PRAGMA mmap_size = 1073741824")
            index.execute(f"PRAGMA busy_timeout = {_LOCK_WAIT}")
            if write:  # nothing is written to the file before the end of a step, so that readers go on
                set_journal(index, "wal" if WAL else "delete")
                index.execute(
                    "PRAGMA synchronous = NORMAL"
                )  # what is lost with the machine is taken in again
                index.execute("PRAGMA cache_size = -65536")
                index.execute("PRAGMA cache_spill = OFF")
            yield index
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}; if it stays, remove the file: it is made anew") from error
