"""What must be right on a page before citizens see it: tags, dates, links, images, titles, weight.

Pages are ours, so that patterns find their parts; only addresses, tags and a few words are looked at, since a
release of thousands of pages is inspected while it is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from sys import intern
from urllib.parse import unquote

WEIGHT = 100 * 1024  # bytes of a page with its style sheet, without its item's own images
SITE = ("SiteName", "SiteDomain", "SiteIDCode")  # N13, on every page
COLUMN = (*SITE, "ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")  # on lists
ARTICLE = (*COLUMN, "ArticleTitle", "PubDate", "ContentSource")  # on articles

_FRAMES = 200  # kept to know them again; a portal has a few

_META = re.compile('<meta name="([^"]+)" content="([^"]*)"')
_NAMED = re.compile(r'<(?:a|link|img|script|form|area|source)\b[^>]*?\s(?:href|src|action)="([^"]*)"')
_IMAGE = re.compile(r"<img\b[^>]*>")
_TITLE = re.compile("<title>([^<]*)</title>")
_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
_HEADING = re.compile(r"<h1[ >]")
_ROWS = re.compile(r'<ul class="list rows[^"]*">(.*?)</ul>', re.DOTALL)


@dataclass(frozen=True)
class Flaw:
    """One thing that is not right: where, by which rule, in words; only a `grave` one holds a release."""

    path: str
    rule: str
    words: str
    grave: bool = True


@dataclass
class Inspection:
    """What is found page by page; `links` are inner addresses to be looked for, and who has them.

    `base` is the portal's address, `sheet` the bytes of its style sheet.
    """

    base: str
    sheet: int
    flaws: list[Flaw] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    _frames: set[str] = field(default_factory=set)

    def look(self, path: str, page: str, size: int) -> None:
        """Look at one page of HTML, of `size` bytes; its links are noted, to be asked for all at once."""
        head, own, frame = _cut(page)
        self.flaws += _look_at_tags(path, head)
        self.flaws += _look_at_text(path, page)
        self.flaws += _look_at_images(path, page)
        weight = size + self.sheet
        if weight > WEIGHT:
            article = _strip(path).startswith("/articles/")
            words = f"weighs {weight // 1024} KB with its style sheet, more than {WEIGHT // 1024}"
            self.flaws.append(Flaw(path, "weight", words, grave=not article))
        self._look_at_links(path, page, head)
        self._look_at_links(path, page, own)
        if frame not in self._frames:  # the same on thousands of pages
            if len(self._frames) < _FRAMES:
                self._frames.add(frame)
            self._look_at_links(path, page, frame)

    def _look_at_links(self, path: str, page: str, part: str) -> None:
        for address in set(_NAMED.findall(part)):
            target, _, anchor = (unescape(address) if "&" in address else address).partition("#")
            if not target:
                if anchor and f'id="{anchor}"' not in page:
                    self.flaws.append(Flaw(path, "link", f"#{anchor} is nowhere on the page"))
                continue
            inner = self._find_inner(target)
            if inner is not None and inner != path and inner not in self.links:
                self.links[intern(inner)] = path  # a full build has them all, as paths, already

    def _find_inner(self, target: str) -> str | None:
        """Give the file behind an address of the portal itself, None for any other address."""
        if target.startswith(f"{self.base}/"):
            target = target[len(self.base) :]
        if not target.startswith("/") or target.startswith("//"):
            return None
        place = unquote(target.partition("?")[0])
        return f"{place}index.html" if place.endswith("/") else place

    def put_off(self, find: Callable[[Collection[str]], Collection[str]]) -> dict[str, str]:
        """Give the links to files that are not there yet, with who has them: these are not asked for here."""
        there = find(self.links)
        owed = {target: page for target, page in self.links.items() if target not in there}
        for target in owed:
            del self.links[target]
        return owed

    def settle(self, find: Callable[[Collection[str]], Collection[str]]) -> list[Flaw]:
        """Give every flaw, once `find` has said which of the linked files are there."""
        there = set(find(self.links))
        lost = sorted(self.links.keys() - there)
        graves = set(find([f"/gone{path}" for path in lost]))
        for target in lost:
            page = self.links[target]
            if f"/gone{target}" in graves:
                self.flaws.append(Flaw(page, "link", f"leads to {target}, which was withdrawn", grave=False))
            else:
                self.flaws.append(Flaw(page, "link", f"leads to {target}, which is not there"))
        return sorted(self.flaws, key=lambda flaw: (not flaw.grave, flaw.rule, flaw.path))


def _cut(page: str) -> tuple[str, str, str]:
    """Cut a page into its head, what is its own, and the frame around that."""
    body, begin, end = page.find("<body"), page.find("<main"), page.rfind("</main>")
    if not 0 <= body <= begin <= end:
        return page, page, ""
    return page[:body], page[begin:end], page[body:begin] + page[end:]


def look_for_twins(titles: Iterable[tuple[str, str]]) -> Iterator[Flaw]:
    """Name pages with the title of another one (path, title); two articles may have the same."""
    first: dict[str, str] = {}
    for path, title in titles:
        if title in first:
            yield Flaw(path, "title", f"has the title of {first[title]}: {title}", grave=False)
        first.setdefault(title, path)


def read_title(page: str) -> str:
    """Give a page's title, "" where it has none."""
    found = _TITLE.search(page)
    return unescape(found[1]).strip() if found else ""


def _strip(path: str) -> str:
    return path.removeprefix("/zh-hant")


def _find_kind(path: str) -> tuple[str, tuple[str, ...]]:
    plain = _strip(path)
    if plain.startswith("/articles/"):
        return "article", ARTICLE
    if plain.startswith("/columns/") and plain != "/columns/index.html":
        return "column", COLUMN
    return "page", SITE


def _look_at_tags(path: str, page: str) -> Iterator[Flaw]:
    kind, wanted = _find_kind(path)
    tags = dict(_META.findall(page))
    missing = [name for name in wanted if not tags.get(name, "").strip()]
    if missing:
        yield Flaw(path, "tags", f"lacks the meta tags {', '.join(missing)}")
    if kind == "article" and "PubDate" not in missing and not _MINUTE.fullmatch(tags["PubDate"]):
        yield Flaw(path, "date", f"PubDate is {tags['PubDate']!r}, expected such as 2026-11-05 10:10")


def _look_at_text(path: str, page: str) -> Iterator[Flaw]:
    kind, _ = _find_kind(path)
    title = read_title(page)
    if not title or title.startswith("- "):
        yield Flaw(path, "title", "has no title")
    count = len(_HEADING.findall(page))
    if count != 1:
        yield Flaw(path, "heading", f"has {count} headings of the first rank, expected one")
    if kind == "article" and "<time" not in page:
        yield Flaw(path, "date", "shows no date")
    if kind == "column":
        rows = _ROWS.search(page)
        if rows is None and path.endswith("/index.html"):
            yield Flaw(path, "blank column", "shows nothing at all")
        if rows is not None and rows[1].count("<time") < rows[1].count("<li>"):
            yield Flaw(path, "date", "has rows without a date")


def _look_at_images(path: str, page: str) -> Iterator[Flaw]:
    for image in _IMAGE.findall(page) if "<img" in page else ():
        if " alt=" not in image:
            yield Flaw(path, "image", f"has no alternative: {image[:120]}")
        if " width=" not in image or " height=" not in image:
            yield Flaw(path, "image", f"has no width and height: {image[:120]}", grave=False)
