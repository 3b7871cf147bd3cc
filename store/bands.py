"""What alike items are found by: the bands of each item's text, title and number."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, delete, func, insert, select, text

from store.tables import bands, items, readings, revisions, sightings

# Newest items of one band that are looked at: a template filled a thousand times must not cost a thousand.
_DEPTH = 40

_ADD = insert(bands)

Band = tuple[int, int]


@dataclass(frozen=True)
class StoredText:
    """What an item says now: its shown fields with `text`, None where only markup is known."""

    item: int
    agency: str | None
    fields: dict[str, Any]
    text: str | None


def save_bands(connection: Connection, item: int, found: Collection[Band]) -> None:
    """Keep what an item is found by; what it was found by before goes."""
    connection.execute(delete(bands).where(bands.c.item == item))
    save_fresh_bands(connection, [(item, found)])


def save_fresh_bands(connection: Connection, found: Iterable[tuple[int, Collection[Band]]]) -> None:
    """Keep what items are found by that nothing was known of."""
    rows = sorted((band, value, item) for item, pairs in found for band, value in pairs)
    if rows:
        connection.execute(_ADD, [{"band": band, "value": value, "item": item} for band, value, item in rows])


def find_alike(connection: Connection, found: Sequence[Band], limit: int) -> list[int]:
    """Give the items that share bands, those that share most first, the newer one first among equals."""
    if not found:
        return []
    values = {f"b{at}": band for at, (band, _) in enumerate(found)}
    values |= {f"v{at}": value for at, (_, value) in enumerate(found)}
    counted = Counter(connection.execute(_lookup(len(found)), values).scalars())
    return sorted(counted, key=lambda item: (-counted[item], -item))[:limit]


@cache
def _lookup(count: int) -> TextClause:
    """One question for all bands, each by its own key and no deeper than `_DEPTH`."""
    parts = (
        f"SELECT item FROM (SELECT item FROM bands WHERE band = :b{at} AND value = :v{at} "
        f"ORDER BY item DESC LIMIT {_DEPTH}) AS part{at}"
        for at in range(count)
    )
    return text(" UNION ALL ".join(parts))


def list_unmarked(connection: Connection, after: int, limit: int) -> list[int]:
    """Give items beyond a number that nothing is found by, in their order."""
    known = select(bands.c.item).where(bands.c.item == items.c.id)
    query = select(items.c.id).where(items.c.id > after, ~known.exists()).order_by(items.c.id).limit(limit)
    return list(connection.execute(query).scalars())


def read_texts(connection: Connection, wanted: Collection[int]) -> dict[int, StoredText]:
    """Give what these items say, by their newest revision."""
    if not wanted:
        return {}
    newest = (
        select(func.max(revisions.c.id)).where(revisions.c.item.in_(tuple(wanted))).group_by(revisions.c.item)
    )
    rows = connection.execute(
        select(revisions.c.item, items.c.agency, revisions.c.form, readings.c.fields)
        .join(items, items.c.id == revisions.c.item)
        .outerjoin(readings, readings.c.id == revisions.c.reading)
        .where(revisions.c.id.in_(newest))
    )
    return {
        row.item: StoredText(
            row.item, row.agency, json.loads(row.form), json.loads(row.fields)["text"] if row.fields else None
        )
        for row in rows
    }


def find_hashes(connection: Connection, addresses: Collection[str]) -> dict[str, str]:
    """Give the hash of the words last read at each of these addresses, where something was."""
    if not addresses:
        return {}
    newest = (
        select(func.max(readings.c.id))
        .join(sightings, sightings.c.id == readings.c.sighting)
        .where(sightings.c.address.in_(tuple(addresses)))
        .group_by(readings.c.sighting)
    )
    rows = connection.execute(
        select(sightings.c.address, readings.c.text_hash)
        .join(readings, readings.c.sighting == sightings.c.id)
        .where(readings.c.id.in_(newest))
    )
    return {row.address: row.text_hash for row in rows}
