"""New items by the batch: what `items` and `reviews` do for one, here by one statement a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from store.items import (
    Found,
    NewRevision,
    Suggested,
    describe_doubts,
    describe_found,
    describe_label,
    describe_revision,
    describe_screening,
)
from store.log import Entry, append_many, read_head
from store.reviews import describe_review
from store.tables import findings, items, labels, reviews, revision_doubts, revisions, screenings

_ADD_ITEMS = items.insert().returning(items.c.id, sort_by_parameter_order=True)
_ADD_REVISIONS = revisions.insert().returning(revisions.c.id, sort_by_parameter_order=True)
_ADD_LABELS = labels.insert()
_ADD_DOUBTS = revision_doubts.insert()
_ADD_FINDINGS = findings.insert()
_ADD_SCREENINGS = screenings.insert()
_ADD_REVIEWS = reviews.insert()


@dataclass(frozen=True)
class Fresh:
    """An item that nobody knew, with its first revision and what hangs on it; it waits for a person.

    `screened` names the lists that it was screened by, and when.
    """

    kind: str
    agency: str | None
    form: dict[str, Any]
    cause: str
    actor: str
    via: str
    label: Suggested
    at: datetime
    reading: int | None = None
    doubts: tuple[tuple[str, str], ...] = ()
    found: tuple[Found, ...] = ()
    screened: tuple[str, datetime] | None = None


def add_fresh(connection: Connection, new: Sequence[Fresh]) -> list[tuple[int, int]]:
    """Make items in their order and put each into the queue; give the item and the revision of each."""
    if not new:
        return []
    kinds = [{"kind": one.kind, "agency": one.agency, "version": 1} for one in new]
    numbers = list(connection.execute(_ADD_ITEMS, kinds).scalars())
    rows = [_describe(one, item) for one, item in zip(new, numbers, strict=True)]
    ids = list(connection.execute(_ADD_REVISIONS, rows).scalars())
    _add_parts(connection, list(zip(ids, new, strict=True)))
    opened = [
        describe_review(revision, item, one.label.column_key)
        for revision, item, one in zip(ids, numbers, new, strict=True)
    ]
    connection.execute(_ADD_REVIEWS, opened)
    append_many(connection, (_tell(*told) for told in zip(new, ids, rows, strict=True)))
    return list(zip(numbers, ids, strict=True))


def _describe(one: Fresh, item: int) -> dict[str, Any]:
    new = NewRevision(item, one.form, {}, one.cause, one.actor, one.reading)
    return describe_revision(new, 1, None, one.at)


def _tell(one: Fresh, revision: int, row: dict[str, Any]) -> tuple[Entry, datetime]:
    column = one.label.column_key
    entry = Entry(one.actor, one.via, one.cause, row["item"], revision, row["hash"], None, "waiting", column)
    return entry, one.at


def _add_parts(connection: Connection, new: Sequence[tuple[int, Fresh]]) -> None:
    """Labels, doubts (each once), findings with the log's number as if one by one, and what screened them."""
    connection.execute(_ADD_LABELS, [describe_label(revision, one.label) for revision, one in new])
    doubts = [row for revision, one in new for row in describe_doubts(revision, one.doubts, one.at)]
    if doubts:
        connection.execute(_ADD_DOUBTS, doubts)
    if any(one.found for _, one in new):
        before = read_head(connection).seq
        rows = [
            {**describe_found(found, revision), "raised_seq": before + place}
            for place, (revision, one) in enumerate(new)
            for found in one.found
        ]
        connection.execute(_ADD_FINDINGS, rows)
    screened = [
        describe_screening(revision, one.screened) for revision, one in new if one.screened is not None
    ]
    if screened:
        connection.execute(_ADD_SCREENINGS, screened)
