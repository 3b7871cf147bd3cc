"""The two labelled demo editors, and what they decide: all that is clean, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection

from errors import NotAllowed, NotFound
from portal import Portal
from store.accounts import add_account, find_actor
from store.database import Database
from store.marks import DEMO, read_mark, set_mark
from store.moves import Actor, Wish
from store.queue import PAGE, Waiting, walk_waiting
from store.reviews import Desk, decide

EDITORS = ("demo-editor-one", "demo-editor-two")


@dataclass(frozen=True)
class Edited:
    """How many revisions the demo editors approved, and how many they left in the queue."""

    approved: int
    left: int


def mark_demo(database: Database, told: str, now: datetime) -> None:
    """Mark the database as a demo's and make its two editors; both stay as they are when they exist."""
    with database.write() as connection:
        set_mark(connection, DEMO, told)
        for name in EDITORS:
            try:
                find_actor(connection, name)
            except NotFound:
                add_account(connection, name, ("editor",), None, now, by="demo", demo=True)


def read_demo_mark(database: Database) -> str | None:
    """Say what the database is marked with, None for one that is no demo's."""
    with database.read() as connection:
        return read_mark(connection, DEMO)


def approve_clean(database: Database, portal: Portal, now: datetime) -> Edited:
    """Approve what is clean as the first editor, and as the second where a column asks for two persons."""
    desk = Desk({column.key: column.reviews for column in portal.columns}, timedelta())
    with database.read() as connection:
        editors = (find_actor(connection, EDITORS[0]), find_actor(connection, EDITORS[1]))
    approved = left = after = 0
    while page := _read_page(database, after):
        after = page[-1].item
        with database.write() as connection:
            passed = sum(it.clean and _approve(connection, it, editors, desk, now) for it in page)
        approved, left = approved + passed, left + len(page) - passed
    return Edited(approved, left)


def _read_page(database: Database, after: int) -> list[Waiting]:
    with database.read() as connection:
        return list(islice(walk_waiting(connection, after=after), PAGE))


def _approve(
    connection: Connection, revision: Waiting, editors: tuple[Actor, Actor], desk: Desk, now: datetime
) -> bool:
    """Approve one revision; what the table of moves forbids is left to people."""
    state = revision.state
    for editor in _order(editors, state):
        try:
            done = decide(connection, revision.item, revision.number, Wish("approve"), editor, desk, now)
        except NotAllowed:
            return False
        if done.to_state == "approved":
            return True
    return False


def _order(editors: tuple[Actor, Actor], state: str) -> Iterator[Actor]:
    """Who decides in turn: what waits for its second person already was passed by the first."""
    return iter(editors if state == "waiting" else editors[1:])
