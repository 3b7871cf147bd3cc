"""Which files a release holds, and what each is made from; decided purely, nothing is rendered here.

Every file has an `inputs_hash` over everything that it shows: a file whose hash is the one that the served
release has is not made again. An article's file depends on its own form, number, dates and column, and on the
portal's frame, so nothing in it changes when other items come or go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from publish.assets import digest_room, read_assets
from publish.body import read_file_hash
from publish.racks import Rack, Racks, fill_racks
from publish.shelf import Live, Shelf
from publish.sitemap import name_block
from publish.views import ColumnView, SiteView, ZoneView
from store.publishing import PageRecord

NEVER = 10**6  # the update period, in days, of what has none


@dataclass(frozen=True)
class Subject:
    """What a file shows: a kind, the keys that the kind needs, and the items, in order."""

    kind: str
    key: str = ""
    number: int | None = None
    newest: int = 0
    total: int | None = None
    items: tuple[int, ...] = ()
    groups: tuple[tuple[str, tuple[tuple[str, tuple[int, ...]], ...]], ...] = ()

    @property
    def shown(self) -> tuple[int, ...]:
        """Every item whose form is needed to make it."""
        return (*self.items, *(item for _, blocks in self.groups for _, items in blocks for item in items))


@dataclass(frozen=True)
class File:
    """One file of a release: its path in the tree, what it shows, the hash of all that it is made from."""

    path: str
    subject: Subject
    inputs_hash: str


@dataclass(frozen=True)
class Layout:
    """Files of a release by their path, the columns that have nothing to show, and what it was laid out from.

    Where the racks are not whole, the files are those that the change can have an effect on.
    """

    files: Mapping[str, File]
    empty: tuple[ColumnView, ...]
    racks: Racks


@dataclass(frozen=True)
class _Desk:
    """What the files of one layout have in common."""

    site: SiteView
    shelf: Shelf
    frame: str
    racks: Racks
    files: dict[str, File] = field(default_factory=dict)

    def add(self, path: str, subject: Subject, *more: object) -> None:
        live = self.shelf.live
        facts = [live[item].facts for item in dict.fromkeys((*subject.items, *subject.shown))]
        text = "\0".join([self.frame, path, repr(subject), *facts, *map(repr, more)])
        self.files[path] = File(path, subject, hashlib.sha256(text.encode()).hexdigest())


def lay_out(shelf: Shelf, site: SiteView, racks: Racks | None = None) -> Layout:
    """Say which files the portal has; raises PublishError for an item in a column that portal.yaml lacks.

    With `racks` that are not whole, only the files that a change can have an effect on.
    """
    racks = racks or fill_racks(shelf, site)
    desk = _Desk(site, shelf, see_frame(site), racks)
    by_key = {column.key: column for column in site.columns}
    for item in racks.articles:
        live = shelf.live[item]
        column = by_key[live.gated.column_key]
        desk.add(live.publication.path, Subject("article", column.key, items=(item,)), column)
    for item in racks.stones:
        stone = shelf.stones[item]
        one, shown = stone.publication, by_key.get(stone.column_key or "")
        facts = (one.number, one.tombstone_at, one.tombstone_reason)
        desk.add(f"/gone{one.path}", Subject("gone", shown.key if shown else "", number=item), facts, shown)
    for key, rack in racks.columns.items():
        if rack.changed:
            _add_column(desk, by_key[key], rack)
    _add_front(desk)
    _add_sitemaps(desk)
    if racks.whole:
        _add_fixed(desk)
    return Layout(
        desk.files, tuple(column for column in site.columns if column.key not in racks.columns), racks
    )


def _add_fixed(desk: _Desk) -> None:
    """Add what depends on the configuration alone."""
    zones = tuple(
        (zone.key, tuple((column.key, ()) for column in zone.columns if column.key in desk.racks.columns))
        for zone in _rank_zones(desk.site)
    )
    desk.add("/columns/index.html", Subject("columns", groups=zones), desk.site.zones)
    if desk.site.search:
        desk.add("/search/index.html", Subject("search", groups=zones), desk.site.zones)
    for path, kind in (("/404.html", "missing"), ("/robots.txt", "robots")):
        desk.add(path, Subject(kind))
    for name, asset in read_assets().items():
        desk.add(asset.path, Subject("asset", name))


def seal_article(live: Live, site: SiteView) -> str:
    """Give the `inputs_hash` of one article alone."""
    key = live.gated.column_key
    column = next((one for one in site.columns if one.key == key), None)
    nothing = Racks(False, (), (), {}, {}, {})
    desk = _Desk(site, Shelf({live.item: live}, {}, {}), see_frame(site), nothing)
    desk.add(live.publication.path, Subject("article", key, items=(live.item,)), column)
    return desk.files[live.publication.path].inputs_hash


def add_files(layout: Layout, paths: Collection[str]) -> Layout:
    """Add the items' attachments and images, whose address is made of their content."""
    more = {path: File(path, Subject("file", path), read_file_hash(path)) for path in paths}
    return Layout({**layout.files, **more}, layout.empty, layout.racks)


def choose(layout: Layout, records: Mapping[str, PageRecord], full: bool) -> list[File]:
    """Give the files that must be made: all of them, or those that are made from something else now."""
    return [
        file
        for path, file in sorted(layout.files.items())
        if full or path not in records or records[path].inputs_hash != file.inputs_hash
    ]


def see_frame(site: SiteView) -> str:
    """What every page shows, or is made by: a page is made anew when the way of making it changes."""
    zones = [(zone.key, zone.name) for zone in site.zones]
    digest = hashlib.sha256(repr((digest_room(), site.identity, zones, bool(site.links))).encode())
    return digest.hexdigest()


def see_makings(site: SiteView) -> str:
    """Name all but the items that any page is made from: where it changed, every page is looked at."""
    return hashlib.sha256(repr((digest_room(), site)).encode()).hexdigest()


def _add_column(desk: _Desk, column: ColumnView, rack: Rack) -> None:
    """Add 最新, the permanent pages and the feed of one column.

    Page k shows slots (k-1)N+1 to kN. The newest page links no newer one; once the next exists, page k is
    complete and what it links is fixed.
    """
    newest = rack.count_pages(desk.site.page_size)
    top = rack.top[: desk.site.page_size]
    columns = desk.racks.columns
    siblings = [one for one in desk.site.columns if one.zone == column.zone and one.key in columns]
    subject = Subject("list", column.key, newest=newest, total=rack.total, items=top)
    desk.add(f"{column.path}index.html", subject, column, siblings)
    for path, kind in ((column.feed, "feed"), (column.rss, "rss"), (column.json_feed, "json feed")):
        desk.add(path, Subject(kind, column.key, items=top), column)
    for number, items in rack.pages.items():
        last = number if number == newest else 0  # only the newest page knows that it is the newest
        subject = Subject("list", column.key, number, last, None, items)
        desk.add(column.page(number), subject, column)


def _rank_zones(site: SiteView) -> list[ZoneView]:
    """Order the zones, what changes most often first."""
    return sorted(site.zones, key=lambda z: min((c.period_days or NEVER for c in z.columns), default=NEVER))


def _add_front(desk: _Desk) -> None:
    """Add the front page."""
    site, columns = desk.site, desk.racks.columns
    groups = tuple(
        (
            zone.key,
            tuple(
                (column.key, columns[column.key].top[: site.front_rows])
                for column in zone.columns
                if column.key in columns
            ),
        )
        for zone in _rank_zones(site)
    )
    desk.add("/index.html", Subject("front", groups=groups), site.zones, site.links)


def _add_sitemaps(desk: _Desk) -> None:
    racks = desk.racks
    for block, places in racks.blocks.items():
        if places:
            desk.add(name_block(block), Subject("block", number=block), places)
    counts = [(key, rack.count_pages(desk.site.page_size)) for key, rack in racks.columns.items()]
    desk.add("/sitemaps/columns.xml", Subject("columns.xml"), counts)
    desk.add("/sitemap.xml", Subject("sitemaps"), sorted(racks.newest.items()))
