"""The roll of agencies: part of the map where they are few, pages of its own where they are many.

A page weighs at most 100 KB (`publish/inspection.py`), and a thousand names with their addresses weigh 75.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publish.views import AgencyView

ROOM = 300  # names a page


@dataclass(frozen=True)
class RollPage:
    """One page of the roll: its number from 1, its agencies, the number of pages and of all agencies."""

    number: int
    agencies: tuple[AgencyView, ...]
    pages: int
    total: int

    @property
    def path(self) -> str:
        """Its address."""
        return name_page(self.number)

    @property
    def others(self) -> tuple[tuple[int, str], ...]:
        """The number and address of every page."""
        return tuple((number, name_page(number)) for number in range(1, self.pages + 1))


def cut_roll(present: Sequence[AgencyView]) -> tuple[RollPage, ...]:
    """Give the pages of the roll; none where the map has room for all."""
    if len(present) <= ROOM:
        return ()
    parts = [tuple(present[start : start + ROOM]) for start in range(0, len(present), ROOM)]
    return tuple(RollPage(n, part, len(parts), len(present)) for n, part in enumerate(parts, start=1))


def name_page(number: int) -> str:
    """Give the address of a page of the roll; an agency's own is a folder beside it."""
    return "/agencies/" if number == 1 else f"/agencies/{number}.html"


def name_file(number: int) -> str:
    """Give the path of a page of the roll in a release."""
    return f"{name_page(number)}index.html" if number == 1 else name_page(number)


def list_files(present: Sequence[AgencyView]) -> list[str]:
    """Give the path of every page of the roll in a release."""
    return [name_file(page.number) for page in cut_roll(present)]
