"""Phrases that the screen may let pass: who allowed them, why, until when; each with its row of the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from clock import read_time, write_time
from errors import NotAllowed, NotFound, UserFault
from store.chunks import cut_names
from store.foreign import keep_words
from store.items import Found
from store.log import Entry, append
from store.moves import Actor
from store.tables import allowances, findings, screenings

_LONGEST = 60  # characters of a phrase: a whole paragraph would allow what nobody looked at


@dataclass(frozen=True)
class Allowance:
    """One phrase that is allowed under one rule; `made_log` is the row of the log that says so."""

    id: int
    rule: str
    phrase: str
    reason: str
    made_by: str
    made_at: datetime
    made_log: int


def list_allowances(connection: Connection) -> list[Allowance]:
    """Give what is allowed now, the oldest first."""
    query = select(allowances).where(allowances.c.ended_log.is_(None)).order_by(allowances.c.id)
    return [
        Allowance(row.id, row.rule, row.phrase, row.reason, row.made_by, read_time(row.made_at), row.made_log)
        for row in connection.execute(query)
    ]


def make_allowance(
    connection: Connection,
    rule: str,
    phrase: str,
    reason: str,
    actor: Actor,
    matches: Callable[[Found, list[Allowance]], int | None],
    now: datetime,
    via: str = "terminal",
) -> tuple[Allowance, int]:
    """Allow a phrase from now on, and clear the findings that it explains; say how many.

    `matches` says which findings those are. Raises NotAllowed for who is no chief editor, UserFault for a
    phrase or reason that says nothing.
    """
    phrase, reason = keep_words(phrase).strip(), keep_words(reason).strip()
    if "chief" not in actor.roles:
        raise NotAllowed(f"{actor.id} is no chief editor: only a chief editor allows a phrase")
    if not reason:
        raise UserFault("an allowance needs a reason: it counts for everything that comes")
    if not 2 <= len(phrase) <= _LONGEST:
        raise UserFault(
            f"{phrase!r}: a phrase has 2 to {_LONGEST} characters, the word and what is around it"
        )
    seq = append(connection, Entry(actor.id, via, "allow", reason=f"{rule}: {phrase}: {reason}"), now)
    values = {
        "rule": rule,
        "phrase": phrase,
        "reason": reason,
        "made_by": actor.id,
        "made_at": write_time(now),
        "made_log": seq,
    }
    number = connection.execute(allowances.insert().returning(allowances.c.id), values).scalar_one()
    made = Allowance(int(number), rule, phrase, reason, actor.id, now, seq)
    return made, _clear(connection, made, matches)


def end_allowance(
    connection: Connection, number: int, reason: str, actor: Actor, now: datetime, via: str = "terminal"
) -> int:
    """End an allowance: what it had cleared is screened again; say how many revisions that are.

    Raises NotAllowed for who is no chief editor, NotFound for one that is not there or ended already.
    """
    if "chief" not in actor.roles:
        raise NotAllowed(f"{actor.id} is no chief editor: only a chief editor ends an allowance")
    found = next((one for one in list_allowances(connection) if one.id == number), None)
    if found is None:
        raise NotFound(f"there is no allowance {number}, or it ended: `caibian allow` lists them")
    told = f"{found.rule}: {found.phrase}" + (f": {reason.strip()}" if reason.strip() else "")
    seq = append(connection, Entry(actor.id, via, "disallow", reason=keep_words(told)), now)
    connection.execute(update(allowances).where(allowances.c.id == number).values(ended_log=seq))
    cleared = select(findings.c.revision).where(findings.c.cleared_by_log == found.made_log)
    revisions = set(connection.execute(cleared).scalars())
    connection.execute(delete(screenings).where(screenings.c.revision.in_(cleared)))
    return len(revisions)


def _clear(
    connection: Connection, made: Allowance, matches: Callable[[Found, list[Allowance]], int | None]
) -> int:
    query = select(findings).where(findings.c.rule == made.rule, findings.c.cleared_by_log.is_(None))
    names = [
        row.id
        for row in connection.execute(query).all()
        if matches(Found(row.rule, "", row.level, row.field, row.span, row.words), [made]) is not None
    ]
    for part in cut_names(names):
        where = findings.c.id.in_(part)
        connection.execute(update(findings).where(where).values(cleared_by_log=made.made_log))
    return len(names)
