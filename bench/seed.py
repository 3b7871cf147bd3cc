"""Fills a store with approved items, by the store's own functions: what is measured begins after that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bench.ours import Office
from bench.sites import World
from bench.texts import Story, write_story
from clock import write_time
from portal import load_portal
from sources import load_sources
from store.accounts import add_account, find_actor
from store.clusters import join_cluster
from store.database import Database
from store.drafts import keep_bytes
from store.files import StoredFile, save_file
from store.forms import EMPTY, Form
from store.fresh import Fresh, add_fresh
from store.items import Found, NewRevision, Suggested, add_label, add_revision
from store.log import Entry, append_many
from store.mirror import mirror_configuration
from store.moves import Actor, Wish
from store.readings import NewReading, add_readings
from store.reviews import Desk, decide, open_review
from store.sightings import ReadPage, mark_read, save_listings, see
from store.tables import items, reviews, revisions

COLUMNS = ("bumen", "diqu", "waisheng", "redian", "tongzhi")
EDITOR = "bench-editor"
_BATCH = 200
_DAYS = 1100
_RAW = b"<html>bench</html>"
_APPROVE = (
    update(reviews)
    .where(reviews.c.revision == bindparam("of_revision"), reviews.c.state == "waiting")
    .values(state="approved", column_key=bindparam("column"), release_after=bindparam("release"), version=2)
)
_SHOW = (
    update(items)
    .where(items.c.id == bindparam("of_item"))
    .values(public_revision=bindparam("of_revision"), version=items.c.version + 1)
)


@dataclass(frozen=True)
class Seeder:
    """Puts made-up items of a world's sources into an open store, and decides about them, `at` or now."""

    database: Database
    world: World
    total: int
    actor: Actor
    desk: Desk
    raw: str
    waiting: set[int] = field(default_factory=set)
    at: datetime | None = None

    @classmethod
    def begin(cls, office: Office, database: Database, world: World, total: int) -> Seeder:
        """Mirror the configuration, make the editor; `total` items will be spread over three years."""
        portal, now = load_portal(office.home / "portal.yaml"), datetime.now(UTC)
        raw = keep_bytes(office.home, "page", _RAW)
        with database.write() as connection:
            mirror_configuration(connection, load_sources(office.home / "sources.yaml"), portal, now)
            add_account(connection, EDITOR, ("editor",), None, now, by="bench")
            save_file(connection, StoredFile(raw, "page", "text/html", ".html", len(_RAW)))
            actor = find_actor(connection, EDITOR)
        desk = Desk({column.key: column.reviews for column in portal.columns}, timedelta())
        return cls(database, world, total, actor, desk, raw)

    def fill(self, numbers: Iterable[int]) -> None:
        """Add the items of these numbers, each approved."""
        rest = iter(numbers)
        while batch := list(islice(rest, _BATCH)):
            with self.database.write() as connection:
                self._approve_all(connection, batch, self._add_items(connection, batch))

    def queue(self, numbers: Iterable[int]) -> None:
        """Add the items of these numbers, and leave them to the editors: of twenty, thirteen are clean.

        Of the rest two are doubtful, one has a mark, one waits for its second person, three are reposts.
        """
        wanted = list(numbers)
        self.waiting.update(wanted)
        rest = iter(wanted)
        while batch := list(islice(rest, _BATCH)):
            with self.database.write() as connection:
                for number, (item, _) in zip(batch, self._add_items(connection, batch), strict=True):
                    self._let_wait(connection, number, item)

    def change(self, items: Sequence[int], column: str | None = None, **fields: str) -> None:
        """Write and approve a new revision of items: other fields, another column, or other words."""
        with self.database.write() as connection:
            for item in items:
                story = write_story(1, 10_000_000 + item, self.world.day)
                form = {**self._form(story, f"http://bench/changed/{item}"), **fields}
                revision = add_revision(
                    connection, NewRevision(item, form, {}, "source-changed", "crawl"), self._now()
                )
                self._approve(connection, item, revision, column or _choose_column(item), 2)

    def withdraw(self, items: Sequence[int]) -> None:
        """Take items off the portal."""
        with self.database.write() as connection:
            for item in items:
                wish = Wish("withdraw", reason="示例：内容有误")
                decide(connection, item, 1, wish, self.actor, self.desk, self._now())

    def _add_items(self, connection: Connection, numbers: list[int]) -> list[tuple[int, int]]:
        """Give (item, revision) of each, in their order; all wait."""
        now, world = self._now(), self.world
        addresses = [world.address(number % world.sites, f"/old/{number}.html") for number in numbers]
        seen = see(connection, dict.fromkeys(addresses, now))
        stories = [self._story(number) for number in numbers]
        forms = [self._form(story, address) for story, address in zip(stories, addresses, strict=True)]
        readings = add_readings(
            connection,
            [
                (self._read(seen[form["address"]]["id"], number, form, story), now)
                for number, form, story in zip(numbers, forms, stories, strict=True)
            ],
        )
        fresh = [
            self._describe(number, form, reading, now)
            for number, form, reading in zip(numbers, forms, readings, strict=True)
        ]
        added = add_fresh(connection, fresh)
        sources = [f"s{number % world.sites:04d}-gzdt" for number in numbers]
        shown = [
            (
                seen[form["address"]]["id"],
                source,
                form["title"],
                form["published"],
            )
            for source, form in zip(sources, forms, strict=True)
        ]
        save_listings(connection, [(*one, now) for one in shown])
        items = zip(addresses, added, strict=True)
        mark_read(connection, [ReadPage(seen[at], item, 200, None, None, now) for at, (item, _) in items])
        return added

    def _read(self, sighting: int, number: int, form: Form, story: Story) -> NewReading:
        return NewReading(sighting, self.raw, "1", {**form, "text": story.text}, {}, (), f"{number:064x}")

    def _describe(self, number: int, form: Form, reading: int, now: datetime) -> Fresh:
        """What is approved at once was sure; of what waits, by its number."""
        kind = number % 20 if number in self.waiting else None
        sure = 0.9 if kind is None else 0.55 if kind == 13 else 0.82 + number % 17 / 100
        return Fresh(
            kind="collected",
            agency=f"s{number % self.world.sites:04d}",
            form=form,
            cause="collect",
            actor="crawl",
            via="crawl",
            label=Suggested(_choose_column(number), sure, ("示例",), "bench"),
            at=now,
            reading=reading,
            doubts=(("published", "日期取自列表"),) if kind == 14 else (),
            found=(Found("secret-word", "1", "confirm", "body", "密级"),) if kind == 15 else (),
        )

    def _let_wait(self, connection: Connection, number: int, item: int) -> None:
        now, kind, column = self._now(), number % 20, _choose_column(number)
        if kind == 16:
            desk = Desk({**self.desk.columns, column: 2}, timedelta())
            decide(connection, item, 1, Wish("approve", column), self.actor, desk, now)
        if kind > 16:  # three reposts of the item before them
            join_cluster(connection, item, item - kind + 12, 0.9, "示例")

    def _approve_all(self, connection: Connection, numbers: list[int], added: list[tuple[int, int]]) -> None:
        """Approve new items: each by the rows that `decide` writes, all by one statement a table."""
        now = self._now()
        rows: list[dict[str, Any]] = [
            {"of_item": item, "of_revision": revision, "column": _choose_column(number)}
            for number, (item, revision) in zip(numbers, added, strict=True)
        ]
        hashes = read_hashes(connection, [revision for _, revision in added])
        connection.execute(_APPROVE, [{**row, "release": write_time(now)} for row in rows])
        append_many(connection, [(self._tell(row, hashes[row["of_revision"]]), now) for row in rows])
        connection.execute(_SHOW, rows)

    def _tell(self, row: dict[str, Any], hash_: str) -> Entry:
        return Entry(
            actor=self.actor.id,
            via="terminal",
            action="approve",
            item=row["of_item"],
            revision=row["of_revision"],
            hash=hash_,
            from_state="waiting",
            to_state="approved",
            column_key=row["column"],
            suggested_column=row["column"],
            suggested_probability=0.9,
        )

    def _approve(self, connection: Connection, item: int, revision: int, column: str, number: int) -> None:
        now = self._now()
        add_label(connection, revision, Suggested(column, 0.9, ("示例",), "bench"))
        open_review(connection, revision, column, "crawl", "crawl", now)
        decide(connection, item, number, Wish("approve", column), self.actor, self.desk, now)

    def _now(self) -> datetime:
        return self.at or datetime.now(UTC) - timedelta(minutes=1)

    def _story(self, number: int) -> Story:
        """The newest numbers are the newest items."""
        ago = (self.total - number) * _DAYS // self.total if number < self.total else 0
        return write_story(number % 97, number, self.world.day - timedelta(days=ago - number % 20))

    def _form(self, story: Story, address: str) -> Form:
        html = "".join(f"<p>{escape(line)}</p>" for line in story.paragraphs)
        said = {
            "title": story.title,
            "html": html,
            "published": story.day.isoformat(),
            "credit": story.credit,
        }
        return {**EMPTY, **said, "address": address}


def read_hashes(connection: Connection, wanted: Sequence[int]) -> dict[int, str]:
    """Give the hash of each of these revisions."""
    query = select(revisions.c.id, revisions.c.hash).where(revisions.c.id.in_(wanted))
    return {row.id: row.hash for row in connection.execute(query)}


def _choose_column(number: int) -> str:
    return COLUMNS[number % len(COLUMNS)]


def name_changes(total: int, turn: int = 0) -> Iterator[tuple[str, list[int]]]:
    """Say which items change in a standard night: 30 known ones, all but ten of the last two months.

    Each `turn` names others.
    """
    recent = range(total, max(1, total - total * 60 // _DAYS), -1)
    picked = list(dict.fromkeys(recent[at * 7 % len(recent)] for at in range(len(recent))))
    old = [1 + turn + at * max(1, total // 25) for at in range(1, 11)]
    chosen = list(dict.fromkeys([*old, *picked[20 * turn : 20 * turn + 20]]))
    yield "edited", chosen[:15]
    yield "withdrawn", chosen[15:20]
    yield "moved", chosen[20:25]
    yield "re-marked", chosen[25:30]
