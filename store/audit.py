"""The log as auditors read it: who did what when, by person, action, item and day, page by page or whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from clock import PORTAL_ZONE, write_time
from store.tables import log, revisions

# What an export holds of each row, in this order; times are UTC as they are stored and sealed.
FIELDS = (
    *("seq", "at", "actor", "via", "action", "item", "number", "from_state", "to_state", "column_key"),
    *("suggested_column", "suggested_probability", "reason", "undoes", "hash", "prev", "this"),
)
_CHUNK = 2000  # rows read at once when all of them are wanted


@dataclass(frozen=True)
class Wanted:
    """Which rows are wanted; None is any. Days are the portal's, both included."""

    actor: str | None = None
    action: str | None = None
    item: int | None = None
    since: date | None = None
    until: date | None = None


def list_rows(
    connection: Connection, wanted: Wanted, limit: int, before: int | None = None
) -> list[dict[str, Any]]:
    """Give rows, the newest first: at most `limit`, those before row `before` of the log."""
    query = _select(wanted).order_by(log.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(log.c.seq < before)
    return [dict(row) for row in connection.execute(query).mappings()]


def read_rows(connection: Connection, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Give every wanted row, the oldest first."""
    last = 0
    while True:
        query = _select(wanted).where(log.c.seq > last).order_by(log.c.seq).limit(_CHUNK)
        rows = connection.execute(query).mappings().all()
        if not rows:
            return
        yield from map(dict, rows)
        last = rows[-1]["seq"]


def list_actors(connection: Connection) -> list[str]:
    """Give everybody who stands in the log."""
    return list(connection.execute(select(log.c.actor).distinct().order_by(log.c.actor)).scalars())


def list_actions(connection: Connection) -> list[str]:
    """Give everything that was done."""
    return list(connection.execute(select(log.c.action).distinct().order_by(log.c.action)).scalars())


def _select(wanted: Wanted) -> Select[Any]:
    columns = [revisions.c.number if name == "number" else log.c[name] for name in FIELDS]
    query = select(*columns).join(revisions, revisions.c.id == log.c.revision, isouter=True)
    return query.where(*_limit(wanted))


def _limit(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.actor is not None:
        yield log.c.actor == wanted.actor
    if wanted.action is not None:
        yield log.c.action == wanted.action
    if wanted.item is not None:
        yield log.c.item == wanted.item
    if wanted.since is not None:
        yield log.c.at >= write_time(_begin(wanted.since))
    if wanted.until is not None:
        yield log.c.at < write_time(_begin(wanted.until) + timedelta(days=1))


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), PORTAL_ZONE)
