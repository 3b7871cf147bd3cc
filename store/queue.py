"""The queue: what waits for a person, with everything that a decision needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from store.clusters import Cluster, find_clusters
from store.forms import Form
from store.tables import findings, items, labels, reviews, revision_doubts, revisions

WAITING = ("waiting", "second")
PAGE = 200  # revisions that are read at once, with their forms


@dataclass(frozen=True)
class Waiting:
    """One revision in the queue; `findings` are those not yet cleared, `doubts` those not yet resolved."""

    item: int
    revision: int
    number: int
    state: str
    kind: str
    made_by: str
    form: Form
    column: str | None
    probability: float
    reasons: tuple[str, ...]
    findings: tuple[dict[str, str], ...]
    doubts: tuple[dict[str, str], ...]
    public: bool
    cluster: Cluster | None = None

    @property
    def clean(self) -> bool:
        """Nothing speaks against it: no finding but notes, no doubt, and a column is suggested."""
        marked = [one for one in self.findings if one["level"] != "note"]
        return not marked and not self.doubts and self.column is not None


_QUERY = (
    select(
        reviews.c.state,
        reviews.c.column_key,
        revisions.c.id,
        revisions.c.item,
        revisions.c.number,
        revisions.c.form,
        revisions.c.made_by,
        items.c.kind,
        items.c.public_revision,
    )
    .join(revisions, revisions.c.id == reviews.c.revision)
    .join(items, items.c.id == reviews.c.item)
    .where(reviews.c.state.in_(WAITING))
    .order_by(reviews.c.item)
    .limit(PAGE)
)


def walk_waiting(connection: Connection, after: int = 0) -> Iterator[Waiting]:
    """Give what waits behind an item, the oldest item first; of each item one revision waits at the most.

    Only a page of them is held, however long the queue.
    """
    while rows := connection.execute(_QUERY.where(reviews.c.item > after)).mappings().all():
        yield from _read_page(connection, rows)
        after = rows[-1]["item"]


def _read_page(connection: Connection, rows: Sequence[RowMapping]) -> Iterator[Waiting]:
    wanted = [row["id"] for row in rows]
    suggested = {
        row.revision: row
        for row in connection.execute(
            select(labels).where(labels.c.revision.in_(wanted)).order_by(labels.c.id)
        )
    }
    found = _gather(connection, findings, ("rule", "level", "field", "span"), wanted, "cleared_by_log")
    doubts = _gather(connection, revision_doubts, ("field", "word"), wanted, "resolved_by_log")
    beside = find_clusters(connection, {row["item"] for row in rows})
    for row in rows:
        label = suggested.get(row["id"])
        yield Waiting(
            item=row["item"],
            revision=row["id"],
            number=row["number"],
            state=row["state"],
            kind=row["kind"],
            made_by=row["made_by"],
            form=json.loads(row["form"]),
            column=row["column_key"],
            probability=label.probability if label is not None else 0.0,
            reasons=tuple(json.loads(label.reasons)) if label is not None else (),
            findings=tuple(found.get(row["id"], ())),
            doubts=tuple(doubts.get(row["id"], ())),
            public=row["public_revision"] is not None,
            cluster=beside.get(row["item"]),
        )


def tell_waiting(one: Waiting) -> dict[str, Any]:
    """Write a waiting revision as the row that `caibian queue --json` prints (design.md)."""
    return {
        "item": one.item,
        "revision": one.number,
        "state": one.state,
        "title": one.form["title"],
        "credit": one.form["credit"],
        "published": one.form["published"],
        "column": one.column,
        "probability": one.probability,
        "reasons": list(one.reasons),
        "findings": list(one.findings),
        "doubts": list(one.doubts),
        "cluster": _tell_cluster(one),
    }


def _tell_cluster(one: Waiting) -> dict[str, Any] | None:
    """Write down what an item is shown with; None for one that stands alone."""
    if one.cluster is None:
        return None
    own = next(member for member in one.cluster.members if member.item == one.item)
    return {
        "original": one.cluster.original,
        "items": sorted(one.cluster.items),
        "score": own.score,
        "reason": own.reason,
    }


def _gather(
    connection: Connection, table: Any, names: tuple[str, ...], wanted: list[int], closed: str
) -> dict[int, list[dict[str, str]]]:
    gathered: dict[int, list[dict[str, str]]] = {}
    query = select(table).where(table.c.revision.in_(wanted), table.c[closed].is_(None)).order_by(table.c.id)
    for row in connection.execute(query).mappings():
        gathered.setdefault(row["revision"], []).append({name: row[name] for name in names})
    return gathered
