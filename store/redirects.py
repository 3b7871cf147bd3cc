"""Addresses of an older portal, each with the page that stands for it now."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, select

from store.chunks import cut_names
from store.tables import redirects


def read_redirects(connection: Connection) -> dict[str, str]:
    """Give every old address with its new one, in their order."""
    query = select(redirects.c.old, redirects.c.new).order_by(redirects.c.old)
    return {row.old: row.new for row in connection.execute(query)}


def save_redirects(connection: Connection, moved: Mapping[str, str]) -> None:
    """Add old addresses with their new ones; a known old address gets the new one given now."""
    drop_redirects(connection, moved)
    if moved:
        connection.execute(redirects.insert(), [{"old": old, "new": new} for old, new in moved.items()])


def drop_redirects(connection: Connection, old: Collection[str]) -> int:
    """Forget old addresses; give how many of them were known."""
    parts = cut_names(sorted(old))
    return sum(
        connection.execute(delete(redirects).where(redirects.c.old.in_(part))).rowcount for part in parts
    )
