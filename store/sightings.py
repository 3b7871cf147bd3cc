"""The addresses where items stand: seen on lists, read, failed, gone, and when each is looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from clock import read_time, write_time
from store.chunks import cut_names
from store.foreign import keep_count, keep_words
from store.tables import list_pages, listings, sightings

# Days after the first reading on which a waiting or public item is looked at again (design.md, 2.1).
RECHECK_DAYS = (1, 3, 7, 30, 90)
# Days until a failed address is tried again, by the number of failures so far: never each night.
RETRY_DAYS = (1, 2, 4, 8, 16, 30)
# A nightly run starts some minutes earlier or later than the one before: what falls due a moment after its
# start would wait for another whole night.
_SLACK = timedelta(hours=4)
_BY_ADDRESS = select(sightings).where(sightings.c.address == bindparam("of_address"))
_FIRST_SEEN = select(sightings.c.first_seen).where(sightings.c.id == bindparam("of_id"))
_ROWS = select(sightings.c.address, sightings.c.id, sightings.c.item, sightings.c.first_seen).where(
    sightings.c.address.in_(bindparam("addresses", expanding=True))
)
_UPDATE = update(sightings).where(sightings.c.id == bindparam("of_id"))


@dataclass(frozen=True)
class SeenRow:
    """One row of a list page: a canonical address, the whole title, the date as stated."""

    address: str
    title: str
    date: str | None


@dataclass(frozen=True)
class SeenList:
    """One list page as it was seen."""

    source: str
    address: str
    digest: str
    rows: tuple[SeenRow, ...]
    promised: int | None
    next: str | None
    etag: str | None
    modified: str | None


def next_recheck(first_seen: datetime, now: datetime) -> datetime | None:
    """Say when a read page is looked at again: on fixed days after it was first seen, then never."""
    for days in RECHECK_DAYS:
        due = first_seen + timedelta(days=days) - _SLACK
        if due > now:
            return due
    return None


def next_retry(attempts: int, now: datetime) -> datetime:
    """Say when an address that failed `attempts` times is tried again."""
    return now + timedelta(days=RETRY_DAYS[min(attempts, len(RETRY_DAYS)) - 1]) - _SLACK


def ensure_sightings(connection: Connection, addresses: Iterable[str], now: datetime) -> dict[str, int]:
    """Make the sightings that do not exist yet, unread and due at once; give the id of each address."""
    found = see(connection, dict.fromkeys(addresses, now))
    return {address: row["id"] for address, row in found.items()}


def see(connection: Connection, seen: Mapping[str, datetime]) -> dict[str, RowMapping]:
    """Make the sightings that do not exist yet, each with its moment; give the row of each address."""
    rows = [
        {"address": address, "first_seen": stamp, "last_seen": stamp}
        for address, stamp in ((address, write_time(now)) for address, now in seen.items())
    ]
    if rows:
        connection.execute(_upsert(connection.dialect.name, sightings, ("address",), ("last_seen",)), rows)
    return _find_rows(connection, list(seen))


def save_list(connection: Connection, seen: SeenList, now: datetime) -> None:
    """Keep a list page's hash and every row of it, in the one transaction that makes its addresses known."""
    ids = ensure_sightings(connection, (row.address for row in seen.rows), now)
    save_listings(
        connection, [(ids[row.address], seen.source, row.title, row.date, now) for row in seen.rows]
    )
    values = {
        "source": seen.source,
        "address": seen.address,
        "hash": seen.digest,
        "etag": keep_words(seen.etag),
        "modified": keep_words(seen.modified),
        "rows": len(seen.rows),
        "promised": keep_count(seen.promised),
        "next": keep_words(seen.next),
        "at": write_time(now),
    }
    upsert = _upsert(connection.dialect.name, list_pages, ("source", "address"), tuple(values))
    connection.execute(upsert, values)


def save_listings(
    connection: Connection, shown: Iterable[tuple[int, str, str, str | None, datetime]]
) -> None:
    """Keep what lists say of sightings: (sighting, source, title, date, when) each."""
    rows = []
    for sighting, source, title, date, now in shown:
        stamp = write_time(now)
        told = {"title": keep_words(title), "date": keep_words(date)}
        rows.append({"sighting": sighting, "source": source, **told, "first_seen": stamp, "last_seen": stamp})
    changed = ("title", "date", "last_seen")
    if rows:
        upsert = _upsert(connection.dialect.name, listings, ("sighting", "source"), changed)
        connection.execute(upsert, rows)


def find_sighting(connection: Connection, address: str) -> RowMapping | None:
    """Look a sighting up by its canonical address."""
    return connection.execute(_BY_ADDRESS, {"of_address": address}).mappings().first()


@dataclass(frozen=True)
class ReadPage:
    """A sighting that was read: its row as `see` gave it, its item, and what the site answered."""

    sighting: RowMapping
    item: int
    status: int
    etag: str | None
    modified: str | None
    at: datetime


def mark_read(connection: Connection, pages: Iterable[ReadPage]) -> None:
    """Sightings were read: each belongs to an item, and is looked at again on the next fixed day."""
    rows = [
        {
            "of_id": one.sighting["id"],
            "item": one.item,
            "last_status": one.status,
            "etag": keep_words(one.etag),
            "modified": keep_words(one.modified),
            **_plan_next(one.sighting["first_seen"], one.at),
        }
        for one in pages
    ]
    if rows:
        connection.execute(_UPDATE, rows)


def mark_unchanged(connection: Connection, sighting: int, now: datetime) -> None:
    """The site says that the page is as it was (304)."""
    _settle(connection, sighting, now, last_status=304)


def mark_failed(
    connection: Connection, sighting: int, reason: str, status: int | None, now: datetime
) -> None:
    """A page could not be read: it is tried again later, less often each time."""
    attempts = _attempts(connection, sighting) + 1
    values = {
        "attempts": attempts,
        "last_error": keep_words(reason),
        "last_status": status,
        "next_check": write_time(next_retry(attempts, now)),
    }
    connection.execute(update(sightings).where(sightings.c.id == sighting).values(**values))


def mark_gone(connection: Connection, sighting: int, status: int, now: datetime) -> int:
    """A page that was read before answers 404 or 410: give how many times in a row it did."""
    row = connection.execute(
        select(sightings.c.gone_count, sightings.c.gone_since, sightings.c.first_seen).where(
            sightings.c.id == sighting
        )
    ).one()
    count = row.gone_count + 1
    # the first time it is asked again on the next day, since one 404 may be a fault of the site
    due = now + timedelta(days=1) - _SLACK if count == 1 else next_recheck(read_time(row.first_seen), now)
    values = {
        "gone_count": count,
        "gone_since": row.gone_since or write_time(now),
        "last_status": status,
        "next_check": write_time(due) if due else None,
    }
    connection.execute(update(sightings).where(sightings.c.id == sighting).values(**values))
    return int(count)


def _settle(connection: Connection, sighting: int, now: datetime, **values: Any) -> None:
    first = connection.execute(_FIRST_SEEN, {"of_id": sighting}).scalar_one()
    connection.execute(_UPDATE, {"of_id": sighting, **values, **_plan_next(first, now)})


def _plan_next(first_seen: str, now: datetime) -> dict[str, Any]:
    """What is set of a page that came: nothing failed any more, and the day of its next check."""
    due = next_recheck(read_time(first_seen), now)
    return {
        "attempts": 0,
        "last_error": None,
        "gone_count": 0,
        "gone_since": None,
        "next_check": write_time(due) if due else None,
    }


def _attempts(connection: Connection, sighting: int) -> int:
    query = select(sightings.c.attempts).where(sightings.c.id == sighting)
    return int(connection.execute(query).scalar_one())


def _find_rows(connection: Connection, addresses: list[str]) -> dict[str, RowMapping]:
    found: dict[str, RowMapping] = {}
    for part in cut_names(addresses):
        rows = connection.execute(_ROWS, {"addresses": part}).mappings()
        found.update({row["address"]: row for row in rows})
    return found


@cache
def _upsert(dialect: str, table: Any, key: tuple[str, ...], changed: tuple[str, ...]) -> Any:
    """Both databases know `ON CONFLICT`, each by its own insert; the other's is not imported."""
    insert = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    return insert.on_conflict_do_update(
        index_elements=key, set_={name: insert.excluded[name] for name in changed}
    )
