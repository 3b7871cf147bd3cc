"""Pages that a person named (人工采集): whether they are here already, what came of them, who did it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from store.items import add_doubts
from store.log import Entry, append
from store.tables import reviews, revisions, sightings


@dataclass(frozen=True)
class Known:
    """What is known of an address: the newest revision of its item with its state, or why it failed."""

    address: str
    item: int | None
    revision: int | None
    number: int | None
    state: str | None
    error: str | None

    @property
    def which(self) -> str:
        """The revision as editors write it, `12@1`."""
        return f"{self.item}@{self.number}"


def find_taken(connection: Connection, address: str) -> Known | None:
    """Say what is known of a canonical address, None when nobody ever saw it."""
    query = (
        select(sightings, revisions.c.id.label("revision"), revisions.c.number, reviews.c.state)
        .outerjoin(revisions, revisions.c.item == sightings.c.item)
        .outerjoin(reviews, reviews.c.revision == revisions.c.id)
        .where(sightings.c.address == address)
        .order_by(revisions.c.number.desc())
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return Known(address, row.item, row.revision, row.number, row.state, row.last_error)


def note_taken(connection: Connection, known: Known, user: str, ours: bool, now: datetime) -> None:
    """Write down who named a page; at a site where no source of ours stands, that is a doubt."""
    append(
        connection, Entry(user, "take", "take", known.item, known.revision, reason=known.address[:500]), now
    )
    if not ours and known.revision is not None:
        word = "人工采集：这个网站不在来源清单里，请核对是否可以转载"
        add_doubts(connection, known.revision, [("address", word)], now)
