"""The state of a revision: opened by the pipeline, moved by people, each change with one row of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from clock import write_time
from errors import NotAllowed, NotFound, Stale
from store.log import Entry, append
from store.moves import Actor, Move, Standing, Wish, decide_move, list_passes
from store.tables import OPEN_STATES, findings, items, labels, log, releases, reviews, revisions

_NEW = select(revisions.c.item, revisions.c.hash, revisions.c.cause).where(
    revisions.c.id == bindparam("of_revision")
)
_OLDER = select(reviews).where(reviews.c.item == bindparam("of_item"), reviews.c.state.in_(OPEN_STATES))
_OPEN = reviews.insert()
# Built once: making a statement anew costs as much as running it, and a decision runs fifteen of them inside
# the transaction that everybody else waits for.
_REVIEW = (
    select(reviews, revisions.c.number, revisions.c.hash, revisions.c.made_by, items.c.kind)
    .join(revisions, revisions.c.id == reviews.c.revision)
    .join(items, items.c.id == reviews.c.item)
    .where(revisions.c.item == bindparam("of_item"), revisions.c.number == bindparam("of_number"))
)
_NEWEST = select(func.max(revisions.c.number)).where(revisions.c.item == bindparam("of_item"))
_FOUND = (
    select(findings.c.level, func.count())
    .where(findings.c.revision == bindparam("of_revision"), findings.c.cleared_by_log.is_(None))
    .group_by(findings.c.level)
)
_LIFTED = (
    select(func.count())
    .select_from(findings.join(log, log.c.seq == findings.c.cleared_by_log))
    .where(findings.c.revision == bindparam("of_revision"), findings.c.level == "block")
    .where(log.c.action != "allow")
)
_STEPS = (
    select(log)
    .where(log.c.revision == bindparam("of_revision"), log.c.to_state.is_not(None))
    .order_by(log.c.seq)
)
_SUGGESTED = (
    select(labels.c.column_key, labels.c.probability)
    .where(labels.c.revision == bindparam("of_revision"))
    .order_by(labels.c.id.desc())
    .limit(1)
)
_HASH = select(revisions.c.hash).where(revisions.c.id == bindparam("of_revision"))
_SHIFT = (
    update(reviews)
    .where(
        reviews.c.revision == bindparam("of_revision"),
        reviews.c.state == bindparam("of_state"),
        reviews.c.version == bindparam("of_version"),
    )
    .values(
        state=bindparam("to_state"),
        version=bindparam("to_version"),
        column_key=bindparam("to_column"),
        needs=bindparam("to_needs"),
        release_after=bindparam("to_release"),
        claimed_by=None,
        claimed_until=None,
    )
)
_CLEAR = (
    update(findings)
    .where(findings.c.revision == bindparam("of_revision"), findings.c.cleared_by_log.is_(None))
    .where(findings.c.level.in_(("block", "confirm")))
    .values(cleared_by_log=bindparam("by_log"))
)
_PUBLIC_BEFORE = (
    select(reviews)
    .join(items, items.c.public_revision == reviews.c.revision)
    .where(items.c.id == bindparam("of_item"), reviews.c.state == "approved")
    .where(reviews.c.revision != bindparam("of_revision"))
)
_SET_PUBLIC = (
    update(items)
    .where(items.c.id == bindparam("of_item"))
    .values(public_revision=bindparam("to_revision"), version=items.c.version + 1)
)

LONGEST_WAIT = timedelta(days=366)


@dataclass(frozen=True)
class Decided:
    """What a decision did: the row of the log, the state it led to, and when it may go out."""

    seq: int
    item: int
    number: int
    to_state: str
    column_key: str | None
    release_after: datetime | None


@dataclass(frozen=True)
class Desk:
    """What a decision is measured against: the columns (with persons needed), the hold before release."""

    columns: Mapping[str, int]
    hold: timedelta


def open_review(
    connection: Connection, revision: int, column_key: str | None, actor: str, via: str, now: datetime
) -> None:
    """Put a new revision into the queue; an older one of the item that was still open is superseded."""
    row = connection.execute(_NEW, {"of_revision": revision}).one()
    older = connection.execute(_OLDER, {"of_item": row.item}).mappings()
    for review in older.all():
        _shift(connection, review, "superseded")
        entry = _entry(connection, review, "supersede", actor, via, to_state="superseded", reason=row.cause)
        append(connection, entry, now)
    connection.execute(_OPEN, describe_review(revision, row.item, column_key))
    append(
        connection,
        Entry(actor, via, row.cause, row.item, revision, row.hash, None, "waiting", column_key),
        now,
    )


def describe_review(revision: int, item: int, column_key: str | None) -> dict[str, Any]:
    """Give the row of a review that waits for its first person."""
    opened = {"revision": revision, "item": item, "state": "waiting", "column_key": column_key}
    return {**opened, "needs": 1, "version": 1}


def decide(
    connection: Connection,
    item: int,
    number: int,
    wish: Wish,
    actor: Actor,
    desk: Desk,
    now: datetime,
    via: str = "terminal",
) -> Decided:
    """Carry out one person's decision about one revision, with its row of the log, in one transaction.

    Raises NotFound for a revision that does not exist, Stale when it is no longer the one that waits,
    NotAllowed when the table of moves or the findings forbid it.
    """
    review = _read_review(connection, item, number)
    move = decide_move(_stand(connection, review), wish, actor, desk.columns)
    release_after = decide_release(wish, desk, now) if move.to_state == "approved" else None
    _shift(connection, review, move.to_state, move, release_after)
    entry = _entry(connection, review, wish.action, actor.id, via, to_state=move.to_state, reason=wish.reason)
    seq = append(connection, _with_column(entry, move.column_key), now)
    if move.clears:
        connection.execute(_CLEAR, {"of_revision": review["revision"], "by_log": seq})
    if move.to_state == "approved":
        _make_public(connection, review, actor.id, via, now)
    elif review["state"] == "approved":
        _set_public(connection, item, None)
    return Decided(seq, item, number, move.to_state, move.column_key, release_after)


def decide_release(wish: Wish, desk: Desk, now: datetime) -> datetime:
    """Say from when on an approval may go out: never in the past, nor before the hold is over.

    Raises NotAllowed for a moment that has passed, or lies more than a year ahead.
    """
    hold = timedelta() if wish.at_once else desk.hold
    if wish.release_at is None:
        return now + hold
    if not now - timedelta(minutes=1) <= wish.release_at <= now + LONGEST_WAIT:
        raise NotAllowed("the moment to release it at has passed, or lies more than a year ahead")
    return max(wish.release_at, now + hold)


def undo_approval(
    connection: Connection, item: int, number: int, actor: Actor, now: datetime, via: str = "terminal"
) -> Decided:
    """Take back an approval that no release holds yet, by the one who gave it; the log keeps both rows.

    A first person's pass is taken back the same way. What the approval had superseded is approved again.
    Raises NotAllowed once a release holds it (withdraw it then).
    """
    review = _read_review(connection, item, number)
    if review["state"] == "second":
        approval = next(reversed(_read_passes(connection, review["revision"])), None)
    else:
        approval = _newest_approval(connection, review["revision"])
    forged = _newest_state(connection, review["revision"]) != review["state"]
    if review["state"] not in ("approved", "second") or approval is None or forged:
        raise NotAllowed(f"{item}@{number} is {review['state']}: only an approval can be undone")
    if approval["actor"] != actor.id:
        raise NotAllowed(f"{approval['actor']} approved it: only the one who decided can undo")
    newest = _newest_number(connection, item)
    if newest != number:
        raise NotAllowed(
            f"{item}@{newest} came since: withdraw {item}@{number}, or decide about the newer one"
        )
    approved = review["state"] == "approved"
    if approved and _was_released(connection, approval["seq"], review["release_after"]):
        raise NotAllowed("a release holds it already: withdraw it instead")
    to_state = "second" if approval["from_state"] == "second" else "waiting"
    _shift(connection, review, to_state)
    entry = _entry(connection, review, "undo", actor.id, via, to_state=to_state, undoes=approval["seq"])
    seq = append(connection, entry, now)
    connection.execute(
        update(findings).where(findings.c.cleared_by_log == approval["seq"]).values(cleared_by_log=None)
    )
    if approved:
        _restore_older(connection, item, approval["seq"], actor.id, via, now)
    return Decided(seq, item, number, to_state, review["column_key"], None)


def _read_review(connection: Connection, item: int, number: int) -> RowMapping:
    review = connection.execute(_REVIEW, {"of_item": item, "of_number": number}).mappings().first()
    if review is None:
        raise NotFound(f"there is no item {item}@{number}: `caibian queue` lists what waits")
    newest = _newest_number(connection, item)
    if review["state"] == "superseded":
        raise Stale(f"{item}@{number} is no longer the newest: {item}@{newest} replaced it, look at that one")
    return review


def _newest_number(connection: Connection, item: int) -> int:
    return int(connection.execute(_NEWEST, {"of_item": item}).scalar_one())


def _stand(connection: Connection, review: RowMapping) -> Standing:
    found = connection.execute(_FOUND, {"of_revision": review["revision"]})
    counts = {row[0]: int(row[1]) for row in found}
    return Standing(
        state=review["state"],
        newest=review["number"] == _newest_number(connection, review["item"]),
        kind=review["kind"],
        made_by=review["made_by"],
        column_key=review["column_key"],
        passed=tuple(row["actor"] for row in _read_passes(connection, review["revision"])),
        blocks=counts.get("block", 0),
        confirms=counts.get("confirm", 0),
        lifted=count_lifted(connection, review["revision"]),
    )


def count_lifted(connection: Connection, revision: int) -> int:
    """Count the blocks that a person cleared; what an allowance explains was never one."""
    return int(connection.execute(_LIFTED, {"of_revision": revision}).scalar_one())


def _read_passes(connection: Connection, revision: int) -> list[RowMapping]:
    """The passes that count while a revision waits for its next person, the first one first."""
    steps = connection.execute(_STEPS, {"of_revision": revision}).all()
    return [row._mapping for row in list_passes(steps)]


def _newest_approval(connection: Connection, revision: int) -> RowMapping | None:
    """The newest approval of a revision: what stands while it is approved."""
    return (
        connection.execute(
            select(log)
            .where(log.c.revision == revision, log.c.to_state == "approved", log.c.action == "approve")
            .order_by(log.c.seq.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )


def _newest_state(connection: Connection, revision: int) -> str | None:
    """What the log says the state is; one that was set by hand is another."""
    query = select(log.c.to_state).where(log.c.revision == revision, log.c.to_state.is_not(None))
    return connection.execute(query.order_by(log.c.seq.desc()).limit(1)).scalar_one_or_none()


def _shift(
    connection: Connection,
    review: RowMapping,
    to_state: str,
    move: Move | None = None,
    release_after: datetime | None = None,
) -> None:
    """Compare and set on state and version: one row, or somebody else was faster."""
    values: dict[str, Any] = {
        **{f"of_{name}": review[name] for name in ("revision", "state", "version")},
        "to_state": to_state,
        "to_version": review["version"] + 1,
        "to_column": review["column_key"] if move is None else move.column_key,
        "to_needs": review["needs"] if move is None else move.needs,
        "to_release": write_time(release_after) if release_after else None,
    }
    done = connection.execute(_SHIFT, values)
    if done.rowcount != 1:
        raise Stale(f"item {review['item']}: somebody else decided about it first; look at it again")


def _entry(
    connection: Connection,
    review: RowMapping,
    action: str,
    actor: str,
    via: str,
    *,
    to_state: str,
    reason: str | None = None,
    undoes: int | None = None,
) -> Entry:
    """Write down a change of state, with what the machine had suggested at that moment (invariant 7)."""
    of = {"of_revision": review["revision"]}
    suggested = connection.execute(_SUGGESTED, of).first()
    hash_ = connection.execute(_HASH, of).scalar_one()
    return Entry(
        actor=actor,
        via=via,
        action=action,
        item=review["item"],
        revision=review["revision"],
        hash=hash_,
        from_state=review["state"],
        to_state=to_state,
        column_key=review["column_key"],
        suggested_column=suggested.column_key if suggested else None,
        suggested_probability=suggested.probability if suggested else None,
        reason=reason,
        undoes=undoes,
    )


def _with_column(entry: Entry, column_key: str | None) -> Entry:
    return Entry(**{**entry.__dict__, "column_key": column_key})


def _make_public(connection: Connection, review: RowMapping, actor: str, via: str, now: datetime) -> None:
    """The revision becomes the item's public one; the one that was public before is superseded."""
    of = {"of_item": review["item"], "of_revision": review["revision"]}
    before = connection.execute(_PUBLIC_BEFORE, of).mappings()
    for older in before.all():
        _shift(connection, older, "superseded")
        append(connection, _entry(connection, older, "supersede", actor, via, to_state="superseded"), now)
    _set_public(connection, review["item"], review["revision"])


def _set_public(connection: Connection, item: int, revision: int | None) -> None:
    connection.execute(_SET_PUBLIC, {"of_item": item, "to_revision": revision})


def _was_released(connection: Connection, approved_seq: int, release_after: str | None) -> bool:
    query = select(func.count()).select_from(releases).where(releases.c.log_seq >= approved_seq)
    if release_after is not None:
        query = query.where(releases.c.at >= release_after)
    return bool(connection.execute(query).scalar_one())


def _restore_older(
    connection: Connection, item: int, approved_seq: int, actor: str, via: str, now: datetime
) -> None:
    """Approve again what the undone approval had superseded: its row of the log stands right behind it."""
    row = (
        connection.execute(
            select(log)
            .where(
                log.c.seq > approved_seq,
                log.c.item == item,
                log.c.action == "supersede",
                log.c.from_state == "approved",
            )
            .order_by(log.c.seq)
        )
        .mappings()
        .first()
    )
    _set_public(connection, item, row["revision"] if row else None)
    if row is None:
        return
    older = connection.execute(select(reviews).where(reviews.c.revision == row["revision"])).mappings().one()
    _shift(connection, older, "approved", release_after=now)
    append(
        connection,
        _entry(connection, older, "undo", actor, via, to_state="approved", undoes=row["seq"]),
        now,
    )
