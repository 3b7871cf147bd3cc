"""大汉 JCMS lists: records of HTML inside a `<datastore>`, alone or in a page; what to ask for next.

The records stand in `<record><![CDATA[…]]></record>`; `<nextgroup>` holds the address of the following ones;
without it the address's own `startrecord` and `endrecord` are moved on.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import lxml.html

from errors import ReadingError
from reading.address import join
from reading.tree import parse

PROXY = "/module/web/jpage/dataproxy.jsp"
_TOTAL = re.compile(r"""<totalrecord>\s*(\d{1,7})|totalRecord["']?\s*[:=]\s*["']?(\d{1,7})""", re.I)
_PAGES = re.compile(r"<totalpage>\s*(\d{1,6})", re.I)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'>\s]+)""", re.I)
_PROXY = re.compile(r"""["']([^"'\s]*/jpage/dataproxy\.jsp[^"'\s]*)["']""")
_NAMES = (
    "col",
    "appid",
    "webid",
    "path",
    "columnid",
    "sourceContentType",
    "unitid",
    "webname",
    "permissiontype",
)
_PER_PAGE = re.compile(r"""per_?page["']?\s*[:=]\s*["']?(\d{1,3})\b""", re.I)
_GROUP = re.compile(r"""groupSize["']?\s*[:=]\s*["']?(\d{1,2})\b""", re.I)


@dataclass(frozen=True)
class Store:
    """What a `<datastore>` holds: HTML records, counts, the link to the following records."""

    records: tuple[str, ...]
    total: int | None
    pages: int | None
    following: str | None


def find_store(text: str) -> Store | None:
    """Find the datastore with the most records in an answer or a page; None where there is none."""
    parts = re.split(r"<datastore[^>]*>", text, flags=re.I)[1:]
    stores = [_read_store(part.partition("</datastore>")[0]) for part in parts]
    best = max(stores, key=lambda store: len(store.records), default=None)
    if best and best.total is None and len(stores) == 1 and (total := _TOTAL.search(text)):
        return Store(best.records, int(total[1] or total[2]), best.pages, best.following)
    return best


def _read_store(text: str) -> Store:
    records = [_uncover(part.partition("</record>")[0]) for part in text.split("<record>")[1:]]
    head = text.partition("<record>")[0]
    total, pages = _TOTAL.search(head), _PAGES.search(head)
    group = re.search(r"<nextgroup>(.{0,2000}?)</nextgroup>", text, re.S)
    href = _HREF.search(group[1]) if group else None
    return Store(
        tuple(record for record in records if record),
        int(total[1] or total[2]) if total else None,
        int(pages[1]) if pages else None,
        html.unescape(href[1]) if href else None,
    )


def _uncover(record: str) -> str:
    """The markup of a record, out of its CDATA or its entities."""
    record = record.strip()
    if record.startswith("<![CDATA["):
        return record[9:].removesuffix("]]>").strip()
    return html.unescape(record) if record.startswith("&lt;") else record


def build_tree(records: tuple[str, ...]) -> lxml.html.HtmlElement:
    """Put the records into one tree, each under its own `section` whatever it left open.

    Raises ReadingError as `tree.parse` does.
    """
    root = parse("<div></div>")
    body = root.find("body")
    if body is None:
        raise ReadingError("no place for the records")
    for record in records:
        section = lxml.html.Element("section")
        inner = parse(f"<div>{record}</div>").find("body")
        if inner is not None:
            section.extend(list(inner))
        body.append(section)
    return root


def find_following(store: Store, url: str) -> str | None:
    """The address of the records after these: the store's own link, else the window moved on."""
    if store.following:
        address = join(url, store.following)
        return address if address and address != url and store.records else None
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    named = {name.lower(): value for name, value in query}
    try:
        start, end = int(named["startrecord"]), int(named["endrecord"])
    except (KeyError, ValueError):
        return None
    if end < start or store.total is None or end >= store.total or not store.records:
        return None
    window = {"startrecord": end + 1, "endrecord": min(2 * end - start + 1, store.total)}
    moved = [(name, str(window.get(name.lower(), value))) for name, value in query]
    return urlunsplit(parts._replace(query=urlencode(moved)))


def find_request(scripts: str, url: str, have: int = 0) -> str | None:
    """Build the request that fills a JCMS list from the parameters in its page's script, after `have` rows.

    None without a data proxy in the script, or without its column and unit.
    """
    found = _PROXY.search(scripts)
    address = join(url, html.unescape(found[1])) if found else None
    if not address:
        return None
    if "columnid=" in address.lower() and "unitid=" in address.lower():
        return address
    named = {name: value for name in _NAMES if (value := _parameter(scripts, name))}
    if "columnid" not in named or "unitid" not in named:
        return None
    each, size = _PER_PAGE.search(scripts), _GROUP.search(scripts)
    page = int(each[1]) if each else 15
    count = max(1, page * (int(size[1]) if size else 3))
    window = {"startrecord": str(have + 1), "endrecord": str(have + count), "perpage": str(page)}
    return urlunsplit(urlsplit(address)._replace(query=urlencode({**window, **named})))


def _parameter(scripts: str, name: str) -> str | None:
    found = re.search(
        rf"""[\W]{name}["']?\s*[:=]\s*(?:"([^"]{{0,200}})"|'([^']{{0,200}})'|([\w./:-]{{1,80}}))""", scripts
    )
    return (found[1] or found[2] or found[3]) if found else None
