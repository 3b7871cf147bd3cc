"""Reading a list page: its rows, its next page, what it promises, or the word that says why it shows none."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import lxml.html

from errors import ReadingError
from reading.address import join
from reading.charset import decode
from reading.families.known import find_list_family
from reading.feeds import is_feed, read_feed
from reading.jpage import build_tree, find_following, find_request, find_store
from reading.json_list import find_markup, read_json, read_tree
from reading.numbered import turn_by_form, turn_by_query, turn_page
from reading.page import BINARY, Hints, ListPage, Page, Row
from reading.paging import Turn, find_selected, read_turn
from reading.rows import Found, find_rows
from reading.rows_groups import Group, candidate
from reading.rows_scan import Scan
from reading.rows_selected import read_number, read_selected, select
from reading.rows_titles import read_rows
from reading.sitemap import is_sitemap, read_sitemap, unpack
from reading.status import explain, find_fault, has_empty_list
from reading.tree import MAX_CHARACTERS, parse


def read_list(page: Page, hints: Hints | None = None) -> ListPage:
    """Read a list page of any kind: HTML, 大汉 jpage XML (alone or in a page), JSON, RSS and Atom, sitemaps.

    `hints.kind` is `auto` (look at the answer), `html`, `jpage`, `json`, `feed` or `sitemap`.
    `hints.selectors` (CSS) may name `rows` and inside each `title`, `link`, `date`; for the page `next` and
    `promised`; `hints.paths` the same of JSON, `hints.paging` how the pages are numbered; what is not named
    is found.
    Rows come in the page's order, pinned ones too; each has its whole title, an absolute address and the
    date as stated (ISO), or None. Relative times count from `page.fetched`.

    `status` is `ok`, or a word of `reading.status`: then `rows` is empty, and for `second_request` `next` is
    the address that fills the list, where the page's script names it (`parts` for an index of sitemaps).
    `promised` counts rows, `pages` pages, only where the page states them.

    Raises ReadingError for what cannot be parsed: an empty answer, one that is no text, one over the limits
    of `reading.tree`, a selector that is none. Pure: reads no file, opens no connection.
    """
    hints = hints or Hints()
    page = replace(page, raw=unpack(page.raw))
    if page.raw.startswith(BINARY):
        raise ReadingError("the answer is no page but a document or other binary data")
    decoded = decode(page.raw, page.content_type)
    if len(decoded.text) > MAX_CHARACTERS:
        raise ReadingError(f"the page has {len(decoded.text)} characters, the limit is {MAX_CHARACTERS}")
    read = _read_by_kind(page, decoded.text, decoded.charset, hints)
    family = read.family or _find_family(decoded.text)
    read = replace(read, charset=decoded.charset, family=family)
    counted = hints.paging if not (read.parts or read.form) else None
    return turn_page(replace(read, cut=None), counted) if counted else read


def _read_by_kind(page: Page, text: str, charset: str, hints: Hints) -> ListPage:
    """Read the answer as what it is, or as what ops say it is."""
    kind = hints.kind
    if kind == "feed" or (kind == "auto" and is_feed(text)):
        return read_feed(page, text, charset)
    if kind in ("auto", "sitemap") and is_sitemap(text):
        return read_sitemap(page, text, hints.under)
    tree = read_tree(text) if kind in ("auto", "json") else None
    if tree is not None:
        return _read_json(page, tree, hints)
    read = _read_jpage(page, text) if kind in ("auto", "jpage") else None
    read = read or _read_html(page, text, hints)
    if kind in ("json", "sitemap"):  # a firewall's page, an error page: never rows of something else
        return ListPage(page.url, status="no_rows" if read.rows else read.status)
    return read


def _read_json(page: Page, tree: object, hints: Hints) -> ListPage:
    read = turn_by_form(turn_by_query(read_json(page, tree, hints.paths)), page.form)
    markup = find_markup(tree) if not read.rows and hints.paths.rows is None else None
    inner = _read_html(page, markup, hints) if markup else None
    return replace(inner, family="json") if inner and inner.rows else read


def _find_family(text: str) -> str | None:
    family = find_list_family(text)
    return family.name if family is not None else None


def _read_jpage(page: Page, text: str) -> ListPage | None:
    """Read the records of a datastore; None where the page has none, or an empty one among other rows."""
    store = find_store(text) if "<datastore" in text else None
    alone = text.lstrip("\ufeff \t\r\n").startswith(("<datastore", "<?xml"))
    if store is None or not (store.records or alone):
        return None
    scan = Scan(build_tree(store.records), page.url)
    sections = tuple(
        candidate(scan, i) for i, tag in enumerate(scan.tags) if tag == "section" and scan.depth[i] == 2
    )
    rows = tuple(read_rows(scan, Group(0, sections), page.fetched))
    following = find_following(store, page.url)
    if following is None and not alone and store.total and len(rows) < store.total:
        following = find_request(text, page.url, len(rows))
    if not rows and not alone:
        return None
    status = "ok" if rows else "empty" if not store.total else "no_rows"
    promised = store.total if store.total and store.total >= len(rows) else None
    return ListPage(page.url, rows, status, following, promised, store.pages, "jcms")


def _read_html(page: Page, text: str, hints: Hints) -> ListPage:
    root = parse(text)
    base = _find_base(root, page.url)
    scan = Scan(root, base)
    scripts = "\n".join(scan.nodes[i].text or "" for i, tag in enumerate(scan.tags) if tag == "script")
    selectors = {part: css for part, css in hints.selectors.items() if css}
    rows: tuple[Row, ...] = ()
    if "rows" in selectors:
        rows = read_selected(scan, root, selectors, base, page.fetched)
    elif find_fault(scan, text, by_title=True) is None:
        found = find_rows(scan, page.fetched, page.url)
        rows = found.rows
        if rows and (found.beside or not found.dated):
            rows = rows if _is_all(found, scan, text, scripts, base) else ()
    if not rows:
        status, lead = explain(scan, text, scripts, _with_fragment(base, page.url))
        return ListPage(
            page.url, status=status, next=lead.url if lead else None, form=lead.form if lead else None
        )
    turn = _adjust(read_turn(scan, scripts, base, rows), scan, root, selectors, page.url)
    return ListPage(page.url, rows, "ok", turn.next, turn.promised, turn.pages, cut=turn.cut, form=turn.form)


def _with_fragment(base: str, url: str) -> str:
    """The base with the fragment of the page's own address, which names the column of a script's list."""
    path, _, fragment = url.partition("#")
    return url if base == path and fragment else base


def _is_all(found: Found, scan: Scan, text: str, scripts: str, base: str) -> bool:
    """Say whether a list beside, or one without dates, is all: the page may say that more comes."""
    word, _ = explain(scan, text, scripts, base)
    if word == "second_request" and not found.beside:
        return not has_empty_list(scan)
    return word in ("no_rows", "browser")


def _adjust(turn: Turn, scan: Scan, root: lxml.html.HtmlElement, selectors: dict[str, str], url: str) -> Turn:
    """Let ops' own selectors for the next page and the count stand before what was found."""
    if "next" in selectors:
        named = set(select(root, selectors["next"]))
        places = [i for i, node in enumerate(scan.nodes) if node in named]
        turn = replace(turn, next=find_selected(scan, places, url), cut=None, form=None)
    if "promised" in selectors:
        turn = replace(turn, promised=read_number(root, selectors["promised"]))
    return turn


def _find_base(root: lxml.html.HtmlElement, url: str) -> str:
    """What links are relative to: `<base href>` where it is an address, else the page's own."""
    element = root.find(".//base[@href]")
    base = join(url, element.get("href")) if element is not None else None
    return base if base and urlsplit(base).scheme in ("http", "https") else url
