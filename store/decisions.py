"""What editors decided about columns, beside what the machine had suggested: the log, read for learning."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from store.chunks import cut_names
from store.tables import items, labels, listings, log, readings, revisions, sightings


@dataclass(frozen=True)
class Decision:
    """An approval: the column that a person chose, what was suggested, and what was known of the item.

    `source` is the first list that showed the item, None for what was written here; `text` None likewise.
    """

    seq: int
    at: str
    actor: str
    item: int
    column: str
    suggested: str | None
    probability: float | None
    model_version: str | None
    agency: str | None
    source: str | None
    form: dict[str, Any]
    text: str | None

    @property
    def right(self) -> bool:
        """Whether the machine had suggested what the person chose."""
        return self.column == self.suggested


def list_decisions(connection: Connection, since: int = 0) -> list[Decision]:
    """Give every approval that stands, in the order of time, those behind row `since` of the log.

    What was undone teaches nothing; of an item that was approved again, each decision counts.
    """
    undone = select(log.c.undoes).where(log.c.undoes.is_not(None))
    rows = connection.execute(
        select(log, revisions.c.form, revisions.c.reading, items.c.agency)
        .join(revisions, revisions.c.id == log.c.revision)
        .join(items, items.c.id == log.c.item)
        .where(log.c.action == "approve", log.c.to_state == "approved", log.c.seq > since)
        .where(log.c.column_key.is_not(None), log.c.seq.not_in(undone))
        .order_by(log.c.seq)
    ).all()
    texts, sources = _read_readings(connection, {row.reading for row in rows if row.reading is not None})
    versions = _read_versions(connection, {row.revision for row in rows})
    return [
        Decision(
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            item=row.item,
            column=row.column_key,
            suggested=row.suggested_column,
            probability=row.suggested_probability,
            model_version=versions.get(row.revision),
            agency=row.agency,
            source=sources.get(row.reading),
            form=json.loads(row.form),
            text=texts.get(row.reading),
        )
        for row in rows
    ]


def find_since(connection: Connection, newest: int) -> int:
    """Give the row of the log behind which so many of the newest approvals stand, 0 where there are fewer."""
    query = select(log.c.seq).where(log.c.action == "approve", log.c.to_state == "approved")
    seq = connection.execute(query.order_by(log.c.seq.desc()).offset(newest).limit(1)).scalar_one_or_none()
    return seq or 0


def count_decisions(connection: Connection, since: int = 0) -> int:
    """Count the approvals behind row `since` of the log."""
    query = select(func.count()).select_from(log)
    query = query.where(log.c.action == "approve", log.c.to_state == "approved", log.c.seq > since)
    return int(connection.execute(query).scalar_one())


def _read_readings(connection: Connection, wanted: Collection[int]) -> tuple[dict[int, str], dict[int, str]]:
    """The words of each reading, and the first list that showed its address."""
    first = (
        select(listings.c.sighting, func.min(listings.c.first_seen).label("seen"))
        .group_by(listings.c.sighting)
        .subquery()
    )
    texts: dict[int, str] = {}
    sources: dict[int, str] = {}
    for part in cut_names(sorted(wanted)):
        query = (
            select(readings.c.id, readings.c.fields, listings.c.source)
            .join(sightings, sightings.c.id == readings.c.sighting)
            .outerjoin(first, first.c.sighting == sightings.c.id)
            .outerjoin(
                listings,
                (listings.c.sighting == first.c.sighting) & (listings.c.first_seen == first.c.seen),
            )
            .where(readings.c.id.in_(part))
            .order_by(readings.c.id, listings.c.source.desc())
        )
        for row in connection.execute(query):
            texts[row.id] = json.loads(row.fields).get("text") or ""
            if row.source is not None:
                sources[row.id] = row.source
    return texts, sources


def _read_versions(connection: Connection, wanted: Collection[int]) -> dict[int, str]:
    """Which version labelled each revision last."""
    found: dict[int, str] = {}
    for part in cut_names(sorted(wanted)):
        query = select(labels.c.revision, labels.c.model_version).where(labels.c.revision.in_(part))
        found.update(
            {row.revision: row.model_version for row in connection.execute(query.order_by(labels.c.id))}
        )
    return found
