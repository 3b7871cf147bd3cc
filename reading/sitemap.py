"""Sitemaps and their indexes (sitemaps.org 0.9, plain or gzip): addresses of articles with their last change.

A sitemap is written by the site, so it is read boundedly: no document type, no entity, no file, no network.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname
from urllib.parse import urlsplit

from lxml import etree

from errors import ReadingError
from reading.address import join
from reading.feeds import read_moment
from reading.page import ListPage, Page, Row
from reading.rows_scan import squeeze

MAX_BYTES = 32 << 20
MAX_ROWS = 5_000
MAX_PARTS = 200
_HEAD = re.compile(
    r"(?:<\?[^>]*>\s*|<!--.{0,2000}?-->\s*)*(?:<!DOCTYPE\s.{0,3000}?>\s*)?<(?:[\w.-]+:)?(?:urlset|sitemapindex)[\s>/]",
    re.S,
)
_ADDRESS = re.compile(r"https?://([^/:?#\s@]+)(?::\d+)?(/[^#\s]*)?(?:#.*)?$", re.I)
_GZIP = b"\x1f\x8b"
# Front pages and lists of columns are no articles; documents and pictures belong to the page that links them.
_NO_ARTICLE = re.compile(
    r"/$|/(?:index|list|default|home|main)(?:_\d+)?\.\w{2,5}$|\.(?:jpe?g|png|gif|mp4|mp3|pdf|docx?|xlsx?|pptx?|zip|rar|js|css|xml|gz)$",
    re.I,
)


@dataclass(frozen=True)
class _Entry:
    """One entry as it is written."""

    loc: str
    lastmod: str
    title: str


def is_sitemap(text: str) -> bool:
    """Say whether a text begins as a sitemap or an index of sitemaps does."""
    return _HEAD.match(text[:6000].lstrip("\ufeff \t\r\n")) is not None


def unpack(raw: bytes) -> bytes:
    """Unpack a gzip answer; anything else comes back as it is.

    Raises ReadingError for one that is broken, cut off, or larger than 32 MB inside.
    """
    if not raw.startswith(_GZIP):
        return raw
    reader = zlib.decompressobj(wbits=31)
    try:
        inner = reader.decompress(raw, MAX_BYTES + 1)
    except zlib.error as error:
        raise ReadingError(f"the packed answer is broken: {error}") from error
    if len(inner) > MAX_BYTES:
        raise ReadingError(f"the packed answer holds more than {MAX_BYTES >> 20} MB")
    if not reader.eof:
        raise ReadingError("the packed answer is cut off")
    return inner


def read_sitemap(page: Page, text: str, under: tuple[str, ...] = ()) -> ListPage:
    """Read a sitemap's addresses as rows, the newest change first, or an index's sitemaps as `parts`.

    Rows are those whose address begins with one of `under` (paths, or whole addresses; without any the
    sitemap's own folder, as the protocol has it), on the same host. They have no title, and their date is
    `lastmod`; where all of many are the same it tells of the sitemap, not of the pages, and is left out.

    Raises ReadingError for a sitemap with a document type.
    """
    root = _parse(text)
    if etree.QName(root).localname == "sitemapindex":
        return _read_index(page, root)
    places = [_split(place) for one in under or (_folder(page.url),) if (place := join(page.url, one))]
    entries = list(_read_entries(root))
    wanted = [entry for entry in entries if _is_wanted(entry.loc, places)]
    # Before dates are read and addresses joined, which is what costs: the forms of one sitemap are alike.
    wanted.sort(key=lambda entry: entry.lastmod, reverse=True)
    same = len(wanted) > 3 and len({entry.lastmod for entry in wanted}) == 1
    rows = tuple(row for entry in wanted[:MAX_ROWS] if (row := _read_row(entry, page, same)))
    cut = f"the newest {MAX_ROWS} of {len(wanted)} addresses are read" if len(wanted) > MAX_ROWS else None
    status = "ok" if rows else "no_rows" if entries else "empty"
    return ListPage(page.url, rows, status, family="sitemap", cut=cut)


def _parse(text: str) -> etree._Element:
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text[:6000], re.I):
        raise ReadingError("a sitemap with a document type is not read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False
    )
    plain = re.sub(r"^[\ufeff\s]*<\?xml[^>]*>", "", text)
    try:
        root = etree.fromstring(plain.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise ReadingError(f"the sitemap is broken: {error}") from error
    if root is None or not isinstance(root.tag, str):
        raise ReadingError("the sitemap is broken")
    return root


def _read_index(page: Page, root: etree._Element) -> ListPage:
    """The sitemaps of an index on its own host, those that changed last first."""
    host = _split(page.url)[0]
    found = sorted(_read_entries(root), key=lambda entry: entry.lastmod, reverse=True)
    own = (join(page.url, entry.loc) for entry in found if _split(entry.loc)[0] == host)
    parts = tuple(dict.fromkeys(part for part in own if part and part != page.url))
    cut = f"the newest {MAX_PARTS} of {len(parts)} sitemaps are read" if len(parts) > MAX_PARTS else None
    status = "second_request" if parts else "empty"
    return ListPage(page.url, status=status, family="sitemap", parts=parts[:MAX_PARTS], cut=cut)


def _read_entries(root: etree._Element) -> Iterator[_Entry]:
    """The entries; a picture's or a film's own address and title stand deeper, and are not the page's."""
    for entry in root:
        loc = lastmod = title = ""
        for part in entry:
            name = str(part.tag).rpartition("}")[2]
            if name == "loc":
                loc = (part.text or "").strip()
            elif name == "lastmod":
                lastmod = (part.text or "").strip()
            elif name == "news":
                title = next((inner.text or "" for inner in part.iter("{*}title")), "")
        if loc:
            yield _Entry(loc, lastmod, title)


def _read_row(entry: _Entry, page: Page, same: bool) -> Row | None:
    address = join(page.url, entry.loc)
    date = None if same else read_moment(entry.lastmod, page.fetched)
    return Row(squeeze(entry.title), address, date) if address else None


def _is_wanted(address: str, places: list[tuple[str, str]]) -> bool:
    """An article under one of the places: the same host, and a path that begins with the place's."""
    host, path = _split(address)
    if not any(host == there and path.startswith(start) for there, start in places):
        return False
    return _NO_ARTICLE.search(path) is None


def _split(address: str) -> tuple[str, str]:
    """The host and the path (with its query) of a whole address; both empty for anything else."""
    found = _ADDRESS.match(address)
    return (found[1].lower(), found[2] or "/") if found else ("", "")


def _folder(url: str) -> str:
    return f"{dirname(urlsplit(url).path).rstrip('/')}/"
