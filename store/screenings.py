"""Screening again: what is public or waits and was screened by other lists, and what a new look changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, or_, select, update

from clock import read_time
from store.clearing import OPEN
from store.forms import EMPTY, Form
from store.items import Found, add_findings
from store.tables import allowances, findings, items, reviews, revisions, screenings

_GRAVITY = {"note": 0, "confirm": 1, "block": 2}


@dataclass(frozen=True)
class Unscreened:
    """A revision that was last screened by other lists than today's."""

    revision: int
    item: int
    number: int
    state: str
    agency: str | None
    form: Form
    at: datetime


@dataclass(frozen=True)
class Raised:
    """A finding that a new look raised; `public` says whether the revision stands on the portal."""

    item: int
    number: int
    public: bool
    found: Found


def list_unscreened(connection: Connection, version: str, after: int, limit: int) -> list[Unscreened]:
    """Give revisions that wait or are public and were screened by others than `version`, `after` one on."""
    query = (
        select(revisions, reviews.c.state, items.c.agency)
        .join(reviews, reviews.c.revision == revisions.c.id)
        .join(items, items.c.id == revisions.c.item)
        .outerjoin(screenings, screenings.c.revision == revisions.c.id)
        .where(
            revisions.c.id > after,
            or_(
                reviews.c.state.in_(OPEN),
                and_(reviews.c.state == "approved", items.c.public_revision == revisions.c.id),
            ),
            or_(screenings.c.list_version.is_(None), screenings.c.list_version != version),
        )
        .order_by(revisions.c.id)
        .limit(limit)
    )
    return [
        Unscreened(
            revision=row.id,
            item=row.item,
            number=row.number,
            state=row.state,
            agency=row.agency,
            form={**EMPTY, **json.loads(row.form)},
            at=read_time(row.at),
        )
        for row in connection.execute(query)
    ]


def list_raised(connection: Connection) -> list[Row[*tuple[Any, ...]]]:
    """Give what was found on public revisions and nobody dealt with: blocks first, then the oldest."""
    query = (
        select(
            findings.c.revision,
            findings.c.rule,
            findings.c.level,
            findings.c.field,
            findings.c.span,
            revisions.c.item,
            revisions.c.number,
            reviews.c.column_key,
        )
        .join(revisions, revisions.c.id == findings.c.revision)
        .join(reviews, reviews.c.revision == findings.c.revision)
        .join(items, items.c.public_revision == findings.c.revision)
        .where(reviews.c.state == "approved", findings.c.level != "note", findings.c.cleared_by_log.is_(None))
        .order_by(findings.c.level, findings.c.id)
    )
    return [*connection.execute(query).all()]


def keep_rescreening(
    connection: Connection, one: Unscreened, found: Sequence[Found], version: str, now: datetime
) -> list[Raised]:
    """Hold a new look against what was found before; give what is new and was allowed by nobody.

    What is found again stays as it was, cleared or not; what is found no longer goes, unless somebody dealt
    with it. A clearing does not count for a graver level, nor when the allowance that gave it has ended.
    """
    before = connection.execute(select(findings).where(findings.c.revision == one.revision)).all()
    ended = set(
        connection.execute(select(allowances.c.made_log).where(allowances.c.ended_log.is_not(None))).scalars()
    )
    fresh, kept = _compare(before, found, ended)
    for number, again in kept.items():
        connection.execute(
            update(findings)
            .where(findings.c.id == number)
            .values(list_version=version, level=again.level, words=again.words, told=again.told)
        )
    gone = [
        row.id for row in before if row.id not in kept and row.cleared_by_log is None and row.rule != "masked"
    ]
    if gone:
        connection.execute(delete(findings).where(findings.c.id.in_(gone)))
    connection.execute(delete(screenings).where(screenings.c.revision == one.revision))
    add_findings(connection, one.revision, fresh, (version, now))
    return [
        Raised(one.item, one.number, one.state == "approved", new)
        for new in fresh
        if new.allowed_by is None and new.level != "note"
    ]


def _compare(
    before: Sequence[Row[*tuple[Any, ...]]], found: Sequence[Found], ended: set[int]
) -> tuple[list[Found], dict[int, Found]]:
    """Part what was found into what is new, and what is a row already, by the row's number."""
    known: dict[tuple[str, str, str], list[Row[*tuple[Any, ...]]]] = {}
    for row in before:
        known.setdefault((row.rule, row.field, row.span), []).append(row)
    fresh: list[Found] = []
    kept: dict[int, Found] = {}
    for new in found:
        rows = [
            row
            for row in known.get((new.rule, new.field, new.span), ())
            if row.cleared_by_log not in ended and _GRAVITY[row.level] >= _GRAVITY[new.level]
        ]
        if not rows:
            fresh.append(new)
            continue
        row = max(rows, key=lambda row: (row.cleared_by_log is not None, row.id))
        level = new.level if row.cleared_by_log is None else row.level
        kept[row.id] = replace(new, level=level)
    return fresh, kept
