"""The other lists through real crawls: what later nights cost, where they end, what is out of reach."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).parent / "servers"))

from sites import Asked, Reply, run_sites, write_article, write_list
from world import World, title_of

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A fresh folder and a server."""
    with run_sites() as sites:
        yield World(tmp_path, sites)


def write_sitemap(addresses: list[str], inner: str = "url") -> bytes:
    outer = "urlset" if inner == "url" else "sitemapindex"
    rows = "".join(
        f"<{inner}><loc>{address}</loc><lastmod>2026-11-{number + 1:02d}</lastmod></{inner}>"
        for number, address in enumerate(addresses)
    )
    return f'<?xml version="1.0"?><{outer} {SPACE}>{rows}</{outer}>'.encode()


def add_mapped(world: World, host: str) -> dict[str, Reply | bytes]:
    """A site whose index names two sitemaps, one of them packed, and one that is not there."""
    at = world.sites.address
    articles = [at(host, f"/n/{number}.html") for number in range(6)]
    pages: dict[str, Reply | bytes] = {
        "/sitemap.xml": write_sitemap(
            [at(host, f"/maps/{part}") for part in ("a.xml", "b.xml.gz")], "sitemap"
        ),
        "/maps/a.xml": write_sitemap([at(host, "/"), *articles[:3]]),
        "/maps/b.xml.gz": gzip.compress(write_sitemap(articles[3:])),
    }
    pages |= {f"/n/{number}.html": write_article(f"{host} {title_of(number)}") for number in range(6)}
    world.sites.add(host, pages)
    return pages


def answer_json(host: str, count: int) -> Any:
    """An API whose rows have ids, ten a page, and which answers an empty list behind its last page."""

    def handle(asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        if parts.path.startswith("/view/"):
            return Reply(write_article(f"{host} {title_of(int(parts.path[6:-5]))}"))
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        rows = [
            {"id": number, "title": f"{host} {title_of(number)}", "publishDate": 1793836800000}
            for number in range(count)[(page - 1) * 10 : page * 10]
        ]
        return Reply(
            json.dumps({"data": {"list": rows}}).encode(), headers={"Content-Type": "application/json"}
        )

    return handle


def add_numbered(world: World, host: str, last: str) -> None:
    """A list whose two pages no link joins; `last` is what stands on the second one for a pager."""
    pages: dict[str, Reply | bytes] = {}
    for page, numbers in (("list.html", range(3)), ("list_2.html", range(3, 6))):
        rows = [(f"{host} {title_of(n)}", f"/a/{n}.html", f"2026-11-{n + 1:02d}") for n in numbers]
        pages[f"/{page}"] = write_list(rows, last)
        pages |= {f"/a/{n}.html": write_article(rows[n - numbers[0]][0]) for n in numbers}
    world.sites.add(host, pages)


def test_other_lists_are_read_whole_and_cost_little_later(world: World) -> None:
    add_mapped(world, "map.localhost")
    world.add("map", "map.localhost", "/sitemap.xml", kind="sitemap")
    world.sites.hosts["api.localhost"] = answer_json("api.localhost", 23)
    paths = {"rows": "data.list", "title": "title", "link": "/view/{id}.html", "date": "publishDate"}
    world.add("api", "api.localhost", "/api", kind="json", paths=paths, paging={"param": "page"})
    add_numbered(world, "pattern.localhost", "")
    world.add("pattern", "pattern.localhost", "/list.html", paging={"pattern": "list_{n}.html"})

    one = world.crawl(now="2026-11-07T02:00:00+00:00")
    assert {name: (row["verdict"], row["new"]) for name, row in one.items()} == {
        "map": ("well", 6),
        "api": ("well", 23),
        "pattern": ("well", 6),
    }
    assert world.sites.paths("pattern.localhost").count("/list_3.html") == 1
    readings = [row[0] for row in world.select("SELECT fields FROM readings")]
    assert sum(f"map.localhost {title_of(5)}" in fields for fields in readings) == 1

    world.sites.log.clear()
    two = world.crawl(now="2026-11-07T22:00:00+00:00", recheck=False)
    assert {row["verdict"] for row in two.values()} == {"quiet"}
    asked = {path for host in ("map", "api", "pattern") for path in world.sites.paths(f"{host}.localhost")}
    assert not {path for path in asked if path.startswith(("/n/", "/view/", "/a/"))}
    assert world.sites.paths("api.localhost").count("/api?page=3") == 0


def test_what_is_out_of_reach_is_told_once(world: World) -> None:
    pages = add_mapped(world, "map.localhost")
    pages["/maps/a.xml"] = Reply(b"gone", 404)
    world.add("map", "map.localhost", "/sitemap.xml")
    pager = "<span>1</span><a href=\"javascript:__doPostBack('pager','2')\">下一页</a>"
    add_numbered(world, "form.localhost", pager)
    world.add("form", "form.localhost", "/list.html")

    one = world.crawl(now="2026-11-07T02:00:00+00:00")
    assert (one["map"]["verdict"], one["map"]["new"]) == ("partial", 3)
    assert "404" in one["map"]["evidence"]
    assert (one["form"]["verdict"], one["form"]["new"]) == ("partial", 3)
    assert one["form"]["evidence"] == "the list's next page comes by a form that its script sends"
    two = world.crawl(now="2026-11-08T02:00:00+00:00", recheck=False)
    assert two["form"]["verdict"] == "quiet"
    assert two["map"]["verdict"] == "partial"


def answer_forms(host: str, count: int) -> Any:
    """A list of ASP.NET: one address, three rows a page, and a view state that must come back."""

    def handle(asked: Asked) -> Reply:
        if asked.path.startswith("/a/"):
            return Reply(write_article(f"{host} {title_of(int(asked.path[3:-5]))}"))
        form = dict(parse_qsl(asked.body, keep_blank_values=True))
        page = int(form.get("__EVENTARGUMENT", 1))
        if form and (form["__VIEWSTATE"] != f"state {page - 1}+/=" or form["__EVENTTARGET"] != "list$pager"):
            return Reply(b"invalid postback", 500)
        numbers = range(count)[3 * page - 3 : 3 * page]
        rows = [(f"{host} {title_of(n)}", f"/a/{n}.html", "2026-11-05") for n in numbers]
        turn = f"<a href=\"javascript:__doPostBack('list$pager','{page + 1}')\">下一页</a>"
        state = f'<input type="hidden" name="__VIEWSTATE" value="state {page}+/=">'
        listed = write_list(rows, turn if 3 * page < count else "").decode()
        return Reply(
            listed.replace("<body>", f'<body><form method="post" action="/list.aspx">{state}')
            .replace("</body>", "</form></body>")
            .encode()
        )

    return handle


def test_a_list_that_turns_by_a_form_is_followed_and_taken_up_again(world: World) -> None:
    handle = answer_forms("form.localhost", 11)
    world.sites.hosts["form.localhost"] = lambda asked: (
        Reply(b"busy", 500) if asked.body and "EVENTARGUMENT=3" in asked.body and broken else handle(asked)
    )
    world.add("form", "form.localhost", "/list.aspx")
    broken = True
    one = world.crawl(now="2026-11-07T02:00:00+00:00")
    assert (one["form"]["verdict"], one["form"]["new"]) == ("partial", 6)
    broken = False
    two = world.crawl(now="2026-11-08T02:00:00+00:00", recheck=False)
    assert (two["form"]["new"], two["form"]["found"]) == (5, 11)
    world.sites.log.clear()
    three = world.crawl(now="2026-11-09T02:00:00+00:00", recheck=False)
    assert three["form"]["verdict"] == "quiet"
    assert world.sites.paths("form.localhost") == ["/robots.txt", "/list.aspx"]
    four = world.crawl(now="2026-11-10T02:00:00+00:00", recheck=False, backfill=50)
    assert (four["form"]["verdict"], four["form"]["found"]) == ("quiet", 11)


def test_rows_that_come_by_a_second_request_are_followed(world: World) -> None:
    """gkmlpt by its column, a script's own POST with its page, both with further pages."""
    rows = [
        {"title": f"甲 {title_of(n)}", "url": f"/a/{n}.html", "display_publish_time": 1793836800 - n}
        for n in range(5)
    ]
    pages: dict[str, Reply | bytes] = {f"/a/{n}.html": write_article(f"甲 {title_of(n)}") for n in range(5)}
    shell = "<html><title>公开目录</title><div id='list' class='list'></div><script>window._CONFIG = "
    pages["/jyj/gkmlpt/index"] = f"{shell}{{SID: '77', TREE: []}};</script></html>".encode()
    for page, part in ((1, rows[:3]), (2, rows[3:])):
        answer = json.dumps({"classify": {"post_count": 5}, "articles": part}).encode()
        pages[f"/jyj/gkmlpt/api/all/31?page={page}&sid=77"] = Reply(answer)
    world.sites.add("gk.localhost", pages)
    world.add("gk", "gk.localhost", "/jyj/gkmlpt/index#31")

    def handle(asked: Asked) -> Reply:
        if asked.path == "/data/list.do":
            form = dict(parse_qsl(asked.body))
            part = (
                range(7)[4 * int(form["pageNo"]) - 4 : 4 * int(form["pageNo"])]
                if form["channel"] == "9"
                else ()
            )
            told = [{"title": f"乙 {title_of(n)}", "url": f"/b/{n}.html", "fbsj": "2026-11-05"} for n in part]
            return Reply(json.dumps({"total": 7, "rows": told}).encode())
        if asked.path.startswith("/b/"):
            return Reply(write_article(f"乙 {title_of(int(asked.path[3:-5]))}"))
        script = """var channel = "9"; function load(p) { $.ajax({type: "POST", url: "/data/list.do",
          data: {channel: channel, pageNo: p, t: Math.random()}, success: draw}); } load(1);"""
        return Reply(f"<html><title>动态</title><ul id='list'></ul><script>{script}</script></html>".encode())

    world.sites.hosts["ajax.localhost"] = handle
    world.add("ajax", "ajax.localhost", "/dt/")
    one = world.crawl(now="2026-11-07T02:00:00+00:00")
    assert {name: (row["verdict"], row["new"]) for name, row in one.items()} == {
        "gk": ("well", 5),
        "ajax": ("well", 7),
    }
    two = world.crawl(now="2026-11-08T02:00:00+00:00", recheck=False)
    assert {row["verdict"] for row in two.values()} == {"quiet"}
