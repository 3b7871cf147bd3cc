"""One article page read: its fields, its text, its documents, and what an editor should doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import takewhile

from errors import ReadingError
from reading.address import join
from reading.attachments import find_attachments
from reading.body import find_block, find_under, weigh, worth_of
from reading.charset import Decoded, decode
from reading.clean import clean_text, squash
from reading.credit import read_credit
from reading.edges import Body, find_start, trim
from reading.families import Family
from reading.families.known import find_family
from reading.faults import tell_fault, tell_file
from reading.frames import is_foot
from reading.labels import Value, find_values
from reading.lines import Element, Sheet, read_lines
from reading.metas import Metas, read_metas, tell_date
from reading.next_page import find_next
from reading.page import Doubt, Hints, Page, Reading
from reading.places import Places
from reading.published import read_issued, read_published
from reading.render import find_images, tell_html, tell_text
from reading.slow import read_slowly
from reading.titles import Title, find_line, read_title
from reading.tree import parse

_DOC_NUMBER = re.compile(
    r"[\u4e00-\u9fffA-Za-z]{1,16}\s*[〔\[（(【]\s*(?:19|20)\d\d\s*[〕\]）)】]\s*第?\s*\d{1,5}\s*号"
)
_REPEALED = re.compile(
    r"[\s【\[(（]*(?:本文件|该文件|此文件|此件)?(?:已|全文|部分)?(?:被)?(?:废止|失效)[\s】\])）]*"
)
_UNKNOWN = re.compile(r"(?:未知|佚名|暂无|无|admin|管理员|null|-+)$", re.I)
_LEAD = re.compile(r"^[^:：]{0,8}[:：]\s*(?=\D)|^(?:发布|更新|发表)?(?:时间|日期)\s*[:：]\s*")
_NO_HINTS = Hints()
# Fewer characters, without a picture or a document, are no article but what is left of a page.
_LEAST = 20
# More markup than this is not given to trafilatura.
_HEAVY = 500_000
# Fewer make an editor look.
_SHORT = 60
# A block worth more than this is the text, wherever the title stands.
_SURE = 400.0
# Where a field was read that no label of the page names.
_OTHERWISE = {
    **dict.fromkeys(("issued", "index_number", "issuer", "topic"), "label"),
    **dict.fromkeys(("author", "summary", "list_name"), "meta"),
    **dict.fromkeys(("doc_number", "validity"), "beside the title"),
}


def read_article(page: Page, hints: Hints = _NO_HINTS) -> Reading:
    """Read one article page; never raises: a page that holds nothing to keep says why in `fault`."""
    opened = open_page(page)
    return opened if isinstance(opened, Reading) else Article(opened, hints).read()


@dataclass(frozen=True)
class Opened:
    """A page parsed once for all that is read of it; its head is read here, since walks take it out."""

    page: Page
    decoded: Decoded
    root: Element
    metas: Metas
    base: str


def open_page(page: Page) -> Opened | Reading:
    """Decode and parse a page; a Reading with its fault where that fails."""
    fault = tell_file(page.raw)
    if fault:
        return Reading(page.url, fault=fault)
    decoded = decode(page.raw, page.content_type)
    try:
        root = parse(decoded.text, decoded.raw)
    except ReadingError as error:
        return Reading(page.url, charset=decoded.charset, fault=str(error))
    return Opened(page, decoded, root, read_metas(root), _base(root, page.url))


class Article:
    """One page while it is read: each part once, in the order in which they need each other.

    With a `sheet` only that part of the page is looked at, as one of a CMS that is known already.
    """

    def __init__(
        self, opened: Opened, hints: Hints, sheet: Sheet | None = None, family: Family | None = None
    ) -> None:
        self.page, self.decoded, self.root = opened.page, opened.decoded, opened.root
        self.hints, self.base, self.metas = hints, opened.base, opened.metas
        self.whole = sheet is None
        self.family = find_family(self.decoded.text, self.page.url) if sheet is None else family
        self.places = Places(self.root if sheet is None else sheet.root, hints.selectors, self.family)
        self.sheet = read_lines(self.root) if sheet is None else sheet
        self.title, self.body = self._find_text()
        self.between = self._between()
        self.values = [*self._selected_values(), *self._values()]
        self.fields = _first([*self.values, *self._table()])

    def read(self) -> Reading:
        """The page's parts put together."""
        text = tell_text(self.sheet, self.body)
        images = find_images(self.sheet, self.body, self.base)
        html = tell_html(self.sheet, self.body, images, self.base)
        attachments = find_attachments(self._links_beside(), self.base)
        origin = self.body.origin
        least = _LEAST if origin == "structure" else 1
        if len(text) < least and not images and not attachments:
            text, html = read_slowly(self.decoded.text) if self._may_hold_text() else ("", "")
            origin = "trafilatura" if text else ""
        reading = self._with_dates(
            self._with_fields(
                Reading(
                    url=self.page.url,
                    title=self.title.words,
                    text=text,
                    html=html,
                    attachments=attachments,
                    images=tuple(images.values()),
                    origins={"title": self.title.origin, "body": origin},
                    family=self.family.name if self.family else None,
                    charset=self.decoded.charset,
                    next_url=find_next((link for _, link in self.sheet.links), self.decoded.text, self.base),
                )
            )
        )
        return replace(reading, fault=self._tell_fault(reading))

    def _tell_fault(self, reading: Reading) -> str | None:
        """Why there is nothing to keep, where there is not."""
        stated, headed = reading.published is not None, self._is_headed()
        fault = tell_fault(self.sheet, self.decoded.text, reading.title, len(reading.text), stated, headed)
        if not fault and not reading.text and not reading.images and not reading.attachments:
            return "no body"
        return fault

    def _is_headed(self) -> bool:
        """Tell whether a title of its own stands on the page and in `<title>`, as an error page has none."""
        key = squash(self.title.words or "")
        return self.title.line is not None and len(key) >= 8 and key in squash(self.metas.get("<title>", ""))

    def _with_dates(self, reading: Reading) -> Reading:
        """Publication and source, with their origins and doubts."""
        kept = self.body.numbers()
        ends = [*kept[:1], *kept[-3:], *self._behind(4)]
        published = read_published(
            self.sheet,
            self.between,
            self._behind(4),
            self.values,
            tell_date(self.metas),
            self.page.fetched,
            title=self.title.words or "",
        )
        issuer = self.fields.get("issuer")
        credit = read_credit(
            self.sheet,
            self.values,
            self.between,
            ends,
            self.metas,
            site=self.hints.site_name or self.metas.get("sitename"),
            title=self.title.words or "",
            issuer=issuer.words if issuer else None,
        )
        origins = {**reading.origins, "published": published.origin, "credit": credit.origin}
        return replace(
            reading,
            published=published.value,
            credit=credit.words,
            doubts=(*published.doubts, *credit.doubts, *self._doubts(reading)),
            origins={name: origin for name, origin in origins.items() if origin},
        )

    def _with_fields(self, reading: Reading) -> Reading:
        """The fields of the disclosure table, and what the head says where the page is silent."""
        say = {name: clean_text(value.words) or None for name, value in self.fields.items()}
        number = say.get("doc_number") or self._number_in_text()
        author = say.get("author") or say.get("editor") or self.metas.get("author")
        said = {name for name, words in say.items() if words}
        read = replace(
            reading,
            issued=read_issued(list(self.fields.values())),
            author=author if author and not _UNKNOWN.match(author) else None,
            doc_number=number if number and _DOC_NUMBER.search(number) else None,
            index_number=say.get("index_number"),
            issuer=say.get("issuer"),
            topic=say.get("topic"),
            validity=say.get("validity") or self._repealed(),
            summary=say.get("summary") or self.metas.get("description"),
            list_name=self.metas.get("columnname"),
        )
        if "editor" in said:
            said.add("author")
        ways = {name: "label" if name in said else other for name, other in _OTHERWISE.items()}
        stated = {name: way for name, way in ways.items() if getattr(read, name)}
        return replace(read, origins={**reading.origins, **stated})

    def _doubts(self, reading: Reading) -> tuple[Doubt, ...]:
        doubts = []
        if self.decoded.doubt:
            doubts.append(Doubt("body", self.decoded.doubt))
        if len(reading.text) < _SHORT and not reading.fault and not reading.attachments:
            doubts.append(Doubt("body", "正文很短，请核对原文"))
        if not reading.title:
            doubts.append(Doubt("title", "没有读到标题"))
        elif re.search(r"(?:\.{3}|…)$", reading.title):
            doubts.append(Doubt("title", "标题可能不完整"))
        return tuple(doubts)

    def _number_in_text(self) -> str | None:
        """A 发文字号 that stands alone on a line beside the title, or on one of the first of the text."""
        for number in [*self.between, *self.body.numbers()[:4]]:
            text = self.sheet.lines[number].text
            found = _DOC_NUMBER.search(text) if len(text) < 60 else None
            if found and len(text) <= len(found[0]) + 4:
                return found[0]
        return None

    def _repealed(self) -> str | None:
        """A stamp beside the title: 已废止, 失效."""
        words = (self.sheet.lines[number].text for number in self.between)
        return next((text for text in words if _REPEALED.fullmatch(text)), None)

    def _find_text(self) -> tuple[Title, Body]:
        """Block, then title (among the lines before the text), then the text's edges.

        Where the title stands only behind the block, the block was none: it is looked for after the title.
        """
        worths = self.worths = weigh(self.sheet, self.metas.get("<title>", ""))
        block, worth, origin = self._find_block(worths)
        named = self.places.words("article_title")
        start = find_start(self.sheet, block, worths)
        title = read_title(self.sheet, self.metas, start, named)
        if title.line is None and title.words and origin == "structure" and worth < _SURE:
            later = find_line(self.sheet, title.words, len(self.sheet.lines))
            if later is not None and later >= self.sheet.spans[block][1]:
                worths[: later + 1] = [min(0.0, worth) for worth in worths[: later + 1]]
                block, worth, origin = self._find_block(worths)
                title = Title(title.words, title.origin, later)
        return title, trim(self.sheet, block, title.words, origin, worth, worths)

    def _find_block(self, worths: list[float]) -> tuple[Element, float, str]:
        """The block of the text: the selector's, the family's where it holds enough, else by its worth."""
        block, worth = find_block(self.sheet, worths)
        for candidate, name in self.places.blocks(self.sheet):
            mine = worth_of(self.sheet, worths, candidate)
            if name == "selector" or (mine > 0 and mine >= 0.5 * worth):
                return candidate, mine, name
        if worth < _SURE and (under := find_under(self.sheet, worths, 0.6 * worth)) is not None:
            return under, worth_of(self.sheet, worths, under), "structure"
        return block, worth, "structure"

    def _selected_values(self) -> list[Value]:
        """Publication and source as the source's selectors or the family name them, before any label."""
        said = ((name, self.places.words(name)) for name in ("published", "credit"))
        return [Value(name, "", _LEAD.sub("", words), self.body.first) for name, words in said if words]

    def _between(self) -> list[int]:
        """The lines from the title to the text, then the three before the title; no menus."""
        first = self.body.first
        title = self._first_title()
        start = title if title is not None and title < first else max(0, first - 12)
        numbers = [*range(start, min(first, start + 40)), *range(start - 1, max(-1, start - 4), -1)]
        return [number for number in numbers if not self._is_menu(number)]

    def _first_title(self) -> int | None:
        """The title's line, or a shown copy of it close above: the by-line may stand between the two."""
        line, key = self.title.line, squash(self.title.words or "")
        if line is None or len(key) < 8:
            return line
        copies = (n for n in range(max(0, line - 12), line) if squash(self.sheet.lines[n].text) == key)
        shown = (n for n in copies if not self.sheet.lines[n].hidden and not self.sheet.lines[n].linked)
        return next(shown, line)

    def _values(self) -> list[Value]:
        """Labels between title and text, before the title, in what was cut off, after the text, far above."""
        body, start = self.body, min(self.between, default=self.body.first)
        kept = set(body.numbers())
        cut = [number for number in range(body.first, body.last) if number not in kept][:10]
        above = [n for n in range(start - 7, max(-1, start - 30), -1) if not self.sheet.lines[n].aside]
        numbers = [*self.between, *range(max(0, start - 6), start), *cut, *self._behind(14), *above]
        return find_values(self.sheet.lines, [number for number in numbers if not self._is_menu(number)])

    def _behind(self, count: int) -> list[int]:
        """The lines after the text, as far as the site's own foot (its last change is not the article's)."""
        last = self.body.last
        numbers = range(last, min(len(self.sheet.lines), last + count))
        return [*takewhile(lambda number: not is_foot(self.sheet.lines[number].text), numbers)]

    def _table(self) -> list[Value]:
        """Values of the disclosure table, which stands anywhere before the text."""
        return find_values(self.sheet.lines, range(max(0, self.body.first - 80), self.body.first))

    def _is_menu(self, number: int) -> bool:
        line = self.sheet.lines[number]
        return line.linked > 0.8 * len(line.text)

    def _links_beside(self) -> list[Element]:
        """Links in the text and beside it: from the title on, as far as the page's frame."""
        title, body = self.title.line, self.body
        first = title if title is not None and title <= body.first else body.first
        return [link for place, link in self.sheet.links if first <= place <= body.last + 40]

    def _may_hold_text(self) -> bool:
        """Worth trafilatura's time: words enough, and not so much markup that it would take seconds."""
        if not self.whole:
            return False
        return len(self.decoded.text) < _HEAVY and sum(line.plain for line in self.sheet.lines) > 200


def _first(values: list[Value]) -> dict[str, Value]:
    """Of each field the first value that says something."""
    first: dict[str, Value] = {}
    for value in values:
        if value.words.strip(" -—无") and value.field not in first:
            first[value.field] = value
    return first


def _base(root: Element, url: str) -> str:
    """What links are relative to: the page's own address; `<base>` moves links, never the page."""
    base = root.find(".//base")
    href = base.get("href") if base is not None else None
    return (join(url, href) or url) if href else url
