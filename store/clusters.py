"""Clusters: alike items shown together under their original, and what editors ordered about them.

A cluster holds items, never sightings: whatever joins or leaves, every item and every address stays.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from clock import write_time
from errors import NotAllowed, NotFound
from store.log import Entry, append
from store.tables import cluster_orders, clusters, items, listings, members, sightings


@dataclass(frozen=True)
class Member:
    """An item in a cluster: how much it shares with what it joined (0 to 1), and why it is there."""

    item: int
    score: float
    reason: str


@dataclass(frozen=True)
class Cluster:
    """Items shown together, the original among them."""

    id: int
    original: int
    members: tuple[Member, ...]

    @property
    def items(self) -> frozenset[int]:
        """The numbers of its items."""
        return frozenset(one.item for one in self.members)


def find_clusters(connection: Connection, wanted: Collection[int]) -> dict[int, Cluster]:
    """Give the cluster of each of these items that stands in one."""
    if not wanted:
        return {}
    ids = select(members.c.cluster).where(members.c.item.in_(tuple(wanted)))
    return _by_item(connection, ids, wanted)


def find_cluster(connection: Connection, item: int) -> Cluster | None:
    """Give the cluster that an item stands in, None when it stands alone."""
    return find_clusters(connection, (item,)).get(item)


def list_clusters(connection: Connection) -> list[Cluster]:
    """Give every cluster, the oldest first."""
    everything = _by_item(connection, select(clusters.c.id), None)
    return sorted({one.id: one for one in everything.values()}.values(), key=lambda one: one.id)


def list_carriers(connection: Connection, since: datetime) -> list[tuple[int, str, str]]:
    """Give who carries what since then: (original of the cluster, id of the source, when first listed).

    An item that stands alone is its own original: one item may stand at many addresses.
    """
    query = (
        select(
            func.coalesce(clusters.c.original, sightings.c.item),
            listings.c.source,
            func.min(listings.c.first_seen),
        )
        .select_from(listings)
        .join(sightings, sightings.c.id == listings.c.sighting)
        .outerjoin(members, members.c.item == sightings.c.item)
        .outerjoin(clusters, clusters.c.id == members.c.cluster)
        .where(sightings.c.item.is_not(None), listings.c.first_seen >= write_time(since))
        .group_by(func.coalesce(clusters.c.original, sightings.c.item), listings.c.source)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def join_cluster(connection: Connection, item: int, other: int, score: float, reason: str) -> Cluster:
    """Put an item beside another one, into its cluster or into a new one; it leaves the one it was in."""
    leave_cluster(connection, item)
    cluster = find_cluster(connection, other)
    if cluster is None:
        new = connection.execute(insert(clusters).values(original=other).returning(clusters.c.id))
        number = new.scalar_one()
        _add(connection, other, number, 1.0, "最先收到")
    else:
        number = cluster.id
    _add(connection, item, number, score, reason)
    return _read(connection, number)


def leave_cluster(connection: Connection, item: int) -> None:
    """Take an item out of its cluster; one alone is no cluster any more."""
    cluster = find_cluster(connection, item)
    if cluster is None:
        return
    connection.execute(delete(members).where(members.c.item == item))
    rest = cluster.items - {item}
    if len(rest) < 2:
        connection.execute(delete(members).where(members.c.cluster == cluster.id))
        connection.execute(delete(clusters).where(clusters.c.id == cluster.id))
    elif cluster.original == item:
        set_original(connection, cluster.id, min(rest))


def set_original(connection: Connection, cluster: int, item: int) -> None:
    """Show a cluster under this one of its items."""
    connection.execute(update(clusters).where(clusters.c.id == cluster).values(original=item))


def order_together(
    connection: Connection, item: int, other: int, by: str, now: datetime, via: str = "terminal"
) -> Cluster:
    """Carry out an editor's order that two items, and those beside them, belong together.

    Raises NotFound for an item that does not exist, NotAllowed where an earlier order keeps others of the
    two clusters apart.
    """
    _check(connection, item, other)
    mine = find_cluster(connection, item)
    beside = mine.items if mine else frozenset({item})
    target = find_cluster(connection, other)
    there = target.items if target else frozenset({other})
    barred = {frozenset(pair) for pair in find_apart(connection, beside)} - {frozenset({item, other})}
    for one in sorted(beside):
        for two in sorted(there):
            if frozenset({one, two}) in barred:
                raise NotAllowed(f"items {one} and {two} were ordered apart: order those two together first")
    _write_order(connection, item, other, "together", by, now, via)
    for one in sorted(beside - there):
        join_cluster(connection, one, other, 1.0, f"{by} 合并")
    return _read(connection, find_clusters(connection, (other,))[other].id)


def order_apart(
    connection: Connection, item: int, other: int, by: str, now: datetime, via: str = "terminal"
) -> None:
    """Carry out an editor's order that two items do not belong together: the first one leaves.

    Raises NotFound for an item that does not exist.
    """
    _check(connection, item, other)
    _write_order(connection, item, other, "apart", by, now, via)
    cluster = find_cluster(connection, item)
    if cluster is not None and other in cluster.items:
        leave_cluster(connection, item)


def order_original(connection: Connection, item: int, by: str, now: datetime, via: str = "terminal") -> None:
    """Carry out an editor's order that a cluster is shown under this item.

    Raises NotAllowed for an item that stands alone.
    """
    cluster = find_cluster(connection, item)
    if cluster is None:
        raise NotAllowed(f"item {item} stands in no cluster")
    _write_order(connection, item, item, "original", by, now, via)
    set_original(connection, cluster.id, item)


def find_apart(connection: Connection, wanted: Collection[int]) -> set[tuple[int, int]]:
    """Give the pairs that are ordered apart and hold one of these items, the smaller number first."""
    return {pair for pair, kind in _standing(connection, wanted).items() if kind == "apart"}


def find_together(connection: Connection, wanted: Collection[int]) -> set[tuple[int, int]]:
    """Give the pairs that are ordered together and hold one of these items, the smaller number first."""
    return {pair for pair, kind in _standing(connection, wanted).items() if kind == "together"}


def find_ordered_original(connection: Connection, wanted: Collection[int]) -> int | None:
    """Give which of these items an editor last made the original, None where nobody did."""
    query = select(cluster_orders.c.item_a).where(
        cluster_orders.c.kind == "original", cluster_orders.c.item_a.in_(tuple(wanted))
    )
    return connection.execute(query.order_by(cluster_orders.c.id.desc()).limit(1)).scalar_one_or_none()


def _standing(connection: Connection, wanted: Collection[int]) -> dict[tuple[int, int], str]:
    """The newest order about a pair is the one that stands."""
    rows = connection.execute(
        select(cluster_orders)
        .where(cluster_orders.c.kind != "original")
        .where(or_(cluster_orders.c.item_a.in_(tuple(wanted)), cluster_orders.c.item_b.in_(tuple(wanted))))
        .order_by(cluster_orders.c.id)
    )
    return {(row.item_a, row.item_b): row.kind for row in rows}


def _write_order(
    connection: Connection, item: int, other: int, kind: str, by: str, now: datetime, via: str
) -> None:
    first, second = sorted((item, other))
    connection.execute(
        insert(cluster_orders).values(item_a=first, item_b=second, kind=kind, made_by=by, at=write_time(now))
    )
    reason = None if item == other else f"{kind} with item {other}"
    append(connection, Entry(by, via, f"cluster-{kind}", item, reason=reason), now)


def _check(connection: Connection, item: int, other: int) -> None:
    if item == other:
        raise NotAllowed("an item is always with itself: name two")
    known = set(connection.execute(select(items.c.id).where(items.c.id.in_((item, other)))).scalars())
    for one in (item, other):
        if one not in known:
            raise NotFound(f"there is no item {one}")


def _add(connection: Connection, item: int, cluster: int, score: float, reason: str) -> None:
    connection.execute(insert(members).values(item=item, cluster=cluster, score=score, reason=reason))


def _read(connection: Connection, number: int) -> Cluster:
    found = _by_item(connection, select(clusters.c.id).where(clusters.c.id == number), None)
    return next(iter(found.values()))


def _by_item(connection: Connection, ids: object, wanted: Collection[int] | None) -> dict[int, Cluster]:
    rows = connection.execute(
        select(members, clusters.c.original)
        .join(clusters, clusters.c.id == members.c.cluster)
        .where(members.c.cluster.in_(ids))  # type: ignore[arg-type]
        .order_by(members.c.item)
    ).all()
    gathered: dict[int, list[Member]] = {}
    originals = {row.cluster: row.original for row in rows}
    for row in rows:
        gathered.setdefault(row.cluster, []).append(Member(row.item, row.score, row.reason))
    made = {number: Cluster(number, originals[number], tuple(found)) for number, found in gathered.items()}
    return {
        one.item: cluster
        for cluster in made.values()
        for one in cluster.members
        if wanted is None or one.item in wanted
    }
