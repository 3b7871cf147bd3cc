"""Notes that editors leave for each other beside an item: added, never changed, never published."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from clock import read_time, write_time
from errors import NotAllowed, NotFound, UserFault
from store.chunks import cut_names
from store.foreign import keep_words
from store.moves import EDITORS, Actor
from store.tables import items, notes

LONGEST = 2000  # characters of one note


@dataclass(frozen=True)
class Note:
    """One note as it was written."""

    author: str
    text: str
    at: datetime


def add_note(connection: Connection, item: int, text: str, actor: Actor, now: datetime) -> None:
    """Leave a note beside an item.

    Raises NotAllowed for who is no editor, UserFault for an empty or endless one, NotFound without the item.
    """
    if not actor.roles & EDITORS:
        raise NotAllowed(f"{actor.id} is no editor: notes are among editors")
    words = keep_words(text).strip()
    if not words:
        raise UserFault("便条是空的")
    if len(words) > LONGEST:
        raise UserFault(f"便条最多 {LONGEST} 个字")
    known = connection.execute(select(items.c.id).where(items.c.id == item)).first()
    if known is None:
        raise NotFound(f"there is no item {item}")
    values = {"item": item, "author": actor.id, "text": words, "at": write_time(now)}
    connection.execute(notes.insert().values(**values))


def list_notes(connection: Connection, item: int) -> list[Note]:
    """Give the notes beside an item, the oldest first."""
    query = select(notes).where(notes.c.item == item).order_by(notes.c.id)
    return [Note(row.author, row.text, read_time(row.at)) for row in connection.execute(query)]


def count_notes(connection: Connection, of: Collection[int]) -> dict[int, int]:
    """Count the notes beside each of these items (`of`) that has any."""
    counted: dict[int, int] = {}
    for part in cut_names(sorted(of)):
        query = select(notes.c.item, func.count()).where(notes.c.item.in_(part)).group_by(notes.c.item)
        counted |= {row[0]: row[1] for row in connection.execute(query)}
    return counted
