"""Everything that waits, at a glance: one statement and a few figures a review, enough to sort it all."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from store.tables import (
    clusters,
    findings,
    items,
    labels,
    members,
    reviews,
    revision_doubts,
    revisions,
)


class Glance(NamedTuple):
    """One review in a few figures: `marks` are findings that nobody cleared and that are no notes.

    `cluster` is what it is shown with and `original` that one's original item, None where it stands alone.
    """

    item: int
    revision: int
    number: int
    version: int
    state: str
    kind: str
    column: str | None
    public: bool
    probability: float
    marks: int
    doubts: int
    cluster: int | None
    original: int | None

    @property
    def which(self) -> str:
        """The revision as editors write it, `12@1`."""
        return f"{self.item}@{self.number}"


_SURE = (
    select(labels.c.probability)
    .where(labels.c.revision == reviews.c.revision)
    .order_by(labels.c.id.desc())
    .limit(1)
    .correlate(reviews)
    .scalar_subquery()
)
_MARKS = (
    select(func.count())
    .where(
        findings.c.revision == reviews.c.revision,
        findings.c.cleared_by_log.is_(None),
        findings.c.level != "note",
    )
    .correlate(reviews)
    .scalar_subquery()
)
_DOUBTS = (
    select(func.count())
    .where(revision_doubts.c.revision == reviews.c.revision, revision_doubts.c.resolved_by_log.is_(None))
    .correlate(reviews)
    .scalar_subquery()
)
GLANCE = (
    select(
        reviews.c.item,
        reviews.c.revision,
        revisions.c.number,
        reviews.c.version,
        reviews.c.state,
        items.c.kind,
        reviews.c.column_key,
        items.c.public_revision.is_not(None),
        func.coalesce(_SURE, 0.0),
        _MARKS,
        _DOUBTS,
        members.c.cluster,
        clusters.c.original,
    )
    .join(revisions, revisions.c.id == reviews.c.revision)
    .join(items, items.c.id == reviews.c.item)
    .outerjoin(members, members.c.item == reviews.c.item)
    .outerjoin(clusters, clusters.c.id == members.c.cluster)
    .order_by(reviews.c.item)
)
_OPEN = GLANCE.where(reviews.c.state.in_(bindparam("states", expanding=True)))


def glance(connection: Connection, states: Collection[str]) -> list[Glance]:
    """Give every review in these states, the oldest item first."""
    return [Glance._make(row) for row in connection.execute(_OPEN, {"states": list(states)})]
