"""Waiting for SQLite's locks: asked again every two milliseconds, for as long as the address says.

SQLite itself sleeps up to a tenth of a second between two looks, and who looks seldom is served last: an
editor would wait a tenth of a second for a lock that was free after a hundredth.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from store.driver import sqlite3

_PAUSE = 0.002
_TOUCH = "SELECT 1 FROM sqlite_master LIMIT 1"  # takes the reader's lock, which BEGIN alone does not


def wait_patiently(engine: Engine) -> None:
    """Let the transactions of an engine wait in short steps where they begin and where they are committed."""
    event.listen(engine, "connect", _remember)
    event.listen(engine, "commit", _commit)


def begin(connection: Connection, mode: str | None) -> None:
    """Begin a transaction that reads, that notes what nobody else writes, or that alone may write.

    Raises OperationalError once patience ends.
    """
    raw = _raw(connection)
    raw.execute(f"PRAGMA query_only={'ON' if mode == 'read' else 'OFF'}")
    if mode in ("read", "note"):
        raw.execute("BEGIN")
    _insist(connection, _TOUCH if mode in ("read", "note") else "BEGIN IMMEDIATE")


def set_journal(raw: sqlite3.Connection, wanted: str) -> None:
    """Choose the journal; of several who make a file at once SQLite refuses some, however long they may wait.

    Raises sqlite3.OperationalError once the connection's own patience ends.
    """
    (patience,) = raw.execute("PRAGMA busy_timeout").fetchone()
    until = time.monotonic() + patience / 1000
    while not _try(raw, f"PRAGMA journal_mode={wanted}", time.monotonic() > until):
        time.sleep(_PAUSE)


def _remember(raw: sqlite3.Connection, record: Any) -> None:
    """What the driver was told to wait is ours to wait; SQLite answers at once from now on."""
    (record.info["patience"],) = raw.execute("PRAGMA busy_timeout").fetchone()


def _commit(connection: Connection) -> None:
    """Commit before SQLAlchemy does, which then finds nothing left to commit."""
    if _raw(connection).in_transaction:
        _insist(connection, "COMMIT")


def _insist(connection: Connection, words: str) -> None:
    """Run a statement that needs a lock; straight by the driver, since every transaction passes here."""
    patience, raw = connection.connection.info["patience"], _raw(connection)
    until = time.monotonic() + patience / 1000
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while not _try(raw, words, time.monotonic() > until):
            time.sleep(_PAUSE)
    except sqlite3.Error as error:
        raise DBAPIError.instance(words, None, error, sqlite3.Error) from error
    finally:
        raw.execute(f"PRAGMA busy_timeout={patience}")


def _try(raw: sqlite3.Connection, words: str, last: bool) -> bool:
    try:
        raw.execute(words).fetchone()
    except sqlite3.OperationalError as error:
        if last or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _raw(connection: Connection) -> sqlite3.Connection:
    raw: Any = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw
