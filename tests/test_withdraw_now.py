"""Taken down now: from the desk and from the terminal, nothing of it is left where anybody can read it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from desks import Office as Sat
from desks import make_office
from office import Office, read_site

from clock import PORTAL_ZONE, read_clock
from demo.portal_server import serve_folder
from portal import Portal
from sources import Sources
from store.database import Database
from store.whereabouts import find_whereabouts

ROOT = Path(__file__).parent.parent
SECRET = "雪豹监测站点坐标通报"
LIMIT = 60.0  # seconds, the promise


@pytest.fixture
def backend() -> str:
    """What is left on disk is the same whichever database named it."""
    return "sqlite"


@pytest.fixture
def office(database: Database, portal: Portal, tmp_path: Path) -> Office:
    """A portal with four articles, one of which has to go."""
    made = Office(database, portal, read_clock())
    for title in ("第一条普通信息", SECRET, "第三条普通信息", "第四条普通信息"):
        item = made.write(
            title=title,
            html=f"<p>{title}的正文。</p>",
            doc_number="青测〔2026〕77号" if title == SECRET else None,
        )
        made.approve(item)
    made.now = read_clock()
    from publish.site import publish_site

    publish_site(database, portal, database.home, made.now)
    return made


@pytest.fixture
def served(office: Office) -> Iterator[Callable[[str], tuple[int, str]]]:
    """The portal as citizens reach it: ask for a path, get the status and the page."""
    with serve_folder(office.site, 0) as port:

        def ask(path: str) -> tuple[int, str]:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                    return answer.status, answer.read().decode("utf-8", "replace")
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode("utf-8", "replace")

        yield ask


def _run(office: Office, tmp_path: Path, *words: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "CAIBIAN_HOME": str(office.home)}
    env |= {name: str(tmp_path / file) for name, file in _FILES.items()}
    env["CAIBIAN_DATABASE_URL"] = ""
    command = [sys.executable, "-m", "caibian", *words]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


_FILES = {"CAIBIAN_PORTAL": "portal.yaml", "CAIBIAN_SOURCES": "sources.yaml"}


def _where(office: Office) -> list[str]:
    """Where anything of it can still be read: its title, its number, its address."""
    path = office.path_of(2)
    signs = [one.encode() for one in (SECRET, "雪豹", "77号", path)]
    return [
        name
        for name, raw in read_site(office.site).items()
        if any(sign in raw for sign in signs)
        and not (name.startswith("/gone") and SECRET.encode() not in raw)
    ]


def _check_gone(office: Office, ask: Callable[[str], tuple[int, str]], begun: float) -> None:
    path = office.path_of(2)
    assert time.monotonic() - begun < LIMIT
    assert _where(office) == []
    status, page = ask(path)
    assert status == 410
    assert "这条信息已撤下" in page
    assert "坐标有误" in page
    assert "雪豹" not in page
    for known in ("/", "/columns/bumen/", "/columns/bumen/feed.atom", "/sitemap.xml", "/search/"):
        status, page = ask(known)
        assert status == 200
        assert "雪豹" not in page
    assert "第一条普通信息" in ask("/columns/bumen/")[1]


def test_from_the_terminal(
    office: Office, served: Callable[[str], tuple[int, str]], tmp_path: Path, sources: Sources
) -> None:
    assert served(office.path_of(2))[0] == 200
    assert len(_where(office)) > 4  # page, lists, feeds, search
    begun = time.monotonic()
    told = _run(office, tmp_path, "decide", "2@1", "withdraw", "--now", "--reason", "坐标有误", "--as", "ann")
    assert "release 2 is served without it" in told
    _check_gone(office, served, begun)


def test_from_the_desk(
    office: Office,
    served: Callable[[str], tuple[int, str]],
    tmp_path: Path,
    database: Database,
    portal: Portal,
    sources: Sources,
) -> None:
    sat: Sat = make_office(database, portal, sources)
    sat.clock.now = read_clock()
    started: list[threading.Thread] = []

    def hurry() -> None:
        started.append(threading.Thread(target=_run, args=(office, tmp_path, "jobs")))
        started[-1].start()

    object.__setattr__(sat.app.extensions["desk"], "hurry", hurry)
    begun = time.monotonic()
    client = sat.client("ann")
    answer = sat.post(
        client,
        "/items/2@1/timed",
        script=False,
        which="2@1:2",
        action="withdraw",
        when="now",
        reason="坐标有误",
    )
    page = client.get(answer.headers["Location"]).text
    assert "一分钟内生效" in page
    (thread,) = started
    thread.join()
    _check_gone(office, served, begun)
    assert sat.run("SELECT kind, outcome FROM jobs") == [("publish", "done")]
    assert "已从门户撤下，原址留有说明" in sat.client("ann").get("/items/2@1").text


def test_a_publish_that_is_running_is_waited_for(
    office: Office, served: Callable[[str], tuple[int, str]], tmp_path: Path, sources: Sources
) -> None:
    from store.locks import hold

    begun = time.monotonic()
    with hold(office.home, "publish"):
        late = threading.Timer(2.0, lambda: None)
        words = ("decide", "2@1", "withdraw", "--now", "--reason", "坐标有误", "--as", "ann")
        waiting = threading.Thread(target=_run, args=(office, tmp_path, *words))
        waiting.start()
        late.start()
        late.join()
        assert waiting.is_alive()
    waiting.join()
    _check_gone(office, served, begun)


def test_a_publish_that_makes_everything_anew_takes_it_down_on_its_way(
    office: Office,
    served: Callable[[str], tuple[int, str]],
    tmp_path: Path,
    sources: Sources,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It takes minutes on a large portal, which nobody waits for with what must go."""
    from publish import portions, rebuild
    from publish.apart import run_apart

    words = ("decide", "2@1", "withdraw", "--now", "--reason", "坐标有误", "--as", "ann")
    told: list[str] = []
    waiting = threading.Thread(target=lambda: told.append(_run(office, tmp_path, *words)))
    parts, begun = 0, time.monotonic()

    def run(work: Callable[[], object]) -> object:
        nonlocal parts
        part, parts = run_apart(work), parts + 1
        if parts == 1:
            waiting.start()
            while office.ask("SELECT state FROM reviews WHERE item = 2") == "approved":
                time.sleep(0.1)
        if parts == 2:
            waiting.join(LIMIT)
            _check_gone(office, served, begun)
        return part

    for limit in ("MANY", "WHOLE"):
        monkeypatch.setattr(portions, limit, 1)
    monkeypatch.setattr(rebuild, "run_apart", run)
    office.now = read_clock()
    office.publish(full=True)
    assert parts == 3
    assert "release 2 is served without it" in told[0]
    _check_gone(office, served, begun)


def test_a_moment_on_the_terminal(office: Office, tmp_path: Path, sources: Sources) -> None:
    item = office.write(title="第五条普通信息")
    moment = (read_clock() + timedelta(days=2)).astimezone(PORTAL_ZONE).strftime("%Y-%m-%dT%H:%M")
    _run(
        office, tmp_path, "decide", f"{item}@1", "approve", "--column", "bumen", "--at", moment, "--as", "ann"
    )
    with office.database.read() as connection:
        release = find_whereabouts(connection, [item])[item].release_after
    assert release is not None
    assert release.astimezone(PORTAL_ZONE).strftime("%Y-%m-%dT%H:%M") == moment
