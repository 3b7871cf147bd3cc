"""Where an item stands on its way onto the portal: waiting, in a release at an address, taken down."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from clock import read_time
from store.chunks import cut_names
from store.tables import items, log, publications, releases, reviews, revisions, shown


@dataclass(frozen=True)
class Whereabouts:
    """Where one revision stands.

    `shown` is the number of the revision that the served release shows, None when it shows none of the item;
    `release` is the first release that held this revision, None before it; `path` is the item's address.
    """

    number: int
    state: str
    column: str | None
    release_after: datetime | None
    shown: int | None
    release: int | None
    released_at: datetime | None
    path: str | None
    tombstone_at: datetime | None

    @property
    def is_shown(self) -> bool:
        """Whether the served release shows this very revision."""
        return self.shown == self.number


_SHOWN = revisions.alias("shown_revision")
# The releases that are still there, the oldest first: a handful, asked for once a page.
_KNOWN = (
    select(releases.c.id, releases.c.at, releases.c.log_seq)
    .where(releases.c.state.in_(("served", "kept")))
    .order_by(releases.c.id)
)


def find_whereabouts(connection: Connection, wanted: Collection[int]) -> dict[int, Whereabouts]:
    """Say of each of these revisions, by its id, where it stands."""
    found: dict[int, Whereabouts] = {}
    for part in cut_names(sorted(set(wanted))):
        found |= _find(connection, part)
    return found


def _find(connection: Connection, names: Sequence[int]) -> dict[int, Whereabouts]:
    approved = (
        select(log.c.revision, func.max(log.c.seq).label("seq"))
        .where(log.c.revision.in_(names), log.c.to_state == "approved")
        .group_by(log.c.revision)
        .subquery()
    )
    query = (
        select(
            reviews,
            revisions.c.number,
            _SHOWN.c.number.label("shown"),
            publications.c.path,
            publications.c.tombstone_at,
            approved.c.seq,
        )
        .join(revisions, revisions.c.id == reviews.c.revision)
        .join(items, items.c.id == reviews.c.item)
        .outerjoin(shown, shown.c.item == reviews.c.item)
        .outerjoin(_SHOWN, _SHOWN.c.id == shown.c.revision)
        .outerjoin(
            publications,
            and_(publications.c.item == reviews.c.item, publications.c.first_release.is_not(None)),
        )
        .outerjoin(approved, approved.c.revision == reviews.c.revision)
        .where(reviews.c.revision.in_(names))
    )
    found = {}
    known = connection.execute(_KNOWN).all()
    for row in connection.execute(query).all():
        held = _find_release(known, row.seq, row.release_after) if row.shown == row.number else None
        found[row.revision] = Whereabouts(
            number=row.number,
            state=row.state,
            column=row.column_key,
            release_after=read_time(row.release_after) if row.release_after else None,
            shown=row.shown,
            release=held[0] if held else None,
            released_at=held[1] if held else None,
            path=row.path,
            tombstone_at=read_time(row.tombstone_at) if row.tombstone_at else None,
        )
    return found


def _find_release(
    known: Sequence[Row[*tuple[Any, ...]]], seq: int | None, release_after: str | None
) -> tuple[int, datetime] | None:
    """Find the first release that is still known and held what row `seq` of the log approved."""
    for one in known:
        if one.log_seq >= (seq or 0) and (release_after is None or one.at >= release_after):
            return one.id, read_time(one.at)
    return None
