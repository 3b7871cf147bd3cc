"""The configuration as the database knows it: mirrored from the files, retired but never deleted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, select, update

from clock import write_time
from errors import UserFault
from store.marks import drop_mark, read_mark, set_mark
from store.tables import agencies, columns, sources

if TYPE_CHECKING:  # who only asks what was seen needs no model of a configuration
    from portal import Portal
    from sources import Sources

SEEN = "configuration"  # the mark that says which files these tables are in line with


def mirror_configuration(connection: Connection, configured: Sources, portal: Portal, now: datetime) -> None:
    """Bring the three tables in line with the files.

    Raises UserFault when a column's slug was changed: its address is permanent (design.md, section 3).
    """
    drop_mark(connection, SEEN)
    known = {row.key: row.slug for row in connection.execute(select(columns.c.key, columns.c.slug))}
    for column in portal.columns:
        if known.get(column.key, column.slug) != column.slug:
            raise UserFault(
                f"portal.yaml: the slug of column {column.key!r} was {known[column.key]!r}: addresses stay"
            )
    _align(
        connection,
        agencies,
        {
            one.key: {"name": one.name, "group_name": one.group, "level": one.level}
            for one in configured.agencies
        },
        now,
    )
    _align(
        connection,
        sources,
        {
            one.id: {"agency": one.agency, "name": one.name, "address": str(one.address)}
            for one in configured.sources
        },
        now,
    )
    _align(
        connection,
        columns,
        {
            one.key: {
                "slug": one.slug,
                "name": one.name,
                "zone": one.zone,
                "risk": one.risk,
                "reviews": one.reviews,
            }
            for one in portal.columns
        },
        now,
    )


def read_seen(connection: Connection) -> str | None:
    """Give what `save_seen` kept, None where the tables were brought in line by somebody else since."""
    return read_mark(connection, SEEN)


def save_seen(connection: Connection, seal: str) -> None:
    """Keep which files the tables are in line with, by the hash of both."""
    set_mark(connection, SEEN, seal)


def _align(connection: Connection, table: Table, wanted: dict[str, dict[str, Any]], now: datetime) -> None:
    key = next(iter(table.primary_key))
    have = {row[key.name]: dict(row) for row in connection.execute(select(table)).mappings()}
    for name, values in wanted.items():
        row = {**values, "retired_at": None}
        if name not in have:
            connection.execute(table.insert().values({key.name: name, **row}))
        elif any(have[name][field] != value for field, value in row.items()):
            connection.execute(update(table).where(key == name).values(**row))
    for name in have.keys() - wanted.keys():
        if have[name]["retired_at"] is None:
            connection.execute(update(table).where(key == name).values(retired_at=write_time(now)))
