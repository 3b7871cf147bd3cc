"""The database and its two kinds of transaction: one writer at a time, readers with one consistent view."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from store import migrations
from store.engines import make_engine, name_faults
from store.haste import at_once

_LOG_PAGES = 20_000  # of the write-ahead log, 80 MB: by then somebody brings it in, even when nobody settles


@dataclass(frozen=True)
class Database:
    """One open store: `engine` for the queries of this room, `home` for the files that belong to it."""

    engine: Engine
    home: Path

    @classmethod
    def open(cls, url: str, home: Path) -> Database:
        """Open the store at `url`, making it (and its folder) when there is none yet.

        Raises UserFault for an address that is not a database, StoreError for one that does not answer or
        is of another version.
        """
        home.mkdir(parents=True, exist_ok=True)
        engine = make_engine(url)
        with ExitStack() as undo, name_faults(engine.url.render_as_string()):
            undo.callback(engine.dispose)
            migrations.ensure(engine)
            undo.pop_all()
        return cls(engine, home)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the store; nothing can be written through it."""
        with self._connect("read") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that alone may write; it is committed at the end or leaves nothing."""
        with at_once(), self._connect("write") as connection:
            yield connection

    @contextmanager
    def note(self) -> Iterator[Connection]:
        """One transaction that writes only what nobody else does: it waits for nobody, and nobody for it."""
        with self._connect("note") as connection:
            yield connection

    def keep_pages(self, megabytes: int) -> None:
        """Let each connection keep so much of the file in memory: for who asks much, as the desk does.

        Whoever does calls `settle` now and then: no commit stops any more to bring the log into the file.
        """
        if self.engine.dialect.name == "sqlite":
            for words in (f"cache_size = -{megabytes << 10}", f"wal_autocheckpoint = {_LOG_PAGES}"):
                event.listen(self.engine, "connect", partial(_tell, f"PRAGMA {words}"))
            self.engine.dispose()  # what is open already was told nothing

    def settle(self) -> None:
        """Bring SQLite's write-ahead log into its file; nobody waits for it, neither readers nor writers."""
        if self.engine.dialect.name == "sqlite":
            place = "the database did not answer"
            with name_faults(place), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def _connect(self, mode: str) -> Iterator[Connection]:
        with (
            name_faults("the database did not answer"),
            self.engine.connect().execution_options(caibian_mode=mode) as connection,
            connection.begin(),
        ):
            yield connection


def _tell(words: str, raw: Any, record: Any) -> None:
    raw.execute(words).close()
