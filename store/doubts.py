"""Doubts of the reading as an editor deals with them: each is resolved by a person, with a row of the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from errors import NotAllowed, NotFound
from store.log import Entry, append
from store.moves import EDITORS, Actor
from store.tables import OPEN_STATES, reviews, revision_doubts


@dataclass(frozen=True)
class Doubt:
    """One doubt about a field that nobody has resolved yet."""

    id: int
    field: str
    word: str


def list_doubts(connection: Connection, revision: int) -> list[Doubt]:
    """Give what is still doubted of a revision, in the order in which it was."""
    query = select(revision_doubts).where(
        revision_doubts.c.revision == revision, revision_doubts.c.resolved_by_log.is_(None)
    )
    return [
        Doubt(row.id, row.field, row.word) for row in connection.execute(query.order_by(revision_doubts.c.id))
    ]


def resolve_doubt(
    connection: Connection, revision: int, doubt: int, actor: Actor, via: str, now: datetime
) -> Doubt:
    """Say that a person looked and the value stands; the doubt and the row of the log stay.

    Raises NotAllowed for who is no editor, and once the revision is decided; NotFound for a doubt that is not
    this revision's, or resolved already.
    """
    if not actor.roles & EDITORS:
        raise NotAllowed(f"{actor.id} is no editor: resolving a doubt needs the role editor or chief")
    query = (
        select(revision_doubts.c.field, revision_doubts.c.word, reviews.c.item, reviews.c.state)
        .join(reviews, reviews.c.revision == revision_doubts.c.revision)
        .where(revision_doubts.c.id == doubt, revision_doubts.c.revision == revision)
        .where(revision_doubts.c.resolved_by_log.is_(None))
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFound("there is no such doubt, or somebody has resolved it")
    if row.state not in OPEN_STATES:
        raise NotAllowed("已经决定过的版本不用再核对存疑")
    told = f"{row.field}：{row.word}"
    entry = Entry(actor.id, via, "resolve", row.item, revision, reason=told)
    seq = append(connection, entry, now)
    connection.execute(
        update(revision_doubts).where(revision_doubts.c.id == doubt).values(resolved_by_log=seq)
    )
    return Doubt(doubt, row.field, row.word)
