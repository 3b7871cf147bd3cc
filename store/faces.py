"""What a list shows of a revision: of its form, which never changes and is read once, and what is said."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, select

from store.chunks import cut_names
from store.desk import Finding, Standing
from store.tables import findings, labels, reviews, revision_doubts, revisions

_MOST = 4000  # faces that are kept; when there are more, all are let go
_FORMS = select(revisions.c.id, revisions.c.form).where(
    revisions.c.id.in_(bindparam("names", expanding=True))
)


class Face(NamedTuple):
    """The fields of a form that stand in a row."""

    title: str | None
    credit: str | None
    published: str | None
    doc_number: str | None


class Faces:
    """The faces of revisions, as far as somebody asked for them."""

    def __init__(self) -> None:
        self._kept: dict[int, Face] = {}

    def read(self, connection: Connection, wanted: Iterable[int]) -> dict[int, Face]:
        """Give the face of each revision that exists."""
        names = set(wanted)
        found = {name: self._kept[name] for name in names if name in self._kept}
        missing = sorted(names - found.keys())
        for row in _ask(connection, _FORMS, missing):
            form = json.loads(row.form)
            found[row.id] = Face(*(form.get(name) for name in Face._fields))
        if len(self._kept) + len(missing) > _MOST:
            self._kept = {}
        self._kept.update((name, found[name]) for name in missing if name in found)
        return found


class Remarks(NamedTuple):
    """What the screen, the reading and the label say of a revision, as far as nobody dealt with it."""

    findings: tuple[Finding, ...]
    doubts: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    suggested: str | None


_FINDINGS = (
    select(findings)
    .where(findings.c.revision.in_(bindparam("names", expanding=True)), findings.c.cleared_by_log.is_(None))
    .order_by(findings.c.id)
)
_DOUBTS = (
    select(revision_doubts)
    .where(
        revision_doubts.c.revision.in_(bindparam("names", expanding=True)),
        revision_doubts.c.resolved_by_log.is_(None),
    )
    .order_by(revision_doubts.c.id)
)
_LABELS = (
    select(labels.c.revision, labels.c.column_key, labels.c.reasons)
    .where(labels.c.revision.in_(bindparam("names", expanding=True)))
    .order_by(labels.c.id)
)


def find_title(connection: Connection, item: int, number: int) -> str | None:
    """Give the title of a revision, None for one without, or that does not exist."""
    query = select(revisions.c.form).where(revisions.c.item == item, revisions.c.number == number)
    form = connection.execute(query).scalar_one_or_none()
    title = json.loads(form).get("title") if form is not None else None
    return str(title) if title else None


def find_column(connection: Connection, item: int, number: int | None) -> str | None:
    """Give the column that a revision stands in, of the newest one without a number; None for none."""
    query = select(reviews.c.column_key).join(revisions, revisions.c.id == reviews.c.revision)
    query = query.where(reviews.c.item == item).order_by(revisions.c.number.desc()).limit(1)
    if number is not None:
        query = query.where(revisions.c.number == number)
    return connection.execute(query).scalar_one_or_none()


def read_remarks(connection: Connection, wanted: Collection[Standing]) -> dict[int, Remarks]:
    """Give what is said of these reviews; only what has findings or doubts is asked about them."""
    found: dict[int, list[Finding]] = {}
    for row in _ask(connection, _FINDINGS, [one.revision for one in wanted if one.levels]):
        told = Finding(row.id, row.rule, row.level, row.field, row.span, cleared=False)
        found.setdefault(row.revision, []).append(told)
    doubts: dict[int, list[tuple[str, str]]] = {}
    for row in _ask(connection, _DOUBTS, [one.revision for one in wanted if one.doubts]):
        doubts.setdefault(row.revision, []).append((row.field, row.word))
    last = {row.revision: row for row in _ask(connection, _LABELS, [one.revision for one in wanted])}
    return {
        one.revision: Remarks(
            findings=tuple(found.get(one.revision, ())),
            doubts=tuple(doubts.get(one.revision, ())),
            reasons=tuple(json.loads(last[one.revision].reasons)) if one.revision in last else (),
            suggested=last[one.revision].column_key if one.revision in last else None,
        )
        for one in wanted
    }


def _ask(connection: Connection, query: Select[Any], names: list[int]) -> Iterator[Row[Any]]:
    for part in cut_names(names):
        yield from connection.execute(query, {"names": part})
