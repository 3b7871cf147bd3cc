"""Fills a store with approved items, by the store's own functions: what is measured begins after that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import islice

from sqlalchemy import Connection

from bench.ours import Office
from bench.sites import World
from bench.texts import Story, write_story
from portal import load_portal
from sources import load_sources
from store.accounts import add_account, find_actor
from store.clusters import join_cluster
from store.database import Database
from store.drafts import keep_bytes
from store.files import StoredFile, save_file
from store.forms import EMPTY, Form
from store.items import (
    Found,
    NewRevision,
    Suggested,
    add_doubts,
    add_findings,
    add_item,
    add_label,
    add_revision,
)
from store.mirror import mirror_configuration
from store.moves import Actor, Wish
from store.readings import NewReading, add_reading
from store.reviews import Desk, decide, open_review
from store.sightings import ReadPage, mark_read, save_listing, see

COLUMNS = ("bumen", "diqu", "waisheng", "redian", "tongzhi")
EDITOR = "bench-editor"
_BATCH = 200
_DAYS = 1100
_RAW = b"<html>bench</html>"


@dataclass(frozen=True)
class Seeder:
    """Puts made-up items of a world's sources into an open store, and decides about them."""

    database: Database
    world: World
    total: int
    actor: Actor
    desk: Desk
    raw: str

    @classmethod
    def begin(cls, office: Office, database: Database, world: World, total: int) -> Seeder:
        """Mirror the configuration, make the editor; `total` items will be spread over three years."""
        portal, now = load_portal(office.home / "portal.yaml"), _now()
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
                self._add_batch(connection, batch)

    def queue(self, numbers: Iterable[int]) -> None:
        """Add the items of these numbers, and leave them to the editors: of twenty, thirteen are clean.

        Of the rest two are doubtful, one has a mark, one waits for its second person, three are reposts.
        """
        rest = iter(numbers)
        while batch := list(islice(rest, _BATCH)):
            with self.database.write() as connection:
                for (number, revision), item in self._add_items(connection, batch):
                    self._let_wait(connection, number, revision, item)

    def change(self, items: Sequence[int], column: str | None = None, **fields: str) -> None:
        """Write and approve a new revision of items: other fields, another column, or other words."""
        with self.database.write() as connection:
            for item in items:
                story = write_story(1, 10_000_000 + item, self.world.day)
                form = {**self._form(story, f"http://bench/changed/{item}"), **fields}
                revision = add_revision(
                    connection, NewRevision(item, form, {}, "source-changed", "crawl"), _now()
                )
                self._approve(connection, item, revision, column or COLUMNS[item % len(COLUMNS)], 2)

    def withdraw(self, items: Sequence[int]) -> None:
        """Take items off the portal."""
        with self.database.write() as connection:
            for item in items:
                wish = Wish("withdraw", reason="示例：内容有误")
                decide(connection, item, 1, wish, self.actor, self.desk, _now())

    def _add_batch(self, connection: Connection, numbers: list[int]) -> None:
        for (number, revision), item in self._add_items(connection, numbers):
            self._approve(connection, item, revision, COLUMNS[number % len(COLUMNS)], 1)

    def _add_items(self, connection: Connection, numbers: list[int]) -> Iterator[tuple[tuple[int, int], int]]:
        """Give ((number, revision), item) of each."""
        now, world = _now(), self.world
        addresses = [world.address(number % world.sites, f"/old/{number}.html") for number in numbers]
        seen = see(connection, dict.fromkeys(addresses, now))
        for number, address in zip(numbers, addresses, strict=True):
            story, sighting = self._story(number), seen[address]["id"]
            form = self._form(story, address)
            fields = {**form, "text": story.text}
            reading = NewReading(sighting, self.raw, "1", fields, {}, (), f"{number:064x}")
            number_of_reading = add_reading(connection, reading, now)
            item = add_item(connection, "collected", f"s{number % world.sites:04d}")
            new = NewRevision(item, form, {}, "collect", "crawl", number_of_reading)
            revision = add_revision(connection, new, now)
            source = f"s{number % world.sites:04d}-gzdt"
            save_listing(connection, sighting, source, story.title, form["published"], now)
            mark_read(connection, [ReadPage(seen[address], item, 200, None, None, now)])
            yield (number, revision), item

    def _let_wait(self, connection: Connection, number: int, revision: int, item: int) -> None:
        now, kind, column = _now(), number % 20, COLUMNS[number % len(COLUMNS)]
        sure = 0.55 if kind == 13 else 0.82 + number % 17 / 100
        add_label(connection, revision, Suggested(column, sure, ("示例",), "bench"))
        if kind == 14:
            add_doubts(connection, revision, [("published", "日期取自列表")], now)
        if kind == 15:
            add_findings(connection, revision, [Found("secret-word", "1", "confirm", "body", "密级")])
        open_review(connection, revision, column, "crawl", "crawl", now)
        if kind == 16:
            desk = Desk({**self.desk.columns, column: 2}, timedelta())
            decide(connection, item, 1, Wish("approve", column), self.actor, desk, now)
        if kind > 16:  # three reposts of the item before them
            join_cluster(connection, item, item - kind + 12, 0.9, "示例")

    def _approve(self, connection: Connection, item: int, revision: int, column: str, number: int) -> None:
        now = _now()
        add_label(connection, revision, Suggested(column, 0.9, ("示例",), "bench"))
        open_review(connection, revision, column, "crawl", "crawl", now)
        decide(connection, item, number, Wish("approve", column), self.actor, self.desk, now)

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


def _now() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


def name_changes(total: int) -> Iterator[tuple[str, list[int]]]:
    """Say which items change in the standard night: 30 known ones, all but ten of the last two months."""
    recent = range(total, max(1, total - total * 60 // _DAYS), -1)
    picked = [recent[at * 7 % len(recent)] for at in range(len(recent))]
    picked = list(dict.fromkeys(picked))[:20]
    old = [1 + at * max(1, total // 25) for at in range(1, 11)]
    chosen = list(dict.fromkeys([*old, *picked]))
    yield "edited", chosen[:15]
    yield "withdrawn", chosen[15:20]
    yield "moved", chosen[20:25]
    yield "re-marked", chosen[25:30]
