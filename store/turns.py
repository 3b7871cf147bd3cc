"""Whose turn it was: the newest planned moment at which a job of the schedule was begun, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from clock import read_time, write_time
from store.marks import drop_mark, read_mark, set_mark


@dataclass(frozen=True)
class Turn:
    """The planned moment (not the one at which it began), and whether it came to its end."""

    moment: datetime
    ended: bool


def read_turn(connection: Connection, job: str) -> Turn | None:
    """Give a job's newest turn, None when it never had one."""
    value = read_mark(connection, f"turn:{job}")
    if value is None:
        return None
    moment, _, ended = value.partition(" ")
    return Turn(read_time(moment), ended == "ended")


def save_turn(connection: Connection, job: str, turn: Turn) -> None:
    """Write a job's newest turn down, in place of the one before."""
    drop_mark(connection, f"turn:{job}")
    set_mark(connection, f"turn:{job}", f"{write_time(turn.moment)} {'ended' if turn.ended else 'begun'}")
