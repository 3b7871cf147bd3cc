"""Findings dealt with one by one: a confirm by its reviewer, a block by a chief editor with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from errors import NotAllowed, NotFound, Stale, UserFault
from store.log import Entry, append
from store.moves import EDITORS, Actor
from store.tables import findings, log, reviews, revisions

OPEN = ("waiting", "second", "held")


@dataclass(frozen=True)
class Cleared:
    """One finding that was dealt with, or taken back, and the row of the log that says so."""

    seq: int
    rule: str
    level: str
    field: str
    span: str


def clear_finding(
    connection: Connection,
    item: int,
    number: int,
    finding: int,
    reason: str,
    actor: Actor,
    now: datetime,
    via: str = "terminal",
) -> Cleared:
    """Say that a person looked at one finding and lets it stand; the review's state stays as it is.

    Raises NotFound, NotAllowed for who may not, UserFault for a note or a block without a reason, Stale when
    it was dealt with already.
    """
    row = _read(connection, item, number, finding)
    _check_person(row, actor)
    if row["level"] == "note":
        raise UserFault("a note needs nobody's word")
    if row["level"] == "block" and "chief" not in actor.roles:
        raise NotAllowed("only a chief editor, with a reason, clears what blocks")
    if row["level"] == "block" and not reason.strip():
        raise UserFault("clearing what blocks needs a reason")
    if row["state"] not in (*OPEN, "approved"):
        raise NotAllowed(f"{item}@{number} is {row['state']}: there is nothing to deal with")
    told = row["span"]
    action = "clear" if row["level"] == "block" else "confirm"
    seq = _write(
        connection, row, action, f"{told}；{reason.strip()}" if reason.strip() else told, actor, via, now
    )
    done = connection.execute(
        update(findings)
        .where(findings.c.id == finding, findings.c.cleared_by_log.is_(None))
        .values(cleared_by_log=seq)
    )
    if done.rowcount != 1:
        raise Stale(f"finding {finding} was dealt with already")
    return Cleared(seq, row["rule"], row["level"], row["field"], row["span"])


def recall_finding(
    connection: Connection,
    item: int,
    number: int,
    finding: int,
    actor: Actor,
    now: datetime,
    via: str = "terminal",
) -> Cleared:
    """Take one's own word about a finding back while the review is open.

    Raises NotFound, and NotAllowed for another's word, for what an approval holds, and for an allowance.
    """
    row = _read(connection, item, number, finding)
    said = connection.execute(select(log).where(log.c.seq == row["cleared_by_log"])).mappings().first()
    if said is None or said["action"] not in ("confirm", "clear") or said["actor"] != actor.id:
        raise NotAllowed(f"finding {finding} was not confirmed by {actor.id}")
    if row["state"] not in OPEN:
        raise NotAllowed(f"{item}@{number} is {row['state']}: withdraw it instead")
    seq = _write(connection, row, "unconfirm", row["span"], actor, via, now)
    connection.execute(update(findings).where(findings.c.id == finding).values(cleared_by_log=None))
    return Cleared(seq, row["rule"], row["level"], row["field"], row["span"])


def _read(connection: Connection, item: int, number: int, finding: int) -> RowMapping:
    row = (
        connection.execute(
            select(
                findings,
                reviews.c.state,
                reviews.c.column_key,
                revisions.c.hash,
                revisions.c.item,
                revisions.c.made_by,
            )
            .join(revisions, revisions.c.id == findings.c.revision)
            .join(reviews, reviews.c.revision == findings.c.revision)
            .where(findings.c.id == finding, revisions.c.item == item, revisions.c.number == number)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound(f"{item}@{number} has no finding {finding}")
    return row


def _check_person(row: RowMapping, actor: Actor) -> None:
    if not actor.roles & EDITORS:
        raise NotAllowed(f"{actor.id} is no editor: that needs the role editor or chief")
    if not actor.may_see(row["column_key"]):
        raise NotAllowed(f"{row['column_key']!r} is none of the columns of {actor.id}")
    if actor.id == row["made_by"]:
        raise NotAllowed(f"{actor.id} made this revision: another person must look at its findings")


def _write(
    connection: Connection, row: RowMapping, action: str, told: str, actor: Actor, via: str, now: datetime
) -> int:
    entry = Entry(
        actor=actor.id,
        via=via,
        action=action,
        item=row["item"],
        revision=row["revision"],
        hash=row["hash"],
        reason=told,
    )
    return append(connection, entry, now)
