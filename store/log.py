"""The log of who did what: append-only, each row chained to the last by its hash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from clock import write_time
from errors import ChainError
from store.forms import hash_text, write_json
from store.tables import log, releases

GENESIS = "0" * 64
_HEAD = select(log.c.seq, log.c.this).order_by(log.c.seq.desc()).limit(1)
_ADD = log.insert()


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did; what does not apply stays None."""

    actor: str
    via: str
    action: str
    item: int | None = None
    revision: int | None = None
    hash: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    column_key: str | None = None
    suggested_column: str | None = None
    suggested_probability: float | None = None
    reason: str | None = None
    undoes: int | None = None


@dataclass(frozen=True)
class Head:
    """The newest row of the log, which releases and backups record so that a cut tail is noticed."""

    seq: int
    this: str


def read_head(connection: Connection) -> Head:
    """Give the newest row's number and hash; of an empty log, 0 and the genesis hash."""
    row = connection.execute(_HEAD).first()
    return Head(row.seq, row.this) if row else Head(0, GENESIS)


def append(connection: Connection, entry: Entry, now: datetime) -> int:
    """Add one row inside the caller's write transaction, whose lock keeps the chain single."""
    return append_many(connection, [(entry, now)])[0]


def append_many(connection: Connection, entries: Iterable[tuple[Entry, datetime]]) -> list[int]:
    """Add rows in their order, as `append` does one; give the number of each."""
    head = read_head(connection)
    seq, prev = head.seq, head.this
    rows = []
    for entry, now in entries:
        seq += 1
        values = {"seq": seq, "at": write_time(now), **entry.__dict__, "prev": prev}
        prev = _seal(values)
        rows.append({**values, "this": prev})
    if rows:
        connection.execute(_ADD, rows)
    return [row["seq"] for row in rows]


def verify_chain(connection: Connection, known: list[Head]) -> int:
    """Check every row against the one before, and each `known` head (of releases, backups); count them.

    Raises ChainError naming the first row that was edited, removed or reordered, or the tail that was cut.
    """
    prev, expected = GENESIS, 1
    promised = {head.seq: head.this for head in known}
    for row in connection.execute(select(log).order_by(log.c.seq)).mappings():
        values = dict(row)
        this = values.pop("this")
        if values["seq"] != expected:
            raise ChainError(f"log row {expected} is missing: the next one is {values['seq']}")
        if values["prev"] != prev:
            raise ChainError(f"log row {expected} does not follow row {expected - 1}: one was changed")
        if this != _seal(values):
            raise ChainError(f"log row {expected} was edited: its content does not match its hash")
        if promised.get(expected, this) != this:
            raise ChainError(f"log row {expected} is not the one that a release recorded")
        prev, expected = this, expected + 1
    last = max(promised, default=0)
    if last >= expected:
        raise ChainError(f"log rows {expected} to {last} are missing: a release recorded row {last}")
    return expected - 1


def list_heads(connection: Connection) -> list[Head]:
    """Give the heads that releases recorded, so that a cut tail is noticed."""
    rows = connection.execute(select(releases.c.log_seq, releases.c.log_hash).where(releases.c.log_seq > 0))
    return [Head(row.log_seq, row.log_hash) for row in rows]


def _seal(values: dict[str, object]) -> str:
    return hash_text(write_json(values))
