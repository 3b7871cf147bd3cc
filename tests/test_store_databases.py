"""SQLite or PostgreSQL: one writer at a time, one view for a reader, nothing lost while one is away."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from stores import Stores

from errors import StoreError, UserFault
from pipelines.intake import Intake
from pipelines.messages import ListSeen, PageFailed, PageRead, Saved
from portal import Portal
from reading.page import Row
from sources import Sources
from store import migrations
from store.database import Database
from store.engines import make_engine
from store.known import Known
from store.log import read_head, verify_chain
from store.runs import Runs, RunSource
from store.sightings import mark_read
from store.tables import items, list_pages, listings, log, readings, revisions, sightings

ROOT = Path(__file__).parent.parent
MakePage = Callable[..., PageRead]
only_postgres = pytest.mark.parametrize("backend", ["postgres"], indirect=True)

OPEN = """
import sys
from pathlib import Path
from clock import read_clock
from store.database import Database
from store.log import Entry, append
database = Database.open(sys.argv[1], Path(sys.argv[2]))
"""
APPEND = """
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    with database.write() as connection:
        append(connection, Entry("crawl", "crawl", f"row {number}"), read_clock())
"""
HOLD = """
with database.write() as connection:
    append(connection, Entry("crawl", "crawl", "never written"), read_clock())
    print("ready", flush=True)
    sys.stdin.readline()
"""


def _address(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def _quick(database: Database, home: Path) -> Database:
    """Open the same store once more, with less patience than a minute."""
    wait = (
        {"timeout": "0.2"} if database.engine.dialect.name == "sqlite" else {"options": "-c lock_timeout=200"}
    )
    url = database.engine.url.update_query_dict(wait)
    return Database.open(url.render_as_string(hide_password=False), home)


def _count(database: Database) -> list[int]:
    with database.read() as connection:
        tables = (items, sightings, readings, revisions)
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def _check_log(database: Database) -> int:
    with database.read() as connection:
        return verify_chain(connection, [read_head(connection)])


@contextmanager
def _process(code: str, database: Database, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run code as another process that has opened the store; it says when it is ready."""
    command = [sys.executable, "-c", OPEN + code, _address(database), str(database.home), *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


# --- addresses ---


@pytest.mark.parametrize("address", ["postgresql://a:b@db/caibian", "postgresql+psycopg://a:b@db/caibian"])
def test_both_ways_of_naming_postgresql_lead_to_the_same_driver(address: str) -> None:
    engine = make_engine(address)
    assert engine.url.drivername == "postgresql+psycopg"
    assert engine.driver == "psycopg"


@pytest.mark.parametrize(
    "address", ["caibian.sqlite", "mysql://db/caibian", "postgresql+asyncpg://db/caibian"]
)
def test_an_address_of_no_database_says_what_one_looks_like(address: str) -> None:
    with pytest.raises(UserFault, match=r"sqlite:///var/caibian\.sqlite or postgresql://"):
        make_engine(address)


def test_a_missing_driver_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UserFault, match=r"pip install 'caibian\[postgres\]'"):
        make_engine("postgresql://db/caibian")


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="run it again once the database answers") as caught:
        Database.open("postgresql://caibian:geheim@127.0.0.1:1/caibian", tmp_path)
    assert "127.0.0.1:1/caibian" in str(caught.value)
    assert "geheim" not in str(caught.value)


@only_postgres
def test_a_database_that_cannot_hold_chinese_is_refused(stores: Stores, tmp_path: Path, backend: str) -> None:
    stores.server.run(
        "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    with pytest.raises(UserFault, match="is in LATIN1"):
        Database.open(stores.server.url("latin"), tmp_path)


# --- two kinds of transaction ---


def test_an_empty_database_is_filled_once_by_two_at_the_same_moment(
    stores: Stores, backend: str, tmp_path: Path
) -> None:
    address = stores.new_url(backend, tmp_path, empty=True)
    command = [sys.executable, "-c", OPEN, address, str(tmp_path)]
    both = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [one.communicate()[1] for one in both] == ["", ""]
    database = Database.open(address, tmp_path)
    assert _count(database) == [0, 0, 0, 0]
    stores.drop(database)


def test_several_that_make_the_file_at_once_wait_for_its_journal(tmp_path: Path) -> None:
    """SQLite refuses a change of the journal without waiting: of six at once, some two hundredths."""
    refused: list[Exception] = []

    def connect(file: Path, gate: threading.Barrier) -> None:
        engine = make_engine(f"sqlite:///{file}")
        gate.wait()
        try:
            with engine.begin() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError as error:
            refused.append(error)
        engine.dispose()

    for number in range(60):
        gate = threading.Barrier(6)
        threads = [
            threading.Thread(target=connect, args=(tmp_path / f"{number}.sqlite", gate)) for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert refused == []


def test_a_migration_that_fails_leaves_all_as_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: object) -> None:
        raise RuntimeError("killed here")

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "make_guards", fail)
        with pytest.raises(RuntimeError):
            migrations.upgrade(database.engine)
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM publishable")).scalar_one() == 0


def test_a_reader_writes_nothing(database: Database) -> None:
    with pytest.raises((StoreError, DBAPIError)), database.read() as connection:
        connection.execute(text("DELETE FROM marks"))
    with database.write() as connection:
        connection.execute(text("DELETE FROM marks"))


@only_postgres
def test_a_reader_sees_one_moment_while_others_write(
    database: Database, intake: Intake, make_page: MakePage
) -> None:
    query = select(func.count()).select_from(items)
    with database.read() as connection:
        assert connection.execute(query).scalar_one() == 0
        intake.take([make_page()])
        assert connection.execute(query).scalar_one() == 0
    assert _count(database) == [1, 1, 1, 1]


def test_two_processes_that_append_at_once_make_one_chain(database: Database) -> None:
    before, rows = _check_log(database), 30
    with _process(APPEND, database, str(rows)) as one, _process(APPEND, database, str(rows)) as other:
        for process in (one, other):
            process.communicate("go\n")
        assert [one.returncode, other.returncode] == [0, 0]
    assert _check_log(database) == before + 2 * rows
    with database.read() as connection:
        actions = connection.execute(select(log.c.action).where(log.c.seq > before)).scalars().all()
    assert sorted(actions) == sorted(2 * [f"row {number}" for number in range(rows)])


# --- a database that does not answer ---


def test_locked_by_another_process_nothing_is_lost(
    database: Database, sources: Sources, portal: Portal, make_page: MakePage
) -> None:
    before = _check_log(database)
    with (
        closing(_quick(database, database.home)) as hasty,
        Intake(hasty, sources, portal) as intake,
        _process(HOLD, database) as holder,
    ):
        with pytest.raises(StoreError, match="another process held the database: nothing was saved"):
            intake.take([make_page()])
        holder.kill()  # its lock goes with it, and so does what it had not committed
        holder.wait()
        assert _count(database) == [0, 0, 0, 0]
        assert intake.take([make_page()]) == [Saved.NEW]
    assert _count(database) == [1, 1, 1, 1]
    assert _check_log(database) == before + 1


@only_postgres
def test_restarted_between_two_batches_the_run_goes_on(
    database: Database, intake: Intake, make_page: MakePage, stores: Stores
) -> None:
    assert intake.take([make_page()]) == [Saved.NEW]
    stores.server.restart()
    again = make_page(address="http://jyt.example.gov.cn/dt/2.html", text="另一件事情的正文" * 20)
    assert intake.take([make_page(), again]) == [Saved.SAME, Saved.NEW]
    assert _count(database) == [2, 2, 2, 2]


@only_postgres
def test_restarted_within_a_batch_nothing_is_lost_and_nothing_doubled(
    database: Database,
    intake: Intake,
    make_page: MakePage,
    stores: Stores,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = _check_log(database)
    batch = [
        make_page(address=f"http://jyt.example.gov.cn/dt/{n}.html", text=f"第{n}件事情的正文" * 20)
        for n in range(3)
    ]

    def restart(*arguments: object) -> None:
        mark_read(*arguments)  # type: ignore[arg-type]
        stores.server.restart()

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.batch.mark_read", restart)
        with pytest.raises(StoreError, match="run it again once the database answers"):
            intake.take(batch)
    assert _count(database) == [0, 0, 0, 0]
    assert intake.take(batch) == [Saved.NEW] * 3
    assert intake.take(batch) == [Saved.SAME] * 3
    assert _count(database) == [3, 3, 3, 3]
    assert _check_log(database) > before


@only_postgres
def test_while_the_server_is_away_every_way_in_says_so(
    database: Database, intake: Intake, make_page: MakePage, stores: Stores
) -> None:
    with stores.server.stopped():
        for ask in (lambda: intake.take([make_page()]), lambda: Known(database).count_listings("jyt-dt")):
            with pytest.raises(StoreError, match=r"the database did not answer: .*run it again"):
                ask()
        with pytest.raises(StoreError, match="run it again once the database answers"):
            Database.open(_address(database), database.home)
    assert intake.take([make_page()]) == [Saved.NEW]


# --- the same answers from both ---


def test_what_was_never_asked_is_due_before_what_failed(
    database: Database, intake: Intake, make_page: MakePage
) -> None:
    now = make_page().at
    addresses = [f"http://jyt.example.gov.cn/dt/{n}.html" for n in range(3)]
    rows = tuple(Row(f"第{n}件", address) for n, address in enumerate(addresses))
    intake.take([ListSeen("jyt-dt", "http://jyt.example.gov.cn/dt/", "0" * 64, rows, now)])
    intake.take([PageFailed("jyt-dt", addresses[0], "time-out", now)])
    due = Known(database).due("jyt-dt", now + timedelta(days=2), 2, recheck=False)
    assert [one.address for one in due] == addresses[1:]


def test_what_a_site_claims_beyond_reason_costs_only_that(
    database: Database, intake: Intake, make_page: MakePage
) -> None:
    now, address = make_page().at, "http://jyt.example.gov.cn/dt/1.html"
    listed = ListSeen(
        "jyt-dt",
        "http://jyt.example.gov.cn/dt/",
        "0" * 64,
        (Row("题\0目\ud800", address, "2026\0"),),
        now,
        promised=10**30,
        next="http://jyt.example.gov.cn/\0",
        etag='"\0\udc80"',
    )
    failed = PageFailed("jyt-dt", address, "bad\0word", now)
    page = make_page(title="甲\0乙", text="文\0字" * 40, row=Row("\ud800", address, "2026\0"))
    assert intake.take([listed, failed, page]) == [Saved.SEEN, Saved.FAILED, Saved.NEW]
    Runs(database).save(
        Runs(database).start("crawl", now),
        RunSource("jyt-dt", "jyt", "well", 10**12, 1, 1, 0, 0, 0, None, 1.0, "said \0"),
        now,
    )
    with database.read() as connection:
        assert connection.execute(select(list_pages.c.promised, list_pages.c.etag)).one() == (None, '""')
        assert connection.execute(select(listings.c.date)).scalar_one() == "2026"
