"""The view `publishable` and the triggers that keep append-only tables append-only, from one list.

Alembic's batch mode drops a table's triggers without a word, so every upgrade drops all of these and makes
them again (`drop_guards`, `make_guards`), and a test compares the database with this list.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from store.touching import touch_postgres, touch_sqlite

# The one way onto the portal: approved, public, cleared, and named with its hash by the newest row of the
# log that gave this revision a state. The column comes from that row, not from the review, so that a review
# edited by hand moves nothing. The item is the review's, which has an index for it, and the revision's.
PUBLISHABLE = """
CREATE VIEW publishable AS
SELECT r.id AS revision, v.item AS item, r.number AS number, r.form AS form, r.hash AS hash,
       l.column_key AS column_key, v.release_after AS release_after,
       l.at AS approved_at, l.actor AS approved_by, l.seq AS approved_seq
FROM reviews v
JOIN revisions r ON r.id = v.revision AND r.item = v.item
JOIN items i ON i.id = r.item AND i.public_revision = r.id
JOIN log l ON l.seq = (
    SELECT max(n.seq) FROM log n WHERE n.revision = r.id AND n.to_state IS NOT NULL
)
WHERE v.state = 'approved'
  AND l.to_state = 'approved'
  AND l.hash = r.hash
  AND l.column_key IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM findings f
      WHERE f.revision = r.id AND f.cleared_by_log IS NULL
        AND (f.level = 'block' OR (f.level = 'confirm' AND f.raised_seq < l.seq))
  )
"""

# table -> what makes a row the same row: SQLite's REPLACE fires no delete trigger, so an insert that would
# replace an existing key is refused before it happens. PostgreSQL has no REPLACE: the key itself refuses, and
# ON CONFLICT DO UPDATE fires the trigger of UPDATE.
APPEND_ONLY = {
    "log": ("seq = NEW.seq",),
    "revisions": ("id = NEW.id", "item = NEW.item AND number = NEW.number"),
    "readings": ("id = NEW.id",),
    "labels": ("id = NEW.id",),
    "notes": ("id = NEW.id",),
}

# What every trigger of PostgreSQL calls; the code is that of a broken constraint, as SQLite's ABORT.
REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def list_guards(dialect: str = "sqlite") -> dict[str, str]:
    """Give every view, function and trigger of `sqlite` or `postgresql`: name to the statement."""
    guards = {"publishable": PUBLISHABLE.strip()}
    if dialect == "postgresql":
        guards["refuse_change"] = REFUSE.strip()
    for table, keys in APPEND_ONLY.items():
        guards |= _refuse_postgres(table) if dialect == "postgresql" else _refuse_sqlite(table, keys)
    return guards | (touch_postgres() if dialect == "postgresql" else touch_sqlite())


def _refuse_sqlite(table: str, keys: tuple[str, ...]) -> dict[str, str]:
    refused = {
        f"{table}_no_{event.lower()}": (
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {event} refused'); END"
        )
        for event in ("UPDATE", "DELETE")
    }
    found = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key})" for key in keys)
    refused[f"{table}_no_replace"] = (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {found} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: REPLACE refused'); END"
    )
    return refused


def _refuse_postgres(table: str) -> dict[str, str]:
    """One trigger a statement, since TRUNCATE has no rows."""
    return {
        f"{table}_no_{event.lower()}": (
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        for event in ("UPDATE", "DELETE", "TRUNCATE")
    }


def drop_guards(connection: Connection) -> None:
    """Drop the view and the triggers, as a migration must before it changes a table."""
    dialect = connection.dialect.name
    # backwards, since a function goes only after the triggers that call it
    for name, statement in reversed(list_guards(dialect).items()):
        kind = statement.split()[1]
        table = re.split(r"_no_|_touch", name)[0]
        where = f" ON {table}" if dialect == "postgresql" and kind == "TRIGGER" else ""
        connection.execute(text(f"DROP {kind} IF EXISTS {name}{where}"))


def make_guards(connection: Connection) -> None:
    """Make the view and the triggers, the last step of every upgrade."""
    for statement in list_guards(connection.dialect.name).values():
        connection.execute(text(statement))
