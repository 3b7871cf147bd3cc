"""Rows by the selectors that ops gave for a source (CSS): `rows`, and inside each `title`, `link`, `date`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import XPathError, _Element

from clock import PORTAL_ZONE
from errors import ReadingError
from reading.address import join
from reading.dates import read_date
from reading.page import Row
from reading.rows_groups import Group, candidate
from reading.rows_scan import Scan, squeeze
from reading.rows_titles import read_rows


def select(root: _Element, selector: str) -> list[_Element]:
    """The elements that a CSS selector names; raises ReadingError for a selector that is none."""
    try:
        found = CSSSelector(selector, translator="html")(root)
    except (SelectorError, XPathError) as error:
        raise ReadingError(f"not a CSS selector: {selector!r}") from error
    return [element for element in found if isinstance(element, _Element)] if isinstance(found, list) else []


def read_selected(
    scan: Scan, root: _Element, selectors: Mapping[str, str], base: str, fetched: datetime
) -> tuple[Row, ...]:
    """Read the rows that `selectors["rows"]` names; a part without a selector is found as in any row."""
    index = {node: i for i, node in enumerate(scan.nodes)}
    elements = [element for element in select(root, selectors["rows"]) if element in index]
    group = Group(0, tuple(candidate(scan, index[element]) for element in elements))
    if not any(selectors.get(part) for part in ("title", "link", "date")):
        return tuple(read_rows(scan, group, fetched))
    rows = []
    for element, one in zip(elements, group.rows, strict=True):
        found = read_rows(scan, Group(0, (one,)), fetched)
        if row := _read_parts(element, found[0] if found else None, selectors, base, fetched):
            rows.append(row)
    return tuple(rows)


def _read_parts(
    element: _Element, found: Row | None, selectors: Mapping[str, str], base: str, fetched: datetime
) -> Row | None:
    title, url, date = (found.title, found.url, found.date) if found else ("", "", None)
    if (named := _first(element, selectors.get("link"))) is not None:
        address = join(base, _href(named))
        url, title = address or url, _words(named) or title
    if (named := _first(element, selectors.get("title"))) is not None:
        title = _words(named)
    if selectors.get("date"):
        named = _first(element, selectors.get("date"))
        text = _text(named) if named is not None else ""
        date = read_date(text, fetched, fetched.astimezone(PORTAL_ZONE).year)
    return Row(title, url, date) if title and url else None


def _first(element: _Element, selector: str | None) -> _Element | None:
    return next(iter(select(element, selector)), None) if selector else None


def _href(element: _Element) -> str | None:
    link = element if element.get("href") else next(iter(element.iter("a")), None)
    return link.get("href") if link is not None else None


def _text(element: _Element) -> str:
    return squeeze("".join(map(str, element.itertext())))


def _words(element: _Element) -> str:
    """The title of an element: its words, or its `title` where they are cut."""
    text, told = _text(element), squeeze(element.get("title"))
    return told if told and (not text or re.search(r"…|\.\.+\s*$", text)) else text


def read_number(root: _Element, selector: str) -> int | None:
    """The first number in what a selector names: the promised count of rows."""
    element = _first(root, selector)
    found = re.search(r"\d{1,7}", _text(element)) if element is not None else None
    return int(found[0]) if found else None
