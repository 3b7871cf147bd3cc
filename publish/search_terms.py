"""What an item is found by: every two neighbouring characters of what its page says, folded; and its filters.

The script folds and cuts in the same way (static/search.js), so that what is found is what the page says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import lxml.html
from lxml.html import HtmlElement

from publish.fields import clean

# Where one of these begins or ends, a word does not go on.
_NAMES = """
    blockquote br caption dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td tfoot
    th thead tr ul
"""
BREAKS = frozenset(_NAMES.split())
_COUNTED = re.compile(r"(?=((?:[0-9a-z]..|.[0-9a-z].|..[0-9a-z])))")
_BRACKETS = {**dict.fromkeys("〔【〖［[（﹝", "("), **dict.fromkeys("〕】〗］]）﹞", ")")}


class _Folded(dict[int, str]):
    """A character as it is compared: its compatible form, small, every bracket the same."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        self[code] = "".join(_BRACKETS.get(one, one) for one in plain)
        return self[code]


_FOLDED = _Folded()


@dataclass(frozen=True)
class Terms:
    """The pairs of an item's title, of all of its page, and what filters know it by."""

    title: frozenset[str]
    page: frozenset[str]
    filters: frozenset[str]
    month: str


def fold(text: str) -> str:
    """Write a text as it is compared, one character at a time."""
    return text.translate(_FOLDED)


def cut(text: str) -> Iterator[str]:
    """Give every two neighbouring characters of a text, and every three with a Latin letter or a digit.

    Nothing goes on across a space or a break. Two digits say little: half of all items have 20 and 26.
    """
    for part in fold(text).split():
        yield from map("".join, pairwise(part))
        for found in _COUNTED.finditer(part):
            yield found[1]


def find_terms(form: Mapping[str, Any], path: str, column: str, agency: str | None) -> Terms:
    """Find the terms of an approved form, with its address, column and agency."""
    title = frozenset(cut(clean(form["title"])))
    words = [clean(form[name]) for name in ("doc_number", "index_number")]
    words += [clean(file.get("name")) for file in form["attachments"]]
    page = {pair for word in (*words, read_text(form["html"])) for pair in cut(word)}
    filters = {f"c:{column}", *([f"a:{agency}"] if agency else [])}
    return Terms(title, title | page, frozenset(filters), path[len("/articles/") : len("/articles/2026/11")])


def read_text(html: str) -> str:
    """Give a body's text, a line for each block of it."""
    if not html.strip():
        return ""
    parts: list[str] = []
    _walk(lxml.html.fragment_fromstring(clean(html), create_parent="div"), parts)
    return "".join(parts)


def _walk(root: HtmlElement, parts: list[str]) -> None:
    stack: list[tuple[HtmlElement, bool]] = [(root, False)]
    while stack:
        element, done = stack.pop()
        is_tag = isinstance(element.tag, str)
        if element.tag in BREAKS:
            parts.append("\n")
        if done:
            parts.append(element.tail or "")
            continue
        if is_tag:
            parts.append(element.text or "")
        stack.append((element, True))
        stack += [(child, False) for child in reversed(element)] if is_tag else []
