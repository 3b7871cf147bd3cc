"""Revisions made by editors: what a person set lies over what the machine read, and neither is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from errors import NotAllowed, Stale, UserFault
from store.forms import Form, merge_form
from store.items import (
    Found,
    LatestRevision,
    NewRevision,
    Suggested,
    add_doubts,
    add_findings,
    add_label,
    add_revision,
    find_latest,
    list_masked,
)
from store.moves import EDITORS, Actor
from store.reviews import open_review
from store.tables import labels, reviews, revision_doubts

# What a person may set; names, files and addresses stay what the page said.
EDITABLE = (
    *("title", "credit", "published", "author", "issued", "doc_number", "index_number"),
    *("issuer", "topic", "validity", "correction", "summary", "html"),
)
DATES = ("published", "issued")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[ T](\d{2}):(\d{2}))?)?)?")


@dataclass(frozen=True)
class Draft:
    """An edit that is not saved yet: the revision it starts from, what the person set, the whole form."""

    latest: LatestRevision
    person: Form
    form: Form
    changed: tuple[str, ...]


def draft_edit(
    connection: Connection, item: int, number: int, changes: Mapping[str, str | None], today: date
) -> Draft | None:
    """Lay changes over a revision; None when nothing is changed by them.

    A value that the machine read as well is no longer a person's. Raises Stale when `number` is not the
    newest, UserFault for a field that nobody may set, a title left empty, and a date that is none.
    """
    latest = _find_newest(connection, item, number)
    before = merge_form(latest.machine, latest.person)
    machine = merge_form(latest.machine, {})
    person = dict(latest.person)
    for name, value in changes.items():
        if name not in EDITABLE:
            raise UserFault(f"{name!r} is no field that can be edited")
        wanted: Any = check_value(name, value, today)
        person.pop(name, None)
        if wanted != machine[name]:
            person[name] = wanted
    form = merge_form(latest.machine, person)
    changed = tuple(name for name in EDITABLE if form[name] != before[name])
    return Draft(latest, person, form, changed) if changed else None


def cover_draft(draft: Draft, form: Form) -> Draft:
    """Take over a form in which personal data was masked; what was the machine's is a person's now."""
    masked = {name: form[name] for name in form if form[name] != draft.form[name]}
    return replace(draft, form=form, person={**draft.person, **masked})


def draft_files(connection: Connection, item: int, number: int, files: list[dict[str, Any]]) -> Draft | None:
    """Lay another list of attachments over a revision, as a form holds them; None when it is the same.

    Raises Stale when `number` is not the newest.
    """
    latest = _find_newest(connection, item, number)
    before = merge_form(latest.machine, latest.person)
    if before["attachments"] == files:
        return None
    person = {name: value for name, value in latest.person.items() if name != "attachments"}
    if files != merge_form(latest.machine, {})["attachments"]:
        person["attachments"] = files
    return Draft(latest, person, merge_form(latest.machine, person), ("attachments",))


def check_value(name: str, value: str | None, today: date) -> str | None:
    """Bring what somebody typed to what a form holds; raises UserFault in an editor's words."""
    text = (value or "").strip()
    if name == "html":
        return text
    if name == "title" and not text:
        raise UserFault("标题不能是空的")
    if name in DATES and text:
        return _check_date(text, today)
    return text or None


def save_edit(
    connection: Connection,
    item: int,
    draft: Draft,
    found: Sequence[Found],
    doubts: Sequence[tuple[str, str]],
    actor: Actor,
    via: str,
    now: datetime,
    cause: str = "edit",
    screened: tuple[str, datetime] | None = None,
) -> int:
    """Save an edit as the item's next revision, which waits for a decision; give its number.

    `found` and `doubts` are of the screen over the new form; doubts about fields that the person did not
    touch are carried. Raises NotAllowed for who is no editor, Stale when another revision came meanwhile.
    """
    if not actor.roles & EDITORS:
        raise NotAllowed(f"{actor.id} is no editor: editing needs the role editor or chief")
    latest = find_latest(connection, item)
    if latest is None or latest.id != draft.latest.id:
        raise Stale(f"{item}@{draft.latest.number} is no longer the newest")
    column = connection.execute(
        select(reviews.c.column_key).where(reviews.c.revision == latest.id)
    ).scalar_one_or_none()
    carried = [
        (row.field, row.word)
        for row in connection.execute(
            select(revision_doubts.c.field, revision_doubts.c.word)
            .where(revision_doubts.c.revision == latest.id, revision_doubts.c.resolved_by_log.is_(None))
            .order_by(revision_doubts.c.id)
        )
        if row.field not in draft.changed
    ]
    new = NewRevision(item, latest.machine, draft.person, cause, actor.id, latest.reading)
    revision = add_revision(connection, new, now)
    _carry_label(connection, latest.id, revision)
    add_doubts(connection, revision, [*carried, *doubts], now)
    masked = list_masked(connection, latest.id, draft.changed)
    add_findings(connection, revision, [*masked, *found], screened)
    open_review(connection, revision, column, actor.id, via, now)
    return latest.number + 1


def _find_newest(connection: Connection, item: int, number: int) -> LatestRevision:
    latest = find_latest(connection, item)
    if latest is None or latest.number != number:
        raise Stale(f"{item}@{number} is no longer the newest")
    return latest


def _carry_label(connection: Connection, before: int, revision: int) -> None:
    row = connection.execute(
        select(labels).where(labels.c.revision == before).order_by(labels.c.id.desc()).limit(1)
    ).first()
    if row is not None:
        reasons = tuple(json.loads(row.reasons))
        add_label(
            connection, revision, Suggested(row.column_key, row.probability, reasons, row.model_version)
        )


def _check_date(text: str, today: date) -> str:
    """A date as exact as it was stated, one that exists, and not of the days to come (N7)."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise UserFault(f"“{text}”不是日期：写成 2026-11-05 或 2026-11-05 09:30，只知道年月就写 2026-11")
    year, month, day, hour, minute = (int(part) if part else None for part in match.groups())
    try:
        first = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0)
    except ValueError as error:
        raise UserFault(f"“{text}”不是真实的日期") from error
    if first.date() > today + timedelta(days=1):
        raise UserFault(f"“{text}”在今天之后，来源不会在那一天发布")
    return text.replace(" ", "T")
