"""Marks on the whole database: that it is a demo, say."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from store.tables import marks

DEMO = "demo"


def set_mark(connection: Connection, name: str, value: str) -> None:
    """Set a mark; one that is set already stays as it is."""
    if read_mark(connection, name) is None:
        connection.execute(marks.insert().values(name=name, value=value))


def drop_mark(connection: Connection, name: str) -> None:
    """Take a mark away, if it was set."""
    connection.execute(delete(marks).where(marks.c.name == name))


def read_mark(connection: Connection, name: str) -> str | None:
    """Give a mark's value, None when it was never set."""
    value = connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar_one_or_none()
    return None if value is None else str(value)
