"""Tables that only place a text, as sites of twenty years ago have them: what is in them is read as text.

As a table such a text would be small, ragged and announced cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported where a body has more than plain paragraphs
    from lxml.html import HtmlElement

_LINES = "br blockquote div dl h2 h3 h4 h5 h6 hr ol p pre table ul figure".split()  # noqa: SIM905


def unfold_tables(root: HtmlElement) -> None:
    """Put the text of each table that only places it where the table stands, the empty cells left out."""
    for table in list(root.iter("table")):
        cells = _find_placed(table)
        if cells is None:
            continue
        for cell in cells:
            for block in _read_blocks(cell):
                table.addprevious(block)
        table.drop_tree()


def _find_placed(table: HtmlElement) -> list[HtmlElement] | None:
    """Give the cells that hold something, None for a table that says something by its columns or rows.

    A column of short lines may be a list; one of a text, or of a single thing, is none.
    """
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    named = table.find("caption") is not None or any(row.find("th") is not None for row in rows)
    if named or any(len(row) > 1 for row in rows):
        return None
    cells = [cell for row in rows for cell in row if _holds(cell)]
    is_text = len(cells) < 2 or any(next(cell.iter(*_LINES), None) is not None for cell in cells)
    return cells if is_text and _count(table) == sum(map(_count, cells)) else None


def _count(block: HtmlElement) -> int:
    return len("".join(block.text_content().split()))  # no word may stand outside the cells


def _holds(block: HtmlElement) -> bool:
    return bool(block.text_content().strip()) or next(block.iter("img"), None) is not None


def _read_blocks(cell: HtmlElement) -> Iterator[HtmlElement]:
    """Give a cell's text: as it stands where it has blocks of its own, else a paragraph for each line."""
    kind = cell.get("class")
    if any(child.tag != "br" and child.tag in _LINES for child in cell):
        blocks = [cell]
        cell.tag, cell.tail = "div", None
        cell.attrib.clear()
    else:
        blocks = [line for line in _split_lines(cell) if _holds(line)]
    for block in blocks:
        if kind:
            block.set("class", kind)
        yield block


def _split_lines(cell: HtmlElement) -> Iterator[HtmlElement]:
    import lxml.html

    line = lxml.html.Element("p")
    line.text = (cell.text or "").lstrip()
    for child in list(cell):
        if child.tag == "br":
            yield line
            line = lxml.html.Element("p")
            line.text = (child.tail or "").lstrip()  # the page indents it
        else:
            line.append(child)  # with what follows it
    yield line
