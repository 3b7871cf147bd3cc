"""What is let go: by rule, decided purely, never what a public or waiting form stands on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from pipelines.intake import Intake
from pipelines.messages import FetchedFile, PageRead
from portal import Portal
from reading.page import Attachment
from sample import NOW
from store.accounts import find_actor
from store.backup import make_backup
from store.database import Database
from store.files import locate
from store.items import NewRevision, add_item, add_revision
from store.jobs import End, add_job, end_job, take_job
from store.moves import Wish
from store.queue import walk_waiting
from store.retention import HISTORY, KeptPage, Rules, RunRow, decide_drops, decide_run_drops, tidy
from store.reviews import Desk, decide, open_review
from store.runs import Runs, RunSource
from store.tables import files, jobs, log, run_sources, runs

YEAR = Rules(timedelta(days=365), timedelta(days=365))
LATER = NOW + timedelta(days=400)
DAY = timedelta(days=1)
Take = Callable[..., str]


# --- purely ---

past = st.integers(0, 2000).map(lambda days: NOW - days * DAY)
kept = st.builds(
    KeptPage,
    hash=st.uuids().map(str),
    bytes=st.integers(0, 10),
    read=past,
    decided=st.none() | past,
    named=st.booleans(),
)


@given(st.lists(kept), st.integers(30, 1000))
def test_only_what_is_old_decided_and_named_by_nothing_is_dropped(pages: list[KeptPage], days: int) -> None:
    rules = Rules(days * DAY, YEAR.runs)
    dropped = set(decide_drops(pages, NOW, rules))
    for page in pages:
        old = page.decided is not None and max(page.read, page.decided) < NOW - days * DAY
        assert (page.hash in dropped) == (old and not page.named)


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), past), max_size=150))
def test_the_newest_rows_of_a_source_stay_however_old(found: list[tuple[str, datetime]]) -> None:
    rows = [RunRow(number, source, at) for number, (source, at) in enumerate(found)]
    gone = set(decide_run_drops(rows, NOW, YEAR))
    for source in ("a", "b"):
        mine = [row for row in rows if row.source == source]
        left = [row for row in mine if (row.run, row.source) not in gone]
        assert len(left) >= min(len(mine), HISTORY)
        assert all(row in left for row in mine if row.at >= NOW - YEAR.runs)
        assert max((row.at for row in left), default=None) == max((row.at for row in mine), default=None)
        if len(left) > HISTORY:
            assert all(row.at >= NOW - YEAR.runs for row in left)


# --- pages ---


@pytest.fixture
def take(database: Database, intake: Intake, make_page: Callable[..., PageRead]) -> Take:
    """Bring a page, and give the hash of its bytes."""

    def bring(number: int, **values: object) -> str:
        values.setdefault("text", f"第{number}次检查，内容各不相同。" * 9)
        page = make_page(f"http://jyt.example.gov.cn/dt/{number}.html", f"第{number}次检查", **values)
        intake.take([page])
        with database.read() as connection:
            newest = text("SELECT raw_file FROM readings ORDER BY id DESC")
            return str(connection.execute(newest).scalars().first())

    return bring


def judge(database: Database, portal: Portal, action: str, now: datetime = NOW) -> None:
    """Decide about everything that waits."""
    desk = Desk({column.key: 1 for column in portal.columns}, timedelta())
    with database.write() as connection:
        for one in walk_waiting(connection):
            wish = Wish(action, "bumen" if action == "approve" else None, "重复")
            decide(connection, one.item, one.number, wish, find_actor(connection, "ann"), desk, now)


def has_bytes(database: Database, digest: str) -> bool:
    return locate(database.home, "page", digest).exists()


def dropped_at(database: Database, digest: str) -> str | None:
    with database.read() as connection:
        found = connection.execute(select(files.c.dropped_at).where(files.c.hash == digest)).scalar_one()
    return None if found is None else str(found)


def test_a_page_of_a_rejected_item_goes_a_year_after_the_decision(
    database: Database, portal: Portal, take: Take
) -> None:
    digest = take(1)
    judge(database, portal, "reject", NOW + 100 * DAY)
    assert tidy(database, LATER, YEAR).pages == 0
    done = tidy(database, NOW + 466 * DAY, YEAR)
    assert (done.pages, done.bytes > 0) == (1, True)
    assert not has_bytes(database, digest)
    assert dropped_at(database, digest) is not None
    with database.read() as connection:
        (words,) = connection.execute(select(log.c.reason).where(log.c.action == "tidy")).scalars()
    assert words.startswith("1 pages of")
    assert tidy(database, NOW + 467 * DAY, YEAR).pages == 0


def test_what_is_public_or_waits_stays_for_good(database: Database, portal: Portal, take: Take) -> None:
    public = take(1)
    judge(database, portal, "approve")
    waiting = take(2)
    assert tidy(database, NOW + 9999 * DAY, YEAR).pages == 0
    assert has_bytes(database, public)
    assert has_bytes(database, waiting)


def test_an_older_page_of_a_public_item_goes_and_the_one_it_stands_on_stays(
    database: Database, portal: Portal, take: Take
) -> None:
    older = take(1)
    judge(database, portal, "approve")
    newer = take(1, text="改正后的内容，与从前不同。" * 9, at=NOW + DAY)
    assert older != newer
    judge(database, portal, "approve", NOW + DAY)
    assert tidy(database, LATER, YEAR).pages == 1
    assert (has_bytes(database, older), has_bytes(database, newer)) == (False, True)


@pytest.mark.parametrize("action", ["approve", None])
def test_what_a_public_or_waiting_form_names_stays(
    database: Database, portal: Portal, take: Take, action: str | None
) -> None:
    digest = take(1)
    judge(database, portal, "reject")
    with database.write() as connection:
        item = add_item(connection, "written", None)
        form = {"title": "引用", "html": f'<p><a href="/files/{digest[:2]}/{digest}.html">原文</a></p>'}
        revision = add_revision(connection, NewRevision(item, form, {}, "written", "bo"), NOW)
        open_review(connection, revision, "bumen", "bo", "terminal", NOW)
    if action is not None:
        judge(database, portal, action)
    assert tidy(database, LATER, YEAR).pages == 0
    assert has_bytes(database, digest)


def test_attachments_are_never_let_go(database: Database, portal: Portal, take: Take) -> None:
    url = "http://jyt.example.gov.cn/1.pdf"
    fetched = FetchedFile(url, b"%PDF-1.4\nan attachment", "application/pdf")
    take(1, files=(fetched,), attachments=(Attachment("附件", url),))
    judge(database, portal, "reject")
    tidy(database, LATER, YEAR)
    kept = [one for one in (database.home / "files" / "attachment").rglob("*") if one.is_file()]
    assert len(kept) == 1


def test_a_dry_run_only_says_what_would_go(database: Database, portal: Portal, take: Take) -> None:
    digest = take(1)
    judge(database, portal, "reject")
    assert tidy(database, LATER, YEAR, dry=True).pages == 1
    assert has_bytes(database, digest)
    assert dropped_at(database, digest) is None


def test_bytes_that_a_kill_left_are_taken_away_the_next_time(
    database: Database, portal: Portal, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows say it first, so the kill leaves bytes too many and never a row without its bytes."""
    digest = take(1)
    judge(database, portal, "reject")

    def die(path: Path, missing_ok: bool) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", die)
        with pytest.raises(KeyboardInterrupt):
            tidy(database, LATER, YEAR)
    assert has_bytes(database, digest)
    assert dropped_at(database, digest) is not None
    assert tidy(database, LATER, YEAR).leftovers == 1
    assert not has_bytes(database, digest)


def test_a_page_that_comes_again_is_kept_again(database: Database, portal: Portal, take: Take) -> None:
    digest = take(1)
    judge(database, portal, "reject")
    tidy(database, LATER, YEAR)
    intake_again = take(3, at=LATER + DAY)  # another page meanwhile
    assert has_bytes(database, intake_again)
    locate(database.home, "page", digest).write_bytes(b"as it came")
    with database.write() as connection:
        names = "sighting, raw_file, reader_version, fields, origins, doubts, text_hash"
        connection.execute(
            text(
                f"INSERT INTO readings ({names}, at) SELECT {names}, :at FROM readings WHERE raw_file = :hash"
            ),
            {"at": "2028-01-01T00:00:00.000000Z", "hash": digest},
        )
    done = tidy(database, LATER + 2 * DAY, YEAR)
    assert (done.pages, done.leftovers) == (0, 0)
    assert has_bytes(database, digest)
    assert dropped_at(database, digest) is None


def test_a_backup_does_not_miss_what_was_let_go(
    database: Database, portal: Portal, take: Take, tmp_path: Path
) -> None:
    if database.engine.dialect.name == "postgresql":
        return  # its own dump says nothing more about files
    take(1)
    judge(database, portal, "reject")
    tidy(database, LATER, YEAR)
    assert make_backup(database, tmp_path / "backups", (), LATER).damaged == ()


# --- runs and jobs ---


def test_old_runs_go_and_the_newest_of_each_source_stay(database: Database) -> None:
    book = Runs(database)
    for number in range(HISTORY + 5):
        at = NOW + number * DAY
        run = book.start("crawl", at)
        row = RunSource("jyt-dt", "jyt", "well", None, 1, 0, 0, 1, 0, None, 1.0, "", at)
        book.save(run, row, at)
        book.end(run, at)
    before = book.history("jyt-dt")
    assert tidy(database, NOW + 999 * DAY, YEAR).run_rows == 5
    assert book.history("jyt-dt") == before
    with database.read() as connection:
        for table in (runs, run_sources):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == HISTORY


def test_finished_jobs_go_and_open_ones_stay(database: Database) -> None:
    with database.write() as connection:
        for _ in range(2):
            add_job(connection, "publish", "", "ann", NOW)
        job = take_job(connection, NOW, ())
        assert job is not None
        end_job(connection, job, End(None, "done"), NOW)
    assert tidy(database, NOW + 300 * DAY, YEAR).jobs == 0
    assert tidy(database, LATER, YEAR).jobs == 1
    with database.read() as connection:
        assert connection.execute(select(jobs.c.done_at)).scalars().all() == [None]
