"""Numbers, addresses and places: what an approved item gets once and keeps, decided purely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from clock import tell_day, write_time
from store.gate import Farewell, Gated
from store.publishing import Placement, Publication


@dataclass(frozen=True, slots=True)
class Live:
    """An item that stands on the portal: its approved revision, its number and address, its place."""

    gated: Gated
    publication: Publication
    slot: int

    @property
    def item(self) -> int:
        """The item's id."""
        return self.gated.item

    @property
    def updated(self) -> str:
        """When the portal last changed it, as far as readers are concerned."""
        return max(self.publication.first_published, self.gated.approved_at)

    @property
    def facts(self) -> str:
        """Everything that lists and its own page depend on, as one line."""
        one = self.publication
        return f"{self.gated.hash} {one.number} {one.path} {one.first_published} {self.updated}"


@dataclass(frozen=True, slots=True)
class Stone:
    """An item that stood on the portal and does not any more."""

    publication: Publication
    column_key: str | None


@dataclass(frozen=True)
class Shelf:
    """Everything that has an address now: live items and tombstones by item, the last slot of each column."""

    live: Mapping[int, Live]
    stones: Mapping[int, Stone]
    last_slots: Mapping[str, int]


@dataclass(frozen=True)
class Steps:
    """What must be written down before the release: publications as they are now, places taken and left."""

    publications: tuple[Publication, ...]
    taken: tuple[Placement, ...]
    left: tuple[Placement, ...]

    def __bool__(self) -> bool:
        return bool(self.publications or self.taken or self.left)


@dataclass(frozen=True)
class Stock:
    """What the database holds of earlier releases, of all items or of those that a release deals with.

    `last_slots` and `last_number` count every item's; they are needed where the others are not all there.
    """

    publications: Mapping[int, Publication]
    placements: Sequence[Placement]
    farewells: Mapping[int, Farewell]
    last_slots: Mapping[str, int] = field(default_factory=dict)
    last_number: int = 0

    def count_slots(self, more: Sequence[Placement] = ()) -> dict[str, int]:
        """Give the last slot of each column, with `more` places taken."""
        last = dict(self.last_slots)
        for one in (*self.placements, *more):
            last[one.column_key] = max(one.slot, last.get(one.column_key, 0))
        return last


def fill_shelf(
    rows: Mapping[int, Gated], stock: Stock, order: Mapping[int, str], now: datetime, highest: int = 0
) -> tuple[Shelf, Steps]:
    """Give every gated row a number, an address and a place, and every item that left a tombstone.

    `order` sorts items that come at the same time (their stated date), so that the newest gets the last slot.
    Numbers go on from the highest that the stock or the served release (`highest`) has.
    """
    publications = _allot(rows, stock.publications, order, now, max(highest, stock.last_number))
    publications = {**publications, **_bury(rows, publications, stock.farewells, now)}
    taken, left, places = _place(rows, stock, order, now)
    changed = tuple(one for item, one in publications.items() if stock.publications.get(item) != one)
    live = {item: Live(row, publications[item], places[item].slot) for item, row in rows.items()}
    columns = {one.item: one.column_key for one in (*stock.placements, *taken)}
    stones = {
        item: Stone(one, columns.get(item))
        for item, one in publications.items()
        if item not in rows and one.tombstone_at is not None
    }
    return Shelf(live, stones, stock.count_slots(taken)), Steps(changed, tuple(taken), tuple(left))


def _sort(rows: Mapping[int, Gated], order: Mapping[int, str]) -> list[Gated]:
    return sorted(rows.values(), key=lambda row: (order.get(row.item, ""), row.approved_at, row.item))


def _allot(
    rows: Mapping[int, Gated],
    known: Mapping[int, Publication],
    order: Mapping[int, str],
    now: datetime,
    highest: int,
) -> dict[int, Publication]:
    """Number what is new; what no release ever showed is dated anew, since PubDate is the first showing."""
    moment = write_time(now)
    number = max((one.number for one in known.values()), default=0)
    number = max(number, highest)
    publications = dict(known)
    for row in _sort(rows, order):
        one = known.get(row.item)
        if one is None:
            number += 1
            one = Publication(number, row.item, "", moment, released=False)
        if not one.released:
            one = replace(one, first_published=moment, path=_address(one.number, now))
        publications[row.item] = one
    return publications


def _address(number: int, now: datetime) -> str:
    day = tell_day(now)
    return f"/articles/{day:%Y}/{day:%m}/{number}.html"


def _bury(
    rows: Mapping[int, Gated],
    publications: Mapping[int, Publication],
    farewells: Mapping[int, Farewell],
    now: datetime,
) -> dict[int, Publication]:
    """Set the tombstone of what was public and is not any more, clear it of what came back."""
    changed = {}
    for item, one in publications.items():
        if item in rows:
            if one.tombstone_at is not None:
                changed[item] = replace(one, tombstone_at=None, tombstone_reason=None)
        elif one.released:
            farewell = farewells.get(item)
            at = (farewell.at if farewell else None) or one.tombstone_at or write_time(now)
            reason = farewell.reason if farewell else None
            changed[item] = replace(one, tombstone_at=at, tombstone_reason=reason)
    return changed


def _place(
    rows: Mapping[int, Gated], stock: Stock, order: Mapping[int, str], now: datetime
) -> tuple[list[Placement], list[Placement], dict[int, Placement]]:
    """Keep an item's open place while its column is the same; else end it and take the column's next slot."""
    moment = write_time(now)
    opened = {one.item: one for one in stock.placements if one.ends is None}
    last = stock.count_slots()
    taken, left, places = [], [], {}
    for row in _sort(rows, order):
        place = opened.get(row.item)
        if place is None or place.column_key != row.column_key:
            if place is not None:
                left.append(replace(place, ends=moment))
            last[row.column_key] = last.get(row.column_key, 0) + 1
            place = Placement(row.column_key, last[row.column_key], row.item, moment)
            taken.append(place)
        places[row.item] = place
    return taken, left, places
