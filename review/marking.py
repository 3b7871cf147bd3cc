"""Numbers in the preview where a finding or a doubt stands, so that eye and list find each other. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import lxml.html
from lxml.html import HtmlElement

# The field -> where the publisher's page shows it; a label stands in its list of terms.
_LABELS = {
    "credit": ("来源",),
    "author": ("作者",),
    "published": ("原文发布", "发布时间"),
    "issued": ("成文日期",),
    "doc_number": ("发文字号",),
    "index_number": ("索引号",),
    "issuer": ("发布机构",),
    "topic": ("主题分类",),
    "validity": ("有效性",),
    "address": ("原文链接",),
}
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Spot:
    """One numbered thing to look at: the field it is in, the words, and its tone (`red`, `warn` or none)."""

    number: int
    field: str
    words: str
    tone: str


def mark_page(html: str, spots: Sequence[Spot], style: str) -> str:
    """Put numbers into a page of the publisher's; `style` is the address of the marks' own style sheet.

    What cannot be found by its words is marked at its field, and what the page does not show, not at all.
    """
    if not spots:
        return html
    root = lxml.html.document_fromstring(html)  # our own page, so no guard of the reading is asked
    head = root.find("head")
    articles = _ask(root, "//article[contains(@class, 'art')]")
    if head is None or not articles:
        return html
    link = lxml.html.Element("link")
    link.set("rel", "stylesheet")
    link.set("href", style)
    head.append(link)
    for spot in spots:
        _mark(articles[0], spot)
    return f"<!doctype html>\n{lxml.html.tostring(root, encoding='unicode')}"


def _ask(element: HtmlElement, path: str) -> list[HtmlElement]:
    return cast(list[HtmlElement], element.xpath(path))


def _mark(article: HtmlElement, spot: Spot) -> None:
    places = _find_places(article, spot.field)
    if spot.words and any(_wrap(place, spot) for place in places):
        return
    if not places:
        return
    place = places[0]
    while len(place) == 1 and not (place.text or "").strip() and isinstance(place[0].tag, str):
        place = place[0]
    whole = "" if len(place) else place.text or ""  # a value is marked whole, a text at its beginning
    sign = _sign(spot, whole)
    sign.tail = None if whole else place.text
    place.text = None
    place.insert(0, sign)


def _find_places(article: HtmlElement, field: str) -> list[HtmlElement]:
    if field == "title":
        return _ask(article, ".//h1")
    if field in ("html", "body", "images"):
        return _ask(article, ".//div[@class='body']")
    if field == "attachments" or field.startswith("附件："):
        name = field.partition("：")[2]
        names = _ask(article, ".//section[@class='att']//li/a/span[not(@class)]")
        named = [one for one in names if name in one.text_content()]
        return named if name and named else _ask(article, ".//section[@class='att']/h2")
    terms = {one.text_content(): one.getnext() for one in reversed(_ask(article, ".//dt"))}
    found = (terms.get(label) for label in _LABELS.get(field, ()))
    return [one for one in found if one is not None][:1]


def _wrap(place: HtmlElement, spot: Spot) -> bool:
    """Put a mark around the words, whatever blanks, tags and hidden marks are between their characters."""
    pieces = list(_list_pieces(place))
    match = re.search(
        r"\s*".join(map(re.escape, _SPACE.sub("", spot.words))), "".join(one[2] for one in pieces)
    )
    if match is None:
        return False
    held: list[tuple[HtmlElement, str, str, int, int]] = []
    at = 0
    for element, part, text in pieces:
        start, end = max(match.start() - at, 0), min(match.end() - at, len(text))
        if start < end and not text.isspace():
            held.append((element, part, text, start, end))
        at += len(text)
    for number in reversed(range(len(held))):  # backwards, so that what stands before stays
        element, part, text, start, end = held[number]
        sign = _sign(spot, text[start:end])
        if number:
            del sign.attrib["id"]
        if number < len(held) - 1:
            sign.remove(sign[0])
        _put(sign, element, part, text[:start], text[end:])
    return True


def _list_pieces(place: HtmlElement) -> Iterator[tuple[HtmlElement, str, str]]:
    """Give the stretches of text below an element in their order; what is marked already parts them."""

    def walk(element: HtmlElement) -> Iterator[tuple[HtmlElement, str, str]]:
        if not isinstance(element.tag, str) or "fx" in (element.get("class") or "").split():
            yield element, "", "\0"
        else:
            yield element, "text", element.text or ""
            for inner in element:
                yield from walk(inner)
        if element is not place:
            yield element, "tail", element.tail or ""

    yield from walk(place)


def _put(sign: HtmlElement, element: HtmlElement, part: str, before: str, behind: str) -> None:
    """Put a mark into a stretch of text, between what stands before and behind it."""
    if part == "text":
        element.text = before
        element.insert(0, sign)
    else:
        element.tail = None  # lxml moves the tail along with an element that is put behind another one
        element.addnext(sign)
        element.tail = before
    sign.tail = behind


def _sign(spot: Spot, words: str = "") -> HtmlElement:
    sign = lxml.html.Element("span")
    sign.set("class", f"fx {spot.tone}".strip())
    sign.set("id", f"m{spot.number}")
    sign.set("data-mark", str(spot.number))
    sign.text = words
    number = lxml.html.Element("sup")
    number.text = str(spot.number)
    sign.append(number)
    return sign
