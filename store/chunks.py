"""Long lists of names, cut into what one statement takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")
_MOST = 400  # names in one IN list: SQLite limits the number of bound values


def cut_names(names: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Give names in their order, a part for each statement."""
    for start in range(0, len(names), _MOST):
        yield names[start : start + _MOST]
