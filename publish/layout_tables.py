"""Tables that only place a text, as sites of twenty years ago have them: what is in them is read as text.

As a table such a text would be small, ragged and announced cell by cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publish.paragraphs import BLOCKS, gather_blocks, holds

if TYPE_CHECKING:  # imported where a body has more than plain paragraphs
    from lxml.html import HtmlElement


def unfold_tables(root: HtmlElement) -> None:
    """Put the text of each table that only places it where the table stands, the empty cells left out."""
    import lxml.html

    for table in list(root.iter("table")):
        cells = _find_placed(table)
        if cells is None:
            continue
        for cell in cells:
            for block in gather_blocks(cell):
                if cell.get("class") and block.tag == "p":
                    block.set("class", cell.get("class"))
                table.addprevious(block)
        if not cells:
            table.addprevious(lxml.html.Element("br"))  # the lines on both sides do not run together
        table.drop_tree()


def _find_placed(table: HtmlElement) -> list[HtmlElement] | None:
    """Give the cells that hold something, None for a table that says something by its columns or rows.

    A column of short lines may be a list; one of a text, or of a single thing, is none.
    """
    cells = []
    for row in table.iter("tr"):
        if next(row.iterancestors("table")) is not table:
            continue
        if len(row) > 1 or row.find("th") is not None:  # the first row of nearly every table
            return None
        cells += [cell for cell in row if holds(cell)]
    if table.find("caption") is not None:
        return None
    is_text = len(cells) < 2 or any(next(cell.iter("br", *BLOCKS), None) is not None for cell in cells)
    return cells if is_text and _count(table) == sum(map(_count, cells)) else None


def _count(block: HtmlElement) -> int:
    return len("".join(block.text_content().split()))  # no word may stand outside the cells
