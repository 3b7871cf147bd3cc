"""Killed at any moment, a crawl loses and doubles nothing, and a publish never shows half of a portal."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from stores import Stores

from demo.configuration import write_configuration
from demo.editing import EDITORS, approve_clean, mark_demo
from demo.province import make_province
from demo.server import serve
from portal import Portal, load_portal
from publish.verify import verify_site
from store.accounts import find_actor
from store.database import Database
from store.driver import sqlite3
from store.log import list_heads, verify_chain
from store.moves import Wish
from store.reviews import Desk, decide
from store.tables import items, publications, readings, reviews, revisions, sightings

DAY = date(2026, 11, 10)
TIME = "2026-11-10T02:00:00.000000Z"
COUNTS = [pytest.param(20, id="20"), pytest.param(200, id="200", marks=pytest.mark.soak)]


@dataclass(frozen=True)
class Place:
    """One folder with its configuration, in which a command runs as ops would start it."""

    home: Path
    environment: Mapping[str, str]

    @property
    def url(self) -> str:
        return self.environment["CAIBIAN_DATABASE_URL"]

    def start(self, *words: str, how: str = "-m") -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, how, *words],
            env=dict(self.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @contextlib.contextmanager
    def open(self) -> Iterator[Database]:
        with contextlib.closing(Database.open(self.url, self.home)) as database:
            yield database


def _kill_after(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Kill a command with all its children; say whether it was still at work."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def _tell_items(database: Database) -> dict[str, tuple[str, int]]:
    """Give what is stored of every address: the words of its newest reading, and how many readings it has."""
    query = (
        select(sightings.c.address, func.max(readings.c.text_hash), func.count())
        .join(readings, readings.c.sighting == sightings.c.id)
        .where(sightings.c.item.is_not(None))
        .group_by(sightings.c.address)
    )
    with database.read() as connection:
        return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def _check_whole(database: Database) -> None:
    with database.read() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
        verify_chain(connection, list_heads(connection))
        for table in (revisions, reviews):
            rows = connection.execute(select(table.c.item, func.count()).group_by(table.c.item)).all()
            assert all(row[1] == 1 for row in rows), "an item was doubled"
        read = select(func.count()).select_from(items)
        with_place = select(func.count(sightings.c.item.distinct()))
        assert connection.execute(read).scalar_one() == connection.execute(with_place).scalar_one()


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A served province, with a folder that holds its configuration."""
    root = tmp_path_factory.mktemp("province")
    province = make_province(DAY, 1, 1, 8, 240, port=0)
    with serve(province, 0) as server:
        files = write_configuration(province.at_port(server.port), root)
        environment = {
            **os.environ,
            "CAIBIAN_SOURCES": str(files.sources),
            "CAIBIAN_PORTAL": str(files.portal),
        }
        yield Place(root, environment)


def _settle(country: Place, home: Path, url: str | None = None) -> Place:
    shutil.rmtree(home, ignore_errors=True)
    place = Place(
        home,
        {
            **country.environment,
            "CAIBIAN_HOME": str(home),
            "CAIBIAN_DATABASE_URL": url or f"sqlite:///{home / 'caibian.sqlite'}",
        },
    )
    with place.open():
        return place


@pytest.fixture(scope="module")
def undisturbed(country: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The same province crawled once without any kill."""
    place = _settle(country, tmp_path_factory.mktemp("undisturbed") / "home")
    assert place.start("demo.crawl_process", TIME).wait() == 0
    return place


@pytest.mark.parametrize("kills", COUNTS)
def test_a_crawl_killed_anywhere_loses_and_doubles_nothing(
    country: Place, undisturbed: Place, tmp_path: Path, kills: int
) -> None:
    with undisturbed.open() as database:
        expected = _tell_items(database)
    assert len(expected) > 150
    chance = random.Random(kills)
    killed = finished = 0
    place = _settle(country, tmp_path / "0")
    while killed < kills:
        process = place.start("demo.crawl_process", TIME)
        hit = _kill_after(process, chance.uniform(0.6, 4.5))
        killed += hit
        with place.open() as database:
            _check_whole(database)
            if not hit:  # it came to its end: everything is there, once
                assert _tell_items(database) == expected
                finished += 1
                place = _settle(country, tmp_path / str(finished))
    assert place.start("demo.crawl_process", TIME).wait() == 0
    with place.open() as database:
        _check_whole(database)
        assert _tell_items(database) == expected


def _count_items(place: Place) -> int:
    with place.open() as database, database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(items)).scalar_one())


def _await_items(place: Place, process: subprocess.Popen[bytes], least: int) -> None:
    """Wait until the crawl has stored something, and is still at work."""
    for _ in range(600):
        assert process.poll() is None, "the crawl ended before anything was stored"
        if _count_items(place) >= least:
            return
        time.sleep(0.05)
    raise AssertionError("the crawl stored nothing")


def test_a_crawl_whose_postgresql_is_restarted_is_completed_by_the_next(
    country: Place, undisturbed: Place, tmp_path: Path, stores: Stores
) -> None:
    with undisturbed.open() as database:
        expected = _tell_items(database)
    home = tmp_path / "home"
    place = _settle(country, home, stores.new_url("postgres", home, empty=True))
    process = place.start("demo.crawl_process", TIME)
    _await_items(place, process, 10)
    stores.server.restart()
    process.wait(120)
    with place.open() as database:
        _check_whole(database)
    assert place.start("demo.crawl_process", TIME).wait() == 0
    with place.open() as database:
        _check_whole(database)
        assert _tell_items(database) == expected


def test_a_crawl_whose_database_is_locked_too_long_is_completed_by_the_next(
    country: Place, undisturbed: Place, tmp_path: Path
) -> None:
    """A minute, told here by a shorter wait in the address: the run ends with a word, and nothing is lost."""
    with undisturbed.open() as database:
        expected = _tell_items(database)
    home = tmp_path / "home"
    place = _settle(country, home, f"sqlite:///{home / 'caibian.sqlite'}?timeout=1")
    process = place.start("demo.crawl_process", TIME)
    _await_items(place, process, 10)
    with contextlib.closing(
        sqlite3.connect(home / "caibian.sqlite", timeout=60, isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        assert process.wait(120) != 0
        other.execute("ROLLBACK")
    assert place.start("demo.crawl_process", TIME).wait() == 0
    with place.open() as database:
        _check_whole(database)
        assert _tell_items(database) == expected


class Reader(threading.Thread):
    """A citizen who reads the portal all the time, and notes every page that is not whole."""

    def __init__(self, current: Path) -> None:
        super().__init__(daemon=True)
        self.current = current
        self.stopped = threading.Event()
        self.read = 0
        self.broken: list[str] = []

    def run(self) -> None:
        while not self.stopped.is_set():
            release = self.current.resolve()
            try:
                self._read_release(release)
            except FileNotFoundError as error:
                if release == self.current.resolve():
                    self.broken.append(f"missing: {error.filename}")

    def _read_release(self, release: Path) -> None:
        front = self._read_page(release / "index.html")
        for path in re.findall(r'href="(/(?:articles|columns)/[^"]*)"', front)[:40:7]:
            page = release / path.lstrip("/")
            self._read_page(page / "index.html" if path.endswith("/") else page)

    def _read_page(self, path: Path) -> str:
        content = path.read_text(encoding="utf-8")
        self.read += 1
        if not content.rstrip().endswith("</html>"):
            self.broken.append(f"torn: {path}")
        return content


# The same command where sixty items are very many: it works in portions, and beside the served release.
LARGE = """
from publish import portions
portions.MANY = portions.WHOLE = 60
import caibian
caibian.main()
"""


@dataclass(frozen=True)
class Deaths:
    """How often a publish is killed, after how many seconds at most, how often it makes all anew, by what."""

    count: int
    seconds: float
    full: float
    command: tuple[str, ...] = ("caibian",)
    how: str = "-m"


DEATHS = [
    pytest.param(Deaths(20, 1.8, 0.3), id="20"),
    pytest.param(Deaths(8, 5.0, 0.8, (LARGE,), "-c"), id="8-large"),
    pytest.param(Deaths(200, 1.8, 0.3), id="200", marks=pytest.mark.soak),
    pytest.param(Deaths(200, 5.0, 0.8, (LARGE,), "-c"), id="200-large", marks=pytest.mark.soak),
]


@pytest.mark.parametrize("deaths", DEATHS)
def test_a_publish_killed_anywhere_shows_a_whole_portal(
    undisturbed: Place, tmp_path: Path, deaths: Deaths
) -> None:
    home = tmp_path / "home"
    shutil.copytree(undisturbed.home, home)
    environment = {
        **undisturbed.environment,
        "CAIBIAN_HOME": str(home),
        "CAIBIAN_DATABASE_URL": f"sqlite:///{home / 'caibian.sqlite'}",
    }
    place = Place(home, environment)
    portal = load_portal(Path(environment["CAIBIAN_PORTAL"]))
    at = datetime.fromisoformat("2026-11-10T03:00:00+00:00")
    with place.open() as database:
        mark_demo(database, "kills", at)
        approve_clean(database, portal, at)
    assert place.start("caibian", "publish").wait() == 0
    reader = Reader(home / "site" / "current")
    reader.start()
    chance, killed = random.Random(deaths.count), 0
    while killed < deaths.count:
        with place.open() as database:
            _change_something(database, portal, chance, at)
        words = (*deaths.command, "publish", *(("--full",) if chance.random() < deaths.full else ()))
        killed += _kill_after(place.start(*words, how=deaths.how), chance.uniform(0.3, deaths.seconds))
    assert place.start("caibian", "publish").wait() == 0
    reader.stopped.set()
    reader.join()
    assert reader.broken == []
    assert reader.read > 100
    with place.open() as database:
        assert verify_site(database, home, deep=True) == []
        with database.read() as connection:
            verify_chain(connection, list_heads(connection))
            shown = select(publications.c.path).where(publications.c.tombstone_at.is_(None))
            paths = {row.path for row in connection.execute(shown)}
            approved = connection.execute(text("SELECT count(*) FROM publishable")).scalar_one()
    on_disk = set(_list_articles(home / "site" / "current"))
    assert on_disk == paths
    assert len(on_disk) == approved


def _list_articles(current: Path) -> Iterator[str]:
    for folder, _, names in os.walk(current / "articles", followlinks=True):
        yield from (f"/{(Path(folder) / name).relative_to(current)}" for name in names)


def _change_something(database: Database, portal: Portal, chance: random.Random, now: datetime) -> None:
    """Withdraw one item, and approve again one that was withdrawn."""
    desk = Desk({column.key: column.reviews for column in portal.columns}, hold=_NO_HOLD)
    with database.write() as connection:
        actor = find_actor(connection, EDITORS[0])
        for state, actions in (("withdrawn", ("reopen", "approve")), ("approved", ("withdraw",))):
            found = connection.execute(
                select(reviews.c.item).where(reviews.c.state == state, reviews.c.column_key != "renshi")
            ).scalars()
            listed = list(found)
            if listed:
                item = chance.choice(listed)
                for action in actions:
                    decide(connection, item, 1, Wish(action, None, "样例"), actor, desk, now)


_NO_HOLD = timedelta()
