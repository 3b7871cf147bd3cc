"""What the crawl knows already: addresses, list pages, and what is due; read-only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, Select, and_, func, or_, select

from clock import read_time, write_time
from store.database import Database
from store.tables import items, list_pages, listings, reviews, sightings


@dataclass(frozen=True)
class KnownAddress:
    """An address that some list showed before; `title` and `date` as the asked source's list said last."""

    address: str
    sighting: int
    item: int | None
    title: str | None
    date: str | None
    next_check: datetime | None
    attempts: int
    etag: str | None
    modified: str | None


@dataclass(frozen=True)
class KnownList:
    """A list page that was seen before: an unchanged one is known by its digest."""

    digest: str
    etag: str | None
    modified: str | None
    rows: int
    promised: int | None
    next: str | None
    at: datetime


class Known:
    """Answers the crawl's questions, each by one short read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def look_up(self, source: str, addresses: Collection[str]) -> dict[str, KnownAddress]:
        """Give those of the canonical addresses that are known."""
        wanted = list(dict.fromkeys(addresses))
        found: dict[str, KnownAddress] = {}
        with self._database.read() as connection:
            for start in range(0, len(wanted), 500):  # SQLite limits the number of bound values
                query = _select(source).where(sightings.c.address.in_(wanted[start : start + 500]))
                for row in connection.execute(query).mappings():
                    found[row["address"]] = _known(row)
        return found

    def due(self, source: str, now: datetime, limit: int, recheck: bool) -> list[KnownAddress]:
        """Give what of a source is due: unread addresses, and with `recheck` read ones, oldest first.

        An unread address is due when it was never asked or its retry has come; a read one when its day has
        come and its item is waiting for a person or public.
        """
        stamp = write_time(now)
        past = sightings.c.next_check <= stamp
        wanted = and_(sightings.c.item.is_(None), or_(sightings.c.next_check.is_(None), past))
        if recheck:
            alive = or_(
                items.c.public_revision.is_not(None),
                select(reviews.c.revision)
                .where(reviews.c.item == items.c.id, reviews.c.state.in_(("waiting", "second", "held")))
                .exists(),
            )
            wanted = or_(wanted, and_(sightings.c.item.is_not(None), past, alive))
        query = (
            _select(source)
            .outerjoin(items, items.c.id == sightings.c.item)
            .where(listings.c.source.is_not(None), wanted)
            .order_by(sightings.c.next_check.nulls_first(), sightings.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_known(row) for row in connection.execute(query).mappings()]

    def list_page(self, source: str, address: str) -> KnownList | None:
        """Give what is known of a list page."""
        query = select(list_pages).where(list_pages.c.source == source, list_pages.c.address == address)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return KnownList(
            row["hash"],
            row["etag"],
            row["modified"],
            row["rows"],
            row["promised"],
            row["next"],
            read_time(row["at"]),
        )

    def count_listings(self, source: str) -> int:
        """Count the rows that a source's lists ever showed."""
        query = select(func.count()).select_from(listings).where(listings.c.source == source)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())


def _select(source: str) -> Select[tuple[object, ...]]:
    here = and_(listings.c.sighting == sightings.c.id, listings.c.source == source)
    query: Select[tuple[object, ...]] = select(
        sightings.c.address,
        sightings.c.id.label("sighting"),
        sightings.c.item,
        listings.c.title,
        listings.c.date,
        sightings.c.next_check,
        sightings.c.attempts,
        sightings.c.etag,
        sightings.c.modified,
    ).select_from(sightings.outerjoin(listings, here))
    return query


def _known(row: RowMapping) -> KnownAddress:
    values = dict(row)
    if values["next_check"] is not None:
        values["next_check"] = read_time(values["next_check"])
    return KnownAddress(**values)
