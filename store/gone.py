"""Public items whose source took the original away: an editor looks, and withdraws or keeps them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, select

from errors import NotAllowed
from store.desk import Standing
from store.glance import GLANCE, Glance
from store.log import Entry, append
from store.moves import EDITORS, Actor
from store.tables import items, log, reviews, sightings

_KEPT = exists().where(
    log.c.item == reviews.c.item, log.c.action == "keep", log.c.at >= sightings.c.gone_since
)
_GONE = select(sightings.c.item).where(sightings.c.gone_count >= 2, ~_KEPT).correlate(reviews)
_LIST = GLANCE.where(
    reviews.c.item.in_(select(sightings.c.item).where(sightings.c.gone_count >= 2)),
    reviews.c.state == "approved",
    items.c.public_revision == reviews.c.revision,
    reviews.c.item.in_(_GONE),
)


def list_gone(connection: Connection) -> list[Glance]:
    """Give the public revision of each item that vanished at its source since somebody last looked."""
    return [Glance._make(row) for row in connection.execute(_LIST)]


def keep_gone(connection: Connection, one: Standing, actor: Actor, reason: str | None, now: datetime) -> int:
    """Write down that somebody looked and keeps an item; give the row of the log. Raises NotAllowed."""
    if not actor.roles & EDITORS or not actor.may_see(one.column):
        raise NotAllowed(f"{actor.id} is no editor of {one.column!r}")
    entry = Entry(actor.id, "desk", "keep", one.item, one.revision, column_key=one.column, reason=reason)
    return append(connection, entry, now)
