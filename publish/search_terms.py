"""What an item is found by: every two neighbouring characters of what its page says, folded; and its filters.

The script folds and cuts in the same way (static/search.js), so that what is found is what the page says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
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
_COUNTED = re.compile(r"(?=((?:[0-9a-z]..|.[0-9a-z。,].|..[0-9a-z])))")
_BRACKETS = {**dict.fromkeys("〔【〖［[（﹝", "("), **dict.fromkeys("〕】〗］]）﹞", ")")}


class _Folded(dict[int, str]):
    """A character as it is compared: its compatible form, small, every bracket the same."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        self[code] = "".join(_BRACKETS.get(one, one) for one in plain)
        return self[code]


_FOLDED = _Folded()


class _Codes(dict[str, bytes]):
    """A character as one of 127 codes, by which what follows a term is told apart; 0 where nothing does."""

    def __missing__(self, one: str) -> bytes:
        self[one] = bytes([ord(one) % 127 + 1])
        return self[one]


_END = "\n"
_CODES = _Codes({_END: b"\0"})


@dataclass(frozen=True)
class Terms:
    """The terms of an item's title, those of all of its page, and what filters know it by.

    Each term of the page has the codes of the characters that follow it there: in order, each once, the high
    bit of all but the last one set.
    """

    title: frozenset[str]
    page: Mapping[str, bytes]
    filters: frozenset[str]
    month: str


def fold(text: str) -> str:
    """Write a text as it is compared, one character at a time."""
    return text.translate(_FOLDED)


def cut(text: str) -> Iterator[tuple[str, str]]:
    """Give every two characters of a text, every three with a digit or around a stop, and what follows each.

    Nothing goes on across a space or a break: there a line's end follows. Two digits say little, and so does
    what ends a clause: half of all items have 20 and 26, and a third some common character before a stop.
    """
    for part in fold(text).split():
        yield from zip(map("".join, pairwise(part)), part[2:] + _END, strict=False)
        for found in _COUNTED.finditer(part):
            yield found[1], part[found.end(1) : found.end(1) + 1] or _END


def find_terms(form: Mapping[str, Any], path: str, column: str, agency: str | None) -> Terms:
    """Find the terms of an approved form, with its address, column and agency."""
    title = clean(form["title"])
    words = [title, *(clean(form[name]) for name in ("doc_number", "index_number"))]
    words += [clean(file.get("name")) for file in form["attachments"]]
    page = _code([*words, read_text(form["html"])])
    filters = {f"c:{column}", *([f"a:{agency}"] if agency else [])}
    month = path[len("/articles/") : len("/articles/2026/11")]
    return Terms(frozenset(term for term, _ in cut(title)), page, frozenset(filters), month)


def _code(texts: Iterable[str]) -> dict[str, bytes]:
    """Give the terms of texts, each with its codes; this is where an index spends its time."""
    found: dict[str, bytes] = {}
    several = set()
    for text in texts:
        for term, after in cut(text):
            code, known = _CODES[after], found.get(term)
            if known is None:
                found[term] = code
            elif code not in known:
                found[term] = known + code
                several.add(term)
    for term in several:
        *rest, last = sorted(found[term])
        found[term] = bytes([*(code | 128 for code in rest), last])
    return found


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
