"""Which files a release holds, and what each is made from; decided purely, nothing is rendered here.

Every file has an `inputs_hash` over everything that it shows: a file whose hash is the one that the served
release has is not made again. An article's file depends on its own form, number, dates and column, and on the
portal's frame, so nothing in it changes when other items come or go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from errors import PublishError
from publish.assets import digest_room, read_assets
from publish.body import read_file_hash
from publish.shelf import Live, Shelf
from publish.sitemap import find_block, name_block
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
        """Every item whose form is needed to make it; the sitemap needs none."""
        if self.kind == "block":
            return ()
        return (*self.items, *(item for _, blocks in self.groups for _, items in blocks for item in items))


@dataclass(frozen=True)
class File:
    """One file of a release: its path in the tree, what it shows, the hash of all that it is made from."""

    path: str
    subject: Subject
    inputs_hash: str


@dataclass(frozen=True)
class Layout:
    """Every file of a release by its path, and the columns that have nothing to show."""

    files: Mapping[str, File]
    empty: tuple[ColumnView, ...]


@dataclass(frozen=True)
class _Desk:
    """What the files of one layout have in common."""

    site: SiteView
    shelf: Shelf
    frame: str
    columns: Mapping[str, tuple[Live, ...]]  # newest first
    files: dict[str, File] = field(default_factory=dict)

    def add(self, path: str, subject: Subject, *more: object) -> None:
        live = self.shelf.live
        facts = [live[item].facts for item in dict.fromkeys((*subject.items, *subject.shown))]
        text = "\0".join([self.frame, path, repr(subject), *facts, *map(repr, more)])
        self.files[path] = File(path, subject, hashlib.sha256(text.encode()).hexdigest())


def lay_out(shelf: Shelf, site: SiteView) -> Layout:
    """Say which files the portal has; raises PublishError for an item in a column that portal.yaml lacks."""
    columns = _sort_columns(shelf, site)
    desk = _Desk(site, shelf, _see_frame(site), columns)
    by_key = {column.key: column for column in site.columns}
    for live in shelf.live.values():
        column = by_key[live.gated.column_key]
        desk.add(live.publication.path, Subject("article", column.key, items=(live.item,)), column)
    for item, stone in shelf.stones.items():
        one, shown = stone.publication, by_key.get(stone.column_key or "")
        facts = (one.number, one.tombstone_at, one.tombstone_reason)
        desk.add(f"/gone{one.path}", Subject("gone", shown.key if shown else "", number=item), facts, shown)
    for key, rows in columns.items():
        _add_column(desk, by_key[key], rows)
    _add_front(desk)
    _add_sitemaps(desk)
    for path, kind in (("/404.html", "missing"), ("/robots.txt", "robots")):
        desk.add(path, Subject(kind))
    for name, asset in read_assets().items():
        desk.add(asset.path, Subject("asset", name))
    return Layout(desk.files, tuple(column for column in site.columns if column.key not in columns))


def seal_article(live: Live, site: SiteView) -> str:
    """Give the `inputs_hash` of one article alone."""
    key = live.gated.column_key
    column = next((one for one in site.columns if one.key == key), None)
    desk = _Desk(site, Shelf({live.item: live}, {}, {}), _see_frame(site), {})
    desk.add(live.publication.path, Subject("article", key, items=(live.item,)), column)
    return desk.files[live.publication.path].inputs_hash


def add_files(layout: Layout, paths: Collection[str]) -> Layout:
    """Add the items' attachments and images, whose address is made of their content."""
    more = {path: File(path, Subject("file", path), read_file_hash(path)) for path in paths}
    return Layout({**layout.files, **more}, layout.empty)


def choose(layout: Layout, records: Mapping[str, PageRecord], full: bool) -> list[File]:
    """Give the files that must be made: all of them, or those that are made from something else now."""
    return [
        file
        for path, file in sorted(layout.files.items())
        if full or path not in records or records[path].inputs_hash != file.inputs_hash
    ]


def _see_frame(site: SiteView) -> str:
    """What every page shows, or is made by: a page is made anew when the way of making it changes."""
    zones = [(zone.key, zone.name) for zone in site.zones]
    digest = hashlib.sha256(repr((digest_room(), site.identity, zones, bool(site.links))).encode())
    return digest.hexdigest()


def _sort_columns(shelf: Shelf, site: SiteView) -> dict[str, tuple[Live, ...]]:
    gathered: dict[str, list[Live]] = {}
    for live in shelf.live.values():
        gathered.setdefault(live.gated.column_key, []).append(live)
    unknown = sorted(gathered.keys() - {column.key for column in site.columns})
    if unknown:
        counts = ", ".join(f"{key} ({len(gathered[key])} items)" for key in unknown)
        raise PublishError(f"portal.yaml has no column {counts}: put it back, or move its items first")
    return {
        column.key: tuple(sorted(gathered[column.key], key=lambda live: -live.slot))
        for column in site.columns
        if column.key in gathered
    }


def _add_column(desk: _Desk, column: ColumnView, rows: tuple[Live, ...]) -> None:
    """Add 最新, the permanent pages and the feed of one column.

    Page k shows slots (k-1)N+1 to kN. The newest page links no newer one; once the next exists, page k is
    complete and what it links is fixed.
    """
    size = desk.site.page_size
    newest = -(-desk.shelf.last_slots[column.key] // size)
    top = tuple(live.item for live in rows[:size])
    siblings = [one for one in desk.site.columns if one.zone == column.zone and one.key in desk.columns]
    subject = Subject("list", column.key, newest=newest, total=len(rows), items=top)
    desk.add(f"{column.path}index.html", subject, column, siblings)
    desk.add(column.feed, Subject("feed", column.key, items=top), column)
    if newest == 1:
        return
    pages: dict[int, list[int]] = {number: [] for number in range(1, newest + 1)}
    for live in rows:
        pages[(live.slot - 1) // size + 1].append(live.item)
    for number, items in pages.items():
        last = number if number == newest else 0  # only the newest page knows that it is the newest
        subject = Subject("list", column.key, number, last, None, tuple(items))
        desk.add(column.page(number), subject, column)


def _find_period(zone: ZoneView) -> int:
    return min((column.period_days or NEVER for column in zone.columns), default=NEVER)


def _add_front(desk: _Desk) -> None:
    """Add the front page, what changes most often first, and the map of columns."""
    site = desk.site
    ranked = sorted(site.zones, key=lambda z: min((c.period_days or NEVER for c in z.columns), default=NEVER))
    groups = tuple(
        (
            zone.key,
            tuple(
                (column.key, tuple(live.item for live in desk.columns[column.key][: site.front_rows]))
                for column in zone.columns
                if column.key in desk.columns
            ),
        )
        for zone in ranked
    )
    desk.add("/index.html", Subject("front", groups=groups), site.zones, site.links)
    shown = tuple((zone, tuple((key, ()) for key, _ in blocks)) for zone, blocks in groups)
    desk.add("/columns/index.html", Subject("columns", groups=shown), site.zones)


def _add_sitemaps(desk: _Desk) -> None:
    blocks: dict[int, list[Live]] = {}
    for live in desk.shelf.live.values():
        blocks.setdefault(find_block(live.publication.number), []).append(live)
    newest = {}
    for block, lives in sorted(blocks.items()):
        lives.sort(key=lambda live: live.publication.number)
        desk.add(name_block(block), Subject("block", items=tuple(live.item for live in lives)))
        newest[name_block(block)] = max(live.updated for live in lives)
    pages = sorted(path for path, file in desk.files.items() if file.subject.kind == "list")
    desk.add("/sitemaps/columns.xml", Subject("columns.xml"), pages)
    desk.add("/sitemap.xml", Subject("sitemaps"), sorted(newest.items()))
