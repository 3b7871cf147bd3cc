"""What was written stays written: log, revisions, readings and labels refuse every way of changing them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from errors import ChainError
from pipelines.intake import Intake
from pipelines.messages import PageRead
from store import migrations
from store.database import Database
from store.guards import list_guards
from store.log import Head, read_head, verify_chain
from store.tables import metadata

APPEND_ONLY = ("log", "revisions", "readings", "labels")


@pytest.fixture
def filled(intake: Intake, make_page: Callable[..., PageRead]) -> Intake:
    intake.take([make_page()])
    return intake


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {t} SET rowid = rowid",
        "DELETE FROM {t}",
        "REPLACE INTO {t} SELECT * FROM {t}",
        "INSERT OR REPLACE INTO {t} SELECT * FROM {t}",
        "INSERT INTO {t} SELECT * FROM {t} WHERE true ON CONFLICT DO UPDATE SET {key} = {key}",
    ],
)
def test_rows_cannot_be_changed(filled: Intake, database: Database, table: str, statement: str) -> None:
    key = "seq" if table == "log" else "id"
    with pytest.raises(IntegrityError, match="append-only"), database.write() as connection:
        connection.execute(text(statement.format(t=table, key=key)))


def test_a_revision_number_cannot_be_taken_twice(filled: Intake, database: Database) -> None:
    names = "item, number, machine, person, form, hash, cause, made_by, at"
    with pytest.raises(IntegrityError, match="append-only"), database.write() as connection:
        connection.execute(text(f"REPLACE INTO revisions ({names}) SELECT {names} FROM revisions"))


def test_every_upgrade_leaves_the_view_and_the_triggers(database: Database) -> None:
    migrations.upgrade(database.engine)
    with database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"
        )
        found = {row.name: row.sql for row in rows}
    assert found == list_guards()


def test_the_migrations_make_the_tables_of_the_code(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def _tamper(database: Database, statement: str) -> None:
    """Change the log as somebody with the file could: without its triggers."""
    with database.write() as connection:
        for name in ("log_no_update", "log_no_delete", "log_no_replace"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
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
