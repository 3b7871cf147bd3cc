"""Items and what hangs on their revisions: forms, labels, findings, doubts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from clock import write_time
from store.foreign import keep_words
from store.forms import Form, hash_text, merge_form, write_json
from store.log import read_head
from store.tables import findings, items, labels, revision_doubts, revisions, screenings

# Statements that every new item costs are made once: making one anew costs three times what running it does.
_ADD_ITEM = items.insert().returning(items.c.id)
_ADD_REVISION = revisions.insert().returning(revisions.c.id)
_ADD_LABEL = labels.insert()
_ADD_FINDINGS = findings.insert()
_ADD_SCREENING = screenings.insert()
_ADD_DOUBTS = revision_doubts.insert()
_LATEST = (
    select(revisions)
    .where(revisions.c.item == bindparam("of_item"))
    .order_by(revisions.c.number.desc())
    .limit(1)
)
_DOUBTS = select(revision_doubts.c.field, revision_doubts.c.word).where(
    revision_doubts.c.revision == bindparam("of_revision")
)


@dataclass(frozen=True)
class Found:
    """What the screen found in one field: `span` the words in their context, `level` block, confirm or note.

    `words` are the very characters that were found, None where they are not to be shown; `told` is what an
    editor should know, such as the right form; `allowed_by` is the row of the log that cleared it beforehand.
    """

    rule: str
    list_version: str
    level: str
    field: str
    span: str
    words: str | None = None
    told: str | None = None
    allowed_by: int | None = None


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
    return int(connection.execute(_ADD_ITEM, {"kind": kind, "agency": agency, "version": 1}).scalar_one())


def add_revision(connection: Connection, new: NewRevision, now: datetime) -> int:
    """Write the next revision of an item, with the hash of its whole form; give its id."""
    latest = find_latest(connection, new.item)
    number, parent = (latest.number + 1, latest.id) if latest else (1, None)
    return int(connection.execute(_ADD_REVISION, describe_revision(new, number, parent, now)).scalar_one())


def describe_revision(new: NewRevision, number: int, parent: int | None, now: datetime) -> dict[str, Any]:
    """Give the row of a revision, with the hash of its whole form."""
    form = write_json(merge_form(new.machine, new.person))
    return {
        "item": new.item,
        "number": number,
        "parent": parent,
        "reading": new.reading,
        "machine": write_json(new.machine),
        "person": write_json(new.person),
        "form": form,
        "hash": hash_text(form),
        "cause": new.cause,
        "made_by": new.made_by,
        "at": write_time(now),
    }


def find_latest(connection: Connection, item: int) -> LatestRevision | None:
    """Give an item's newest revision."""
    row = connection.execute(_LATEST, {"of_item": item}).first()
    if row is None:
        return None
    return LatestRevision(row.id, row.number, json.loads(row.machine), json.loads(row.person), row.reading)


def add_label(connection: Connection, revision: int, label: Suggested) -> None:
    """Keep what the machine suggests for a revision; earlier suggestions stay."""
    connection.execute(_ADD_LABEL, describe_label(revision, label))


def describe_label(revision: int, label: Suggested) -> dict[str, Any]:
    """Give the row of a suggestion."""
    return {
        "revision": revision,
        "column_key": label.column_key,
        "probability": label.probability,
        "reasons": write_json(label.reasons),
        "model_version": label.model_version,
    }


def add_findings(
    connection: Connection,
    revision: int,
    found: Iterable[Found],
    screened: tuple[str, datetime] | None = None,
) -> None:
    """Keep what the screen found, with the log's number at that moment: later approvals have seen it.

    `screened` names the lists that a whole form was screened by, and when.
    """
    rows = [describe_found(one, revision) for one in found]
    if rows:
        seq = read_head(connection).seq
        connection.execute(_ADD_FINDINGS, [{**row, "raised_seq": seq} for row in rows])
    if screened is not None:
        connection.execute(_ADD_SCREENING, describe_screening(revision, screened))


def describe_screening(revision: int, screened: tuple[str, datetime]) -> dict[str, Any]:
    """Give the row that says by which lists a revision was screened, and when."""
    version, at = screened
    return {"revision": revision, "list_version": version, "at": write_time(at)}


def list_masked(connection: Connection, revision: int, changed: Sequence[str] = ()) -> list[Found]:
    """Give the notes of what was masked in a revision, but for fields that were `changed` since."""
    query = select(findings).where(findings.c.revision == revision, findings.c.rule == "masked")
    gone = {"body" if name == "html" else name for name in changed}
    return [
        Found(row.rule, row.list_version, row.level, row.field, row.span, row.words, row.told)
        for row in connection.execute(query.order_by(findings.c.id))
        if row.field not in gone
    ]


def describe_found(one: Found, revision: int) -> dict[str, Any]:
    """Give the row of a finding, but for the log's number."""
    return {
        "revision": revision,
        "rule": one.rule,
        "list_version": one.list_version,
        "level": one.level,
        "field": keep_words(one.field),
        "span": keep_words(one.span),
        "words": keep_words(one.words) if one.words is not None else None,
        "told": keep_words(one.told) if one.told is not None else None,
        "cleared_by_log": one.allowed_by,
    }


def add_doubts(
    connection: Connection, revision: int, doubts: Iterable[tuple[str, str]], now: datetime
) -> None:
    """Keep the reading's doubts, (field, word for an editor), each once a revision."""
    told = describe_doubts(revision, doubts, now)
    if not told:
        return
    known = {(row.field, row.word) for row in connection.execute(_DOUBTS, {"of_revision": revision})}
    rows = [row for row in told if (row["field"], row["word"]) not in known]
    if rows:
        connection.execute(_ADD_DOUBTS, rows)


def describe_doubts(revision: int, doubts: Iterable[tuple[str, str]], now: datetime) -> list[dict[str, Any]]:
    """Give the rows of a revision's doubts, each once."""
    told = dict.fromkeys((field, keep_words(word)) for field, word in doubts)
    return [
        {"revision": revision, "field": field, "word": word, "at": write_time(now)} for field, word in told
    ]
