"""The steps from an empty database to the newest one, run by Alembic from inside the package.

Alembic is imported where steps are to be taken or named: every command opens the store, and few need it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from errors import StoreError, UserFault
from store.guards import drop_guards, make_guards

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent


def ensure(engine: Engine) -> None:
    """Make the tables in an empty database, and refuse one of another version with what to do.

    Raises UserFault when the database is older, StoreError when it is newer than this program.
    """
    with engine.connect().execution_options(caibian_mode="read") as connection:
        found = _read_version(connection)
    steps = list_steps()
    if found == steps[-1]:
        return
    if found is None:
        upgrade(engine)
    elif found in steps:
        raise UserFault(
            f"the database is of version {found}, this program of {steps[-1]}: run `caibian upgrade`"
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
    from alembic import command

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
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(_HERE))
    settings.set_main_option("path_separator", "os")
    return settings


def list_steps() -> list[str]:
    """Name the steps in their order: each file begins with its revision."""
    return sorted(path.name.partition("_")[0] for path in (_HERE / "versions").glob("[0-9]*.py"))


def _read_version(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()
