"""What was written stays written: log, revisions, readings and labels refuse every way of changing them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from stores import lift_guards

from errors import ChainError
from pipelines.intake import Intake
from pipelines.messages import PageRead
from store import migrations
from store.database import Database
from store.guards import list_guards
from store.log import Head, read_head, verify_chain
from store.tables import metadata

APPEND_ONLY = ("log", "revisions", "readings", "labels")
UPSERT = "INSERT INTO {t} SELECT * FROM {t} WHERE true ON CONFLICT ({key}) DO UPDATE SET {key} = {t}.{key}"
MERGE = "MERGE INTO {t} AS a USING {t} AS b ON a.{key} = b.{key} WHEN MATCHED THEN"
WAYS = {
    "sqlite": (
        "UPDATE {t} SET rowid = rowid",
        "DELETE FROM {t}",
        "REPLACE INTO {t} SELECT * FROM {t}",
        "INSERT OR REPLACE INTO {t} SELECT * FROM {t}",
        UPSERT,
    ),
    "postgres": (
        "UPDATE {t} SET {key} = {key}",
        "DELETE FROM {t}",
        "TRUNCATE {t} CASCADE",
        UPSERT,
        MERGE + " UPDATE SET {key} = b.{key}",
        MERGE + " DELETE",
    ),
}
PAIRS = [(backend, way) for backend, ways in WAYS.items() for way in ways]


@pytest.fixture
def filled(intake: Intake, make_page: Callable[..., PageRead]) -> Intake:
    intake.take([make_page()])
    return intake


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(("backend", "way"), PAIRS, indirect=["backend"])
def test_rows_cannot_be_changed(filled: Intake, database: Database, table: str, way: str) -> None:
    key = "seq" if table == "log" else "id"
    with pytest.raises(IntegrityError, match="is append-only"), database.write() as connection:
        connection.execute(text(way.format(t=table, key=key)))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_key_cannot_be_taken_twice(filled: Intake, database: Database, table: str) -> None:
    with pytest.raises(IntegrityError, match=r"append-only|duplicate key"), database.write() as connection:
        connection.execute(text(f"INSERT INTO {table} SELECT * FROM {table}"))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_revision_number_cannot_be_taken_by_replace(filled: Intake, database: Database) -> None:
    names = "item, number, machine, person, form, hash, cause, made_by, at"
    with pytest.raises(IntegrityError, match="append-only"), database.write() as connection:
        connection.execute(text(f"REPLACE INTO revisions ({names}) SELECT {names} FROM revisions"))


def _read_guards(connection: Connection) -> dict[str, str]:
    """Ask the database itself what it holds of views, triggers and functions."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"
    else:
        query = """
            SELECT tgname, pg_get_triggerdef(oid, true) FROM pg_trigger
                WHERE NOT tgisinternal AND tgenabled = 'O'
            UNION ALL SELECT relname, pg_get_viewdef(oid) FROM pg_class
                WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace
            UNION ALL SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        """
    return {row[0]: row[1] for row in connection.exec_driver_sql(query)}


def _expect_guards(connection: Connection) -> dict[str, str]:
    """Write the list as the database tells it: PostgreSQL has its own words for a view."""
    expected = list_guards(connection.dialect.name)
    if connection.dialect.name == "postgresql":
        connection.execute(text(expected["publishable"].replace("VIEW publishable", "TEMPORARY VIEW told")))
        told = connection.execute(text("SELECT pg_get_viewdef('told'::regclass)")).scalar_one()
        bodies = {name: one.split("$$")[1] for name, one in expected.items() if "$$" in one}
        expected |= {"publishable": told, **bodies}
    return expected


def test_every_upgrade_leaves_the_view_and_the_triggers(database: Database) -> None:
    migrations.upgrade(database.engine)
    with database.write() as connection:
        assert _read_guards(connection) == _expect_guards(connection)


def test_the_migrations_make_the_tables_of_the_code(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def _tamper(database: Database, statement: str) -> None:
    """Change the log as somebody with the file could: without its triggers."""
    with database.write() as connection:
        lift_guards(connection, "log")
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE log SET reason = 'x' WHERE seq = 2", "log row 2 was edited"),
        ("UPDATE log SET actor = 'x', this = lower(this) WHERE seq = 5", "log row 5 was edited"),
        ("DELETE FROM log WHERE seq = 3", "log row 3 is missing"),
        ("UPDATE log SET seq = CASE seq WHEN 3 THEN -4 WHEN 4 THEN -3 ELSE seq END", "log row"),
        ("DELETE FROM log WHERE seq = 5", "log rows 5 to 5 are missing"),
    ],
)
def test_the_first_bad_row_of_the_log_is_named(
    filled: Intake, database: Database, statement: str, named: str
) -> None:
    with database.read() as connection:
        head = read_head(connection)
        assert verify_chain(connection, [head]) == head.seq == 5
    _tamper(database, statement)
    with database.read() as connection, pytest.raises(ChainError, match=named):
        verify_chain(connection, [head])


def test_a_log_that_was_written_anew_is_not_the_one_a_release_recorded(
    filled: Intake, database: Database
) -> None:
    with database.read() as connection, pytest.raises(ChainError, match="not the one that a release"):
        verify_chain(connection, [Head(2, "f" * 64)])
