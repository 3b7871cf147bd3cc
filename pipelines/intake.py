"""The one way into the store for what the crawl brings: a batch of messages, a few in a transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection

from classify.model import Model
from errors import ReadingError
from pipelines.arrival import Arrival, label_arrivals, prepare_arrival
from pipelines.batch import Group, Near, save_group
from pipelines.cluster import Likeness, find_likenesses
from pipelines.documents import DocumentReader
from pipelines.label import load_teacher
from pipelines.messages import ListSeen, Message, PageFailed, PageGone, PageRead, PageUnchanged, Saved
from portal import Portal
from reading.address import canonical
from reading.page import Row
from sources import Sources
from store.bands import find_hashes
from store.database import Database
from store.drafts import Drafts
from store.items import add_doubts, find_latest
from store.mirror import mirror_configuration
from store.sessions import is_anybody_in
from store.sightings import (
    SeenList,
    SeenRow,
    ensure_sightings,
    find_sighting,
    mark_failed,
    mark_gone,
    mark_unchanged,
    save_list,
)

logger = logging.getLogger(__name__)

# Editors wait for each transaction: so few messages while somebody is in, and a moment in which whoever waits
# begins. Nobody waits at night; 40 take 25 to 40 milliseconds, and 0.55 of CPU each instead of 0.9.
_FEW, _MANY = 10, 40
_BREATH = 0.004


class Intake:
    """Saves what the crawl brings; used by one writer at a time, never inside the reactor."""

    def __init__(self, database: Database, sources: Sources, portal: Portal) -> None:
        self._database = database
        self._sources = sources
        self._portal = portal
        self._reader = DocumentReader()
        self._mirrored = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the worker that reads documents go."""
        self._reader.close()

    def take(self, batch: Sequence[Message]) -> list[Saved]:
        """Save a batch, a few messages in a transaction; give what became of each, in the batch's order.

        Files are on disk before any row names them, so that a kill between the two loses nothing.
        Raises StoreError when the disk or the database refuses; what was saved of the batch before stays.
        """
        if not batch:
            return []
        with self._database.read() as connection:
            size = _FEW if is_anybody_in(connection, batch[0].at) else _MANY
        arrivals = self._prepare(batch)
        arrivals = label_arrivals(arrivals, self._portal, self._model)
        near = Near(self._compare(arrivals), self._sources, self._portal.settings.old_after_days)
        saved: list[Saved] = []
        while len(saved) < len(batch):
            if saved:
                time.sleep(_BREATH)
            places = range(len(saved), min(len(batch), len(saved) + size))
            with self._database.write() as connection:
                if not self._mirrored:
                    mirror_configuration(connection, self._sources, self._portal, batch[0].at)
                saved += _save(connection, batch, places, arrivals, near)
            self._mirrored = True
        return saved

    def _prepare(self, batch: Sequence[Message]) -> dict[int, Arrival]:
        """Do what needs no transaction; every file is durable when this returns."""
        home = self._database.home
        with Drafts(home) as drafts:
            arrivals = {
                place: prepare_arrival(message, home, drafts, self._reader, self._sources, self._portal)
                for place, message in enumerate(batch)
                if isinstance(message, PageRead)
            }
            drafts.settle()
        return arrivals

    @cached_property
    def _model(self) -> Model | None:
        """What editors taught, read once, when the first page comes."""
        return load_teacher(self._database.home)

    def _compare(self, arrivals: Mapping[int, Arrival]) -> dict[int, list[Likeness]]:
        """Compare what is new of a batch with what is stored, before any transaction that writes."""
        if not arrivals:
            return {}
        with self._database.read() as connection:
            known = find_hashes(connection, {one.page.address for one in arrivals.values()})
            marks = {
                place: one.mark
                for place, one in arrivals.items()
                if known.get(one.page.address) != one.text_hash
            }
            return find_likenesses(connection, marks)


def _save(
    connection: Connection,
    batch: Sequence[Message],
    places: Sequence[int],
    arrivals: Mapping[int, Arrival],
    near: Near,
) -> list[Saved]:
    """Save these of a batch in its order; pages that say nothing about each other are saved together."""
    saved: dict[int, Saved] = {}
    group = Group()
    for place in places:
        message = batch[place]
        if place in arrivals:
            if not group.takes(arrivals[place], near.likenesses.get(place, ())):
                saved |= save_group(connection, group, near)
                group = Group()
            group.add(place, arrivals[place])
        else:
            if group.addresses & _name_addresses(message):
                saved |= save_group(connection, group, near)
                group = Group()
            saved[place] = _SAVERS[type(message)](connection, message)
    saved |= save_group(connection, group, near)
    return [saved[place] for place in places]


def _name_addresses(message: Message) -> set[str]:
    rows = message.rows if isinstance(message, ListSeen) else ()
    return {message.address, *(row.url for row in rows)}


def _save_seen(connection: Connection, seen: ListSeen) -> Saved:
    rows = {row.address: row for row in map(_seen_row, seen.rows) if row is not None}
    listed = SeenList(
        source=seen.source,
        address=seen.address,
        digest=seen.digest,
        rows=tuple(rows.values()),
        promised=seen.promised,
        next=seen.next,
        etag=seen.etag,
        modified=seen.modified,
    )
    save_list(connection, listed, seen.at)
    return Saved.SEEN


def _seen_row(row: Row) -> SeenRow | None:
    try:
        return SeenRow(canonical(row.url), row.title, row.date)
    except ReadingError as error:
        logger.debug("a row that leads nowhere: %s", error)
        return None


def _save_unchanged(connection: Connection, message: PageUnchanged) -> Saved:
    mark_unchanged(connection, _ensure(connection, message.address, message.at), message.at)
    return Saved.SAME


def _save_failed(connection: Connection, message: PageFailed) -> Saved:
    sighting = _ensure(connection, message.address, message.at)
    mark_failed(connection, sighting, message.reason, message.status, message.at)
    return Saved.FAILED


def _save_gone(connection: Connection, message: PageGone) -> Saved:
    """Twice in a row means gone: a doubt for an editor, never a withdrawal by the machine."""
    sighting = find_sighting(connection, message.address)
    if sighting is None or sighting["item"] is None:
        return _save_failed(
            connection,
            PageFailed(message.source, message.address, "not found", message.at, message.status),
        )
    count = mark_gone(connection, sighting["id"], message.status, message.at)
    if count >= 2:
        latest = find_latest(connection, sighting["item"])
        if latest is not None:
            word = f"原文已不在来源网站（连续两次返回 {message.status}），请核实是否撤下"
            add_doubts(connection, latest.id, [("address", word)], message.at)
    return Saved.GONE


_SAVERS: Mapping[type, Callable[[Connection, Any], Saved]] = {
    ListSeen: _save_seen,
    PageUnchanged: _save_unchanged,
    PageFailed: _save_failed,
    PageGone: _save_gone,
}


def _ensure(connection: Connection, address: str, now: datetime) -> int:
    return ensure_sightings(connection, [address], now)[address]
