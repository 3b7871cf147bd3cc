"""What stands where in a release: columns, pages and blocks, of everything or of what changed.

`fill_racks` reads a shelf that holds every item. `publish/narrow.py` makes the same from the items that were
touched and what the database knows of the others; a test holds both to the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from errors import PublishError
from publish.shelf import Live, Shelf
from publish.sitemap import find_block
from publish.views import SiteView


@dataclass(frozen=True)
class Rack:
    """One column that has something: `top` are its newest items, `pages` the pages to lay out, newest first.

    A column in which nothing changed is not laid out; the front page shows its `top`.
    """

    total: int
    last_slot: int
    top: tuple[int, ...]
    pages: Mapping[int, tuple[int, ...]]
    changed: bool = True

    def count_pages(self, size: int) -> int:
        """Give the number of the newest page."""
        return -(-self.last_slot // size)


@dataclass(frozen=True, slots=True)
class Place:
    """One item of the sitemap: its public number, its address, its last change."""

    number: int
    path: str
    updated: str


@dataclass(frozen=True)
class Racks:
    """What a layout is made from; `whole` when it is everything, else what must be looked at again.

    `columns` holds each column that has something, in the portal's order; `blocks` the blocks of public
    numbers to lay out, `newest` the last change in each block that has something.
    """

    whole: bool
    articles: tuple[int, ...]
    stones: tuple[int, ...]
    columns: Mapping[str, Rack]
    blocks: Mapping[int, tuple[Place, ...]]
    newest: Mapping[int, str]

    @property
    def total(self) -> int:
        """How many items stand on the portal."""
        return sum(rack.total for rack in self.columns.values())


def fill_racks(shelf: Shelf, site: SiteView) -> Racks:
    """Sort a whole shelf; raises PublishError for an item in a column that portal.yaml lacks."""
    by_column = sort_columns(shelf.live.values(), site)
    columns = {key: _fill(rows, shelf.last_slots[key], site) for key, rows in by_column.items()}
    blocks: dict[int, list[Place]] = {}
    for live in sorted(shelf.live.values(), key=lambda live: live.publication.number):
        blocks.setdefault(find_block(live.publication.number), []).append(see_place(live))
    newest = {block: max(place.updated for place in places) for block, places in blocks.items()}
    return Racks(
        whole=True,
        articles=tuple(shelf.live),
        stones=tuple(shelf.stones),
        columns=columns,
        blocks={block: tuple(places) for block, places in blocks.items()},
        newest=newest,
    )


def see_place(live: Live) -> Place:
    """Give what the sitemap says of a live item."""
    return Place(live.publication.number, live.publication.path, live.updated)


def sort_columns(lives: Iterable[Live], site: SiteView) -> dict[str, list[Live]]:
    """Give each column's items, the newest first, in the portal's order; raises as `fill_racks`."""
    gathered: dict[str, list[Live]] = {}
    for live in lives:
        gathered.setdefault(live.gated.column_key, []).append(live)
    unknown = sorted(gathered.keys() - {column.key for column in site.columns})
    if unknown:
        counts = ", ".join(f"{key} ({len(gathered[key])} items)" for key in unknown)
        raise PublishError(f"portal.yaml has no column {counts}: put it back, or move its items first")
    return {
        column.key: sorted(gathered[column.key], key=lambda live: -live.slot)
        for column in site.columns
        if column.key in gathered
    }


def _fill(rows: list[Live], last_slot: int, site: SiteView) -> Rack:
    size = site.page_size
    newest = -(-last_slot // size)
    pages: dict[int, list[int]] = {number: [] for number in range(1, newest + 1)} if newest > 1 else {}
    for live in rows if pages else ():
        pages[(live.slot - 1) // size + 1].append(live.item)
    top = tuple(live.item for live in rows[: site.top])
    return Rack(len(rows), last_slot, top, {number: tuple(items) for number, items in pages.items()})
