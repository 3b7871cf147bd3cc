"""A page as lines: one walk over the tree says what stands where, in which block, and what links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

from reading.clean import clean_text, keep_short

Element: TypeAlias = etree._Element

_BLOCK_NAMES = (
    "html body main article section div center form fieldset address header footer nav aside menu dir dialog"
    " details summary p pre blockquote h1 h2 h3 h4 h5 h6 hr ul ol li dl dt dd figure figcaption legend table"
    " caption thead tbody tfoot tr td th ucapcontent"
)
BLOCKS = frozenset(_BLOCK_NAMES.split())
LOST = (
    "script",
    "style",
    "noscript",
    "template",
    "select",
    "textarea",
    "svg",
    "math",
    "head",
    "map",
    "canvas",
    "button",
)
# What makes no block, and is noted.
_MARKED = frozenset(("br", "a", "img", "iframe", "embed", "object"))
_ASIDE = re.compile(
    r"foot|copyright|\bnav|menu|sidebar|share|relat(?!ive)|recommend|comment|crumb|position(?!-(?:rel|abs|sta|fix|sti))|"
    r"bdshare|qrcode|ewm|banner|"
    r"breadcrumb|toolbar|xgyd|xgwz|xgxw|xglj|hotnews|rank|pop-?up|login|search|friend|dialog|modal|"
    r"adver|guess|toplist|keyword",
    re.I,
)
_PROSE = 150  # so much in sentences is an article
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


@dataclass(slots=True)
class Line:
    """What stands on one line: its words, how many of them link, its block, its table's cell and row."""

    text: str
    linked: int
    block: Element
    cell: Element | None
    aside: bool
    hidden: bool
    parts: list[str]
    pieces: list[tuple[Element, bool]]

    @property
    def row(self) -> Element | None:
        """The table row of the cell."""
        return None if self.cell is None else self.cell.getparent()

    @property
    def plain(self) -> int:
        """Characters that are no link."""
        return len(self.text) - self.linked


@dataclass(slots=True)
class Sheet:
    """All lines of a page in order; `spans` gives each block its first line and the one after its last."""

    root: Element
    lines: list[Line] = field(default_factory=list)
    spans: dict[Element, tuple[int, int]] = field(default_factory=dict)
    images: list[tuple[int, Element]] = field(default_factory=list)
    links: list[tuple[int, Element]] = field(default_factory=list)


class _Walk:
    """The state of the one walk: the line being written, and where in the page it stands."""

    def __init__(self, root: Element) -> None:
        self.sheet = Sheet(root)
        self.blocks: list[Element] = [root]
        self.starts: list[int] = [0]
        self.cells: list[Element | None] = [_cell_around(root)]
        self.inside_link = self.inside_aside = self.inside_hidden = 0
        self.parts: list[str] = []
        self.pieces: list[tuple[Element, bool]] = []
        self.linked = 0
        self.asides: list[Element] = []
        self.hiddens: list[Element] = []

    def read(self, element: Element) -> None:
        """Walk an element and all that stands in it; the tree is never deeper than the parser allows."""
        tag = str(element.tag)
        aside = hidden = False
        if tag in BLOCKS:
            self.open_block(element, tag)
            aside, hidden = _is_beside(element, tag), _is_hidden(element)
            self.inside_aside += aside
        elif tag in _MARKED:
            self._note(element, tag)
        else:
            hidden = _is_hidden(element)
        self.inside_hidden += hidden
        if text := element.text:
            self.write(text, element, False)
        for child in element:
            self.read(child)
            if tail := child.tail:
                self.write(tail, child, True)
        if tag in BLOCKS:
            self.close_block(element, tag)
        elif tag == "a":
            self.inside_link -= 1
        if aside:
            self.inside_aside -= 1
            self.asides.append(element)
        if hidden:
            self.inside_hidden -= 1
            self.hiddens.append(element)

    def _note(self, element: Element, tag: str) -> None:
        """What makes no block: line breaks, links, pictures, frames."""
        if tag == "br":
            self.end_line()
        elif tag == "img":
            self.sheet.images.append((len(self.sheet.lines), element))
        else:
            self.inside_link += tag == "a"
            self.sheet.links.append((len(self.sheet.lines), element))

    def write(self, text: str, element: Element, is_tail: bool) -> None:
        if text.isspace():
            if self.parts:
                self.parts.append(" ")
                self.pieces.append((element, is_tail))
            return
        self.parts.append(text)
        self.pieces.append((element, is_tail))
        if self.inside_link:
            self.linked += len(text.strip())

    def end_line(self) -> None:
        if not self.parts:
            return
        text = clean_text("".join(self.parts))
        if text:
            linked = min(self.linked, len(text))
            aside, hidden = self.inside_aside > 0, self.inside_hidden > 0
            cell = self.cells[-1]
            line = Line(text, linked, self.blocks[-1], cell, aside, hidden, self.parts, self.pieces)
            self.sheet.lines.append(line)
        self.parts, self.pieces, self.linked = [], [], 0

    def open_block(self, element: Element, tag: str) -> None:
        if self.parts:
            self.end_line()
        self.blocks.append(element)
        self.starts.append(len(self.sheet.lines))
        if tag in ("td", "th"):
            self.cells.append(element)
        elif tag == "table":
            self.cells.append(None)

    def close_block(self, element: Element, tag: str) -> None:
        if self.parts:
            self.end_line()
        self.blocks.pop()
        self.sheet.spans[element] = (self.starts.pop(), len(self.sheet.lines))
        if tag in ("td", "th", "table"):
            self.cells.pop()


def _cell_around(element: Element) -> Element | None:
    """The cell that an element stands in, unless a table without one is nearer."""
    around = next(element.iterancestors("td", "th", "table"), None)
    return around if around is not None and around.tag != "table" else None


def read_lines(root: Element) -> Sheet:
    """Walk a page's body once; scripts, styles and the like are taken out of the tree."""
    etree.strip_elements(root, *LOST, with_tail=False)
    body = root if root.tag == "body" else root.find("body")
    walk = _Walk(root if body is None else body)
    walk.read(walk.sheet.root)
    return _finish(walk)


def read_area(root: Element, first: Element, last: Element, more: int) -> Sheet:
    """Walk from one element to another (siblings), and so many lines on; they see no more of the page.

    `first` and `last` stand under one parent, or are the same; the sheet's root is what holds them.
    """
    etree.strip_elements(root, *LOST, with_tail=False)
    parent = first.getparent()
    walk = _Walk(first if parent is None else parent)
    node: Element | None = first
    passed: int | None = None
    while node is not None:
        walk.read(node)
        if node.tail:
            walk.write(node.tail, node, True)
        if node is last:
            walk.end_line()
            passed = len(walk.sheet.lines)
        if passed is not None and len(walk.sheet.lines) >= passed + more:
            break
        node = _following(walk, node)
    return _finish(walk)


def _following(walk: _Walk, node: Element) -> Element | None:
    """The next element of the page outside this one; leaving a parent ends its block."""
    while (behind := node.getnext()) is None:
        parent = node.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return None
        walk.end_line()
        node = parent
        above = parent.getparent()
        walk.blocks = [parent if above is None else above]
        walk.cells = [_cell_around(walk.blocks[0])]
        if node.tail:
            walk.write(node.tail, node, True)
    return behind


def _finish(walk: _Walk) -> Sheet:
    walk.end_line()
    walk.sheet.spans[walk.sheet.root] = (0, len(walk.sheet.lines))
    _clear_wrappers(walk.sheet, walk.asides, walk.hiddens)
    return walk.sheet


def _clear_wrappers(sheet: Sheet, asides: list[Element], hiddens: list[Element]) -> None:
    """A block that holds most of the page's words is no side column and not hidden, whatever it is called.

    Nor is one that holds most of its sentences and a fair part of its words: menus and lists have none.
    """
    sums, told = [0], [0]
    for line in sheet.lines:
        sums.append(sums[-1] + line.plain)
        told.append(told[-1] + (line.plain if "。" in line.text else 0))
    prose = 0.6 * told[-1] if told[-1] >= _PROSE else told[-1]
    for elements, name, most in ((asides, "aside", prose), (hiddens, "hidden", told[-1])):
        spans = [sheet.spans[element] for element in elements if element in sheet.spans]
        kept = [
            (first, last)
            for first, last in spans
            if sums[last] - sums[first] <= (0.2 if told[last] - told[first] > most else 0.6) * sums[-1]
        ]
        if len(kept) < len(spans):
            _mark_lines(sheet, kept, name)


def _mark_lines(sheet: Sheet, spans: list[tuple[int, int]], name: str) -> None:
    """Mark the lines that lie in any of the spans, and no other."""
    depths = [0] * (len(sheet.lines) + 1)
    for first, last in spans:
        depths[first] += 1
        depths[last] -= 1
    depth = 0
    for line, change in zip(sheet.lines, depths, strict=False):
        depth += change
        setattr(line, name, depth > 0)


def _is_beside(element: Element, tag: str) -> bool:
    """Tell whether a block stands beside the article."""
    if tag == "body":
        return False
    name, own = element.get("class"), element.get("id")
    if name or own:
        named = f"{name or ''} {own or ''}"
        if _is_aside(named):
            return True
    return tag in ("footer", "nav", "aside")


def _is_hidden(element: Element) -> bool:
    style = element.get("style")
    return style is not None and _hides(style)


@keep_short
def _hides(style: str) -> bool:
    return _HIDDEN.search(style) is not None


@keep_short
def _is_aside(name: str) -> bool:
    return len(name) > 3 and _ASIDE.search(name) is not None
