"""Which files a release holds, and what each is made from; decided purely, nothing is rendered here.

Every file has an `inputs_hash` over everything that it shows: a file whose hash is the one that the served
release has is not made again. An article's file depends on its own form, number, dates and column, and on the
portal's frame, so nothing in it changes when other items come or go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from publish.annex import Annex
from publish.assets import digest_room, read_assets
from publish.body import read_file_hash
from publish.directory import ALL, Directory, list_filters, list_paths, name_data
from publish.pictures import MAKING, is_picture
from publish.racks import Rack, Racks, fill_racks
from publish.roll import cut_roll, name_file
from publish.shelf import Shelf
from publish.sitemap import LIMIT, name_block, name_columns
from publish.traditional import has_twin, name_twin
from publish.views import AgencyView, ColumnView, SiteView, ZoneView
from store.publishing import PageRecord

FEEDS = ("feed", "rss", "json feed")  # the kinds of a section's `feeds`
NEVER = 10**6  # the update period, in days, of what has none


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class File:
    """One file of a release: its path in the tree, what it shows, the hash of all that it is made from.

    `of` is the path of the page that this one is the traditional version of, else empty.
    """

    path: str
    subject: Subject
    inputs_hash: str
    of: str = ""


@dataclass(frozen=True)
class Layout:
    """Files of a release by their path, the columns that have nothing to show, and what it was laid out from.

    Where the racks are not whole, the files are those that the change can have an effect on.
    """

    files: Mapping[str, File]
    empty: tuple[ColumnView, ...]
    racks: Racks
    annex: Annex


@dataclass(frozen=True)
class _Desk:
    """What the files of one layout have in common."""

    site: SiteView
    shelf: Shelf
    frame: str
    racks: Racks
    annex: Annex
    files: dict[str, File] = field(default_factory=dict)

    def add(self, path: str, subject: Subject, *more: object) -> None:
        live = self.shelf.live
        facts = [live[item].facts for item in dict.fromkeys((*subject.items, *subject.shown))]
        text = "\0".join([self.frame, path, repr(subject), *facts, *map(repr, more)])
        inputs = hashlib.sha256(text.encode()).hexdigest()
        self.files[path] = File(path, subject, inputs)
        if self.site.traditional and has_twin(path):
            twin = name_twin(path)
            self.files[twin] = File(twin, subject, inputs, path)


def lay_out(shelf: Shelf, site: SiteView, racks: Racks | None = None, annex: Annex | None = None) -> Layout:
    """Say which files the portal has; raises PublishError for an item in a column that portal.yaml lacks.

    With `racks` that are not whole, only the files that a change can have an effect on.
    """
    racks = racks or fill_racks(shelf, site)
    annex = annex or Annex({}, (), None)
    desk = _Desk(site, shelf, see_frame(site), racks, annex)
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
    _add_map(desk)
    for page in cut_roll(annex.present):
        desk.add(name_file(page.number), Subject("agencies", number=page.number), page)
    for agency in annex.present:
        if agency.key in annex.agencies:
            _add_agency(desk, agency, annex.agencies[agency.key])
    if annex.directory is not None:
        _add_directory(desk, annex.directory)
    _add_sitemaps(desk)
    if racks.whole:
        _add_fixed(desk)
    empty = tuple(column for column in site.columns if column.key not in racks.columns)
    return Layout(desk.files, empty, racks, annex)


def _add_fixed(desk: _Desk) -> None:
    """Add what depends on the configuration alone."""
    site = desk.site
    desk.add("/accessibility/index.html", Subject("help"))
    if site.links:
        desk.add("/links/index.html", Subject("links"), site.links)
    if site.guide:
        desk.add("/guide/index.html", Subject("guide"), site.guide)
    for path, kind in (("/404.html", "missing"), ("/robots.txt", "robots")):
        desk.add(path, Subject(kind))
    for name, asset in read_assets().items():
        desk.add(asset.path, Subject("asset", name))


def _list_zones(desk: _Desk) -> tuple[tuple[str, tuple[tuple[str, tuple[int, ...]], ...]], ...]:
    return tuple(
        (zone.key, tuple((column.key, ()) for column in zone.columns if column.key in desk.racks.columns))
        for zone in _rank_zones(desk.site)
    )


def _add_map(desk: _Desk) -> None:
    """Add the map and the search: both name every column and agency that has something."""
    site = desk.site
    more = (site.zones, desk.annex.present, site.search)
    zones = _list_zones(desk)
    desk.add("/columns/index.html", Subject("columns", groups=zones), *more)
    if site.search:
        desk.add("/search/index.html", Subject("search", groups=zones), *more)


def _add_agency(desk: _Desk, agency: AgencyView, items: tuple[int, ...]) -> None:
    """Add an agency's page and feeds; `@` sets its key apart from a column's."""
    key = f"@{agency.key}"
    desk.add(f"{agency.path}index.html", Subject("agency", key, items=items), agency, desk.site.search)
    _add_feeds(desk, agency, key, items)


def _add_feeds(desk: _Desk, of: ColumnView | AgencyView, key: str, items: tuple[int, ...]) -> None:
    for path, kind in zip(of.feeds, FEEDS, strict=True):
        desk.add(path, Subject(kind, key, items=items), of)


def _add_directory(desk: _Desk, directory: Directory) -> None:
    """Add the drawers' pages, the months' data, the map of both; a page's key is its drawer's address.

    Filters stand on 最新 of everything only, so that a drawer's pages change with what is in it.
    """
    filters = list_filters(directory.counts)
    for drawer, stack in directory.drawers.items():
        paths = set(list_paths(drawer, stack.total))
        if f"{drawer.path}index.html" in paths:
            subject = Subject("directory", drawer.path, None, stack.newest, stack.total, stack.top)
            desk.add(f"{drawer.path}index.html", subject, drawer, filters if drawer == ALL else ())
        for number, items in stack.pages.items():
            last = number if number == stack.newest else 0
            subject = Subject("directory", drawer.path, number, last, None, items)
            desk.add(drawer.page(number), subject, drawer)
    for month, items in directory.files.items():
        for path, kind in zip(name_data(month), ("json", "csv"), strict=True):
            desk.add(path, Subject(f"directory {kind}", month, items=items))
    months = sorted(directory.months.items())
    desk.add("/directory/data/index.html", Subject("data"), months)
    desk.add("/directory/data/index.json", Subject("data json"), months)
    desk.add("/sitemaps/directory.xml", Subject("directory.xml"), sorted(directory.counts.items()))


def lay_out_files(paths: Collection[str]) -> dict[str, File]:
    """Give the files of items, attachments and images, whose address is made of their content, by path."""
    return {path: File(path, Subject("file", path), _seal_file(path)) for path in paths}


def lay_out_assets() -> dict[str, File]:
    """Give the style sheets and scripts by path, for a release that lays out nothing else that is fixed."""
    found = {
        asset.path: (name, hashlib.sha256(asset.raw).hexdigest()) for name, asset in read_assets().items()
    }
    return {path: File(path, Subject("asset", name), digest) for path, (name, digest) in found.items()}


def _seal_file(path: str) -> str:
    digest = read_file_hash(path)
    return hashlib.sha256(f"{digest} {MAKING}".encode()).hexdigest() if is_picture(path) else digest


def choose(layout: Layout, records: Mapping[str, PageRecord]) -> list[File]:
    """Give the files that are made from something else than what `records` say, in the order of addresses."""
    return [
        file
        for path, file in sorted(layout.files.items())
        if path not in records or records[path].inputs_hash != file.inputs_hash
    ]


def pair_files(layout: Layout, wanted: Collection[File]) -> Iterator[tuple[File, tuple[File, ...]]]:
    """Give each page together with what is made of it: itself, its traditional version, or both."""
    twins = {file.of: file for file in wanted if file.of}
    for file in wanted:
        if not file.of:
            twin = twins.pop(file.path, None)
            yield file, (file,) if twin is None else (file, twin)
    for path, twin in twins.items():
        yield layout.files[path], (twin,)


def see_frame(site: SiteView) -> str:
    """What every page shows, or is made by: a page is made anew when the way of making it changes."""
    zones = [(zone.key, zone.name) for zone in site.zones]
    shown = (bool(site.links), bool(site.guide), site.has_directory, site.search, site.traditional)
    return hashlib.sha256(repr((digest_room(), site.identity, zones, shown)).encode()).hexdigest()


def see_makings(site: SiteView) -> str:
    """Name all but the items that any page is made from: where it changed, every page is looked at.

    It begins with the frame: where that changed, every page is made anew.
    """
    return f"{see_frame(site)} {hashlib.sha256(repr(site).encode()).hexdigest()}"


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
    _add_feeds(desk, column, column.key, top)
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
                if column.key in columns and column.topic is None
            ),
        )
        for zone in _rank_zones(site)
    )
    topics = [column.key for column in site.topics if column.key in columns]
    desk.add("/index.html", Subject("front", groups=groups), site.zones, site.links, topics)


def _add_sitemaps(desk: _Desk) -> None:
    racks = desk.racks
    for block, places in racks.blocks.items():
        if places:
            desk.add(name_block(block), Subject("block", number=block), places)
    paths = list_lists(desk.site, racks, desk.annex)
    numbers = range(1, -(-len(paths) // LIMIT) + 1)
    for number in numbers:
        desk.add(name_columns(number), Subject("columns.xml", number=number), paths)
    desk.add("/sitemap.xml", Subject("sitemaps", newest=len(numbers)), sorted(racks.newest.items()))


def list_lists(site: SiteView, racks: Racks, annex: Annex) -> list[str]:
    """Give the address of every page that is neither an article nor in the directory."""
    shown = (("/guide/", site.guide), ("/links/", site.links), ("/accessibility/", True))
    paths = ["/", "/columns/", *(path for path, there in shown if there)]
    paths += [page.path for page in cut_roll(annex.present)]
    paths += [agency.path for agency in annex.present]
    for column in site.columns:
        if column.key in racks.columns:
            newest = racks.columns[column.key].count_pages(site.page_size)
            pages = [column.page(number) for number in range(1, newest + 1)] if newest > 1 else []
            paths += [column.path, *pages]
    return paths
