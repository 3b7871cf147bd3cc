"""What stood on the portal at a moment of the past, told by the log: the gate as it was, and who approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from clock import read_time
from store.gate import Gated
from store.moves import list_passes
from store.publishing import Placement, Publication, read_placements, read_publications
from store.tables import findings, log, publications, releases, reviews, revisions


@dataclass(frozen=True)
class PastRelease:
    """A release that was served once: its number, when it was made, the log's newest row that it knew."""

    id: int
    at: str
    log_seq: int


@dataclass(frozen=True)
class Approval:
    """A revision that stood then, and who let it through, the last one last."""

    gated: Gated
    seq: int
    by: tuple[str, ...]


def find_release_at(connection: Connection, moment: str) -> PastRelease | None:
    """Give the release that was served at a moment (as the store writes it), None where there was none."""
    query = (
        select(releases.c.id, releases.c.at, releases.c.log_seq)
        .where(releases.c.at <= moment, releases.c.tree_hash.is_not(None))
        .order_by(releases.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return PastRelease(row.id, row.at, row.log_seq) if row else None


def read_past_gate(connection: Connection, release: PastRelease, hold: timedelta) -> dict[int, Approval]:
    """Give what the gate let through for a release, by item.

    The log keeps no hold: where the review does not tell it any more, an approval counts from `hold` on.
    """
    steps, approval = _read_log(connection, release.log_seq)
    blocked = _read_blocked(connection, release.log_seq)
    holds = {
        row.revision: row.release_after
        for row in connection.execute(select(reviews.c.revision, reviews.c.release_after))
    }
    numbers = {row.id: (row.number, row.hash) for row in connection.execute(_NUMBERED)}
    found: dict[int, Approval] = {}
    for revision, row in approval.items():
        if steps[revision][-1].to_state != "approved" or _is_blocked(blocked, row):
            continue
        chosen = row
        if not _is_over(row, holds.get(revision), hold, release):
            older = [
                one
                for other, one in approval.items()
                if one.item == row.item
                and (steps[other][-1].from_state, steps[other][-1].to_state) == ("approved", "superseded")
                and not _is_blocked(blocked, one)
            ]
            if not older:
                continue
            chosen = max(older, key=lambda one: int(one.seq))
        number, digest = numbers[chosen.revision]
        if digest == chosen.hash and chosen.column_key is not None:
            gated = Gated(chosen.item, chosen.revision, number, digest, chosen.column_key, chosen.at)
            found[gated.item] = Approval(gated, chosen.seq, _name_people(steps[chosen.revision]))
    return found


def read_past_places(
    connection: Connection, release: PastRelease
) -> tuple[dict[int, Publication], list[Placement]]:
    """Give the publications that a release or an earlier one showed first, and the places taken by then."""
    query = select(publications.c.item).where(publications.c.first_release <= release.id)
    known = set(connection.execute(query).scalars())
    shown = {item: one for item, one in read_publications(connection).items() if item in known}
    places = [one for one in read_placements(connection) if one.starts <= release.at]
    return shown, places


_Step = Row[*tuple[Any, ...]]
_NUMBERED = select(revisions.c.id, revisions.c.number, revisions.c.hash)


def _read_log(connection: Connection, seq: int) -> tuple[dict[int, list[_Step]], dict[int, _Step]]:
    """Give of each revision the rows that gave it a state, in their order, and its newest approval."""
    steps: dict[int, list[_Step]] = {}
    approval: dict[int, _Step] = {}
    query = select(log).where(log.c.seq <= seq, log.c.to_state.is_not(None)).order_by(log.c.seq)
    for row in connection.execute(query):
        steps.setdefault(row.revision, []).append(row)
        if row.to_state == "approved":
            approval[row.revision] = row
    return steps, approval


def _name_people(steps: Sequence[_Step]) -> tuple[str, ...]:
    """Give who passed a revision and who approved it, the last time that somebody did."""
    people: tuple[str, ...] = ()
    for at, row in enumerate(steps):
        if row.action == "approve" and row.to_state == "approved":
            people = (*(one.actor for one in list_passes(steps[:at])), row.actor)
    return people


def _read_blocked(connection: Connection, seq: int) -> dict[int, list[tuple[str, int]]]:
    """Give the findings that held a revision back then: level, and after which row of the log it came.

    One that came after the newest row may be later than the release; a tombstone tells (publish/past.py).
    """
    held: dict[int, list[tuple[str, int]]] = {}
    query = select(
        findings.c.revision, findings.c.level, findings.c.raised_seq, findings.c.cleared_by_log
    ).where(findings.c.level != "note", findings.c.raised_seq < seq)
    for row in connection.execute(query):
        if row.cleared_by_log is None or row.cleared_by_log > seq:
            held.setdefault(row.revision, []).append((row.level, row.raised_seq))
    return held


def _is_blocked(held: Mapping[int, list[tuple[str, int]]], row: _Step) -> bool:
    found = held.get(row.revision, ())
    return any(level == "block" or raised < row.seq for level, raised in found)


def _is_over(row: _Step, release_after: str | None, hold: timedelta, release: PastRelease) -> bool:
    """Say whether an approval's hold was over when the release was made."""
    if release_after is not None:
        return release_after <= release.at
    return read_time(row.at) + hold <= read_time(release.at)
