"""What the crawl knows already: addresses, list pages, and what is due; read-only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, or_, select, tuple_

from clock import read_time, write_time
from store.chunks import cut_names
from store.database import Database
from store.tables import items, list_pages, listings, reviews, sightings

_DEPTH = 10  # list pages of a source that are looked up ahead


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
    """Answers the crawl's questions, each by one short read; what `look_ahead` asked for, from memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pages: dict[tuple[str, str], KnownList | None] = {}
        self._due: dict[str, list[KnownAddress]] | None = None

    def look_ahead(self, firsts: Mapping[str, str], now: datetime, most: int, recheck: bool) -> None:
        """Ask for many sources at once, so that a quiet night costs a few questions and not some a source.

        `firsts` names the first list page of each; up to `most` due addresses a source are kept in mind.
        """
        with self._database.read() as connection:
            self._pages = _read_pages(connection, set(firsts.items()))
            self._due = {source: [] for source in firsts}
            for source, row in _read_due(connection, write_time(now), recheck):
                kept = self._due.get(source)
                if kept is not None and len(kept) < most:
                    kept.append(row)

    def forget_page(self, source: str, address: str) -> None:
        """A list page is about to be saved anew: ask the store about it from now on."""
        self._pages.pop((source, address), None)

    def look_up(self, source: str, addresses: Collection[str]) -> dict[str, KnownAddress]:
        """Give those of the canonical addresses that are known."""
        wanted = list(dict.fromkeys(addresses))
        found: dict[str, KnownAddress] = {}
        with self._database.read() as connection:
            for part in cut_names(wanted):
                query = _select(source).where(sightings.c.address.in_(part))
                for row in connection.execute(query).mappings():
                    found[row["address"]] = _known({**row})
        return found

    def due(self, source: str, now: datetime, limit: int, recheck: bool) -> list[KnownAddress]:
        """Give what of a source is due: unread addresses, and with `recheck` read ones, oldest first.

        An unread address is due when it was never asked or its retry has come; a read one when its day has
        come and its item is waiting for a person or public.
        """
        if self._due is not None:
            return self._due.get(source, [])[:limit]
        stamp = write_time(now)
        wanted = or_(*_wants(stamp, recheck))
        query = (
            _select(source)
            .outerjoin(items, items.c.id == sightings.c.item)
            .where(listings.c.source.is_not(None), wanted)
            .order_by(sightings.c.next_check.nulls_first(), sightings.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_known({**row}) for row in connection.execute(query).mappings()]

    def list_page(self, source: str, address: str) -> KnownList | None:
        """Give what is known of a list page."""
        if (source, address) in self._pages:
            return self._pages[source, address]
        with self._database.read() as connection:
            return _read_pages(connection, {(source, address)}, depth=1)[source, address]

    def count_listings(self, source: str) -> int:
        """Count the rows that a source's lists ever showed."""
        return self.count_many((source,))[source]

    def count_many(self, wanted: Collection[str]) -> dict[str, int]:
        """Count the rows that the lists of each of these sources ever showed."""
        if not wanted:
            return {}
        query = (
            select(listings.c.source, func.count())
            .where(listings.c.source.in_(tuple(wanted)))
            .group_by(listings.c.source)
        )
        with self._database.read() as connection:
            return dict.fromkeys(wanted, 0) | {row[0]: int(row[1]) for row in connection.execute(query)}


def _wants(stamp: str, recheck: bool) -> list[ColumnElement[bool]]:
    """What is due at a moment: unread addresses, and read ones whose items are alive."""
    past = sightings.c.next_check <= stamp
    unread = and_(sightings.c.item.is_(None), or_(sightings.c.next_check.is_(None), past))
    if not recheck:
        return [unread]
    alive = or_(
        items.c.public_revision.is_not(None),
        select(reviews.c.revision)
        .where(reviews.c.item == items.c.id, reviews.c.state.in_(("waiting", "second", "held")))
        .exists(),
    )
    return [unread, and_(sightings.c.item.is_not(None), past, alive)]


def _read_due(connection: Connection, stamp: str, recheck: bool) -> Iterator[tuple[str, KnownAddress]]:
    """Give (source, address) of all that is due, the oldest first; each kind is found by its own index."""
    kinds = (
        connection.execute(
            _choose(listings.c.source)
            .join(listings, listings.c.sighting == sightings.c.id)
            .outerjoin(items, items.c.id == sightings.c.item)
            .where(wanted)
            .order_by(sightings.c.next_check.nulls_first(), sightings.c.id)
        ).mappings()
        for wanted in _wants(stamp, recheck)
    )
    for row in merge(*kinds, key=lambda row: (row["next_check"] or "", row["sighting"])):
        values = {**row}
        yield values.pop("source"), _known(values)


def _read_pages(
    connection: Connection, wanted: Collection[tuple[str, str]], depth: int = _DEPTH
) -> dict[tuple[str, str], KnownList | None]:
    """Read list pages by (source, address), and those that they lead to; None for one that is not known."""
    found: dict[tuple[str, str], KnownList | None] = {}
    for _ in range(depth):
        ahead = sorted(set(wanted) - found.keys())
        found |= dict.fromkeys(ahead)
        for part in cut_names(ahead):
            pairs = tuple_(list_pages.c.source, list_pages.c.address).in_(part)
            for row in connection.execute(select(list_pages).where(pairs)).mappings():
                found[row["source"], row["address"]] = _read_page(row)
        wanted = {(at[0], page.next) for at, page in found.items() if page is not None and page.next}
    return found


def _read_page(row: RowMapping) -> KnownList:
    return KnownList(
        row["hash"],
        row["etag"],
        row["modified"],
        row["rows"],
        row["promised"],
        row["next"],
        read_time(row["at"]),
    )


def _select(source: str) -> Select[tuple[object, ...]]:
    here = and_(listings.c.sighting == sightings.c.id, listings.c.source == source)
    return _choose().select_from(sightings.outerjoin(listings, here))


def _choose(*more: ColumnElement[Any]) -> Select[tuple[object, ...]]:
    query: Select[tuple[object, ...]] = select(
        *more,
        sightings.c.address,
        sightings.c.id.label("sighting"),
        sightings.c.item,
        listings.c.title,
        listings.c.date,
        sightings.c.next_check,
        sightings.c.attempts,
        sightings.c.etag,
        sightings.c.modified,
    )
    return query


def _known(row: Mapping[str, Any]) -> KnownAddress:
    values = dict(row)
    if values["next_check"] is not None:
        values["next_check"] = read_time(values["next_check"])
    return KnownAddress(**values)
