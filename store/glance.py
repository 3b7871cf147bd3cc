"""Everything that waits, at a glance: one statement and a few figures a review, enough to sort it all."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, union_all

from store.tables import (
    clusters,
    findings,
    items,
    labels,
    log,
    members,
    reviews,
    revision_doubts,
    revisions,
)

EDITS = ("edit", "correct")  # causes of a revision that a person wrote over another one


class Glance(NamedTuple):
    """One review in a few figures: `marks` are findings that nobody cleared and that are no notes.

    `cluster` is what it is shown with and `original` that one's original item, None where it stands alone;
    `edited` when a person wrote this revision.
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
    edited: bool = False

    @property
    def which(self) -> str:
        """The revision as editors write it, `12@1`."""
        return f"{self.item}@{self.number}"


def count_open(table: Any, closed: Any, *more: Any) -> Any:
    """Give the part of a query that counts a review's rows of a table which nobody has `closed`."""
    query = select(func.count()).where(table.c.revision == reviews.c.revision, closed.is_(None), *more)
    return query.correlate(reviews).scalar_subquery()


# How sure the newest suggestion of a review is.
SURE = (
    select(labels.c.probability)
    .where(labels.c.revision == reviews.c.revision)
    .order_by(labels.c.id.desc())
    .limit(1)
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
        func.coalesce(SURE, 0.0),
        count_open(findings, findings.c.cleared_by_log, findings.c.level != "note"),
        count_open(revision_doubts, revision_doubts.c.resolved_by_log),
        members.c.cluster,
        clusters.c.original,
        revisions.c.cause.in_(EDITS),
    )
    .join(revisions, revisions.c.id == reviews.c.revision)
    .join(items, items.c.id == reviews.c.item)
    .outerjoin(members, members.c.item == reviews.c.item)
    .outerjoin(clusters, clusters.c.id == members.c.cluster)
    .order_by(reviews.c.item)
)
_OPEN = GLANCE.where(reviews.c.state.in_(bindparam("states", expanding=True)))
_ITEMS = _OPEN.where(reviews.c.item.in_(bindparam("items", expanding=True)))


class Stamp(NamedTuple):
    """The newest row of everything that can change a glance: each only grows."""

    log: int
    finding: int
    doubt: int
    label: int

    def reaches(self, other: Stamp) -> bool:
        """Whether nothing of the other one is newer."""
        return all(mine >= its for mine, its in zip(self, other, strict=True))


_STAMP = select(
    *(
        func.coalesce(select(func.max(key)).scalar_subquery(), 0)
        for key in (log.c.seq, findings.c.id, revision_doubts.c.id, labels.c.id)
    )
)
_CHANGED = union_all(
    select(log.c.item).where(log.c.seq > bindparam("log"), log.c.item.is_not(None)),
    *(
        select(reviews.c.item)
        .join(table, table.c.revision == reviews.c.revision)
        .where(table.c.id > bindparam(name))
        for name, table in (("finding", findings), ("doubt", revision_doubts), ("label", labels))
    ),
)
_MATES = select(members.c.item).where(
    members.c.cluster.in_(
        select(members.c.cluster).where(members.c.item.in_(bindparam("items", expanding=True)))
    )
)


def read_stamp(connection: Connection) -> Stamp:
    """Give the stamp of this moment."""
    return Stamp._make(connection.execute(_STAMP).one())


def list_changed(connection: Connection, since: Stamp, most: int) -> set[int]:
    """Give the items that anything was written about since; `most` of them or more mean too many."""
    return set(connection.execute(_CHANGED.limit(4 * most), since._asdict()).scalars())


def find_mates(connection: Connection, items: Collection[int]) -> set[int]:
    """Give everything that stands in a cluster with one of these items."""
    return set(connection.execute(_MATES, {"items": list(items)}).scalars())


def glance_items(connection: Connection, items: Collection[int], states: Collection[str]) -> list[Glance]:
    """Give the reviews of these items that are in these states."""
    rows = connection.execute(_ITEMS, {"items": list(items), "states": list(states)})
    return [Glance(*row) for row in rows]


def glance(connection: Connection, states: Collection[str]) -> list[Glance]:
    """Give every review in these states, the oldest item first."""
    return [Glance(*row) for row in connection.execute(_OPEN, {"states": list(states)})]
