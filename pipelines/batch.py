"""Pages of one batch saved together: what is asked and written costs a statement a table, not one a page.

What each page becomes is decided page by page, in their order, as if each were saved alone: so pages whose
fate depends on each other (one address, the same words, likeness) are never in one group.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping

from pipelines.allowing import allow_found, allow_many
from pipelines.arrival import Arrival
from pipelines.cluster import Likeness, doubt_old_news, find_document, settle
from pipelines.dedupe import is_same_item
from pipelines.messages import Saved
from sources import Sources
from store.bands import save_fresh_bands
from store.files import save_files
from store.fresh import Fresh, add_fresh
from store.items import Found, NewRevision, add_doubts, add_findings, add_label, add_revision, find_latest
from store.readings import NewReading, Twin, add_readings, find_primary, find_readings, find_twins
from store.reviews import open_review
from store.sightings import ReadPage, mark_read, save_listings, see

ACTOR = "crawl"


@dataclass(frozen=True)
class Near:
    """What a batch is compared by; `items` says, as they are saved, which place became which item."""

    likenesses: Mapping[int, list[Likeness]]
    sources: Sources
    old_after_days: int
    items: dict[int, int] = field(default_factory=dict)

    def resolve(self, one: Likeness) -> int | None:
        """Give the item that a likeness is about, None while it is not saved."""
        return one.item if one.place is None else self.items.get(one.place)


@dataclass
class Group:
    """Pages, by place in the batch, that say nothing about each other."""

    pages: dict[int, Arrival] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    def takes(self, new: Arrival, likenesses: Sequence[Likeness]) -> bool:
        """Say whether a page is a stranger to all that are here."""
        return (
            new.page.address not in self.addresses
            and new.text_hash not in self.words
            and not any(one.place in self.pages for one in likenesses)
        )

    def add(self, place: int, new: Arrival) -> None:
        """Let a page join."""
        self.pages[place] = new
        self.addresses.add(new.page.address)
        self.words.add(new.text_hash)


@dataclass
class _Known:
    """What the store held before the group: rows by address, readings by sighting, twins by words."""

    sightings: Mapping[str, RowMapping]
    readings: Mapping[int, RowMapping]
    twins: Mapping[str, list[Twin]]
    reread: set[int] = field(default_factory=set)  # sightings whose newest reading is another one by now

    def sighting(self, new: Arrival) -> RowMapping:
        return self.sightings[new.page.address]

    def is_known(self, new: Arrival) -> bool:
        """Whether the very same was read there last time."""
        before = self.readings.get(self.sighting(new)["id"])
        if before is None or before["text_hash"] != new.text_hash:
            return False
        return bool(json.loads(before["fields"]) == new.fields)

    def is_changed(self, new: Arrival) -> bool:
        """Whether a page says something else than last time."""
        before = self.readings.get(self.sighting(new)["id"])
        return before is None or new.differs(json.loads(before["fields"]), before["text_hash"])


@dataclass(frozen=True)
class _New:
    """A page that is an item of its own; `alike` are the doubts about items with the same words."""

    page: Arrival
    reading: int | None
    alike: Mapping[int, str]


def save_group(connection: Connection, group: Group, near: Near) -> dict[int, Saved]:
    """Save pages that were read: each a new item, another sighting, a change, or the same as before."""
    if not group.pages:
        return {}
    known = _look_up(connection, list(group.pages.values()))
    readings = _add_readings(connection, group.pages, known)
    saved: dict[int, Saved] = {}
    fresh: dict[int, _New] = {}
    for place, new in group.pages.items():
        item = known.sighting(new)["item"]
        if item is not None and known.is_changed(new):
            near.items[place] = item
            _add_new(connection, fresh, near)
            fresh = {}
            saved[place] = _settle_change(connection, new, item, known, readings.get(place))
            if saved[place] is Saved.CHANGED:
                _settle_cluster(connection, new, item, near, place)
        elif item is not None:
            near.items[place], saved[place] = item, Saved.SAME
        else:
            doubts: dict[int, str] = {}
            twin = _find_same(new, known, near, place, doubts)
            if twin is not None:
                near.items[place], saved[place] = twin, Saved.DUPLICATE
            else:
                fresh[place] = _New(new, readings.get(place), doubts)
                saved[place] = Saved.NEW
        if place in readings:
            known.reread.add(known.sighting(new)["id"])
    _add_new(connection, fresh, near)
    mark_read(connection, [_describe_answer(new, known, near.items[at]) for at, new in group.pages.items()])
    return saved


def _look_up(connection: Connection, pages: Sequence[Arrival]) -> _Known:
    found = see(connection, {new.page.address: new.page.at for new in pages})
    save_listings(
        connection,
        [
            (found[page.address]["id"], page.source, page.row.title, page.row.date, page.at)
            for page in (new.page for new in pages)
            if page.row is not None
        ],
    )
    save_files(connection, [file for new in pages for file in new.files])
    readings = find_readings(connection, [row["id"] for row in found.values()])
    twins = find_twins(connection, [new.text_hash for new in pages])
    return _Known(found, readings, twins)


def _add_readings(connection: Connection, pages: Mapping[int, Arrival], known: _Known) -> dict[int, int]:
    """Keep what was read, but where it is what was read before; give the numbers by place."""
    new = {place: one for place, one in pages.items() if not known.is_known(one)}
    rows = [(_describe_reading(one, known.sighting(one)["id"]), one.page.at) for one in new.values()]
    return dict(zip(new, add_readings(connection, rows), strict=True))


def _describe_reading(new: Arrival, sighting: int) -> NewReading:
    return NewReading(
        sighting=sighting,
        raw_file=new.files[0].hash,
        reader_version=new.reader_version,
        fields=new.fields,
        origins=new.origins,
        doubts=new.doubts,
        text_hash=new.text_hash,
    )


def _describe_answer(new: Arrival, known: _Known, item: int) -> ReadPage:
    page = new.page
    return ReadPage(known.sighting(new), item, page.status, page.etag, page.modified, page.at)


def _find_same(new: Arrival, known: _Known, near: Near, place: int, doubts: dict[int, str]) -> int | None:
    """Find the item with the same words, or of the same document; what is alike only goes into `doubts`."""
    for twin in known.twins.get(new.text_hash, ()):
        if twin.sighting in known.reread:
            continue
        if is_same_item(new.fields, twin.fields):
            return twin.item
        doubts[twin.item] = f"与稿件 {twin.item} 文字相同但未合并，请核对是否重复或旧稿新发"
    document = find_document(new.mark.traits, near.likenesses.get(place, ()))
    return near.resolve(document) if document is not None else None


def _add_new(connection: Connection, fresh: Mapping[int, _New], near: Near) -> None:
    """Make the items of these pages, put them into the queue, and beside those that they are like."""
    allowed = allow_many(connection, [one.page.found for one in fresh.values()])
    rows = [_describe_item(one, found) for one, found in zip(fresh.values(), allowed, strict=True)]
    for (item, _), place in zip(add_fresh(connection, rows), fresh, strict=True):
        near.items[place] = item
    save_fresh_bands(
        connection,
        [(near.items[at], one.page.mark.bands) for at, one in fresh.items() if at in near.likenesses],
    )
    for place, one in fresh.items():
        _settle_cluster(connection, one.page, near.items[place], near, place, one)


def _describe_item(one: _New, found: Sequence[Found]) -> Fresh:
    new = one.page
    return Fresh(
        kind="collected",
        agency=new.agency,
        form=new.form,
        cause="collect",
        actor=ACTOR,
        via="crawl",
        label=new.label,
        at=new.page.at,
        reading=one.reading,
        doubts=(*new.doubts, *(("title", word) for word in one.alike.values())),
        found=tuple(found),
        screened=new.screened,
    )


def _settle_cluster(
    connection: Connection, new: Arrival, item: int, near: Near, place: int, fresh: _New | None = None
) -> None:
    """Put the item beside those that it is like, and doubt what was published long ago already.

    A text that was known already was not compared: it stays where it is. A fresh item's bands are kept.
    """
    if place not in near.likenesses:
        return
    found = ((near.resolve(one), one) for one in near.likenesses[place])
    compared = {other: one for other, one in found if other is not None and other != item}
    if compared or fresh is None:
        settle(connection, item, new.mark, compared, near.sources, fresh is not None)
    said: Collection[int] = fresh.alike if fresh else ()
    unsaid = {other: one for other, one in compared.items() if other not in said}
    doubt_old_news(connection, item, new.form["published"], unsaid, near.old_after_days, new.page.at)


def _settle_change(
    connection: Connection, new: Arrival, item: int, known: _Known, reading: int | None
) -> Saved:
    """The source changed: a new revision waits and what is public stays; a changed repost is only a doubt."""
    latest = find_latest(connection, item)
    if latest is None or find_primary(connection, item) != known.sighting(new)["id"]:
        if latest is not None:
            word = f"另一处发布（{new.page.address}）的文字已变化"
            add_doubts(connection, latest.id, [("address", word)], new.page.at)
        return Saved.DUPLICATE
    doubts = list(new.doubts)
    for name in latest.person:
        if latest.machine.get(name) != new.form.get(name):
            doubts.append((name, "编辑改过的内容，来源处也已变化，请核对"))
    _add_revision(
        connection, new, NewRevision(item, new.form, latest.person, "source-changed", ACTOR, reading), doubts
    )
    return Saved.CHANGED


def _add_revision(
    connection: Connection, new: Arrival, revision: NewRevision, doubts: Sequence[tuple[str, str]]
) -> None:
    number = add_revision(connection, revision, new.page.at)
    add_label(connection, number, new.label)
    add_doubts(connection, number, doubts, new.page.at)
    add_findings(connection, number, allow_found(connection, new.found), new.screened)
    open_review(connection, number, new.label.column_key, ACTOR, "crawl", new.page.at)
