"""Items and what hangs on their revisions: forms, labels, findings, doubts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from clock import write_time
from store.foreign import keep_words
from store.forms import Form, hash_form, merge_form, write_json
from store.log import read_head
from store.tables import findings, items, labels, revision_doubts, revisions


@dataclass(frozen=True)
class Found:
    """What the screen found in one field: `span` the words, `level` block, confirm or note."""

    rule: str
    list_version: str
    level: str
    field: str
    span: str


@dataclass(frozen=True)
class Suggested:
    """The column that the machine suggests, how sure it is (0 to 1), and why, in an editor's words."""

    column_key: str | None
    probability: float
    reasons: tuple[str, ...]
    model_version: str


@dataclass(frozen=True)
class NewRevision:
    """Everything that makes one revision: the machine's values, the person's, and where they come from."""

    item: int
    machine: Mapping[str, Any]
    person: Mapping[str, Any]
    cause: str
    made_by: str
    reading: int | None = None


@dataclass(frozen=True)
class LatestRevision:
    """The newest revision of an item, as the pipeline needs it."""

    id: int
    number: int
    machine: Form
    person: Form
    reading: int | None


def add_item(connection: Connection, kind: str, agency: str | None) -> int:
    """Make an item: collected, submitted or written."""
    insert = items.insert().values(kind=kind, agency=agency, version=1)
    return int(connection.execute(insert.returning(items.c.id)).scalar_one())


def add_revision(connection: Connection, new: NewRevision, now: datetime) -> int:
    """Write the next revision of an item, with the hash of its whole form; give its id."""
    latest = find_latest(connection, new.item)
    form = merge_form(new.machine, new.person)
    insert = revisions.insert().values(
        item=new.item,
        number=latest.number + 1 if latest else 1,
        parent=latest.id if latest else None,
        reading=new.reading,
        machine=write_json(new.machine),
        person=write_json(new.person),
        form=write_json(form),
        hash=hash_form(form),
        cause=new.cause,
        made_by=new.made_by,
        at=write_time(now),
    )
    return int(connection.execute(insert.returning(revisions.c.id)).scalar_one())


def find_latest(connection: Connection, item: int) -> LatestRevision | None:
    """Give an item's newest revision."""
    row = connection.execute(
        select(revisions).where(revisions.c.item == item).order_by(revisions.c.number.desc()).limit(1)
    ).first()
    if row is None:
        return None
    return LatestRevision(row.id, row.number, json.loads(row.machine), json.loads(row.person), row.reading)


def add_label(connection: Connection, revision: int, label: Suggested) -> None:
    """Keep what the machine suggests for a revision; earlier suggestions stay."""
    connection.execute(
        labels.insert().values(
            revision=revision,
            column_key=label.column_key,
            probability=label.probability,
            reasons=write_json(label.reasons),
            model_version=label.model_version,
        )
    )


def add_findings(connection: Connection, revision: int, found: Iterable[Found]) -> None:
    """Keep what the screen found, with the log's number at that moment: later approvals have seen it."""
    head = read_head(connection)
    rows = [
        {
            **one.__dict__,
            "field": keep_words(one.field),
            "span": keep_words(one.span),
            "revision": revision,
            "raised_seq": head.seq,
        }
        for one in found
    ]
    if rows:
        connection.execute(findings.insert(), rows)


def add_doubts(
    connection: Connection, revision: int, doubts: Iterable[tuple[str, str]], now: datetime
) -> None:
    """Keep the reading's doubts, (field, word for an editor), each once a revision."""
    known = {
        (row.field, row.word)
        for row in connection.execute(
            select(revision_doubts.c.field, revision_doubts.c.word).where(
                revision_doubts.c.revision == revision
            )
        )
    }
    told = dict.fromkeys((field, keep_words(word)) for field, word in doubts)
    fresh = [pair for pair in told if pair not in known]
    rows = [
        {"revision": revision, "field": field, "word": word, "at": write_time(now)} for field, word in fresh
    ]
    if rows:
        connection.execute(revision_doubts.insert(), rows)
