"""One article page read: its fields, its text, its documents, and what an editor should doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from lxml.cssselect import CSSSelector

from errors import ReadingError
from reading.address import join
from reading.attachments import find_attachments
from reading.body import Body, find_block, find_start, trim, weigh, worth_of
from reading.charset import Decoded, decode
from reading.clean import clean_text
from reading.credit import read_credit
from reading.faults import tell_fault, tell_file
from reading.families import Family
from reading.families.known import find_family
from reading.labels import Value, find_values
from reading.lines import Element, Sheet, read_lines
from reading.metas import Metas, read_metas, tell_date
from reading.next_page import find_next
from reading.page import Doubt, Hints, Page, Reading
from reading.published import read_issued, read_published
from reading.render import find_images, tell_html, tell_text
from reading.titles import Title, read_title
from reading.tree import parse

_DOC_NUMBER = re.compile(
    r"[\u4e00-\u9fffA-Za-z]{1,16}\s*[〔\[（(【]\s*(?:19|20)\d\d\s*[〕\]）)】]\s*第?\s*\d{1,5}\s*号"
)
_NO_HINTS = Hints()


def read_article(page: Page, hints: Hints = _NO_HINTS) -> Reading:
    """Read one article page; never raises: a page that holds nothing to keep says why in `fault`."""
    fault = tell_file(page.raw)
    if fault:
        return Reading(page.url, fault=fault)
    decoded = decode(page.raw, page.content_type)
    try:
        root = parse(decoded.text)
    except ReadingError as error:
        return Reading(page.url, charset=decoded.charset, fault=str(error))
    return _Article(page, hints, decoded, root).read()


class _Article:
    """One page while it is read: each part once, in the order in which they need each other."""

    def __init__(self, page: Page, hints: Hints, decoded: Decoded, root: Element) -> None:
        self.page, self.hints, self.decoded, self.root = page, hints, decoded, root
        self.base = _base(root, page.url)
        self.metas: Metas = read_metas(root)
        self.family: Family | None = find_family(decoded.text)
        self.sheet: Sheet = read_lines(root)

    def read(self) -> Reading:
        worths = weigh(self.sheet, self.metas.get("<title>", ""))
        block, worth, origin = self._find_block(worths)
        start = find_start(self.sheet, block, worths)
        title = read_title(self.sheet, self.metas, start, self._selected("article_title"))
        body = trim(self.sheet, block, title.words, origin, worth, worths)
        near = self._near(title, body)
        values = find_values((n, self.sheet.lines[n]) for n in near)
        fields = {**_first(self._outside(title, body)), **_first(values)}
        text = tell_text(self.sheet, body)
        images = find_images(self.sheet, body, self.base)
        attachments = find_attachments(self._document_links(title, body), self.base)
        held = len(text) >= 10 or images or attachments
        fault = tell_fault(self.sheet, self.decoded.text, title.words, len(text))
        reading = Reading(
            url=self.page.url,
            title=title.words,
            text=text,
            html=tell_html(self.sheet, body, images, self.base),
            attachments=attachments,
            images=tuple(images.values()),
            origins={"title": title.origin, "body": body.origin},
            family=self.family.name if self.family else None,
            charset=self.decoded.charset,
            next_url=find_next((link for _, link in self.sheet.links), self.decoded.text, self.base),
            fault=fault or (None if held else "no body"),
        )
        reading = self._with_dates(reading, near, values, fields, body)
        return self._with_fields(reading, fields, body)

    def _with_dates(
        self, reading: Reading, near: list[int], values: list[Value], fields: Mapping[str, Value], body: Body
    ) -> Reading:
        """Publication and source, with their origins and doubts."""
        told = tell_date(self.metas)
        published = read_published(self.sheet, near, values, told, self.page.fetched)
        kept = body.numbers()
        ends = [*kept[-3:], *range(body.last, min(body.last + 4, len(self.sheet.lines)))]
        site = self.hints.site_name or self.metas.get("sitename")
        issuers = [value for name, value in fields.items() if name == "issuer"]
        credit = read_credit(self.sheet, [*values, *issuers], near, [*kept[:1], *ends], self.metas, site)
        doubts = (*published.doubts, *credit.doubts, *self._doubts(reading))
        origins = {**reading.origins, "published": published.origin, "credit": credit.origin}
        return replace(
            reading,
            published=published.value,
            credit=credit.words,
            doubts=doubts,
            origins={name: origin for name, origin in origins.items() if origin},
        )

    def _with_fields(self, reading: Reading, fields: Mapping[str, Value], body: Body) -> Reading:
        """The fields of the disclosure table, and what the head says where the page is silent."""
        say = {name: clean_text(value.words) or None for name, value in fields.items()}
        number = say.get("doc_number") or self._number_in_text(reading.title, body)
        return replace(
            reading,
            issued=read_issued([value for value in fields.values() if value.field == "issued"]),
            author=say.get("author") or say.get("editor") or self.metas.get("author"),
            doc_number=number if number and _DOC_NUMBER.search(number) else None,
            index_number=say.get("index_number"),
            issuer=say.get("issuer"),
            topic=say.get("topic"),
            validity=say.get("validity"),
            summary=say.get("summary") or self.metas.get("description"),
            list_name=self.metas.get("columnname"),
        )

    def _doubts(self, reading: Reading) -> tuple[Doubt, ...]:
        doubts = []
        if self.decoded.doubt:
            doubts.append(Doubt("body", self.decoded.doubt))
        if not reading.title:
            doubts.append(Doubt("title", "没有读到标题"))
        elif re.search(r"(?:\.{3}|…)$", reading.title):
            doubts.append(Doubt("title", "标题可能不完整"))
        return tuple(doubts)

    def _number_in_text(self, title: str | None, body: Body) -> str | None:
        """A 发文字号 that stands alone on one of the first lines."""
        for number in [*range(max(0, body.first - 3), body.first), *body.numbers()[:4]]:
            text = self.sheet.lines[number].text
            found = _DOC_NUMBER.search(text)
            if found and len(text) <= len(found[0]) + 4:
                return found[0]
        return None

    def _find_block(self, worths: list[float]) -> tuple[Element, float, str]:
        """The block of the text: the selector's, the family's where it holds enough, else by its worth."""
        block, worth = find_block(self.sheet, worths)
        for candidate, name in self._declared():
            mine = worth_of(self.sheet, worths, candidate)
            if name == "selector" or (mine > 0 and mine >= 0.5 * worth):
                return candidate, mine, name
        return block, worth, "structure"

    def _declared(self) -> list[tuple[Element, str]]:
        """The containers that the source's selector and the family name, as blocks of the sheet."""
        found: list[tuple[Element, str]] = []
        if selector := self.hints.selectors.get("body"):
            found += [(node, "selector") for node in _select(self.root, selector)[:1]]
        for path in self.family.containers if self.family else ():
            nodes = [node for node in self.root.xpath(path) if node in self.sheet.spans]
            found += [(node, "family") for node in nodes[:3]]
        return [(_block_of(self.sheet, node), name) for node, name in found]

    def _near(self, title: Title, body: Body) -> list[int]:
        """The lines around the title and after the text, the likeliest first."""
        count = len(self.sheet.lines)
        start = title.line if title.line is not None and title.line < body.first else max(0, body.first - 12)
        between = list(range(start, min(body.first, start + 40)))
        before = list(range(start - 1, max(-1, start - 9), -1))
        kept = set(body.numbers())
        inside = [n for n in range(body.first, body.last) if n not in kept][:10]
        behind = [n for n in range(body.last, min(count, body.last + 14))]
        return [n for n in [*between, *before, *inside, *behind] if not self._is_menu(n)]

    def _is_menu(self, number: int) -> bool:
        line = self.sheet.lines[number]
        return line.linked > 0.8 * len(line.text)

    def _outside(self, title: Title, body: Body) -> list[Value]:
        """Values of the disclosure table, which stands anywhere before the text."""
        start = max(0, body.first - 80)
        return find_values((n, self.sheet.lines[n]) for n in range(start, body.first))

    def _document_links(self, title: Title, body: Body) -> list[Element]:
        """Links in the text and beside it: from the title on, as far as the page's frame."""
        first = title.line if title.line is not None and title.line <= body.first else body.first
        kept = body.last + 40
        return [link for place, link in self.sheet.links if first <= place <= kept]

    def _selected(self, name: str) -> str | None:
        """The words at the source's own selector."""
        selector = self.hints.selectors.get(name)
        nodes = _select(self.root, selector) if selector else []
        return clean_text(" ".join(nodes[0].itertext())) or None if nodes else None


def _first(values: list[Value]) -> dict[str, Value]:
    """Of each field the first value that says something."""
    first: dict[str, Value] = {}
    for value in values:
        if value.words.strip(" -—无") and value.field not in first:
            first[value.field] = value
    return first


def _select(root: Element, selector: str) -> list[Element]:
    """The elements at a CSS selector (sources.yaml has been checked, so a bad one is a fault of ours)."""
    return list(CSSSelector(selector, translator="html")(root))


def _block_of(sheet: Sheet, node: Element) -> Element:
    """The element itself, or the nearest block around it that has lines of its own."""
    while node not in sheet.spans and (parent := node.getparent()) is not None:
        node = parent
    return node if node in sheet.spans else sheet.root


def _base(root: Element, url: str) -> str:
    """What links are relative to: the page's own address; `<base>` moves links, never the page."""
    base = root.find(".//base")
    href = base.get("href") if base is not None else None
    return (join(url, href) or url) if href else url
