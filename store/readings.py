"""What was read, reading by reading, and which items say the same words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select

from clock import write_time
from store.forms import write_json
from store.tables import readings, revisions, sightings

_ADD = readings.insert().returning(readings.c.id)
_OF_SIGHTING = (
    select(readings)
    .where(readings.c.sighting == bindparam("of_sighting"))
    .order_by(readings.c.id.desc())
    .limit(1)
)
_SAME_WORDS = select(readings.c.sighting).where(readings.c.text_hash == bindparam("words"))
_NEWEST = (
    select(readings.c.sighting, func.max(readings.c.id).label("id"))
    .where(readings.c.sighting.in_(_SAME_WORDS))
    .group_by(readings.c.sighting)
    .subquery()
)
_TWINS = (
    select(sightings.c.item, readings.c.fields)
    .join(_NEWEST, _NEWEST.c.id == readings.c.id)
    .join(sightings, sightings.c.id == readings.c.sighting)
    .where(readings.c.text_hash == bindparam("words"), sightings.c.item.is_not(None))
    .order_by(sightings.c.item)
)


@dataclass(frozen=True)
class NewReading:
    """What was read at a sighting, as the store keeps it."""

    sighting: int
    raw_file: str
    reader_version: str
    fields: dict[str, Any]
    origins: dict[str, str]
    doubts: tuple[tuple[str, str], ...]
    text_hash: str


@dataclass(frozen=True)
class Twin:
    """A reading of another sighting with the same words, and the item that it belongs to."""

    item: int
    fields: dict[str, Any]


def add_reading(connection: Connection, reading: NewReading, now: datetime) -> int:
    """Keep what was read at a sighting; earlier readings stay."""
    values = {
        "sighting": reading.sighting,
        "raw_file": reading.raw_file,
        "reader_version": reading.reader_version,
        "fields": write_json(reading.fields),
        "origins": write_json(reading.origins),
        "doubts": write_json([list(pair) for pair in reading.doubts]),
        "text_hash": reading.text_hash,
        "at": write_time(now),
    }
    return int(connection.execute(_ADD, values).scalar_one())


def find_reading(connection: Connection, sighting: int) -> RowMapping | None:
    """Give the newest reading of a sighting."""
    return connection.execute(_OF_SIGHTING, {"of_sighting": sighting}).mappings().first()


def find_twins(connection: Connection, text_hash: str) -> list[Twin]:
    """Give the items whose newest reading at some sighting has these words, the oldest item first."""
    return [
        Twin(row.item, json.loads(row.fields)) for row in connection.execute(_TWINS, {"words": text_hash})
    ]


def find_primary(connection: Connection, item: int) -> int | None:
    """Give the sighting that an item's newest revision was read at, None when a person wrote it."""
    query = (
        select(readings.c.sighting)
        .join(revisions, revisions.c.reading == readings.c.id)
        .where(revisions.c.item == item)
        .order_by(revisions.c.number.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()
