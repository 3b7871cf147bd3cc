"""Long lists of names, cut into what one statement takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Insert

_T = TypeVar("_T")
_MOST = 400  # names in one IN list: SQLite limits the number of bound values
_ROWS = 2000  # rows in one insert: each is held three times over on its way


def cut_names(names: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Give names in their order, a part for each statement."""
    for start in range(0, len(names), _MOST):
        yield names[start : start + _MOST]


def add_rows(connection: Connection, statement: Insert, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows, however many, some at a time; none at all is no statement."""
    left = iter(rows)
    while some := list(islice(left, _ROWS)):
        connection.execute(statement, some)


def name_fields(one: Any) -> dict[str, Any]:
    """Give a record with slots as the row that it is."""
    return {name: getattr(one, name) for name in one.__slots__}
