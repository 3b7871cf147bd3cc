"""Whole crawls of real servers: what a second night costs, and runs that are stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from errors import ReadingError
from spiders.single import fetch_one

sys.path.insert(0, str(Path(__file__).parent / "servers"))

from sites import Asked, Reply, run_sites, write_article, write_list
from world import ROOT, World, add_site, make_certificate, title_of, wait_for


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A fresh folder and a server."""
    with run_sites() as sites:
        yield World(tmp_path, sites)


# the nights of one good site


def test_a_second_night_costs_what_is_new(world: World) -> None:
    add_site(world, "a.localhost", 6)
    world.add("first", "a.localhost")
    shared = [("两处刊登的通知公告一则", world.sites.address("a.localhost", "/a/5.html"), "2026-11-06")]
    dead = [("已经打不开的通知公告", "/dead.html", "2026-11-06")]
    world.sites.add("b.localhost", {"/": write_list(shared + dead)})
    world.add("second", "b.localhost")
    world.sites.hosts["c.localhost"] = changing_site(world)
    world.add("pages", "c.localhost")

    one = world.crawl(now="2026-11-07T02:00:00+00:00")
    assert (one["first"]["new"], one["second"]["new"], one["second"]["found"]) == (6, 1, 2)
    assert one["second"]["failed"] == 1
    assert world.sites.paths("a.localhost").count("/a/5.html") == 1
    assert world.select("SELECT count(*) FROM items")[0][0] == 6 + one["pages"]["new"]
    assert one["pages"]["found"] == 24
    assert one["pages"]["new"] == 24

    world.sites.log.clear()
    two = world.crawl(now="2026-11-07T22:00:00+00:00", recheck=False)
    assert {asked.path for asked in world.sites.log} <= {"/", "/robots.txt"}
    assert [row["verdict"] for row in two.values()] == ["quiet", "quiet", "quiet"]
    assert two["first"]["known"] == 6

    world.sites.log.clear()
    three = world.crawl(now="2026-11-09T22:00:00+00:00")
    conditional = [asked for asked in world.sites.log if "if-none-match" in asked.headers]
    assert any(asked.path.startswith("/a/") for asked in conditional)
    assert three["pages"]["changed"] >= 2  # one page changed behind its row, one gone
    assert world.sites.paths("b.localhost").count("/dead.html") == 1
    gone = world.select("SELECT gone_count FROM sightings WHERE address LIKE '%/a/1.html' AND gone_count > 0")
    assert gone == [(1,)]


def changing_site(world: World) -> Any:
    """Three list pages of eight rows, a pinned old row first, a `next` that turns back in a circle."""
    rows = [(f"第{n}号" + title_of(n), f"/a/{n}.html", f"2026-10-{28 - n // 3:02d}") for n in range(23)]
    rows.insert(0, ("置顶的旧闻一条请注意", "/a/99.html", "2019-01-01"))

    def handle(asked: Asked) -> Reply:
        if asked.path in ("/", "/2.html", "/3.html"):
            number = {"/": 0, "/2.html": 1, "/3.html": 2}[asked.path]
            follows = ["/2.html", "/3.html", "/2.html"][number]
            more = f'<a href="{follows}">下一页</a>'
            return Reply(
                write_list(rows[number * 8 : number * 8 + 8], more), headers={"ETag": f'"l{number}"'}
            )
        later = world.sites.paths(asked.host).count(asked.path) > 1 or "if-none-match" in asked.headers
        title = next((title for title, url, _ in rows if url == asked.path), None)
        if title is None or (later and asked.path == "/a/1.html"):
            return Reply(b"gone", 404)
        if later and asked.path == "/a/2.html":
            return Reply(write_article(title, body="内容已经更正，以本次发布的为准，请各单位遵照执行。"))
        if asked.headers.get("if-none-match") == '"v1"':
            return Reply(b"", 304)
        return Reply(write_article(title), headers={"ETag": '"v1"'})

    return handle


# a run that is stopped, and two at once


def test_a_killed_run_is_completed_by_the_next_and_two_do_not_run_at_once(world: World) -> None:
    rows = [(f"第{n}号" + title_of(n), f"/a/{n}.html", "2026-11-01") for n in range(30)]
    pages: dict[str, Reply | bytes] = {url: write_article(title) for title, url, _ in rows}
    pages |= {"/": write_list(rows[:20], '<a href="/2.html">下一页</a>'), "/2.html": write_list(rows[20:])}
    world.sites.add("a.localhost", pages)
    steady = world.sites.hosts["a.localhost"]

    def hold(asked: Asked) -> Reply:
        return Reply(hang=True) if len(world.sites.log) > 13 else steady(asked)

    world.sites.hosts["a.localhost"] = hold
    world.add("a", "a.localhost")
    world.settings["DOWNLOAD_TIMEOUT"] = 60
    command, env = world.command({})
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as first:
        wait_for(lambda: len(world.sites.log) > 14)
        second = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert (second.returncode, json.loads(second.stdout)["error"]) == (0, "AlreadyRunning")
        first.send_signal(signal.SIGKILL)
    world.sites.hosts["a.localhost"] = steady
    row = world.crawl()["a"]
    assert row["verdict"] == "well"
    counted = world.select("SELECT count(*), count(DISTINCT item) FROM sightings WHERE item IS NOT NULL")
    assert counted == [(30, 30)]


def test_a_run_that_is_asked_to_stop_says_so_and_leaves_no_process(world: World) -> None:
    world.sites.add("slow.localhost", {"/": Reply(hang=True)})
    world.add("slow", "slow.localhost")
    world.settings["DOWNLOAD_TIMEOUT"] = 60
    command, env = world.command({})
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        wait_for(lambda: "/" in world.sites.paths("slow.localhost"))
        run.send_signal(signal.SIGTERM)
        out, _ = run.communicate(timeout=20)
    assert run.returncode == 1
    assert "stopped before its end" in json.loads(out)["words"]


def test_a_full_disk_stops_the_run_with_a_clear_word(world: World) -> None:
    add_site(world, "a.localhost")
    world.add("a", "a.localhost")
    home = world.folder / "var"
    home.mkdir()
    (home / "files").write_text("no folder can be made here", encoding="utf-8")
    command, env = world.command({})
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr[-3000:]
    assert json.loads(done.stdout)["error"] in ("StoreError", "CaibianError")


# certificates


def test_a_bad_certificate_is_refused_unless_ops_excuse_the_host(tmp_path: Path) -> None:
    with run_sites(tls=make_certificate(tmp_path)) as sites:
        world = World(tmp_path, sites)
        for host in ("tls.localhost", "excused.localhost"):
            add_site(world, host, 3)
        world.add("strict", "tls.localhost", scheme="https")
        world.add("excused", "excused.localhost", scheme="https", verify_tls=False)
        rows = world.crawl()
    assert (rows["excused"]["verdict"], rows["excused"]["new"]) == ("well", 3)
    assert rows["strict"]["verdict"] == "unreachable"
    assert "certificate" in rows["strict"]["evidence"]
    assert sites.paths("tls.localhost") == []


# one page by hand


def test_one_page_is_fetched_under_the_same_guard(world: World) -> None:
    add_site(world, "a.localhost", 1)
    opened = [ip_network("127.0.0.1/32")]
    page = fetch_one(world.sites.address("a.localhost", "/a/0.html"), opened, "portal@example.gov.cn")
    assert title_of(0) in page.raw.decode()
    assert page.content_type == "text/html; charset=utf-8"
    with pytest.raises(ReadingError, match="guarded"):
        fetch_one(world.sites.address("a.localhost"), [], "portal@example.gov.cn")


# scrapy's own commands


def test_scrapy_lists_the_sources_and_crawls_one(world: World) -> None:
    add_site(world, "a.localhost", 3)
    world.add("a", "a.localhost")
    world.add("off", "b.localhost", enabled=False, reason="not yet probed")
    _, env = world.command({})
    scrapy = [sys.executable, "-m", "scrapy"]
    listed = subprocess.run([*scrapy, "list"], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    assert listed.stdout.split() == ["jyt-a"]
    subprocess.run([*scrapy, "crawl", "jyt-a"], env=env, cwd=ROOT, capture_output=True, check=True)
    assert world.select("SELECT source, verdict, new FROM run_sources") == [("jyt-a", "well", 3)]
