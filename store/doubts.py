"""Doubts of the reading as an editor deals with them: each is resolved by a person, with a row of the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from errors import NotAllowed, NotFound, Stale
from store.log import Entry, append
from store.moves import EDITORS, Actor
from store.tables import OPEN_STATES, log, reviews, revision_doubts


@dataclass(frozen=True)
class Doubt:
    """One doubt about a field; `mine` when the person who asks has resolved it and may take that back."""

    id: int
    field: str
    word: str
    mine: bool = False


def list_doubts(connection: Connection, revision: int) -> list[Doubt]:
    """Give what is still doubted of a revision, in the order in which it was."""
    query = select(revision_doubts).where(
        revision_doubts.c.revision == revision, revision_doubts.c.resolved_by_log.is_(None)
    )
    return [
        Doubt(row.id, row.field, row.word) for row in connection.execute(query.order_by(revision_doubts.c.id))
    ]


def list_resolved(connection: Connection, revision: int, actor: Actor) -> list[Doubt]:
    """Give what was doubted of a revision until a person resolved it."""
    query = (
        select(revision_doubts, log.c.actor)
        .join(log, log.c.seq == revision_doubts.c.resolved_by_log)
        .where(revision_doubts.c.revision == revision)
        .order_by(revision_doubts.c.id)
    )
    return [Doubt(row.id, row.field, row.word, row.actor == actor.id) for row in connection.execute(query)]


def resolve_doubt(
    connection: Connection, revision: int, doubt: int, actor: Actor, via: str, now: datetime
) -> Doubt:
    """Say that a person looked and the value stands; the doubt and the row of the log stay.

    Raises NotAllowed for who is no editor, and once the revision is decided; NotFound for a doubt that is not
    this revision's, Stale for one that is resolved already.
    """
    row = _read(connection, revision, doubt, actor)
    if row["resolved_by_log"] is not None:
        raise Stale("somebody has resolved this doubt")
    if row["state"] not in OPEN_STATES:
        raise NotAllowed("已经决定过的版本不用再核对存疑")
    seq = _write(connection, row, "resolve", actor, via, now)
    _set(connection, doubt, seq)
    return Doubt(doubt, row["field"], row["word"])


def recall_doubt(
    connection: Connection, revision: int, doubt: int, actor: Actor, via: str, now: datetime
) -> Doubt:
    """Take one's own word about a doubt back while the review is open: it is doubted again.

    Raises NotFound for a doubt that is not this revision's, Stale for one that is doubted already, NotAllowed
    for another's word and once the revision is decided.
    """
    row = _read(connection, revision, doubt, actor)
    if row["resolved_by_log"] is None:
        raise Stale("it is doubted already")
    if row["actor"] != actor.id:
        raise NotAllowed("这一处是别人核对的，不能替别人取回")
    if row["state"] not in OPEN_STATES:
        raise NotAllowed("已经决定过的版本不能取回")
    _write(connection, row, "unresolve", actor, via, now, undoes=row["resolved_by_log"])
    _set(connection, doubt, None)
    return Doubt(doubt, row["field"], row["word"])


def _read(connection: Connection, revision: int, doubt: int, actor: Actor) -> RowMapping:
    if not actor.roles & EDITORS:
        raise NotAllowed(f"{actor.id} is no editor: resolving a doubt needs the role editor or chief")
    query = (
        select(revision_doubts, log.c.actor, reviews.c.item, reviews.c.state)
        .join(reviews, reviews.c.revision == revision_doubts.c.revision)
        .outerjoin(log, log.c.seq == revision_doubts.c.resolved_by_log)
        .where(revision_doubts.c.id == doubt, revision_doubts.c.revision == revision)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound("there is no such doubt")
    return row


def _write(
    connection: Connection,
    row: RowMapping,
    action: str,
    actor: Actor,
    via: str,
    now: datetime,
    undoes: int | None = None,
) -> int:
    told = f"{row['field']}：{row['word']}"
    entry = Entry(actor.id, via, action, row["item"], row["revision"], reason=told, undoes=undoes)
    return append(connection, entry, now)


def _set(connection: Connection, doubt: int, seq: int | None) -> None:
    connection.execute(
        update(revision_doubts).where(revision_doubts.c.id == doubt).values(resolved_by_log=seq)
    )
