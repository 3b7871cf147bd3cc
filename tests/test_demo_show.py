"""The demo's whole loop, by real processes on free ports: two nights, decided by its editors, published."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import pytest
from sqlalchemy import Connection, text

from clock import read_clock
from demo.editing import EDITORS, mark_demo, read_demo_mark
from demo.portal_server import serve_folder
from demo.show import show
from errors import NotAllowed, UserFault
from store.accounts import add_account
from store.database import Database

OPENER = build_opener(ProxyHandler({}))


def find_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def read_store(home: Path) -> Iterator[Connection]:
    with (
        closing(Database.open(f"sqlite:///{home / 'caibian.sqlite'}", home)) as database,
        database.read() as read,
    ):
        yield read


def ask(read: Connection, query: str) -> list[Any]:
    return list(read.execute(text(query)))


def test_the_loop_runs_for_two_nights(tmp_path: Path) -> None:
    home, port, said = tmp_path / "demo", find_port(), list[str]()
    show(home, 2, None, 1, True, port, said.append)
    assert any("night 1: crawled 6 sources" in line for line in said)
    index = (home / "site" / "current" / "index.html").read_text(encoding="utf-8")
    assert "示例" in index
    with read_store(home) as read:
        ((mark,),) = ask(read, "SELECT value FROM marks WHERE name = 'demo'")
        assert f"port={port}" in mark
        assert {row[0] for row in ask(read, "SELECT id FROM accounts WHERE demo")} == set(EDITORS)
        approvals = ask(read, "SELECT actor, to_state, column_key FROM log WHERE action = 'approve'")
    assert {(actor, to) for actor, to, column in approvals if column == "renshi"} == {
        (EDITORS[0], "second"),
        (EDITORS[1], "approved"),
    }
    assert {actor for actor, _, column in approvals if column != "renshi"} == {EDITORS[0]}

    show(home, 2, None, 2, True, port, said.append)
    assert any("night 2: crawled 6 sources" in line and "4 new pages" in line for line in said)
    with pytest.raises(UserFault, match="use the same, or night 1"):
        show(home, 3, None, 2, True, port, said.append)


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(UserFault, match="no demo"):
        show(tmp_path, 1, None, 1, True, find_port(), print)
    assert (tmp_path / "letters.txt").read_text() == "mine"


def test_a_real_database_is_never_taken_for_a_demo(tmp_path: Path) -> None:
    with closing(Database.open(f"sqlite:///{tmp_path / 'caibian.sqlite'}", tmp_path)) as database:
        assert read_demo_mark(database) is None
        with pytest.raises(NotAllowed), database.write() as write:
            add_account(write, EDITORS[0], ("editor",), None, read_clock(), demo=True)
    with pytest.raises(UserFault, match="no demo's"):
        show(tmp_path, 1, None, 1, True, find_port(), print)


def test_marking_twice_changes_nothing(tmp_path: Path) -> None:
    with closing(Database.open("sqlite://", tmp_path)) as database:
        mark_demo(database, "2026-11-21 first", read_clock())
        mark_demo(database, "2026-11-22 second", read_clock())
        assert read_demo_mark(database) == "2026-11-21 first"


def test_a_taken_port_is_a_named_fault(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UserFault, match="--port"):
            show(tmp_path / "demo", 1, None, 1, True, taken.getsockname()[1], print)


def fetch(port: int, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_what_was_taken_down_is_gone_and_what_never_was_is_not_found(tmp_path: Path) -> None:
    pages = {
        "index.html": "front",
        "404.html": "没有这个页面",
        "zh-hant/404.html": "沒有這個頁面",
        "gone/articles/2026/11/7.html": "已下架",
        "gone/old/index.html": "整个栏目已下架",
        "feeds/all.atom": "<feed/>",
    }
    for name, words in pages.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(words, encoding="utf-8")
    (tmp_path / "secret.html").write_text("secret")
    with serve_folder(tmp_path / "site", 0) as port:
        status, headers, body = fetch(port, "/articles/2026/11/7.html?from=search")
        assert (status, body.decode()) == (410, "已下架")
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert fetch(port, "/old/")[0] == 410
        assert fetch(port, "/articles/2026/11/7.html", "HEAD")[::2] == (410, b"")
        for path in (
            "/articles/2026/11/8.html",
            "/../secret.html",
            "/%2e%2e/secret.html",
            "/feeds/",
            "/%00.html",
        ):
            status, headers, body = fetch(port, path)
            assert (status, body.decode()) == (404, "没有这个页面"), path
            assert headers["x-content-type-options"] == "nosniff"
        assert fetch(port, "/zh-hant/8.html")[2].decode() == "沒有這個頁面"
        status, headers, _ = fetch(port, "/feeds/all.atom")
        assert (status, headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
        assert headers["x-content-type-options"] == "nosniff"


def test_the_portal_is_served_as_published_and_turns_with_the_link(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "columns").mkdir(parents=True)
        (tmp_path / name / "index.html").write_text(json.dumps({"release": name}))
    link = tmp_path / "current"
    link.symlink_to("one")
    with serve_folder(link, 0) as port:
        with OPENER.open(f"http://127.0.0.1:{port}/", timeout=5) as first:
            assert json.load(first) == {"release": "one"}
            assert first.headers["Content-Type"] == "text/html; charset=utf-8"
        link.unlink()
        link.symlink_to("two")
        with OPENER.open(f"http://127.0.0.1:{port}/index.html", timeout=5) as second:
            assert json.load(second) == {"release": "two"}
        with pytest.raises(HTTPError, match="404") as missing:
            OPENER.open(f"http://127.0.0.1:{port}/columns/", timeout=5)
        missing.value.close()
