"""What a list page calls itself: the names of its site and of its column, for a person to choose by."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from errors import ReadingError
from reading.charset import decode
from reading.clean import clean_text
from reading.page import Page

_META = re.compile(r"<meta\b[^>]{0,400}>", re.I)
_ATTRIBUTE = re.compile(r"""\b(name|content)\s*=\s*(?:"([^"]{0,200})"|'([^']{0,200})')""", re.I)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})</title", re.I)
_SPLIT = re.compile(r"\s*(?:[-_|—–·>»]+|\s{2,})\s*")
_REACH = 65_536


@dataclass(frozen=True)
class Head:
    """The names as stated by the meta tags (N13) or the title; None where neither says one."""

    site: str | None = None
    column: str | None = None


def read_head(page: Page) -> Head:
    """Read the names from a page's head; a page that cannot be decoded has none."""
    try:
        text = decode(page.raw, page.content_type).text[:_REACH]
    except ReadingError:
        return Head()
    metas = dict(reversed([pair for tag in _META.findall(text) if (pair := _read_meta(tag))]))
    site, column = metas.get("sitename"), metas.get("columnname")
    found = _TITLE.search(text)
    parts = [part for part in _SPLIT.split(_clean(found[1])) if part] if found else []
    if site is None and len(parts) > 1:
        site = parts[-1]
    named = column or next((part for part in parts if part != site), None)
    return Head(site, named[:40] if named else None)


def _read_meta(tag: str) -> tuple[str, str] | None:
    said = {found[1].lower(): found[2] or found[3] or "" for found in _ATTRIBUTE.finditer(tag)}
    name, content = said.get("name", "").lower(), _clean(said.get("content", ""))
    return (name, content) if name and content else None


def _clean(text: str) -> str:
    return clean_text(html.unescape(text))
