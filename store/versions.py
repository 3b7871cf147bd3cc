"""The revisions of one item side by side: who made each, why, when, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from clock import read_time
from errors import NotFound
from store.forms import EMPTY, Form
from store.tables import OPEN_STATES, items, reviews, revisions


@dataclass(frozen=True)
class Version:
    """One revision of an item; `public` when it is the one that the portal shows, or will."""

    number: int
    cause: str
    made_by: str
    at: datetime
    state: str
    public: bool


def list_versions(connection: Connection, item: int) -> list[Version]:
    """Give every revision of an item, the newest first."""
    query = (
        select(revisions, reviews.c.state, items.c.public_revision)
        .join(items, items.c.id == revisions.c.item)
        .outerjoin(reviews, reviews.c.revision == revisions.c.id)
        .where(revisions.c.item == item)
        .order_by(revisions.c.number.desc())
    )
    return [
        Version(
            number=row.number,
            cause=row.cause,
            made_by=row.made_by,
            at=read_time(row.at),
            state=row.state or "",
            public=row.public_revision == row.id,
        )
        for row in connection.execute(query)
    ]


@dataclass(frozen=True)
class Placed:
    """An item of a column as it stands: the newest of its revisions that is open or approved."""

    item: int
    number: int
    state: str
    column: str
    at: datetime
    title: str


def list_placed(connection: Connection, keys: Collection[str]) -> list[Placed]:
    """Give what stands in columns or waits for them, the newest revision of each item, by column and item."""
    query = (
        select(reviews, revisions.c.number, revisions.c.at, revisions.c.form)
        .join(revisions, revisions.c.id == reviews.c.revision)
        .where(reviews.c.column_key.in_(tuple(keys)), reviews.c.state.in_((*OPEN_STATES, "approved")))
        .order_by(reviews.c.column_key, reviews.c.item, revisions.c.number)
    )
    newest = {row.item: row for row in connection.execute(query)}
    return [
        Placed(
            row.item,
            row.number,
            row.state,
            row.column_key,
            read_time(row.at),
            json.loads(row.form).get("title") or "",
        )
        for row in newest.values()
    ]


def read_form(connection: Connection, item: int, number: int) -> Form:
    """Give the form of one revision; raises NotFound."""
    query = select(revisions.c.form).where(revisions.c.item == item, revisions.c.number == number)
    form = connection.execute(query).scalar_one_or_none()
    if form is None:
        raise NotFound(f"there is no item {item}@{number}")
    return {**EMPTY, **json.loads(form)}
