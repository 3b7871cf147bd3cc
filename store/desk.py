"""What the desk shows: open reviews at a glance, one revision whole, claims, the history of an item."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, case, func, literal_column, select, update

from clock import read_time, write_time
from errors import NotFound, Stale
from store.chunks import cut_names
from store.forms import EMPTY, Form
from store.glance import EDITS, SURE, count_open
from store.log import Entry, append
from store.moves import Actor, list_passes
from store.tables import (
    LEVELS,
    findings,
    items,
    labels,
    log,
    publications,
    readings,
    reviews,
    revision_doubts,
    revisions,
)

CLAIM = timedelta(minutes=10)
_DECIDED = ("approve", "return", "reject", "hold", "withdraw", "keep")
_TAKEN_BACK = ("undo", "reopen")
_BY_PEOPLE = log.c.via != literal_column("'crawl'")  # as the index says it


@dataclass(frozen=True)
class Standing:
    """One review at a glance, without its form: enough to sort it into a group and to decide about it.

    `levels` counts findings that nobody cleared, by level; `passed_by` is who passed it last, `passes` all.
    """

    item: int
    revision: int
    number: int
    version: int
    state: str
    kind: str
    agency: str | None
    cause: str
    made_by: str
    column: str | None
    probability: float
    levels: dict[str, int]
    doubts: int
    public: bool
    claimed_by: str | None
    claimed_until: datetime | None
    passed_by: str | None
    passed_at: datetime | None
    at: datetime
    passes: tuple[str, ...] = ()

    @property
    def which(self) -> str:
        """The revision as editors write it, `12@1`."""
        return f"{self.item}@{self.number}"

    @property
    def marks(self) -> int:
        """How many findings ask for more than a note."""
        return self.levels.get("block", 0) + self.levels.get("confirm", 0)

    @property
    def edited(self) -> bool:
        """Whether a person wrote this revision over another one."""
        return self.cause in EDITS

    def claimed(self, actor: str, now: datetime) -> str | None:
        """Who else looks at it now, None when nobody but this person does or the claim ran out."""
        held = self.claimed_until is not None and self.claimed_until > now
        return self.claimed_by if held and self.claimed_by != actor else None


@dataclass(frozen=True)
class Finding:
    """One finding as it is stored; `cleared` when somebody dealt with it, or an allowance did."""

    id: int
    rule: str
    level: str
    field: str
    span: str
    cleared: bool
    words: str | None = None
    told: str | None = None


@dataclass(frozen=True)
class Details:
    """Everything about one revision that an editor looks at."""

    form: Form
    machine: Form
    person: Form
    findings: tuple[Finding, ...]
    doubts: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    suggested: str | None


@dataclass(frozen=True)
class Step:
    """One row of an item's history, or of what somebody did."""

    seq: int
    at: datetime
    actor: str
    action: str
    item: int | None
    number: int | None
    column: str | None
    to_state: str | None
    reason: str | None
    revision: int | None = None


def read_standing(connection: Connection, wanted: Iterable[int]) -> dict[int, Standing]:
    """Give the reviews of these revisions."""
    parts = cut_names(sorted(set(wanted)))
    return {one.revision: one for part in parts for one in _stand(connection, _STAND_SOME, {"names": part})}


def find_standing(connection: Connection, item: int, number: int) -> Standing:
    """Give one review; raises NotFound."""
    found = _stand(connection, _STAND_ONE, {"of_item": item, "of_number": number})
    if not found:
        raise NotFound(f"there is no item {item}@{number}")
    return found[0]


def read_details(connection: Connection, wanted: Iterable[int]) -> dict[int, Details]:
    """Give the forms of revisions, with what the screen, the reading and the label say of each."""
    found: dict[int, Details] = {}
    for part in cut_names(sorted(set(wanted))):
        found |= _read_details(connection, part)
    return found


def check_seen(
    connection: Connection, item: int, number: int, version: int | None, actor: Actor, now: datetime
) -> Standing:
    """Hold a review against what the person saw: its version, and that nobody else looks at it now.

    Inside the write transaction of what follows. Raises NotFound, or Stale naming who was faster.
    """
    one = find_standing(connection, item, number)
    if version is not None and one.version != version:
        last = connection.execute(
            select(log.c.actor).where(log.c.item == item).order_by(log.c.seq.desc()).limit(1)
        ).scalar_one_or_none()
        raise Stale(f"{one.which} was changed by {last} meanwhile")
    other = one.claimed(actor.id, now)
    if other is not None:
        raise Stale(f"{one.which} is being looked at by {other}")
    return one


def claim(connection: Connection, item: int, number: int, actor: Actor, now: datetime) -> Standing:
    """Say that a person looks at a review now, for ten minutes; raises NotFound, or Stale naming another."""
    one = check_seen(connection, item, number, None, actor, now)
    values = {"claimed_by": actor.id, "claimed_until": write_time(now + CLAIM)}
    connection.execute(update(reviews).where(reviews.c.revision == one.revision).values(**values))
    return one


def release(connection: Connection, item: int, number: int, actor: Actor) -> None:
    """Let go of one's own claim; somebody else's stays."""
    wanted = select(revisions.c.id).where(revisions.c.item == item, revisions.c.number == number)
    connection.execute(
        update(reviews)
        .where(reviews.c.revision == wanted.scalar_subquery(), reviews.c.claimed_by == actor.id)
        .values(claimed_by=None, claimed_until=None)
    )


def choose_column(
    connection: Connection, one: Standing, column: str, actor: Actor, via: str, now: datetime
) -> None:
    """Put an open review into another column, with a row of the log; its state stays as it is."""
    connection.execute(
        update(reviews)
        .where(reviews.c.revision == one.revision)
        .values(column_key=column, version=one.version + 1)
    )
    details = read_details(connection, [one.revision])[one.revision]
    entry = Entry(
        actor=actor.id,
        via=via,
        action="column",
        item=one.item,
        revision=one.revision,
        column_key=column,
        suggested_column=details.suggested,
        suggested_probability=one.probability,
    )
    append(connection, entry, now)


def list_history(connection: Connection, item: int) -> list[Step]:
    """Give what happened to an item, the newest first."""
    return _read_steps(connection, _steps().where(log.c.item == item).limit(200))


def list_done(connection: Connection, actor: str, since: datetime) -> list[Step]:
    """Give what somebody decided since a moment, the newest first."""
    query = _steps().where(
        log.c.actor == actor, log.c.at >= write_time(since), log.c.item.is_not(None), _BY_PEOPLE
    )
    return _read_steps(connection, query.limit(500))


def count_done(connection: Connection, actor: str, since: datetime) -> int:
    """Count the decisions of somebody since a moment; one that was taken back is none."""
    back = and_(log.c.action.in_(_TAKEN_BACK), log.c.to_state != "approved")  # not what stands again by it
    counts = case((log.c.action.in_(_DECIDED), 1), (back, -1), else_=0)
    query = select(func.coalesce(func.sum(counts), 0)).where(
        log.c.actor == actor, log.c.at >= write_time(since), _BY_PEOPLE
    )
    return max(0, int(connection.execute(query).scalar_one()))


def find_source(connection: Connection, revision: int) -> tuple[str, dict[str, str]] | None:
    """Give the hash of the raw page that a revision was read from, and the origin of each field."""
    row = connection.execute(
        select(readings.c.raw_file, readings.c.origins)
        .join(revisions, revisions.c.reading == readings.c.id)
        .where(revisions.c.id == revision)
    ).first()
    return None if row is None else (row.raw_file, json.loads(row.origins))


def find_publication(connection: Connection, item: int) -> tuple[int, str, datetime] | None:
    """Give an item's public number, path and first publication, None when it was never published."""
    row = connection.execute(select(publications).where(publications.c.item == item)).first()
    return None if row is None else (row.public_no, row.path, read_time(row.first_published))


_STAND = (
    select(
        reviews,
        revisions.c.number,
        revisions.c.made_by,
        revisions.c.cause,
        revisions.c.at,
        items.c.kind,
        items.c.agency,
        items.c.public_revision,
        SURE.label("probability"),
        count_open(revision_doubts, revision_doubts.c.resolved_by_log).label("doubts"),
        *(
            count_open(findings, findings.c.cleared_by_log, findings.c.level == level).label(level)
            for level in LEVELS
        ),
    )
    .join(revisions, revisions.c.id == reviews.c.revision)
    .join(items, items.c.id == reviews.c.item)
    .order_by(reviews.c.item, revisions.c.number)
)
_STAND_ONE = _STAND.where(
    revisions.c.item == bindparam("of_item"), revisions.c.number == bindparam("of_number")
)
_STAND_SOME = _STAND.where(reviews.c.revision.in_(bindparam("names", expanding=True)))


def _stand(connection: Connection, query: Select[Any], values: dict[str, Any]) -> list[Standing]:
    rows = connection.execute(query, values).all()
    passed = _read_passed(connection, [row.revision for row in rows if row.state == "second"])
    return [
        Standing(
            item=row.item,
            revision=row.revision,
            number=row.number,
            version=row.version,
            state=row.state,
            kind=row.kind,
            agency=row.agency,
            cause=row.cause,
            made_by=row.made_by,
            column=row.column_key,
            probability=row.probability or 0.0,
            levels={level: row._mapping[level] for level in LEVELS if row._mapping[level]},
            doubts=row.doubts,
            public=row.public_revision is not None,
            claimed_by=row.claimed_by,
            claimed_until=read_time(row.claimed_until) if row.claimed_until else None,
            passed_by=passed[row.revision][-1][0] if passed.get(row.revision) else None,
            passed_at=passed[row.revision][-1][1] if passed.get(row.revision) else None,
            passes=tuple(who for who, _ in passed.get(row.revision, ())),
            at=read_time(row.at),
        )
        for row in rows
    ]


def _read_passed(connection: Connection, wanted: list[int]) -> dict[int, list[tuple[str, datetime]]]:
    """Who passed each revision that waits for its next person, and when."""
    query = select(log).where(log.c.revision.in_(wanted), log.c.to_state.is_not(None))
    steps: dict[int, list[Any]] = {}
    for row in connection.execute(query.order_by(log.c.seq)) if wanted else ():
        steps.setdefault(row.revision, []).append(row)
    return {
        revision: [(row.actor, read_time(row.at)) for row in list_passes(rows)]
        for revision, rows in steps.items()
    }


def _read_details(connection: Connection, names: Sequence[int]) -> dict[int, Details]:
    rows = connection.execute(select(revisions).where(revisions.c.id.in_(names))).all()
    found: dict[int, list[Finding]] = {}
    query = select(findings).where(findings.c.revision.in_(names)).order_by(findings.c.id)
    for row in connection.execute(query):
        one = Finding(
            *(row.id, row.rule, row.level, row.field, row.span, row.cleared_by_log is not None),
            words=row.words,
            told=row.told,
        )
        found.setdefault(row.revision, []).append(one)
    doubts: dict[int, list[tuple[str, str]]] = {}
    query = select(revision_doubts).where(
        revision_doubts.c.revision.in_(names), revision_doubts.c.resolved_by_log.is_(None)
    )
    for row in connection.execute(query.order_by(revision_doubts.c.id)):
        doubts.setdefault(row.revision, []).append((row.field, row.word))
    query = select(labels).where(labels.c.revision.in_(names)).order_by(labels.c.id)
    suggested = {row.revision: row for row in connection.execute(query)}
    return {
        row.id: Details(
            form={**EMPTY, **json.loads(row.form)},
            machine={**EMPTY, **json.loads(row.machine)},
            person=json.loads(row.person),
            findings=tuple(found.get(row.id, ())),
            doubts=tuple(doubts.get(row.id, ())),
            reasons=tuple(json.loads(suggested[row.id].reasons)) if row.id in suggested else (),
            suggested=suggested[row.id].column_key if row.id in suggested else None,
        )
        for row in rows
    }


def _steps() -> Select[Any]:
    return (
        select(log, revisions.c.number)
        .join(revisions, revisions.c.id == log.c.revision, isouter=True)
        .order_by(log.c.seq.desc())
    )


def _read_steps(connection: Connection, query: Select[Any]) -> list[Step]:
    return [
        Step(
            seq=row.seq,
            at=read_time(row.at),
            actor=row.actor,
            action=row.action,
            item=row.item,
            number=row.number,
            column=row.column_key,
            to_state=row.to_state,
            reason=row.reason,
            revision=row.revision,
        )
        for row in connection.execute(query)
    ]
