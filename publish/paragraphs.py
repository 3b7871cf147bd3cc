"""Bare lines made paragraphs: old editors write a text as lines with breaks between them.

Without paragraphs such a text has neither indents nor room between its lines, and it is read out as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported where a body has more than plain paragraphs
    from lxml.html import HtmlElement

_NAMES = "blockquote dd div dl dt figure h2 h3 h4 h5 h6 hr li ol p pre table ul"
BLOCKS = frozenset(_NAMES.split())


def write_paragraphs(root: HtmlElement) -> None:
    """Make a paragraph of each bare line, at the top and in divisions; what other blocks hold stays so."""
    for block in [root, *(one for one in root.iter("div") if _is_at_top(one))]:
        if _has_bare_lines(block):
            block[:], block.text = gather_blocks(block), None


def gather_blocks(block: HtmlElement) -> list[HtmlElement]:
    """Give what a block holds as blocks: its own ones, and a paragraph for each line between them."""
    made = []
    line = _begin(block, block.text)
    for child in list(block):
        tail, child.tail = child.tail, None
        if child.tag == "br" or child.tag in BLOCKS:
            made += [line] if holds(line) else []
            made += [child] if child.tag != "br" else []
            line = _begin(block, tail)
        else:
            line.append(child)
            child.tail = tail
    return [*made, line] if holds(line) else made


def holds(block: HtmlElement) -> bool:
    """Say whether a block has a word or a picture."""
    if (block.text or "").strip():
        return True
    return bool(block.text_content().strip()) or next(block.iter("img"), None) is not None


def _begin(block: HtmlElement, text: str | None) -> HtmlElement:
    line: HtmlElement = block.makeelement("p")
    line.text = (text or "").lstrip()  # the page indents it
    return line


def _is_at_top(block: HtmlElement) -> bool:
    return all(one.tag == "div" for one in block.iterancestors())


def _has_bare_lines(block: HtmlElement) -> bool:
    texts = [block.text, *(child.tail for child in block)]
    return any(text and text.strip() for text in texts) or any(child.tag not in BLOCKS for child in block)
