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
# A tag of no more than a thousand attributes: 200 before a value, 20 behind each of 40 values. A quote opens
# a value behind the sign of equality only; elsewhere it is a letter of a name.
_VALUE = rb"""=\s*+(?:"[^"]*+"|'[^']*+'|)"""
_REST = rb"[a-zA-Z][^<>=]{0,400}+(?:" + _VALUE + rb"\s*+[^<>=]{0,40}+){0,40}+>"
_RAW = b"|".join(
    rb"<(?=(?i:%b)\b)%b(?:[^<]++|<(?!/(?i:%b)))*+" % (name, _REST, name) for name in (b"script", b"style")
)
_TAG = rb"(?:/|(?![sS])%b|(?!(?i:script|style)\b)%b|(?![a-zA-Z]))" % (_REST, _REST)
_ORDINARY = re.compile(rb"(?:[^<]*+(?:<%b|%b))*+[^<]*+" % (_TAG, _RAW))
_PART = re.compile(rb"(>)|=\s*+([\"'])|[\s/]++(?=[^\s/>])")
# Any element that stands deeper than the limit: one walk within libxml2.
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")


def parse(text: str, raw: bytes | None = None) -> _Element:
    """Parse a page's text; comments are left out. `raw` is the text in UTF-8, where somebody has it.

    Raises ReadingError for an empty page, one over 8 Mi characters or 120,000 tags, one nested deeper
    than 400 elements, and a tag of more than 1000 attributes: what is slow, or silently read as nothing.
    """
    if len(text) > MAX_CHARACTERS:
        raise ReadingError(f"the page has {len(text)} characters, the limit is {MAX_CHARACTERS}")
    size = len(text)
    text = text.lstrip("\ufeff\0")
    if prologue := _PROLOGUE.match(text):
        text = text[prologue.end() :]
    if raw is None or len(text) < size:
        raw = text.encode("utf-8", "replace")
    raw = _NEEDLESS.sub(b"", raw.translate(None, _CONTROLS))
    if (tags := raw.count(b"<")) > MAX_TAGS:
        raise ReadingError(f"the page has {tags} tags, the limit is {MAX_TAGS}")
    _refuse_attributes(raw)
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


def _refuse_attributes(raw: bytes) -> None:
    """Pass what is ordinary by one match, and count the attributes of each tag that is not."""
    place = 0
    while (ordinary := _ORDINARY.match(raw, place)) and (place := ordinary.end()) < len(raw):
        place = _pass_tag(raw, place + 1)


def _pass_tag(raw: bytes, place: int) -> int:
    """Walk the tag whose name begins at a place as a parser does, and give its end."""
    count = 0
    while part := _PART.search(raw, place):
        place = part.end()
        if part[1]:
            return place
        if part[2]:
            place = raw.find(part[2], place) + 1
            if place == 0:
                break
        if not part[2] or raw[place : place + 1].strip(b" \t\n\r\f/>"):
            count += 1  # the next one begins, with or without a blank before it
        if count > MAX_ATTRIBUTES:
            raise ReadingError(f"a tag has more than {MAX_ATTRIBUTES} attributes")
    return len(raw)


def join_words(element: _Element) -> str:
    """The words of an element and all that stands in it, as they come."""
    return "".join(map(str, element.itertext()))
