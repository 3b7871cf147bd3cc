"""The addresses where items stand: seen on lists, read, failed, gone, and when each is looked at again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.dialects import postgresql, sqlite

from clock import read_time, write_time
from store.foreign import keep_count, keep_words
from store.tables import list_pages, listings, sightings

# Days after the first reading on which a waiting or public item is looked at again (design.md, 2.1).
RECHECK_DAYS = (1, 3, 7, 30, 90)
# Days until a failed address is tried again, by the number of failures so far: never each night.
RETRY_DAYS = (1, 2, 4, 8, 16, 30)
# A nightly run starts some minutes earlier or later than the one before: what falls due a moment after its
# start would wait for another whole night.
_SLACK = timedelta(hours=4)


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
    wanted = list(dict.fromkeys(addresses))
    stamp = write_time(now)
    rows = [{"address": address, "first_seen": stamp, "last_seen": stamp} for address in wanted]
    if rows:
        insert = _insert(connection, sightings)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=["address"], set_={"last_seen": insert.excluded.last_seen}
            ),
            rows,
        )
    return _find_ids(connection, wanted)


def save_list(connection: Connection, seen: SeenList, now: datetime) -> None:
    """Keep a list page's hash and every row of it, in the one transaction that makes its addresses known."""
    ids = ensure_sightings(connection, (row.address for row in seen.rows), now)
    for row in seen.rows:
        save_listing(connection, ids[row.address], seen.source, row.title, row.date, now)
    insert = _insert(connection, list_pages).values(
        source=seen.source,
        address=seen.address,
        hash=seen.digest,
        etag=keep_words(seen.etag),
        modified=keep_words(seen.modified),
        rows=len(seen.rows),
        promised=keep_count(seen.promised),
        next=keep_words(seen.next),
        at=write_time(now),
    )
    changed = {column.name: insert.excluded[column.name] for column in list_pages.c}
    connection.execute(insert.on_conflict_do_update(index_elements=["source", "address"], set_=changed))


def save_listing(
    connection: Connection, sighting: int, source: str, title: str, date: str | None, now: datetime
) -> None:
    """Keep what a source's list says of a sighting now."""
    stamp = write_time(now)
    insert = _insert(connection, listings).values(
        sighting=sighting,
        source=source,
        title=keep_words(title),
        date=keep_words(date),
        first_seen=stamp,
        last_seen=stamp,
    )
    changed = {name: insert.excluded[name] for name in ("title", "date", "last_seen")}
    connection.execute(insert.on_conflict_do_update(index_elements=["sighting", "source"], set_=changed))


def find_sighting(connection: Connection, address: str) -> RowMapping | None:
    """Look a sighting up by its canonical address."""
    return connection.execute(select(sightings).where(sightings.c.address == address)).mappings().first()


def mark_read(
    connection: Connection,
    sighting: int,
    item: int,
    status: int,
    etag: str | None,
    modified: str | None,
    now: datetime,
) -> None:
    """A sighting was read: it belongs to an item, and is looked at again on the next fixed day."""
    values = {"last_status": status, "etag": keep_words(etag), "modified": keep_words(modified)}
    _settle(connection, sighting, now, item=item, **values)


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
    first = connection.execute(select(sightings.c.first_seen).where(sightings.c.id == sighting)).scalar_one()
    due = next_recheck(read_time(first), now)
    values |= {
        "attempts": 0,
        "last_error": None,
        "gone_count": 0,
        "gone_since": None,
        "next_check": write_time(due) if due else None,
    }
    connection.execute(update(sightings).where(sightings.c.id == sighting).values(**values))


def _attempts(connection: Connection, sighting: int) -> int:
    query = select(sightings.c.attempts).where(sightings.c.id == sighting)
    return int(connection.execute(query).scalar_one())


def _find_ids(connection: Connection, addresses: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(addresses), 500):  # SQLite limits the number of bound values
        part = addresses[start : start + 500]
        rows = connection.execute(
            select(sightings.c.address, sightings.c.id).where(sightings.c.address.in_(part))
        )
        found.update({row.address: row.id for row in rows})
    return found


def _insert(connection: Connection, table: Any) -> Any:
    """Both databases know `ON CONFLICT`, each by its own insert."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
