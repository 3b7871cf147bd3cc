"""The same as `fill_racks`, from the touched items and what the served release shows of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from publish.racks import Place, Rack, Racks, see_place, sort_columns
from publish.shelf import Live, Shelf
from publish.sitemap import BLOCK, find_block
from publish.views import SiteView
from store.gate import read_gate
from store.log import read_head
from store.publishing import read_pages, read_publications
from store.shown import (
    Shown,
    count_shown,
    find_last_slot,
    list_numbers,
    list_slots,
    list_top,
    read_newest,
    read_shown,
)


@dataclass(frozen=True)
class Change:
    """The items that a release deals with: what is served of them now, and the shelf of what will be."""

    items: frozenset[int]
    before: Mapping[int, Shown]
    shelf: Shelf

    def touches(self, key: str) -> bool:
        """Say whether a column had or gets one of the items."""
        return any(one.column_key == key for one in self.before.values()) or any(
            live.gated.column_key == key for live in self.shelf.live.values()
        )

    def slots(self, key: str) -> set[int]:
        """Give the slots of a column that the items had or get."""
        return {one.slot for one in self.before.values() if one.column_key == key} | {
            live.slot for live in self.shelf.live.values() if live.gated.column_key == key
        }


def narrow_racks(
    connection: Connection,
    items: Collection[int],
    shelf: Shelf,
    site: SiteView,
    more: Collection[int] = (),
) -> tuple[Racks, Shelf] | None:
    """Give what must be laid out after a change of `items`, and the shelf with every item that it shows.

    `more` are items that something else to lay out shows.

    None when that cannot be said from the change alone: a column is empty now, or an item that nobody touched
    is not let through any more. Raises PublishError as `fill_racks`.
    """
    change = Change(frozenset(items), read_shown(connection, items), shelf)
    before = count_shown(connection)
    counts = _count(before, change, site)
    if counts is None:
        return None
    named = any(count and key not in before for key, count in counts.items())  # on the others' 最新, too
    columns: dict[str, Rack] = {}
    last_slots = dict(shelf.last_slots)
    for column in site.columns:
        if counts.get(column.key):
            last_slots[column.key] = shelf.last_slots.get(column.key) or find_last_slot(
                connection, column.key
            )
            rack = _find_rack(connection, change, site, column.key, last_slots[column.key], named)
            columns[column.key] = replace(rack, total=counts[column.key])
    shown = {
        item for rack in columns.values() for items in (rack.top, *rack.pages.values()) for item in items
    }
    others = _read_others(connection, (shown | set(more)) - change.items)
    if others is None:
        return None
    blocks = _fill_blocks(connection, change)
    newest = _find_newest(connection, blocks)
    racks = Racks(False, tuple(shelf.live), tuple(shelf.stones), columns, blocks, newest)
    return racks, Shelf({**shelf.live, **others}, shelf.stones, last_slots)


def _count(before: Mapping[str, int], change: Change, site: SiteView) -> dict[str, int] | None:
    """Count each column's items after the change, None where one that had some has none, or is not known."""
    after = dict(before)
    for one in change.before.values():
        after[one.column_key] -= 1
    for key, lives in sort_columns(change.shelf.live.values(), site).items():
        after[key] = after.get(key, 0) + len(lives)
    kept = all(after[key] for key in before)
    return after if kept and before.keys() <= {column.key for column in site.columns} else None


def _find_rack(
    connection: Connection, change: Change, site: SiteView, key: str, last_slot: int, named: bool
) -> Rack:
    """Give what of a column is to be laid out; `named` where its 最新 names another column now."""
    size = site.page_size
    if not named and not change.touches(key):
        top = tuple(one.item for one in list_top(connection, key, site.front_rows))
        return Rack(0, last_slot, top, {}, changed=False)
    left = sum(one.column_key == key for one in change.before.values())
    top = _merge(list_top(connection, key, site.top + left), change, key)[: site.top]
    newest = -(-last_slot // size)
    numbers = {(slot - 1) // size + 1 for slot in change.slots(key)} if newest > 1 else set()
    numbers |= _find_new_pages(connection, site, key, newest)
    pages = {}
    for number in sorted(numbers):
        low, high = (number - 1) * size + 1, number * size
        pages[number] = _merge(list_slots(connection, key, low, high), change, key, low, high)
    return Rack(0, last_slot, top, pages)


def _find_new_pages(connection: Connection, site: SiteView, key: str, newest: int) -> set[int]:
    """Give the pages that are not served yet, and the one before, which was the newest until now."""
    column = next(one for one in site.columns if one.key == key)
    numbers: set[int] = set()
    number = newest if newest > 1 else 0
    while number:
        numbers.add(number)
        if read_pages(connection, [column.page(number)]):
            break
        number -= 1
    return numbers


def _merge(
    others: Iterable[Shown], change: Change, key: str, low: int = 1, high: int | None = None
) -> tuple[int, ...]:
    """Order the served items that nobody touched and the changed ones of a column, the newest first."""
    slots = {one.item: one.slot for one in others if one.item not in change.items}
    for live in change.shelf.live.values():
        if live.gated.column_key == key and low <= live.slot and (high is None or live.slot <= high):
            slots[live.item] = live.slot
    return tuple(sorted(slots, key=lambda item: -slots[item]))


def _read_others(connection: Connection, items: Collection[int]) -> dict[int, Live] | None:
    """Read untouched items through the gate, as it stands now; None when one of them is not let through."""
    gated = {row.item: row for row in read_gate(connection, None, read_head(connection), items).open}
    shown = read_shown(connection, items)
    publications = read_publications(connection, items)
    if not gated.keys() == shown.keys() == publications.keys() == set(items):
        return None
    if any(gated[item].revision != one.revision for item, one in shown.items()):
        return None
    return {item: Live(gated[item], publications[item], shown[item].slot) for item in items}


def _fill_blocks(connection: Connection, change: Change) -> dict[int, tuple[Place, ...]]:
    lives = change.shelf.live.values()
    numbers = {one.public_no for one in change.before.values()} | {live.publication.number for live in lives}
    blocks = {}
    for block in {find_block(number) for number in numbers}:
        low, high = (block - 1) * BLOCK + 1, block * BLOCK
        rows = list_numbers(connection, low, high)
        places = [Place(*row[1:]) for row in rows if row[0] not in change.items]
        places += [see_place(live) for live in lives if low <= live.publication.number <= high]
        blocks[block] = tuple(sorted(places, key=lambda place: place.number))
    return blocks


def _find_newest(connection: Connection, blocks: Mapping[int, tuple[Place, ...]]) -> dict[int, str]:
    newest = read_newest(connection, BLOCK)
    for block, places in blocks.items():
        newest.pop(block, None)
        if places:
            newest[block] = max(place.updated for place in places)
    return dict(sorted(newest.items()))
