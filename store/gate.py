"""The gate: what may stand on the portal, its forms, and why something left it.

The one way in is the view `publishable`; a form is read by a revision that the gate named and in no other
way, and its hash is computed anew each time.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, bindparam, select, text

from clock import write_time
from store.chunks import cut_names
from store.forms import EMPTY, Form, hash_form, hash_text
from store.log import Head
from store.tables import findings, items, log, reviews, revisions


@dataclass(frozen=True, slots=True)
class Gated:
    """One revision that may stand on the portal, named with its hash by the log."""

    item: int
    revision: int
    number: int
    hash: str
    column_key: str
    approved_at: str


@dataclass(frozen=True)
class Gate:
    """What may stand on the portal now, and what will when its hold is over, as the log stood at `head`."""

    open: tuple[Gated, ...]
    pending: tuple[Gated, ...]
    head: Head


@dataclass(frozen=True, slots=True)
class Farewell:
    """Why an item left the gate: when, and the reason of the one who withdrew it; else not `decided`."""

    at: str | None
    reason: str | None
    decided: bool
    blocked: bool


_GATE = (
    "SELECT item, revision, number, hash, column_key, approved_at, release_after FROM publishable "
    "WHERE release_after IS NOT NULL"
)
_ALL = text(f"{_GATE} ORDER BY approved_seq")
_SOME = text(f"{_GATE} AND item IN :items ORDER BY approved_seq").bindparams(
    bindparam("items", expanding=True)
)

_FORMS = select(revisions.c.id, revisions.c.form).where(
    revisions.c.id.in_(bindparam("revisions", expanding=True))
)


def read_gate(
    connection: Connection, now: datetime | None, head: Head, wanted: Collection[int] | None = None
) -> Gate:
    """Read the view: what is open by `release_after <= now`, and what waits; without `now` all is open.

    With `wanted`, of these items only.
    """
    moment = write_time(now) if now is not None else "9999"
    parts: tuple[list[Gated], list[Gated]] = ([], [])
    for row in _read_rows(connection, wanted):
        item, revision, number, hash_, column, at, release = row
        parts[release > moment].append(Gated(item, revision, number, hash_, intern(column), intern(at)))
    return Gate(tuple(parts[0]), tuple(parts[1]), head)


def list_pending(connection: Connection, now: datetime) -> list[int]:
    """Give the items of which something waits for its hold."""
    query = text("SELECT item FROM publishable WHERE release_after > :now")
    return list(connection.execute(query, {"now": write_time(now)}).scalars())


def _read_rows(connection: Connection, wanted: Collection[int] | None) -> Iterator[Row[*tuple[Any, ...]]]:
    if wanted is None:
        yield from connection.execute(_ALL)
        return
    for part in cut_names(sorted(wanted)):
        yield from connection.execute(_SOME, {"items": part}).all()


def read_standing(connection: Connection, item: int, head_seq: int) -> list[Gated]:
    """Give the once approved revisions of an item that only a later approval superseded, newest first.

    They are what may still stand while the newer revision waits for its hold: known to the log not later than
    `head_seq` (the served release's), superseded by an approval and by nothing else, and without a block.
    """
    last: dict[int, RowMapping] = {}
    approval: dict[int, RowMapping] = {}
    query = select(log).where(log.c.item == item, log.c.to_state.is_not(None)).order_by(log.c.seq)
    for row in connection.execute(query).mappings():
        last[row["revision"]] = row
        if row["to_state"] == "approved":
            approval[row["revision"]] = row
    replaced = [
        approval[revision]
        for revision, row in last.items()
        if revision in approval and (row["from_state"], row["to_state"]) == ("approved", "superseded")
    ]
    early = [row for row in replaced if row["seq"] <= head_seq]
    found = [_stand(connection, row) for row in sorted(early, key=lambda row: -int(row["seq"]))]
    return [row for row in found if row is not None]


def _stand(connection: Connection, row: RowMapping) -> Gated | None:
    blocked = connection.execute(
        select(findings.c.id).where(
            findings.c.revision == row["revision"],
            findings.c.level == "block",
            findings.c.cleared_by_log.is_(None),
        )
    ).first()
    known = connection.execute(
        select(revisions.c.number, revisions.c.hash).where(revisions.c.id == row["revision"])
    ).first()
    if blocked or known is None or known.hash != row["hash"] or row["column_key"] is None:
        return None
    return Gated(row["item"], row["revision"], known.number, row["hash"], row["column_key"], row["at"])


def read_forms(connection: Connection, gated: Collection[Gated]) -> Iterator[tuple[Gated, Form | None]]:
    """Give the forms of gated revisions, None where the content is not what the log names by its hash."""
    rows = {row.revision: row for row in gated}
    for chunk in cut_names(sorted(rows)):
        found = {row[0]: row[1] for row in connection.execute(_FORMS, {"revisions": chunk}).all()}
        for revision in chunk:
            yield rows[revision], _check(found.get(revision), rows[revision].hash)


def read_revisions(connection: Connection, wanted: Collection[int]) -> dict[int, Form | None]:
    """Give the forms of revisions that a release showed, None where one is not what its own hash says.

    For what is taken away of them; nothing is shown of a form that is read in this way.
    """
    forms: dict[int, Form | None] = {}
    for part in cut_names(sorted(wanted)):
        query = select(revisions.c.id, revisions.c.form, revisions.c.hash)
        for row in connection.execute(query.where(revisions.c.id.in_(part))):
            forms[row.id] = _check(row.form, row.hash)
    return forms


def read_filed(connection: Connection) -> set[int]:
    """Give the revisions in the view whose form names a file of the portal."""
    query = text("SELECT revision FROM publishable WHERE form LIKE '%\"/files/%'")
    return {row.revision for row in connection.execute(query)}


def _check(form: str | None, expected: str) -> Form | None:
    try:
        value = json.loads(form or "")
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    if hash_text(form or "") != expected and hash_form(value) != expected:  # kept as it is hashed, mostly
        return None
    return {**EMPTY, **value}


def read_farewells(connection: Connection, gone: Collection[int]) -> dict[int, Farewell]:
    """Say of items that left the gate whether somebody decided so, when, and why."""
    return {item: _part(connection, item) for item in sorted(gone)}


def _part(connection: Connection, item: int) -> Farewell:
    rows = connection.execute(
        select(log.c.at, log.c.reason, log.c.to_state, log.c.from_state)
        .where(log.c.item == item, log.c.to_state.is_not(None))
        .order_by(log.c.seq.desc())
    )
    for row in rows:
        if row.from_state == "approved" and row.to_state in ("withdrawn", "waiting", "second"):
            return Farewell(row.at, row.reason if row.to_state == "withdrawn" else None, True, False)
        if row.to_state == "approved":
            break
    blocked = connection.execute(
        select(findings.c.id)
        .join(items, items.c.public_revision == findings.c.revision)
        .where(items.c.id == item, findings.c.level != "note", findings.c.cleared_by_log.is_(None))
    ).first()
    return Farewell(None, None, False, blocked is not None)


def read_approved(
    connection: Connection, wanted: Collection[int] | None = None
) -> list[tuple[int, int, int]]:
    """Give item, revision and number of each review whose state says approved, whatever the gate says.

    With `wanted`, of these items only.
    """
    query = (
        select(reviews.c.item, reviews.c.revision, revisions.c.number)
        .join(revisions, revisions.c.id == reviews.c.revision)
        .where(reviews.c.state == "approved")
    )
    parts = [query.where(reviews.c.item.in_(part)) for part in cut_names(sorted(wanted or ()))]
    return [
        (row.item, row.revision, row.number)
        for part in ([query] if wanted is None else parts)
        for row in connection.execute(part)
    ]
