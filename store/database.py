"""The database and its two kinds of transaction: writers begin IMMEDIATE, readers deferred."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from errors import StoreError, UserFault
from store import migrations

# Before this version several writers on a WAL can corrupt the file (reliability: the WAL-reset bug).
_WAL_SAFE = (3, 51, 3)
_LOCK_WAIT = 60.0  # seconds that a writer waits for another one's transaction


@dataclass(frozen=True)
class Database:
    """One open store: `engine` for the queries of this room, `home` for the files that belong to it."""

    engine: Engine
    home: Path

    @classmethod
    def open(cls, url: str, home: Path) -> Database:
        """Open the store at `url`, making it (and its folder) when there is none yet.

        Raises UserFault for an address that is not a database, StoreError for one of another version.
        """
        home.mkdir(parents=True, exist_ok=True)
        engine = _make_engine(url)
        try:
            migrations.ensure(engine)
        except OperationalError as error:
            raise StoreError(f"{engine.url.render_as_string()}: {error.orig}") from error
        return cls(engine, home)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the store; nothing can be written through it."""
        with self._connect("read") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that alone may write; it is committed at the end or leaves nothing."""
        with self._connect("write") as connection:
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def _connect(self, mode: str) -> Iterator[Connection]:
        try:
            with self.engine.connect().execution_options(caibian_mode=mode) as connection, connection.begin():
                yield connection
        except OperationalError as error:
            raise StoreError(f"the database did not answer: {error.orig}") from error


def _make_engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UserFault(f"{url!r} is not a database address, such as sqlite:///var/caibian.sqlite") from error
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": _LOCK_WAIT, "check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(raw: sqlite3.Connection, record: Any) -> None:
    raw.isolation_level = None  # transactions are ours: the driver's own BEGIN is deferred and loses updates
    wal = sqlite3.sqlite_version_info >= _WAL_SAFE
    for pragma in (
        f"journal_mode={'WAL' if wal else 'DELETE'}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        raw.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("caibian_mode", "write")
    connection.exec_driver_sql("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")
