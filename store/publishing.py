"""What the publisher keeps: public numbers and addresses, places in columns, releases, pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, delete, func, select, update

from clock import write_time
from store.chunks import add_rows, cut_names, name_fields
from store.log import Head
from store.marks import drop_mark, read_mark, set_mark
from store.tables import log, pages, placements, publications, releases

_T = TypeVar("_T", int, str)
_SOME = 2000  # rows that are fetched at once of very many
DOUBTED = "pages doubted"  # the mark of records that may be of another release


@dataclass(frozen=True, slots=True)
class Publication:
    """The public number and address of an item; `released` once a release that holds it was served."""

    number: int
    item: int
    path: str
    first_published: str
    released: bool
    tombstone_at: str | None = None
    tombstone_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """An item's place in a column; the slot is never given again, `ends` is set when it moved away."""

    column_key: str
    slot: int
    item: int
    starts: str
    ends: str | None = None


@dataclass(frozen=True, slots=True)
class PageRecord:
    """What a published page was made from, and what came out."""

    inputs_hash: str
    output_hash: str


@dataclass(frozen=True)
class Release:
    """One release as the database knows it."""

    id: int
    at: str
    tree_hash: str | None
    state: str


def read_publications(connection: Connection, items: Collection[int] | None = None) -> dict[int, Publication]:
    """Give the publications of these items, or every one, by its item."""
    return {
        row.item: Publication(
            row.public_no,
            row.item,
            intern(row.path),
            intern(row.first_published),
            row.first_release is not None,
            row.tombstone_at,
            row.tombstone_reason,
        )
        for row in _select(connection, select(publications), publications.c.item, items)
    }


def list_addressed(connection: Connection) -> frozenset[int]:
    """Give every item that has an address, whether it stands or was withdrawn."""
    return frozenset(connection.execute(select(publications.c.item)).scalars())


def read_placements(connection: Connection, items: Collection[int] | None = None) -> list[Placement]:
    """Give the placements of these items, or every one, ended ones too, by column and slot."""
    rows = _select(connection, select(placements), placements.c.item, items)
    read = (
        Placement(intern(column), slot, item, intern(starts), ends)
        for column, slot, item, starts, ends in rows
    )
    return sorted(read, key=lambda one: (one.column_key, one.slot))


def read_pages(connection: Connection, paths: Collection[str] | None = None) -> dict[str, PageRecord]:
    """Give what the served pages at these paths, or all of them, were made from, by path."""
    query = select(pages.c.path, pages.c.inputs_hash, pages.c.output_hash)
    rows = _select(connection, query, pages.c.path, paths)
    return {intern(path): PageRecord(inputs, output) for path, inputs, output in rows}


def list_pages(connection: Connection) -> Iterator[tuple[str, PageRecord]]:
    """Give the same of all served pages, one at a time, since there may be some hundred thousand."""
    query = select(pages.c.path, pages.c.inputs_hash, pages.c.output_hash)
    for path, inputs, output in connection.execute(query.execution_options(yield_per=_SOME)):
        yield path, PageRecord(inputs, output)


def read_releases(connection: Connection) -> list[Release]:
    """Give every release that is not removed, the oldest first."""
    query = select(releases).where(releases.c.state != "removed").order_by(releases.c.id)
    return [Release(row.id, row.at, row.tree_hash, row.state) for row in connection.execute(query)]


def read_release_head(connection: Connection, release: int) -> Head | None:
    """Give the head of the log that a release recorded."""
    row = connection.execute(
        select(releases.c.log_seq, releases.c.log_hash).where(releases.c.id == release)
    ).first()
    return Head(row.log_seq, row.log_hash) if row else None


def read_log_hash(connection: Connection, seq: int) -> str | None:
    """Give the hash of one row of the log, None when it is not there."""
    found = connection.execute(select(log.c.this).where(log.c.seq == seq)).scalar_one_or_none()
    return None if found is None else str(found)


def read_withdrawn_since(connection: Connection, seq: int) -> set[int]:
    """Give the items whose approval somebody took back after a row of the log."""
    query = select(log.c.item).where(
        log.c.seq > seq,
        log.c.from_state == "approved",
        log.c.to_state.in_(("withdrawn", "waiting", "second")),
    )
    return {item for item in connection.execute(query).scalars() if item is not None}


def begin_release(connection: Connection, release: int, head: Head, now: datetime) -> None:
    """Make the row of a release that is being built, with the head of the log that it was read at."""
    connection.execute(
        releases.insert().values(
            id=release, at=write_time(now), log_seq=head.seq, log_hash=head.this, state="building"
        )
    )


def find_next_release(connection: Connection) -> int:
    """Give the number after the highest that any release had."""
    return int(connection.execute(select(func.coalesce(func.max(releases.c.id), 0))).scalar_one()) + 1


def save_publications(connection: Connection, changed: Sequence[Publication]) -> None:
    """Write publications: new ones whole; of known ones date, address (before release) and tombstone."""
    known = read_publications(connection, [one.item for one in changed]).keys()
    rows: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for one in changed:
        values = {
            "path": one.path,
            "first_published": one.first_published,
            "tombstone_at": one.tombstone_at,
            "tombstone_reason": one.tombstone_reason,
        }
        rows[one.item in known].append({"public_no": one.number, "item": one.item, **values})
    add_rows(connection, publications.insert(), rows[False])
    names = ("path", "first_published", "tombstone_at", "tombstone_reason")
    where = publications.c.item == bindparam("of")
    again = [{"of": row["item"], **{name: row[name] for name in names}} for row in rows[True]]
    if again:
        connection.execute(update(publications).where(where), again)


def save_placements(connection: Connection, new: Sequence[Placement], ended: Sequence[Placement]) -> None:
    """Write new placements, and the end of those whose item moved to another column."""
    place = (placements.c.column_key == bindparam("of_column")) & (placements.c.slot == bindparam("of_slot"))
    left = [{"of_column": one.column_key, "of_slot": one.slot, "ends": one.ends} for one in ended]
    if left:
        connection.execute(update(placements).where(place), left)
    add_rows(connection, placements.insert(), map(name_fields, new))


def doubt_pages(connection: Connection) -> None:
    """Write down that the records of pages may be of another release than the one that is served."""
    set_mark(connection, DOUBTED, "after a kill or a restored backup")


def trust_pages(connection: Connection) -> None:
    """Write down that the records of pages are those of the served release again."""
    drop_mark(connection, DOUBTED)


def are_doubted(connection: Connection) -> bool:
    """Say whether the records of pages may be of another release."""
    return read_mark(connection, DOUBTED) is not None


def mark_served(connection: Connection, release: int, tree_hash: str) -> None:
    """Say that `current` points to a release: the one before is kept, builds that were left are removed."""
    connection.execute(
        update(releases).where(releases.c.state == "served", releases.c.id != release).values(state="kept")
    )
    connection.execute(
        update(releases)
        .where(releases.c.state == "building", releases.c.id != release)
        .values(state="removed")
    )
    connection.execute(
        update(releases).where(releases.c.id == release).values(state="served", tree_hash=tree_hash)
    )


def mark_released(connection: Connection, released: Collection[int], release: int) -> None:
    """Write down which release first showed these items."""
    for chunk in cut_names(sorted(released)):
        connection.execute(
            update(publications)
            .where(publications.c.item.in_(chunk), publications.c.first_release.is_(None))
            .values(first_release=release)
        )


def mark_removed(connection: Connection, gone: Collection[int]) -> None:
    """Say that releases are no longer on disk."""
    for chunk in cut_names(sorted(gone)):
        connection.execute(update(releases).where(releases.c.id.in_(chunk)).values(state="removed"))


def drop_pages(connection: Connection, gone: Collection[str]) -> None:
    """Forget what these pages were made from: they are no longer there, or are made anew."""
    for chunk in cut_names(sorted(gone)):
        connection.execute(delete(pages).where(pages.c.path.in_(chunk)))


def save_pages(connection: Connection, release: int, made: Iterable[tuple[str, PageRecord]]) -> None:
    """Write what the pages of a release were made from; what was known of them before is dropped already."""
    rows = (
        {"path": path, "inputs_hash": one.inputs_hash, "output_hash": one.output_hash, "release": release}
        for path, one in made
    )
    add_rows(connection, pages.insert(), rows)


def _select(
    connection: Connection,
    query: Select[*tuple[Any, ...]],
    name: ColumnElement[_T],
    wanted: Collection[_T] | None,
) -> Iterator[Row[*tuple[Any, ...]]]:
    if wanted is None:
        yield from connection.execute(query)
        return
    some = query.where(name.in_(bindparam("names", expanding=True)))
    for chunk in cut_names(sorted(wanted)):
        yield from connection.execute(
            some, {"names": chunk}
        ).all()  # at once: a row at a time costs twice as much
