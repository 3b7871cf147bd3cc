"""From a planned file to its bytes: views put together from the shelf and the items' rows, then rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from clock import read_time
from publish import directory, feeds, pages, sitemap
from publish.assets import read_assets
from publish.directory import DirectoryPage, Drawer
from publish.fields import see_article
from publish.gather import Stores, read_checked
from publish.plan import File, Layout, Subject, list_lists
from publish.roll import cut_roll
from publish.shelf import Shelf
from publish.traditional import convert_page
from publish.views import (
    AgencyPage,
    AgencyView,
    BlockView,
    ColumnView,
    Entry,
    FrontZoneView,
    GoneView,
    ListView,
    Pager,
    RowView,
    SiteView,
    ZoneView,
)
from store.forms import Form


@dataclass(frozen=True)
class Renderer:
    """What every file of one release is rendered with; `rows` are the items that lists show."""

    site: SiteView
    shelf: Shelf
    layout: Layout
    rows: Mapping[int, RowView]

    def render_article(self, file: File, form: Form) -> bytes:
        """Render an article from its form, whose hash the caller has checked."""
        live = self.shelf.live[file.subject.items[0]]
        one = live.publication
        column = self._column(file.subject.key)
        published = read_time(one.first_published)
        view = see_article(one.number, form, one.path, column, published, self.site.identity.name)
        return pages.render_article(view, self.site).encode()

    def render(self, file: File) -> bytes:
        """Render any other file but an item's attachment or image."""
        subject = file.subject
        if subject.kind == "asset":
            return read_assets()[subject.key].raw
        makers: dict[str, Callable[[Subject], str]] = {
            "front": self._front,
            "list": self._list,
            "feed": lambda subject: feeds.render_feed(*self._newest(subject), self.site),
            "rss": lambda subject: feeds.render_rss(*self._newest(subject), self.site),
            "json feed": lambda subject: feeds.render_json_feed(*self._newest(subject), self.site),
            "gone": self._gone,
            "columns": self._map,
            "agency": self._agency,
            "agencies": self._roll,
            "directory": self._directory,
            "directory json": lambda subject: directory.write_json(self._rows(subject.items), self.site),
            "directory csv": lambda subject: directory.write_csv(self._rows(subject.items), self.site),
            "data": lambda _: pages.render_data(self._months(), self.site),
            "data json": lambda _: directory.write_index(self._months(), self.site),
            "directory.xml": self._directory_xml,
            "links": lambda _: pages.render_links(self.site),
            "guide": lambda _: pages.render_guide(self.site),
            "help": lambda _: pages.render_help(self.site),
            "search": self._search,
            "block": self._block,
            "columns.xml": self._columns_xml,
            "sitemaps": self._sitemaps,
            "missing": lambda _: pages.render_missing(self.site),
            "robots": lambda _: sitemap.render_robots(self.site),
        }
        return makers[subject.kind](subject).encode()

    def _column(self, key: str) -> ColumnView:
        return next(column for column in self.site.columns if column.key == key)

    def _rows(self, items: tuple[int, ...]) -> tuple[RowView, ...]:
        return tuple(self.rows[item] for item in items)

    def _front(self, subject: Subject) -> str:
        zones = {zone.key: zone for zone in self.site.zones}
        views = tuple(
            FrontZoneView(
                zones[key],
                tuple(BlockView(self._column(column), self._rows(items)) for column, items in blocks),
            )
            for key, blocks in subject.groups
        )
        topics = tuple(one for one in self.site.topics if one.key in self.layout.racks.columns)
        return pages.render_front(views, self.site, topics)

    def _map(self, subject: Subject) -> str:
        return pages.render_columns(self._zones(subject), self.site, self.layout.annex.present)

    def _search(self, subject: Subject) -> str:
        return pages.render_search(self._zones(subject), self.site, self.layout.annex.present)

    def _agency(self, subject: Subject) -> str:
        return pages.render_agency(
            AgencyPage(self._find_agency(subject.key), self._rows(subject.items)), self.site
        )

    def _roll(self, subject: Subject) -> str:
        page = cut_roll(self.layout.annex.present)[(subject.number or 1) - 1]
        return pages.render_agencies(page, self.site)

    def _find_agency(self, key: str) -> AgencyView:
        return next(agency for agency in self.site.agencies if f"@{agency.key}" == key)

    def _directory(self, subject: Subject) -> str:
        """Render a page of the directory; what its drawer is called stands with the layout."""
        drawer, found = self._drawers[subject.key], self.layout.annex.directory
        is_first = drawer == directory.ALL and subject.number is None
        filters = directory.list_filters(found.counts) if is_first and found is not None else ()
        rows, pager = self._rows(subject.items), _see_pager(subject)
        return pages.render_directory(DirectoryPage(drawer, rows, pager, subject.total, filters), self.site)

    @cached_property
    def _drawers(self) -> dict[str, Drawer]:
        found = self.layout.annex.directory
        return {drawer.path: drawer for drawer in (found.drawers if found is not None else ())}

    def _months(self) -> Mapping[str, int]:
        found = self.layout.annex.directory
        return found.months if found is not None else {}

    def _directory_xml(self, _: Subject) -> str:
        found = self.layout.annex.directory
        paths = [
            path.removesuffix("index.html")
            for drawer, count in sorted(found.counts.items() if found is not None else ())
            for path in directory.list_paths(drawer, count)
        ]
        entries = tuple(Entry(path, None) for path in (*paths, "/directory/data/"))
        return sitemap.render_entries(entries, self.site)

    def _zones(self, subject: Subject) -> tuple[ZoneView, ...]:
        shown = {key for _, blocks in subject.groups for key, _ in blocks}
        return tuple(
            ZoneView(zone.key, zone.name, zone.note, tuple(c for c in zone.columns if c.key in shown))
            for zone in self.site.zones
        )

    def _list(self, subject: Subject) -> str:
        column = self._column(subject.key)
        siblings: tuple[ColumnView, ...] = ()
        if subject.number is None:
            zone = next(zone for zone in self.site.zones if zone.key == column.zone)
            siblings = tuple(one for one in zone.columns if one not in self.layout.empty)
        rows, pager = self._rows(subject.items), _see_pager(subject)
        return pages.render_list(ListView(column, rows, pager, subject.total, siblings), self.site)

    def _newest(self, subject: Subject) -> tuple[ColumnView | AgencyView, tuple[RowView, ...]]:
        of = self._find_agency(subject.key) if subject.key.startswith("@") else self._column(subject.key)
        return of, self._rows(subject.items)

    def _gone(self, subject: Subject) -> str:
        one = self.shelf.stones[subject.number or 0].publication
        column = self._column(subject.key) if subject.key else None
        at = read_time(one.tombstone_at or one.first_published)
        return pages.render_gone(GoneView(one.number, one.path, column, at, one.tombstone_reason), self.site)

    def _block(self, subject: Subject) -> str:
        places = self.layout.racks.blocks[subject.number or 0]
        entries = tuple(Entry(place.path, place.updated) for place in places)
        return sitemap.render_entries(entries, self.site)

    def _columns_xml(self, subject: Subject) -> str:
        end = (subject.number or 1) * sitemap.LIMIT
        paths = list_lists(self.site, self.layout.racks, self.layout.annex)[end - sitemap.LIMIT : end]
        return sitemap.render_entries(tuple(Entry(path, None) for path in paths), self.site)

    def _sitemaps(self, subject: Subject) -> str:
        entries = [Entry(sitemap.name_columns(number), None) for number in range(1, subject.newest + 1)]
        if self.site.has_directory:
            entries.append(Entry("/sitemaps/directory.xml", None))
        newest = sorted(self.layout.racks.newest.items())
        entries += [Entry(sitemap.name_block(block), at) for block, at in newest]
        return sitemap.render_index(tuple(entries), self.site)


def _see_pager(subject: Subject) -> Pager:
    """Say where a page of a column or a drawer stands; the newest permanent page links no newer one."""
    number = subject.number
    if number is None:
        return Pager(None, subject.newest, None, None)
    return Pager(number, 0, number - 1 or None, None if subject.newest == number else number + 1)


def render_all(
    stores: Stores,
    renderer: Renderer,
    pairs: Iterable[tuple[File, tuple[File, ...]]],
    read_file: Callable[[str], bytes | None],
    lists_made: Callable[[], None] = lambda: None,
) -> Iterator[tuple[File, bytes | None]]:
    """Render pages, each with what is made of it, articles last; an item's own files come from `read_file`.

    `lists_made` is called when no rows are needed any more: of a full build they are a tenth of the memory.

    None for a file that is not kept, and for an article whose form is not the approved one.
    """
    articles: dict[int, tuple[File, ...]] = {}
    for file, made in pairs:
        if file.subject.kind == "article":
            articles[file.subject.items[0]] = made
        else:
            raw = read_file(file.path) if file.subject.kind == "file" else renderer.render(file)
            yield from _pair(made, raw, renderer.site)
    lists_made()
    rows = [renderer.shelf.live[item].gated for item in articles]
    for row, form in read_checked(stores, rows):
        made = articles.pop(row.item)
        file = renderer.layout.files[made[0].of or made[0].path]
        page = renderer.render_article(file, form) if form is not None else None
        yield from _pair(made, page, renderer.site)


def _pair(made: tuple[File, ...], raw: bytes | None, site: SiteView) -> Iterator[tuple[File, bytes | None]]:
    """Give a page itself, its traditional version, or both."""
    for file in made:
        yield file, convert_page(raw.decode(), site.absolute("")).encode() if raw and file.of else raw
