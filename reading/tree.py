"""From text to a tree: what would stall or silence the parser is named first."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element

from errors import ReadingError

MAX_CHARACTERS = 8 * 1024 * 1024
MAX_TAGS = 120_000
MAX_DEPTH = 400
MAX_ATTRIBUTES = 1000

# libxml2 stops at a NUL, and counts other controls as errors of the document.
_CONTROLS = bytes(n for n in range(32) if n not in (9, 10, 13))
_NEEDLESS = re.compile(rb"</(?:[hH][tT][mM][lL]|[bB][oO][dD][yY])\s*>")
_PROLOGUE = re.compile(r"\s*<\?xml[^>]*>")
_TAG_START = re.compile(r"<[a-zA-Z]")
# Text, scripts, tags of no more than a thousand attributes: 200 before a quote, 20 behind each of 40 values.
_VALUE = r"""(?:"[^"]{0,4000}+"|'[^']{0,4000}+')"""
_REST = rf"""[^<>"']{{0,400}}+(?:{_VALUE}\s*+[^<>"']{{0,40}}+){{0,40}}+>"""
_RAW = "|".join(rf"<{name}\b{_REST}(?:[^<]++|<(?!/{name}))*+" for name in ("script", "style"))
_ORDINARY = re.compile(rf"(?:[^<]++|<(?![a-z])|{_RAW}|<[a-z]{_REST})*+", re.I)
# Any element that stands deeper than the limit: one walk within libxml2.
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
# How long a tag must be to hold a thousand attributes.
_LONG_PIECE = 10 * MAX_ATTRIBUTES // 3
_TAG_PART = re.compile(r"[>\"']|[\s/]+(?=[^\s/>])")


def parse(text: str) -> _Element:
    """Parse a page's text; comments are left out.

    Raises ReadingError for an empty page, one over 8 Mi characters or 120,000 tags, one nested deeper
    than 400 elements, and a tag of more than 1000 attributes: what is slow, or silently read as nothing.
    """
    if len(text) > MAX_CHARACTERS:
        raise ReadingError(f"the page has {len(text)} characters, the limit is {MAX_CHARACTERS}")
    text = text.lstrip("\ufeff\0")
    if prologue := _PROLOGUE.match(text):
        text = text[prologue.end() :]
    raw = _NEEDLESS.sub(b"", text.encode("utf-8", "replace").translate(None, _CONTROLS))
    if (tags := raw.count(b"<")) > MAX_TAGS:
        raise ReadingError(f"the page has {tags} tags, the limit is {MAX_TAGS}")
    if _may_hide_attributes(raw, tags):
        _refuse_attributes(text)
    if not raw.strip():
        raise ReadingError("the page is empty")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(raw, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise ReadingError(f"the page is no markup: {error}") from error
    if root is None:
        raise ReadingError("the page is empty")
    if _TOO_DEEP(root):
        raise ReadingError(f"the page is nested deeper than {MAX_DEPTH} elements")
    return root


def _may_hide_attributes(raw: bytes, tags: int) -> bool:
    """Tell whether a long tag, or tags inside quotes, could hide a thousand attributes."""
    pieces = raw.split(b"<")  # a pattern would look at each sign
    if tags > MAX_ATTRIBUTES:
        ends = b"".join([piece[-1:] for piece in pieces[:-1]])
        if ends.count(b'"') + ends.count(b"'") + ends.count(b"=") > MAX_ATTRIBUTES:
            return True
    if max(map(len, pieces)) < _LONG_PIECE:
        return False
    return any(len(piece) >= _LONG_PIECE and _count_gaps(piece) > MAX_ATTRIBUTES for piece in pieces)


def _count_gaps(piece: bytes) -> int:
    """How many attributes a piece of a tag could hold at the most: something must part them."""
    return len(piece) - len(piece.translate(None, b" \t\n\r\f/\"'"))


def _refuse_attributes(text: str) -> None:
    """A long script looks like a long tag; so what is ordinary from end to end is passed by one match."""
    ordinary = _ORDINARY.match(text)
    if ordinary is None or ordinary.end() < len(text):
        _count_attributes(text)


def _count_attributes(text: str) -> None:
    """Walk the tags as a parser does; linear, since a quote that never closes is looked for once."""
    unclosed: set[str] = set()
    start = _TAG_START.search(text)
    while start:
        place, count = start.end(), 0
        while part := _TAG_PART.search(text, place):
            place, mark = part.end(), part[0]
            if mark == ">":
                break
            count += 1
            if count > MAX_ATTRIBUTES:
                raise ReadingError(f"a tag has more than {MAX_ATTRIBUTES} attributes")
            if mark in "\"'" and mark not in unclosed:
                end = text.find(mark, place)
                if end < 0:
                    unclosed.add(mark)
                else:
                    place = end + 1
        start = _TAG_START.search(text, place)


def join_words(element: _Element) -> str:
    """The words of an element and all that stands in it, as they come."""
    return "".join(map(str, element.itertext()))
