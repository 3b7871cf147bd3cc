"""Where a site keeps its articles: paths of elements, learned from pages that were read the slow way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from reading.lines import Element, Sheet
from reading.outside import Outside

# Names with numbers in them (post-20261) belong to one page.
_OWN = re.compile(r"\d{3}")
_LONGEST = 120
# So many pages must have been read the same both ways.
ENOUGH = 3
ENOUGH_KNOWN = 1


@dataclass(frozen=True)
class Area:
    """The part of a page where its article stands: siblings from `first` to `last`."""

    first: Element
    last: Element


@dataclass(frozen=True)
class Shape:
    """What pages of one host share: the path to the area's parent, and its first and last element.

    A step is an element's name with its id or class, and its number among siblings that are called the same.
    `family` is the CMS, `titles` are the elements that titles stand in, `ways` the origins that the fields
    had, `share` the least part of the area's words that was text. `outside` is the most that ever stood
    beside the area. `agreed` pages were read the same both ways; `missed` the last so many were not.
    """

    host: str
    path: tuple[str, ...]
    first: str
    last: str
    family: str | None
    titles: tuple[str, ...]
    ways: tuple[str, ...]
    share: float
    outside: Outside
    agreed: int = 0
    missed: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """What tells one shape from another."""
        return (self.host, *self.path, self.first, self.last)

    @property
    def is_trusted(self) -> bool:
        """Whether pages may be read by it alone; a known CMS vouches for its containers: one page will do."""
        return self.agreed >= (ENOUGH_KNOWN if self.family else ENOUGH)

    def widen(self, other: Shape) -> Shape:
        """Let through what both let through."""
        return replace(
            self,
            family=self.family or other.family,
            titles=tuple(sorted({*self.titles, *other.titles})),
            ways=tuple(sorted({*self.ways, *other.ways})),
            share=min(self.share, other.share),
            outside=self.outside.widen(other.outside),
        )


def tell_host(url: str) -> str:
    """The host of a page's address; empty where it has none."""
    return urlsplit(url).netloc


def locate(root: Element, shape: Shape) -> Area | None:
    """Find a shape's area in a page; None where a step is not there."""
    node = root.find("body")
    for step in shape.path:
        if node is None:
            return None
        node = _find_child(node, step)
    if node is None:
        return None
    first, last = _find_child(node, shape.first), _find_child(node, shape.last)
    return Area(first, last) if first is not None and last is not None else None


def _find_child(parent: Element, step: str) -> Element | None:
    name, _, number = step.rpartition("|")
    left = int(number)
    for child in parent:
        if tell_name(child) == name:
            if not left:
                return child
            left -= 1
    return None


def tell_name(element: Element) -> str:
    """An element's name with its id, else its class, where these are no page's own."""
    tag = str(element.tag)
    for mark, attribute in (("#", "id"), (".", "class")):
        value = element.get(attribute)
        if value and len(value) <= _LONGEST and not _OWN.search(value):
            return f"{tag}{mark}{value}"
    return tag


def _tell_step(element: Element) -> str:
    name = tell_name(element)
    before = sum(tell_name(other) == name for other in element.itersiblings(preceding=True))
    return f"{name}|{before}"


def find_area(sheet: Sheet, block: Element, numbers: Iterable[int]) -> Area | None:
    """Find the smallest run of siblings that holds the lines of these numbers, and the whole block."""
    used = sorted(set(numbers))
    chains = [_chain(sheet.lines[number].block) for number in used] + [_chain(block)]
    holder = chains[0][0]
    depth = min(map(len, chains))
    for place in range(depth):
        if any(chain[place] is not chains[0][place] for chain in chains):
            break
        holder = chains[0][place]
    if any(chain[-1] is holder for chain in chains):
        return Area(holder, holder) if holder.getparent() is not None else None
    place = chains[0].index(holder) + 1
    children = {chain[place] for chain in chains}
    inside = [child for child in holder if child in children]
    return Area(inside[0], inside[-1])


def _chain(element: Element) -> list[Element]:
    """An element and what it stands in, the outermost first."""
    return [*reversed([*element.iterancestors()]), element]


def tell_path(area: Area) -> tuple[tuple[str, ...], str, str] | None:
    """Write an area down as the steps to its parent, its first and its last element; None outside a body."""
    holder = area.first.getparent()
    if holder is None or next(holder.iterancestors("a"), None) is not None:
        return None
    chain = _chain(holder)
    tags: Sequence[str] = [str(node.tag) for node in chain]
    if "body" not in tags:
        return None
    steps = tuple(_tell_step(node) for node in chain[tags.index("body") + 1 :])
    return steps, _tell_step(area.first), _tell_step(area.last)
