"""The triggers that write down which items were touched, so that a publish need not look at all of them.

Whatever can let an item through the gate or take it away leaves its number in `touched`, whoever did it and
with whatever program. A condition may be too wide, which costs a look; it must never be too narrow.
"""

from __future__ import annotations

# table -> the events that may matter, and the statement that names the items; {row} is NEW or OLD
_OF_APPROVED = (
    "INSERT INTO touched (item) "
    "SELECT item FROM reviews WHERE revision = {row}.revision AND state = 'approved'"
)
_TOUCHES = {
    "items": "INSERT INTO touched (item) SELECT {row}.id WHERE {row}.public_revision IS NOT NULL",
    "reviews": "INSERT INTO touched (item) SELECT {row}.item WHERE {row}.state = 'approved'",
    "findings": _OF_APPROVED,
    "log": _OF_APPROVED,
    "revisions": "INSERT INTO touched (item) VALUES ({row}.item)",
}
# A new item or revision is nowhere yet; what makes it public is an update. An item's update counts where its
# public revision changed.
_EVENTS = {"revisions": ("UPDATE", "DELETE")}
_ALL = ("INSERT", "UPDATE", "DELETE")
_ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def touch_sqlite() -> dict[str, str]:
    """Give the triggers of SQLite, name to statement."""
    triggers = {}
    for table, statement in _TOUCHES.items():
        for event in _EVENTS.get(table, _ALL):
            name = f"{table}_touch_{event.lower()}"
            what = "UPDATE OF public_revision" if (table, event) == ("items", "UPDATE") else event
            body = "; ".join(statement.format(row=row) for row in _ROWS[event])
            triggers[name] = f"CREATE TRIGGER {name} AFTER {what} ON {table} BEGIN {body}; END"
    return triggers


def touch_postgres() -> dict[str, str]:
    """Give a function and a trigger for each table, in PostgreSQL's own way of writing them."""
    guards = {}
    for table, statement in _TOUCHES.items():
        events = _EVENTS.get(table, _ALL)
        old = statement.format(row="OLD") if table != "items" else _only_changed(statement.format(row="OLD"))
        new = statement.format(row="NEW") if table != "items" else _only_changed(statement.format(row="NEW"))
        guards[f"touch_{table}"] = (
            f"CREATE FUNCTION touch_{table}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
            f"BEGIN\n"
            f"  IF TG_OP <> 'INSERT' THEN\n    {old};\n  END IF;\n"
            f"  IF TG_OP <> 'DELETE' THEN\n    {new};\n  END IF;\n"
            "  RETURN NULL;\nEND $$"
        )
        told = " OR ".join(event for event in ("INSERT", "DELETE", "UPDATE") if event in events)
        guards[f"{table}_touch"] = (
            f"CREATE TRIGGER {table}_touch AFTER {told} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION touch_{table}()"
        )
    return guards


def _only_changed(statement: str) -> str:
    """An item is counted up at each decision: only another public revision matters."""
    return f"{statement} AND (TG_OP <> 'UPDATE' OR OLD.public_revision IS DISTINCT FROM NEW.public_revision)"
