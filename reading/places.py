"""The places that a source's selectors and a CMS family name for the parts of an article."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

from lxml import etree
from lxml.cssselect import CSSSelector

from reading.clean import clean_text
from reading.families import Family
from reading.lines import Element, Sheet


@dataclass(frozen=True)
class Places:
    """What is declared about a page: CSS selectors by part (sources.yaml), and its family or None."""

    root: Element
    selectors: Mapping[str, str]
    family: Family | None

    def words(self, part: str) -> str | None:
        """The words of a part (article_title, published, credit), by selector, else by family."""
        nodes = self._select(part)
        path = self.family.fields.get(part) if self.family else None
        if not nodes and path:
            nodes = _find(path, self.root)
        return clean_text(" ".join(map(str, nodes[0].itertext()))) or None if nodes else None

    def blocks(self, sheet: Sheet) -> Iterator[tuple[Element, str]]:
        """The containers of the text with their origin, as blocks of the sheet, the surest first.

        Each is looked for only when it is asked for: a walk over a large page for each path adds up.
        """
        for node in self._select("body")[:1]:
            yield _block_of(sheet, node), "selector"
        for path in self.family.containers if self.family else ():
            for node in _find(path, self.root)[:6]:
                if node in sheet.spans:
                    yield _block_of(sheet, node), "family"

    def _select(self, part: str) -> list[Element]:
        """The elements at a CSS selector (sources.yaml has been checked, so a bad one is a fault of ours)."""
        selector = self.selectors.get(part)
        return cast("list[Element]", CSSSelector(selector, translator="html")(self.root)) if selector else []


def _find(path: str, root: Element) -> list[Element]:
    return cast("list[Element]", _compile(path)(root))


@cache
def _compile(path: str) -> etree.XPath:
    """The families' paths are few; compiling one takes longer than walking a page by it."""
    return etree.XPath(path.replace("//", "descendant-or-self::", 1))


def _block_of(sheet: Sheet, node: Element) -> Element:
    """The element itself, or the nearest block around it that has lines of its own."""
    while node not in sheet.spans and (parent := node.getparent()) is not None:
        node = parent
    return node if node in sheet.spans else sheet.root
