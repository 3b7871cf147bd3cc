"""Nothing unreviewed goes out: random histories of readings and decisions, each release read byte by byte."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from stores import PEOPLE, Stores

from errors import NotAllowed, Stale
from pipelines.intake import Intake
from pipelines.messages import PageGone, PageRead
from portal import load_portal
from publish.site import publish_site
from publish.verify import verify_site
from reading.page import Reading
from sample import NOW, PORTAL, SOURCES
from sources import load_sources
from store.accounts import find_actor
from store.database import Database
from store.log import list_heads, verify_chain
from store.moves import Wish
from store.reviews import Desk, decide, undo_approval

DESK = Desk({"bumen": 1, "diqu": 1, "tongzhi": 3, "renshi": 2}, timedelta(minutes=5))
PAGES = st.integers(0, 3)
TOKEN = re.compile(rb"token(\d+)v(\d+)x")


class Histories(RuleBasedStateMachine):
    """A desk with several people, a crawl that brings changes, a publisher, and somebody with the file."""

    def __init__(self, stores: Stores, backend: str) -> None:
        super().__init__()
        self.stores = stores
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        (root / "portal.yaml").write_text(PORTAL, encoding="utf-8")
        (root / "sources.yaml").write_text(SOURCES, encoding="utf-8")
        self.portal = load_portal(root / "portal.yaml")
        sources = load_sources(root / "sources.yaml")
        self.home = root / "home"
        self.database = Database.open(stores.new_url(backend, self.home), self.home)
        self.now = NOW
        self.intake = Intake(self.database, sources, self.portal)
        self.versions: dict[int, int] = {}  # page -> how often its text was changed
        self.tokens: dict[tuple[int, int], tuple[int, int]] = {}  # (item, number) -> (page, version)
        self.items: dict[int, int] = {}  # page -> item
        self.approved: dict[int, tuple[int, datetime]] = {}  # item -> (number, release_after)
        self.before: dict[int, list[tuple[int, datetime] | None]] = {}  # item -> what an undo brings back
        self.forged: set[int] = set()
        self.shown: set[tuple[int, int]] = set()

    def teardown(self) -> None:
        self.intake.close()
        self.stores.drop(self.database)
        self.folder.cleanup()

    @rule(page=PAGES, change=st.booleans())
    def crawl(self, page: int, change: bool) -> None:
        """The crawl reads a page, changed or not."""
        self.now += timedelta(minutes=1)
        version = self.versions.get(page, 0) + (1 if change else 0)
        address = f"http://jyt.example.gov.cn/{page}.html"
        words = f"token{page}v{version}x " + "正文内容" * 20
        title = "关于任免的通知" if page == 3 else f"第{page}件"
        reading = Reading(address, title=title, published="2026-11-04", text=words, html=f"<p>{words}</p>")
        self.intake.take([PageRead("jyt-dt", address, address, words.encode(), reading, self.now)])
        if page not in self.items:
            self.items[page] = len(self.items) + 1
        item = self.items[page]
        number = len([key for key in self.tokens if key[0] == item])
        if (page, version) not in self.tokens.values():
            self.tokens[item, number + 1] = (page, version)
        self.versions[page] = version

    @rule(page=PAGES)
    def take_down(self, page: int) -> None:
        """The source takes a page down: nothing changes on the portal by itself."""
        self.now += timedelta(minutes=1)
        gone = PageGone("jyt-dt", f"http://jyt.example.gov.cn/{page}.html", 404, self.now)
        self.intake.take([gone])

    @precondition(lambda self: self.tokens)
    @rule(
        data=st.data(),
        who=st.sampled_from(list(PEOPLE)),
        action=st.sampled_from(["approve", "approve", "approve", "reject", "hold", "reopen", "withdraw"]),
        reason=st.sampled_from([None, "有理由"]),
        column=st.sampled_from([None, "bumen", "tongzhi", "renshi"]),
    )
    def decide(
        self, data: st.DataObject, who: str, action: str, reason: str | None, column: str | None
    ) -> None:
        """Somebody decides about some revision; what is refused changes nothing."""
        item, number = data.draw(st.sampled_from(sorted(self.tokens)))
        self.now += timedelta(minutes=1)
        try:
            with self.database.write() as connection:
                actor = find_actor(connection, who)
                wish = Wish(action, column, reason)
                done = decide(connection, item, number, wish, actor, DESK, self.now)
        except (NotAllowed, Stale):
            return
        if done.release_after is not None:
            self.before.setdefault(item, []).append(self.approved.get(item))
            self.approved[item] = (number, done.release_after)
        elif action == "withdraw":
            self.approved.pop(item, None)  # a state set by hand can be withdrawn too: it was never approved
        self.forged.discard(item) if done.to_state == "approved" else None

    @precondition(lambda self: self.approved)
    @rule(data=st.data(), who=st.sampled_from(list(PEOPLE)))
    def undo(self, data: st.DataObject, who: str) -> None:
        """Somebody takes an approval back."""
        item = data.draw(st.sampled_from(sorted(self.approved)))
        number = self.approved[item][0]
        self.now += timedelta(minutes=1)
        try:
            with self.database.write() as connection:
                undo_approval(connection, item, number, find_actor(connection, who), self.now)
        except (NotAllowed, Stale):
            return
        older = self.before[item].pop()
        if older is None:
            del self.approved[item]
        else:
            self.approved[item] = (older[0], self.now)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data())
    def forge_state(self, data: st.DataObject) -> None:
        """Somebody with the file sets a state by hand: it is no decision."""
        item, number = data.draw(st.sampled_from(sorted(self.tokens)))
        if item in self.approved or item in self.forged:
            return
        with self.database.write() as connection:
            revision = connection.execute(
                text("SELECT id FROM revisions WHERE item = :item AND number = :number"),
                {"item": item, "number": number},
            ).scalar_one()
            connection.execute(
                text(
                    "UPDATE reviews SET state = 'approved', column_key = 'bumen' WHERE revision = :revision"
                ),
                {"revision": revision},
            )
            connection.execute(
                text("UPDATE items SET public_revision = :revision WHERE id = :item"),
                {"revision": revision, "item": item},
            )
        self.forged.add(item)

    @rule(minutes=st.integers(0, 10), full=st.booleans())
    def publish(self, minutes: int, full: bool) -> None:
        """The publisher makes a release: exactly the approved revisions past their hold."""
        self.now += timedelta(minutes=minutes)
        publish_site(self.database, self.portal, self.home, self.now, full=full)
        self.shown = self._read_tokens()
        assert self.shown == {self.tokens[found] for found in self._list_due()}
        assert verify_site(self.database, self.home, deep=True) == []

    @invariant()
    def the_portal_changes_by_publishing_only(self) -> None:
        """Between two publishes the served bytes are what they were."""
        assert self._read_tokens() == self.shown

    @invariant()
    def the_log_is_whole(self) -> None:
        """Every row follows the one before."""
        with self.database.read() as connection:
            verify_chain(connection, list_heads(connection))

    def _list_due(self) -> Iterator[tuple[int, int]]:
        """Give the revisions that may stand now: while a correction is held back, the one before it stays."""
        for item, current in self.approved.items():
            for standing in (current, *reversed(self.before[item])):
                if standing is None:
                    break
                number, release_after = standing
                if release_after <= self.now:
                    yield item, number
                    break

    def _read_tokens(self) -> set[tuple[int, int]]:
        current = self.home / "site" / "current"
        if not current.exists():
            return set()
        found: set[tuple[int, int]] = set()
        for folder, _, files in os.walk(current, followlinks=True):
            for name in files:
                raw = (Path(folder) / name).read_bytes()
                found |= {(int(page), int(version)) for page, version in TOKEN.findall(raw)}
        return found


SETTINGS = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # a failing history is told as it came: shrinking takes minutes
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
)


def test_nothing_unreviewed_goes_out(stores: Stores, backend: str) -> None:
    told: list[int] = []

    class Bound(Histories):
        def __init__(self) -> None:
            super().__init__(stores, backend)
            told.append(1)

    run_state_machine_as_test(Bound, settings=SETTINGS)
    assert len(told) >= SETTINGS.max_examples  # each history was looked at after every step, see above
