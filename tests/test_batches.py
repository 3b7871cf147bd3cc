"""A batch is quicker than its pages one by one, and gives the same; its files are durable all together."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from errors import StoreError
from pipelines.batch import Group
from pipelines.dedupe import squash
from pipelines.intake import Intake
from pipelines.messages import ListSeen, Message, PageFailed, PageGone, PageRead, PageUnchanged
from portal import Portal
from reading.page import Row
from sources import Sources
from store.database import Database
from store.drafts import Drafts
from store.files import locate, read_bytes
from store.known import Known
from store.log import verify_chain
from store.tables import (
    bands,
    findings,
    items,
    labels,
    listings,
    log,
    members,
    readings,
    reviews,
    revision_doubts,
    revisions,
    sightings,
)

MakePage = Callable[..., PageRead]
WORDS = ("供暖", "校车", "防汛", "秋收")
TABLES = (
    *(items, sightings, listings, readings, revisions, revision_doubts, findings, labels, reviews),
    *(members, bands, log),
)


@dataclass(frozen=True)
class Story:
    """One of a few texts, so that pages repeat, change, and are reposted with another line."""

    topic: str
    extra: str = ""

    @property
    def text(self) -> str:
        """Long enough to be told from others."""
        line = f"全省{self.topic}工作会议在省城召开，部署今冬明春的{self.topic}工作，要求各地落实责任。"
        return "\n".join([line * 3, f"会议指出，{self.topic}事关千家万户。" * 4, self.extra]).strip()


def _write_messages(make_page: MakePage, seed: int) -> list[Message]:
    """Draw what a crawl may bring in any order: pages read, again, elsewhere, changed; failures and lists."""
    chance, first = random.Random(seed), make_page()
    messages: list[Message] = []
    for _ in range(24):
        address = f"http://jyt.example.gov.cn/dt/{chance.randrange(7)}.html"
        source = chance.choice(("jyt-dt", "xn-dt"))
        at = first.at + timedelta(minutes=chance.randrange(3))
        row = Row("会议召开", address, chance.choice((None, "2026-11-04")))
        match chance.randrange(10):
            case 0:
                messages.append(PageFailed(source, address, "answers 500", at, 500))
            case 1:
                messages.append(PageGone(source, address, 404, at))
            case 2:
                messages.append(PageUnchanged(source, address, at))
            case 3:
                seen = ListSeen(source, f"http://{source}.example/list", "0" * 64, (row,), at)
                messages.append(seen)
            case _:
                story = Story(chance.choice(WORDS), chance.choice(("", "（来源：省教育厅）", "机密★")))
                title = f"全省{story.topic}会议召开"
                published = chance.choice((None, "2026-11-04", "2024-01-05"))
                page = make_page(address, title, story.text, published, source, at, row=row)
                messages.append(page)
    return messages


def _read_all(database: Database) -> dict[str, list[str]]:
    """Everything that was stored; sightings are named by address, since the order of numbers is free."""
    with database.read() as connection:
        rows = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in TABLES
        }
        assert verify_chain(connection, []) == len(rows["log"])
    addresses = {row["id"]: row["address"] for row in rows["sightings"]}
    read = {row["id"]: (addresses[row["sighting"]], row["text_hash"]) for row in rows["readings"]}
    for name in ("sightings", "readings", "revision_doubts"):
        for row in rows[name]:
            del row["id"]
    for row in rows["readings"] + rows["listings"]:
        row["sighting"] = addresses[row["sighting"]]
    for row in rows["revisions"]:
        row["reading"] = read[row["reading"]]
    return {name: sorted(map(repr, told)) for name, told in rows.items()}


@pytest.mark.parametrize("seed", range(10))
def test_pages_saved_together_become_what_they_become_one_by_one(
    seed: int,
    tmp_path: Path,
    sources: Sources,
    portal: Portal,
    make_page: MakePage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    messages = _write_messages(make_page, seed)
    outcomes = []
    for way in ("together", "alone"):
        if way == "alone":
            monkeypatch.setattr(Group, "takes", lambda *asked: False)
        home = tmp_path / way
        database = Database.open(f"sqlite:///{home}/caibian.sqlite", home)
        with Intake(database, sources, portal) as intake:
            outcomes.append((intake.take(messages), _read_all(database)))
        database.close()
    assert outcomes[0] == outcomes[1]


def test_a_hundred_new_pages_ask_the_store_no_more_than_seven_times_ten(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    told: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *seen: told.append(seen[2]), named=False)
    counts = []
    for count in (10, 100):
        told.clear()
        letters = random.Random(count)
        pages = [
            make_page(
                f"http://jyt.example.gov.cn/{count}/{n}.html",
                f"第{n}号",
                "".join(chr(letters.randrange(0x4E00, 0x9000)) for _ in range(300)),
            )
            for n in range(count)
        ]
        intake.take(pages)
        asked = (statement for statement in told if statement.startswith("SELECT"))
        counts.append(sum("FROM bands" not in statement for statement in asked))
    # a hundred are seven transactions; but for one look-up of alike items a page
    assert counts[1] <= 7 * counts[0]


def test_what_was_not_settled_leaves_nothing(tmp_path: Path) -> None:
    with Drafts(tmp_path) as drafts:
        digest = drafts.keep("page", b"<p>text</p>")
        assert not locate(tmp_path, "page", digest).exists()
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_settled_files_are_whole_and_read_only_and_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    with Drafts(tmp_path) as drafts:
        digests = {drafts.keep("page", bytes([n % 7]) * 50_000) for n in range(300)}
        drafts.settle()
    assert len(digests) == 7
    for digest in digests:
        assert len(read_bytes(tmp_path, "page", digest)) == 50_000
        assert locate(tmp_path, "page", digest).stat().st_mode & 0o777 == 0o444
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 7


def test_what_a_killed_process_left_is_replaced(tmp_path: Path) -> None:
    with Drafts(tmp_path) as drafts:
        target = locate(tmp_path, "page", drafts.keep("page", b"whole"))
    left = target.with_name(f".{target.name}.{os.getpid()}")
    left.write_bytes(b"ha")
    left.chmod(0o444)
    with Drafts(tmp_path) as drafts:
        digest = drafts.keep("page", b"whole")
        drafts.settle()
    assert read_bytes(tmp_path, "page", digest) == b"whole"


def test_a_disk_that_refuses_is_a_named_fault(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where a folder belongs")
    with Drafts(tmp_path) as drafts, pytest.raises(StoreError, match="cannot be kept"):
        drafts.keep("page", b"<p>text</p>")


def test_words_are_squashed_in_one_width() -> None:
    assert squash("（一）ＡＢＣ，１２３……　％") == "一ABC123"
    assert squash("㎏ e\u0301") == "kgé"


def test_what_was_asked_ahead_is_what_the_store_says(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    """Unread and failed addresses, re-checks, list pages with those that they lead to, and unknown ones."""
    at, home = make_page().at, "http://jyt.example.gov.cn"
    rows = tuple(Row(f"第{n}条", f"{home}/dt/{n}.html", None) for n in range(4))
    intake.take(
        [
            ListSeen("jyt-dt", f"{home}/list", "1" * 64, rows, at, next=f"{home}/list2"),
            ListSeen("jyt-dt", f"{home}/list2", "2" * 64, rows[:1], at),
            make_page(rows[0].url, row=rows[0]),
            PageFailed("jyt-dt", rows[1].url, "answers 500", at, 500),
        ]
    )
    for days in (0, 1, 3):
        now = at + timedelta(days=days)
        for recheck in (True, False):
            plain, ahead = Known(database), Known(database)
            ahead.look_ahead({"jyt-dt": f"{home}/list", "xn-dt": f"{home}/none"}, now, 3, recheck)
            asked = [known.due("jyt-dt", now, 3, recheck) for known in (plain, ahead)]
            assert asked[0] == asked[1]
            for page in ("list", "list2", "none"):
                assert ahead.list_page("jyt-dt", f"{home}/{page}") == plain.list_page(
                    "jyt-dt", f"{home}/{page}"
                )
