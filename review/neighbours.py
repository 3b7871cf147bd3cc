"""Where an item stands in its group of the queue, and which stand before and after it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from review.actions.queue import sort_open
from review.grouping import GROUPS, HELD, Weighed, find_group
from review.setting import Setting
from store.moves import Actor


@dataclass(frozen=True)
class Neighbours:
    """The group's name, the place from 1 (0 when it stands there no more), and links to both sides."""

    group: str
    place: int
    count: int
    before: str | None
    after: str | None


def find_neighbours(
    connection: Connection, here: Setting, actor: Actor, revision: int, one: Weighed, wanted: str | None
) -> Neighbours:
    """Look at the group that somebody came from, else at the one that the item stands in by itself."""
    key = wanted or find_group(one, here.floor)
    names = {group.key: group.name for group in (*GROUPS, HELD)}
    if key not in names:
        return Neighbours("", 0, 0, None, None)
    entries = sort_open(connection, here, actor)[key]
    order = [other for entry in entries for other in (entry.head, *entry.reposts)]
    place = next((at for at, other in enumerate(order) if other.revision == revision), None)

    def link(at: int) -> str | None:
        return f"/items/{order[at].which}?in={key}" if 0 <= at < len(order) else None

    if place is None:
        return Neighbours(names[key], 0, len(order), None, link(0))
    return Neighbours(names[key], place + 1, len(order), link(place - 1), link(place + 1))
