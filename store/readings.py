"""What was read, reading by reading, and which items say the same words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select

from clock import write_time
from store.forms import write_json
from store.tables import readings, revisions, sightings

_ADD = readings.insert().returning(readings.c.id, sort_by_parameter_order=True)
_NEWEST_OF = (
    select(func.max(readings.c.id))
    .where(readings.c.sighting.in_(bindparam("of_sightings", expanding=True)))
    .group_by(readings.c.sighting)
)
_OF_SIGHTINGS = select(readings).where(readings.c.id.in_(_NEWEST_OF))
_SAME_WORDS = select(readings.c.sighting).where(readings.c.text_hash.in_(bindparam("words", expanding=True)))
_NEWEST = (
    select(readings.c.sighting, func.max(readings.c.id).label("id"))
    .where(readings.c.sighting.in_(_SAME_WORDS))
    .group_by(readings.c.sighting)
    .subquery()
)
_TWINS = (
    select(sightings.c.item, readings.c.sighting, readings.c.fields, readings.c.text_hash)
    .join(_NEWEST, _NEWEST.c.id == readings.c.id)
    .join(sightings, sightings.c.id == readings.c.sighting)
    .where(readings.c.text_hash.in_(bindparam("words", expanding=True)), sightings.c.item.is_not(None))
    .order_by(sightings.c.item, readings.c.sighting)
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
    sighting: int
    fields: dict[str, Any]


def add_readings(connection: Connection, new: Iterable[tuple[NewReading, datetime]]) -> list[int]:
    """Keep what was read at sightings, by one statement; give the number of each. Earlier readings stay."""
    rows = [_describe(reading, now) for reading, now in new]
    return list(connection.execute(_ADD, rows).scalars()) if rows else []


def _describe(reading: NewReading, now: datetime) -> dict[str, Any]:
    return {
        "sighting": reading.sighting,
        "raw_file": reading.raw_file,
        "reader_version": reading.reader_version,
        "fields": write_json(reading.fields),
        "origins": write_json(reading.origins),
        "doubts": write_json([list(pair) for pair in reading.doubts]),
        "text_hash": reading.text_hash,
        "at": write_time(now),
    }


def find_readings(connection: Connection, wanted: Iterable[int]) -> dict[int, RowMapping]:
    """Give the newest reading of each of these sightings that was read before; at most 500 of them."""
    rows = connection.execute(_OF_SIGHTINGS, {"of_sightings": list(wanted)}).mappings()
    return {row["sighting"]: row for row in rows}


def find_twins(connection: Connection, words: Iterable[str]) -> dict[str, list[Twin]]:
    """Give, by the hash of their words, the readings that are the newest of their sightings and of an item.

    The oldest item comes first; at most 500 hashes are asked for.
    """
    twins: dict[str, list[Twin]] = {}
    for row in connection.execute(_TWINS, {"words": list(words)}):
        twins.setdefault(row.text_hash, []).append(Twin(row.item, row.sighting, json.loads(row.fields)))
    return twins


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
