"""The one way into the store for what the crawl brings: a batch of messages, one transaction."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection

from classify.model import Model
from errors import ReadingError
from pipelines.allowing import allow_found
from pipelines.arrival import Arrival, label_arrivals, prepare_arrival
from pipelines.cluster import Likeness, doubt_old_news, find_document, find_likenesses, settle
from pipelines.dedupe import is_same_item
from pipelines.documents import DocumentReader
from pipelines.label import load_teacher
from pipelines.messages import ListSeen, Message, PageFailed, PageGone, PageRead, PageUnchanged, Saved
from portal import Portal
from reading.address import canonical
from reading.page import Row
from sources import Sources
from store.bands import find_hashes
from store.database import Database
from store.files import save_file
from store.items import (
    NewRevision,
    add_doubts,
    add_findings,
    add_item,
    add_label,
    add_revision,
    find_latest,
)
from store.mirror import mirror_configuration
from store.readings import NewReading, add_reading, find_primary, find_reading, find_twins
from store.reviews import open_review
from store.sightings import (
    SeenList,
    SeenRow,
    ensure_sightings,
    find_sighting,
    mark_failed,
    mark_gone,
    mark_read,
    mark_unchanged,
    save_list,
    save_listing,
)

logger = logging.getLogger(__name__)
_ACTOR = "crawl"


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
        """Save a batch in one transaction; give what became of each message, in the batch's order.

        Files are on disk before any row names them, so that a kill between the two loses nothing.
        Raises StoreError when the disk or the database refuses; then nothing of the batch is saved.
        """
        arrivals = {
            place: prepare_arrival(message, self._database.home, self._reader, self._sources, self._portal)
            for place, message in enumerate(batch)
            if isinstance(message, PageRead)
        }
        arrivals = label_arrivals(arrivals, self._portal, self._model)
        near = _Near(self._compare(arrivals), self._sources, self._portal.settings.old_after_days)
        with self._database.write() as connection:
            if batch and not self._mirrored:
                mirror_configuration(connection, self._sources, self._portal, batch[0].at)
            saved = [
                _save_arrival(connection, arrivals[place], near, place)
                if place in arrivals
                else _SAVERS[type(message)](connection, message)
                for place, message in enumerate(batch)
            ]
        self._mirrored = self._mirrored or bool(batch)
        return saved

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


@dataclass(frozen=True)
class _Near:
    """What a batch is compared by; `items` says, as they are saved, which place became which item."""

    likenesses: Mapping[int, list[Likeness]]
    sources: Sources
    old_after_days: int
    items: dict[int, int] = field(default_factory=dict)

    def resolve(self, one: Likeness) -> int | None:
        return one.item if one.place is None else self.items.get(one.place)


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


def _save_arrival(connection: Connection, new: Arrival, near: _Near, place: int) -> Saved:
    """Save a page that was read: a new item, another sighting, a change, or the same as before."""
    page = new.page
    sighting_id = _ensure(connection, page.address, page.at)
    if page.row is not None:
        save_listing(connection, sighting_id, page.source, page.row.title, page.row.date, page.at)
    for file in new.files:
        save_file(connection, file)
    before = find_reading(connection, sighting_id)
    reading = None
    if before is None or before["text_hash"] != new.text_hash or json.loads(before["fields"]) != new.fields:
        reading = add_reading(connection, _describe(new, sighting_id), page.at)
    sighting = find_sighting(connection, page.address)
    item = sighting["item"] if sighting is not None else None
    if item is None:
        item, saved = _settle_new(connection, new, reading, near, place)
    elif before is not None and not new.differs(json.loads(before["fields"]), before["text_hash"]):
        saved = Saved.SAME
    else:
        saved = _settle_change(connection, new, item, sighting_id, reading)
        if saved is Saved.CHANGED:
            _settle_cluster(connection, new, item, near, place)
    near.items[place] = item
    mark_read(connection, sighting_id, item, page.status, page.etag, page.modified, page.at)
    return saved


def _describe(new: Arrival, sighting: int) -> NewReading:
    return NewReading(
        sighting=sighting,
        raw_file=new.files[0].hash,
        reader_version=new.reader_version,
        fields=new.fields,
        origins=new.origins,
        doubts=new.doubts,
        text_hash=new.text_hash,
    )


def _settle_new(
    connection: Connection, new: Arrival, reading: int | None, near: _Near, place: int
) -> tuple[int, Saved]:
    """The same words or document elsewhere: another sighting of that item; else an item of its own."""
    doubts = list(new.doubts)
    doubted = set()
    for twin in find_twins(connection, new.text_hash):
        if is_same_item(new.fields, twin.fields):
            return twin.item, Saved.DUPLICATE
        doubts.append(("title", f"与稿件 {twin.item} 文字相同但未合并，请核对是否重复或旧稿新发"))
        doubted.add(twin.item)
    document = find_document(new.mark.traits, near.likenesses.get(place, ()))
    known = near.resolve(document) if document is not None else None
    if known is not None:
        return known, Saved.DUPLICATE
    item = add_item(connection, "collected", new.agency)
    _queue(connection, new, item, {}, reading, doubts, "collect")
    _settle_cluster(connection, new, item, near, place, True, doubted)
    return item, Saved.NEW


def _settle_cluster(
    connection: Connection,
    new: Arrival,
    item: int,
    near: _Near,
    place: int,
    fresh: bool = False,
    doubted: Collection[int] = (),
) -> None:
    """Put the item beside those that it is like, and doubt what was published long ago already.

    A text that was known already was not compared: it stays where it is.
    """
    if place not in near.likenesses:
        return
    found = ((near.resolve(one), one) for one in near.likenesses[place])
    compared = {other: one for other, one in found if other is not None and other != item}
    settle(connection, item, new.mark, compared, near.sources, fresh)
    unsaid = {other: one for other, one in compared.items() if other not in doubted}
    doubt_old_news(connection, item, new.form["published"], unsaid, near.old_after_days, new.page.at)


def _settle_change(
    connection: Connection, new: Arrival, item: int, sighting: int, reading: int | None
) -> Saved:
    """The source changed: a new revision waits and what is public stays; a changed repost is only a doubt."""
    latest = find_latest(connection, item)
    if latest is None or find_primary(connection, item) != sighting:
        if latest is not None:
            word = f"另一处发布（{new.page.address}）的文字已变化"
            add_doubts(connection, latest.id, [("address", word)], new.page.at)
        return Saved.DUPLICATE
    doubts = list(new.doubts)
    for name in latest.person:
        if latest.machine.get(name) != new.form.get(name):
            doubts.append((name, "编辑改过的内容，来源处也已变化，请核对"))
    _queue(connection, new, item, latest.person, reading, doubts, "source-changed")
    return Saved.CHANGED


def _queue(
    connection: Connection,
    new: Arrival,
    item: int,
    person: Mapping[str, Any],
    reading: int | None,
    doubts: Sequence[tuple[str, str]],
    cause: str,
) -> None:
    revision = add_revision(
        connection, NewRevision(item, new.form, person, cause, _ACTOR, reading), new.page.at
    )
    add_label(connection, revision, new.label)
    add_doubts(connection, revision, doubts, new.page.at)
    add_findings(connection, revision, allow_found(connection, new.found), new.screened)
    open_review(connection, revision, new.label.column_key, _ACTOR, "crawl", new.page.at)
