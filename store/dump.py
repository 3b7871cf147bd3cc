"""Copies of the database: SQLite by its backup API while others write, PostgreSQL by pg_dump."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, text

from errors import StoreError, UserFault
from store.aside import ROOM
from store.database import Database
from store.driver import sqlite3
from store.engines import make_engine, name_faults

COPIES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}


@contextmanager
def copy_database(database: Database, folder: Path) -> Iterator[Connection]:
    """Copy the database into a folder, and open what was copied to be read: one moment for both.

    Raises UserFault when pg_dump is missing or older than the server, StoreError when the copy fails.
    """
    target = folder / COPIES[database.engine.dialect.name]
    if database.engine.dialect.name == "postgresql":
        with database.read() as connection:
            moment = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            _run(
                "pg_dump",
                database.engine.url,
                f"--snapshot={moment}",
                f"--file={target}",
                "--format=custom",
                f"--exclude-schema={ROOM}",  # of a publish on its way: it is worth nothing without that
            )
            yield connection
        return
    with name_faults("the database cannot be copied"), closing(sqlite3.connect(target)) as copy:
        _copy_sqlite(database.engine, copy)
    engine = make_engine(f"sqlite:///{target}")
    try:
        with Database(engine, database.home).read() as connection:
            yield connection
    finally:
        engine.dispose()


def _copy_sqlite(engine: Engine, copy: sqlite3.Connection) -> None:
    """In one step: readers go on, a writer waits for its end, and nothing can make it begin again."""
    source = engine.raw_connection()
    try:
        raw = source.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, whatever the source's journal is
        (found,) = copy.execute("PRAGMA integrity_check(3)").fetchall()[0]
    except sqlite3.Error as error:
        raise StoreError(f"the database cannot be copied: {error}") from error
    finally:
        source.close()
    if found != "ok":
        raise StoreError(f"the database is damaged: {found}; keep it, and restore the last backup")


def load_dump(url: URL, file: Path) -> None:
    """Fill an empty PostgreSQL database from a dump, all or nothing; raises as `copy_database`."""
    _run("pg_restore", url, "--single-transaction", "--exit-on-error", str(file))


def list_tables(connection: Connection) -> list[str]:
    """List the tables and views of a PostgreSQL database's own schema."""
    query = text(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
        "AND relkind IN ('r', 'v') ORDER BY relname"
    )
    return [str(name) for name in connection.execute(query).scalars()]


def move_tables(connection: Connection, schema: str) -> None:
    """Move everything in a PostgreSQL database into another schema, where it stays as it was."""
    connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    for name in list_tables(connection):
        connection.execute(text(f'ALTER TABLE "{name}" SET SCHEMA "{schema}"'))  # of a view as well
    routines = text("SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace")
    for name in connection.execute(routines).scalars().all():
        connection.execute(text(f'ALTER ROUTINE "{name}" SET SCHEMA "{schema}"'))


def _run(program: str, url: URL, *words: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise UserFault(
            f"{program} is missing: install the client programs of PostgreSQL (postgresql-client)"
        )
    # without the password, which would stand in the list of processes
    address = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    environ = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    command = [found, "--no-owner", "--no-privileges", f"--dbname={address.render_as_string()}", *words]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        told = " ".join(done.stderr.split())
        if "server version mismatch" in told or "unsupported version" in told:
            raise UserFault(f"{found} is older than the server: install the client programs of its version")
        raise StoreError(f"{program}: {told[-500:]}")
