"""From text to a tree: what would stall or silence the parser is named first."""

from __future__ import annotations

import re

import lxml.html
from lxml import etree

from errors import ReadingError

MAX_CHARACTERS = 8 * 1024 * 1024
MAX_TAGS = 120_000
MAX_DEPTH = 400
MAX_ATTRIBUTES = 1000

# libxml2 stops at a NUL, and counts other controls as errors of the document.
_CONTROLS = bytes(n for n in range(32) if n not in (9, 10, 13))
_NEEDLESS = re.compile(rb"</(?:[hH][tT][mM][lL]|[bB][oO][dD][yY])\s*>")
_PROLOGUE = re.compile(r"\s*<\?xml[^>]*>")
_TAG = re.compile(
    r"<(/?)(?:div|span|font|b|i|u|a|em|strong|ul|ol|dl|table|section|article|center|form|blockquote"
    r"|big|small|sub|sup|tt|s|strike|code|h[1-6]|main|aside|nav|header|footer|fieldset|o:p|svg|g|object)\b",
    re.I,
)
_TAG_START = re.compile(r"<[a-zA-Z]")
# Text, scripts, tags of no more than a thousand attributes: 200 before a quote, 20 behind each of 40 values.
_VALUE = r"""(?:"[^"]{0,4000}+"|'[^']{0,4000}+')"""
_REST = rf"""[^<>"']{{0,400}}+(?:{_VALUE}\s*+[^<>"']{{0,40}}+){{0,40}}+>"""
_RAW = "|".join(rf"<{name}\b{_REST}(?:[^<]++|<(?!/{name}))*+" for name in ("script", "style"))
_ORDINARY = re.compile(rf"(?:[^<]++|<(?![a-z])|{_RAW}|<[a-z]{_REST})*+", re.I)
_TAG_PART = re.compile(r"[>\"']|[\s/]+(?=[^\s/>])")


def parse(text: str) -> lxml.html.HtmlElement:
    """Parse a page's text; comments are left out.

    Raises ReadingError for an empty page, one over 8 Mi characters or 120,000 tags, one nested deeper
    than 400 elements, and a tag of more than 1000 attributes: what is slow, or silently read as nothing.
    """
    if len(text) > MAX_CHARACTERS:
        raise ReadingError(f"the page has {len(text)} characters, the limit is {MAX_CHARACTERS}")
    text = text.lstrip("\ufeff\0")
    if prologue := _PROLOGUE.match(text):
        text = text[prologue.end() :]
    if (tags := text.count("<")) > MAX_TAGS:
        raise ReadingError(f"the page has {tags} tags, the limit is {MAX_TAGS}")
    _refuse_attributes(text)
    deep = _estimate_depth(text) > MAX_DEPTH // 2
    raw = _NEEDLESS.sub(b"", text.encode("utf-8", "replace").translate(None, _CONTROLS))
    if not raw.strip():
        raise ReadingError("the page is empty")
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = lxml.html.document_fromstring(raw, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise ReadingError(f"the page is no markup: {error}") from error
    if deep and _measure_depth(root) > MAX_DEPTH:
        raise ReadingError(f"the page is nested deeper than {MAX_DEPTH} elements")
    return root


def _estimate_depth(text: str) -> int:
    """An upper bound of the nesting of elements that do not close by themselves, in one pass."""
    depth = deepest = 0
    for closing in _TAG.findall(text):
        if not closing:
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest


def _measure_depth(root: lxml.html.HtmlElement) -> int:
    """The nesting of the tree itself; stops once it is over the limit."""
    level, depth = [root], 0
    while level and depth <= MAX_DEPTH:
        level, depth = [child for node in level for child in node], depth + 1
    return depth


def _refuse_attributes(text: str) -> None:
    """Look closer only where a long tag, or tags inside quotes, could hide a thousand attributes.

    A long script looks like a long tag; so what is ordinary from end to end is passed by one match.
    """
    longest = max(map(len, text.split("<")))
    quoted = text.count('"<') + text.count("'<") + text.count("=<")
    if longest <= 10 * MAX_ATTRIBUTES // 3 and quoted <= MAX_ATTRIBUTES:
        return
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
