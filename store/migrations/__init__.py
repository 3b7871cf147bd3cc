"""The steps from an empty database to the newest one, run by Alembic from inside the package."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from errors import StoreError, UserFault
from store.guards import drop_guards, make_guards

_HERE = Path(__file__).parent


def ensure(engine: Engine) -> None:
    """Make the tables in an empty database, and refuse one of another version with what to do.

    Raises UserFault when the database is older, StoreError when it is newer than this program.
    """
    with engine.connect().execution_options(caibian_mode="read") as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found == _newest():
        return
    if found is None:
        upgrade(engine)
    elif found in {step.revision for step in _scripts().walk_revisions()}:
        raise UserFault(
            f"the database is of version {found}, this program of {_newest()}: run `caibian upgrade`"
        )
    else:
        raise StoreError(f"the database is of version {found}, which this program does not know: it is newer")


def upgrade(engine: Engine) -> None:
    """Take the database to the newest version, all or nothing: guards off, steps, guards on, keys checked."""
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # the pragma does nothing inside a transaction, so it is set before BEGIN
            _pragma(connection, "foreign_keys=OFF")
        try:
            with connection.begin():
                _take_steps(connection)
                if sqlite:
                    _check_keys(connection)
        finally:
            if sqlite:
                _pragma(connection, "foreign_keys=ON")


def _take_steps(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # a step may take longer than a statement of daily work
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    drop_guards(connection)
    settings = _settings()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    make_guards(connection)


def _check_keys(connection: Connection) -> None:
    """SQLite's keys were off meanwhile; PostgreSQL's never are."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise StoreError(f"the migration would leave {len(broken)} rows pointing nowhere: {broken[:3]}")


def _pragma(connection: Connection, words: str) -> None:
    raw = connection.connection.dbapi_connection
    if raw is not None:
        raw.cursor().execute(f"PRAGMA {words}")


def _settings() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(_HERE))
    settings.set_main_option("path_separator", "os")
    return settings


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_settings())


def _newest() -> str | None:
    return _scripts().get_current_head()
