"""From kept lines to clean markup and text: known tags only, absolute addresses, nothing empty."""

from __future__ import annotations

import re
from html import escape

from lxml import etree

from reading.address import join
from reading.clean import clean_text
from reading.edges import Body
from reading.lines import BLOCKS, Element, Line, Sheet
from reading.page import Image

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_HOLDERS = frozenset(("p", *_HEADINGS, "li", "td", "th", "figcaption", "caption", "dt", "dd", "pre"))
_FRAMES = frozenset(("ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr", "blockquote", "figure"))
_INLINE = frozenset(("strong", "b", "em", "i", "u", "sub", "sup"))
_SOURCES = ("data-original", "data-src", "original", "_src", "data-url", "src")
_ICON = re.compile(
    r"icon|logo|qrcode|ewm|erweima|share|/ueditor/dialogs|filetypeimages|spacer|blank\.|loading|print|bdshare|"
    r"^data:|btn|arrow|weixin|wechat\.|1x1|dot\.",
    re.I,
)


def tell_text(sheet: Sheet, body: Body) -> str:
    """The words of the kept lines, one a line; cells of one row share a line, set apart by tabs."""
    out: list[str] = []
    above: Line | None = None
    for number in body.numbers():
        line = sheet.lines[number]
        if (
            above is not None
            and line.cell is not above.cell
            and line.row is not None
            and line.row is above.row
        ):
            out[-1] += "\t" + line.text
        else:
            out.append(line.text)
        above = line
    return "\n".join(out)


def find_images(sheet: Sheet, body: Body, base: str) -> dict[Element, Image]:
    """The pictures between the first and the last kept line, without icons; addresses absolute."""
    found: dict[Element, Image] = {}
    start, _ = sheet.spans[body.block]
    low = start if body.first <= start + 3 else body.first
    for place, element in sheet.images:
        if low <= place <= body.last and _is_inside(element, body.block) and (src := _source(element)):
            url = join(base, src)
            if url:
                alt = element.get("alt")  # an empty one says that the picture is decoration
                found[element] = Image(url, clean_text(alt or ""), alt is not None)
    return found


def _is_inside(element: Element, block: Element) -> bool:
    return any(parent is block for parent in element.iterancestors())


def _source(element: Element) -> str | None:
    """The address of a picture: a lazy one's real address before its placeholder."""
    src = next(
        (value for name in _SOURCES if (value := element.get(name)) and not value.startswith("data:")), None
    )
    if not src or _ICON.search(src):
        return None
    for side in ("width", "height"):
        size = re.match(r"\d+", element.get(side) or "")
        if size and int(size[0]) < 30:
            return None
    return str(src)


class _Writer:
    """Markup being written; a tag stands only once something stands in it."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.open: list[tuple[str, str, bool]] = []
        self.broken = False  # a typed line has ended, and nothing came after it yet

    def begin(self, tag: str, attributes: str = "") -> None:
        self.open.append((tag, attributes, False))

    def touch(self) -> None:
        for place, (tag, attributes, written) in enumerate(self.open):
            if not written:
                self.out.append(f"<{tag}{attributes}>")
                self.open[place] = (tag, attributes, True)

    def end(self, tag: str) -> None:
        while self.open:
            name, _, written = self.open.pop()
            if written:
                self.out.append(f"</{name}>")
            if name == tag:
                return

    def break_line(self) -> None:
        if self.broken and any(tag == "pre" and written for tag, _, written in self.open):
            self.out.append("<br>")
        self.broken = False

    def holds(self) -> bool:
        return any(tag in _HOLDERS for tag, _, _ in self.open)

    def add(self, markup: str) -> None:
        self.touch()
        self.out.append(markup)


def tell_html(sheet: Sheet, body: Body, images: dict[Element, Image], base: str) -> str:
    """The kept lines and pictures as clean markup; table cells keep their place and their spans."""
    kept = {piece for number in body.numbers() for piece in sheet.lines[number].pieces}
    writer = _Writer()
    walk = etree.iterwalk(body.block, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag == "table" and not _is_kept(sheet, body, element):
                walk.skip_subtree()
                continue
            _open(writer, element, tag, images, base)
            if (element, False) in kept:
                _write_all(writer, element.text)
        else:
            _close(writer, element, tag)
            if (element, True) in kept:
                _write_all(writer, element.tail)
    while writer.open:
        writer.end(writer.open[-1][0])
    return "".join(writer.out)


def _is_kept(sheet: Sheet, body: Body, table: Element) -> bool:
    first, last = sheet.spans.get(table, (0, 0))
    return any(n not in body.dropped for n in range(max(first, body.first), min(last, body.last)))


def _write_all(writer: _Writer, text: str | None) -> None:
    """Write text; where it stands as it was typed, its lines are set apart as they were."""
    if not text:
        return
    if not any(tag == "pre" for tag, _, _ in writer.open):
        _write(writer, text)
        return
    for number, row in enumerate(text.split("\n")):
        writer.broken |= number > 0
        if row.strip():
            writer.break_line()
            _write(writer, row)


def _write(writer: _Writer, text: str) -> None:
    words = clean_text(text)
    if not words:
        if writer.out and not writer.out[-1].endswith((">", " ")):
            writer.out.append(" ")
        return
    if not writer.holds():
        writer.begin("p", "")
    lead = " " if text[0] in " \n\t" and writer.out and not writer.out[-1].endswith(">") else ""
    writer.add(escape(lead + words, quote=False))


def _open(writer: _Writer, element: Element, tag: str, images: dict[Element, Image], base: str) -> None:
    if tag in BLOCKS:
        _end_paragraph(writer)
    if tag in _HOLDERS or tag in _FRAMES:
        writer.begin("h2" if tag == "h1" else tag, _span(element) if tag in ("td", "th") else "")
        if tag in ("td", "th"):
            writer.touch()
    elif tag in _INLINE:
        if not writer.holds():
            writer.begin("p")
        writer.begin(tag)
    elif tag == "br":
        if writer.open and writer.open[-1][:2] == ("p", "") and writer.open[-1][2]:
            writer.end("p")
            writer.begin("p")
        elif writer.holds() and writer.out and not writer.out[-1].endswith(">"):
            writer.out.append("<br>")
    elif tag == "a":
        href = join(base, element.get("href"))
        if not writer.holds():
            writer.begin("p")
        writer.begin("a", f' href="{escape(href)}"' if href and href.startswith("http") else "")
    elif tag == "img" and element in images:
        image = images[element]
        if not writer.holds():
            writer.begin("p")
        writer.add(f'<img src="{escape(image.url)}" alt="{escape(image.alt)}">')


def _close(writer: _Writer, element: Element, tag: str) -> None:
    if tag in BLOCKS and tag not in _HOLDERS and tag not in _FRAMES:
        _end_paragraph(writer)
    name = "h2" if tag == "h1" else tag
    if (tag in _HOLDERS or tag in _FRAMES or tag in _INLINE or tag == "a") and any(
        o[0] == name for o in writer.open
    ):
        writer.end(name)


def _end_paragraph(writer: _Writer) -> None:
    """Close a paragraph that is open, since blocks do not stand in one."""
    if any(tag == "p" for tag, _, _ in writer.open):
        writer.end("p")


def _span(element: Element) -> str:
    """How many columns and rows a cell takes."""
    spans = ""
    for name in ("colspan", "rowspan"):
        value = element.get(name) or ""
        if value.isascii() and value.isdigit() and 1 < int(value) <= 100:
            spans += f' {name}="{int(value)}"'
    return spans
