"""What waits, kept from one request to the next: only what the log says has changed is asked for again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from review.grouping import Entry, sort_queue
from store.chunks import cut_names
from store.glance import Glance, Stamp, find_mates, glance, glance_items, list_changed, read_stamp
from store.queue import WAITING

STATES = (*WAITING, "held")
_MOST = 300  # items that are asked for one by one; more, and everything is
_TRUSTED = 30.0  # seconds after which everything is asked for again, whatever the log says


@dataclass(frozen=True)
class Held:
    """Everything open as it stood at a stamp, by item."""

    stamp: Stamp
    since: float
    by_item: dict[int, Glance]
    floor: float

    @cached_property
    def rows(self) -> list[Glance]:
        """The oldest item first."""
        return [self.by_item[item] for item in sorted(self.by_item)]

    @cached_property
    def groups(self) -> dict[str, list[Entry]]:
        """Sorted for somebody who sees every column."""
        return sort_queue(self.rows, self.floor)


class Waiting:
    """One desk's memory of the queue: an older moment may be given a newer one, never the reverse."""

    def __init__(self) -> None:
        self._held: Held | None = None

    def read(self, connection: Connection, floor: float) -> Held:
        """Give what waits as the connection's moment has it, or later."""
        stamp, held = read_stamp(connection), self._held
        moment = time.monotonic()
        fresh = None
        if held is not None and moment - held.since < _TRUSTED and floor == held.floor:
            if held.stamp.reaches(stamp):
                return held
            if stamp.reaches(held.stamp):
                fresh = self._follow(connection, held, stamp)
        if fresh is None:
            rows = {one.item: one for one in glance(connection, STATES)}
            fresh = Held(stamp, moment, rows, floor)
        self._held = fresh  # of two that did the same work, the last one stays
        return fresh

    def _follow(self, connection: Connection, held: Held, stamp: Stamp) -> Held | None:
        """Ask again for what changed and for what is shown with it; None when that is too much."""
        changed = list_changed(connection, held.stamp, _MOST)
        if len(changed) >= _MOST:
            return None
        before = {held.by_item[item].cluster for item in changed if item in held.by_item} - {None}
        changed |= {one.item for one in held.by_item.values() if before and one.cluster in before}
        changed |= find_mates(connection, changed)
        rows = {item: one for item, one in held.by_item.items() if item not in changed}
        rows |= {one.item: one for one in _divide(connection, changed)}
        return Held(stamp, held.since, rows, held.floor)


def _divide(connection: Connection, items: Iterable[int]) -> Iterable[Glance]:
    for part in cut_names(sorted(items)):
        yield from glance_items(connection, part, STATES)
