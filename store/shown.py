"""What the served release shows, and who was touched since: read and written by the publisher alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from sys import intern

from sqlalchemy import Connection, bindparam, delete, func, select, text

from clock import write_time
from store.chunks import add_rows, cut_names, name_fields
from store.gate import read_gate
from store.log import read_head
from store.marks import drop_mark, read_mark, set_mark
from store.tables import (
    agencies,
    items,
    pages,
    placements,
    publications,
    releases,
    shown,
    shown_files,
    touched,
)

# Put together once: a publish asks some of them for each page that changed, and to make one costs as much.
_SHOWN = select(shown).where(shown.c.item.in_(bindparam("items", expanding=True)))
_COLUMN = select(shown).where(shown.c.column_key == bindparam("column")).order_by(shown.c.slot.desc())
_TOP = _COLUMN.limit(bindparam("most"))
_SLOTS = _COLUMN.where(shown.c.slot.between(bindparam("low"), bindparam("high")))
_NUMBERS = (
    select(shown.c.item, shown.c.public_no, publications.c.path, shown.c.updated)
    .join(publications, publications.c.item == shown.c.item)
    .where(shown.c.public_no.between(bindparam("low"), bindparam("high")))
    .order_by(shown.c.public_no)
)
_NEWEST = (
    select(shown.c.item, shown.c.public_no)
    .where(shown.c.agency == bindparam("agency"))
    .order_by(shown.c.public_no.desc())
    .limit(bindparam("most"))
)
_LAST_SLOT = select(func.max(placements.c.slot)).where(placements.c.column_key == bindparam("column"))
_TOUCH = text(
    "INSERT INTO touched (item) SELECT item FROM ("
    "SELECT item FROM publishable WHERE release_after IS NOT NULL UNION SELECT item FROM publications"
    ") AS named WHERE item NOT IN (SELECT item FROM touched) ORDER BY item"
)
_SOME = 2000  # rows that are fetched at once of very many
FRAME = "frame"  # the mark that says what every page of the served release was made with


@dataclass(frozen=True, slots=True)
class Shown:
    """One item of the served release: the revision, its public number, place and agency."""

    item: int
    revision: int
    public_no: int
    column_key: str
    slot: int
    agency: str | None
    updated: str


def list_touched(connection: Connection) -> list[int]:
    """Give the items that bear a sign of a change, each once, in their order."""
    return list(connection.execute(select(touched.c.item).distinct().order_by(touched.c.item)).scalars())


def find_last_sign(connection: Connection) -> int:
    """Give the highest id of a sign of a change, 0 when there is none."""
    return int(connection.execute(select(func.max(touched.c.id))).scalar_one() or 0)


def list_touched_since(connection: Connection, sign: int) -> frozenset[int]:
    """Give the items that bear a sign of a change with a higher id than this one."""
    return frozenset(connection.execute(select(touched.c.item).where(touched.c.id > sign)).scalars())


def read_touched(connection: Connection) -> dict[int, int]:
    """Give every sign that an item was touched: the row's id and the item."""
    return {row.id: row.item for row in connection.execute(select(touched.c.id, touched.c.item))}


def count_named(connection: Connection) -> int:
    """Count the items that have an address or bear a sign of a change."""
    named = select(touched.c.item).union(select(publications.c.item)).subquery()
    return int(connection.execute(select(func.count()).select_from(named)).scalar_one())


def begin_anew(connection: Connection) -> None:
    """Nothing is served: forget what pages were made from, put a sign on all that may stand or has stood."""
    connection.execute(delete(pages))
    connection.execute(_TOUCH)


def drop_touched(connection: Connection, ids: Collection[int]) -> None:
    """Forget signs that a publish has dealt with; signs that came meanwhile have other ids."""
    for chunk in cut_names(sorted(ids)):
        connection.execute(delete(touched).where(touched.c.id.in_(chunk)))


def read_shown(connection: Connection, wanted: Collection[int]) -> dict[int, Shown]:
    """Give what the served release shows of these items; who is not on it is not in the answer."""
    found = {}
    for chunk in cut_names(sorted(wanted)):
        for row in connection.execute(_SHOWN, {"items": chunk}).all():
            found[row.item] = Shown(*row)
    return found


def list_shown(connection: Connection) -> Iterator[Shown]:
    """Give everything that the served release shows, one at a time."""
    for row in connection.execute(select(shown).execution_options(yield_per=_SOME)):
        yield Shown(*row)


def count_agencies(connection: Connection) -> dict[str, int]:
    """Count the served items of each agency that has some."""
    query = select(shown.c.agency, func.count()).where(shown.c.agency.is_not(None)).group_by(shown.c.agency)
    return {key: int(count) for key, count in connection.execute(query)}


def list_agency_names(connection: Connection) -> dict[str, str]:
    """Give every agency's name, retired ones too, by the key."""
    query = select(agencies.c.key, agencies.c.name).order_by(agencies.c.key)
    return {row.key: row.name for row in connection.execute(query)}


def list_agency_numbers(connection: Connection, agency: str, limit: int) -> list[tuple[int, int]]:
    """Give item and public number of an agency's newest served items, the newest first."""
    rows = connection.execute(_NEWEST, {"agency": agency, "most": limit}).all()
    return [(row[0], row[1]) for row in rows]


def count_shown(connection: Connection) -> dict[str, int]:
    """Count the served items of each column that has some."""
    query = select(shown.c.column_key, func.count()).group_by(shown.c.column_key)
    return {key: int(count) for key, count in connection.execute(query)}


def list_top(connection: Connection, column: str, limit: int) -> list[Shown]:
    """Give a column's newest served items, the newest first."""
    return [Shown(*row) for row in connection.execute(_TOP, {"column": column, "most": limit}).all()]


def list_slots(connection: Connection, column: str, low: int, high: int) -> list[Shown]:
    """Give a column's served items from slot `low` to `high`, the newest first."""
    wanted = {"column": column, "low": low, "high": high}
    return [Shown(*row) for row in connection.execute(_SLOTS, wanted).all()]


def list_numbers(connection: Connection, low: int, high: int) -> list[tuple[int, int, str, str]]:
    """Give item, public number, path and last change of what is served, from one number to another."""
    rows = connection.execute(_NUMBERS, {"low": low, "high": high}).all()
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def list_last(connection: Connection, limit: int) -> dict[int, int]:
    """Give the highest public numbers of what is served, by item."""
    query = select(shown.c.item, shown.c.public_no).order_by(shown.c.public_no.desc()).limit(limit)
    return {row.item: row.public_no for row in connection.execute(query)}


def read_newest(connection: Connection, size: int) -> dict[int, str]:
    """Give the last change within each block of `size` public numbers, by the block from 1."""
    block = (shown.c.public_no - 1) // size + 1
    query = select(block, func.max(shown.c.updated)).group_by(block)
    return {int(number): str(at) for number, at in connection.execute(query)}


def find_last_slot(connection: Connection, column: str, before: datetime | None = None) -> int:
    """Give the last slot that a column ever gave, or gave `before` a moment; 0 when it gave none."""
    query = _LAST_SLOT if before is None else _LAST_SLOT.where(placements.c.starts < write_time(before))
    return int(connection.execute(query, {"column": column}).scalar_one() or 0)


def find_last_number(connection: Connection) -> int:
    """Give the highest public number that was ever given, 0 when there is none."""
    return int(connection.execute(select(func.max(publications.c.public_no))).scalar_one() or 0)


def read_agencies(connection: Connection, wanted: Collection[int] | None) -> dict[int, str | None]:
    """Give the agency that each of these items, or every item, comes from."""
    query = select(items.c.id, items.c.agency)
    if wanted is None:
        return {id: agency and intern(agency) for id, agency in connection.execute(query)}
    found: dict[int, str | None] = {}
    for chunk in cut_names(sorted(wanted)):
        found |= {row.id: row.agency for row in connection.execute(query.where(items.c.id.in_(chunk)))}
    return found


def save_shown(
    connection: Connection,
    dealt: Collection[int] | None,
    rows: Iterable[Shown],
    files: Mapping[int, Iterable[str]],
) -> None:
    """Write what a release shows of the items that it dealt with (None: of all), and the files they name."""
    if dealt is None:
        connection.execute(delete(shown_files))
        connection.execute(delete(shown))
    for chunk in cut_names(sorted(dealt or ())):
        connection.execute(delete(shown_files).where(shown_files.c.item.in_(chunk)))
        connection.execute(delete(shown).where(shown.c.item.in_(chunk)))
    add_rows(connection, shown.insert(), map(name_fields, rows))
    named = ({"item": item, "path": path} for item, paths in files.items() for path in paths)
    add_rows(connection, shown_files.insert(), named)


def read_files(connection: Connection, wanted: Collection[int]) -> set[str]:
    """Give the addresses of the files that these items show in the served release."""
    found: set[str] = set()
    for chunk in cut_names(sorted(wanted)):
        found |= set(
            connection.execute(select(shown_files.c.path).where(shown_files.c.item.in_(chunk))).scalars()
        )
    return found


def find_other_users(connection: Connection, paths: Collection[str], besides: Collection[int]) -> set[str]:
    """Give those of the files that a served item other than `besides` shows."""
    found = set()
    for chunk in cut_names(sorted(paths)):
        for path, item in connection.execute(
            select(shown_files.c.path, shown_files.c.item).where(shown_files.c.path.in_(chunk))
        ):
            if item not in besides:
                found.add(path)
    return found


def find_closed(connection: Connection, names: Collection[int]) -> frozenset[int]:
    """Give those of the items that the gate lets through no more."""
    passed = read_gate(connection, None, read_head(connection), names).open
    return frozenset(names).difference(row.item for row in passed)


def find_release_without(connection: Connection, item: int) -> int | None:
    """Give the served release if it does not show an item, None if it does, or if nothing is served."""
    query = select(releases.c.id).where(releases.c.state == "served")
    return None if read_shown(connection, [item]) else connection.execute(query).scalar_one_or_none()


def read_frame(connection: Connection) -> str | None:
    """Give what `save_frame` wrote last."""
    return read_mark(connection, FRAME)


def save_frame(connection: Connection, frame: str | None) -> None:
    """Write down what every page of the served release was made with, None when that is not known."""
    drop_mark(connection, FRAME)
    if frame is not None:
        set_mark(connection, FRAME, frame)
