"""A look at a column by its address alone, and its block in sources.yaml, on the sample's sites."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from clock import read_clock
from commands.splicing import add_entries, splice
from demo.answers import Asked, answer
from demo.configuration import write_configuration
from demo.province import make_province
from demo.server import ProvinceServer, serve
from errors import ConfigurationError
from portal import load_portal
from reading.article import read_article
from reading.listing import read_list
from reading.page import Hints
from sources import load_sources
from spiders.advice import advise, tell_paging
from spiders.faults import Fault
from spiders.fetch import Answer
from spiders.look import look_at
from spiders.pool import Job, Read

sys.path.insert(0, str(Path(__file__).parent / "servers"))

from sites import Reply, run_sites, write_article

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)
SAMPLE = make_province(TODAY)


@dataclass
class Ops:
    """Somebody of ops at a terminal, in a folder with both files."""

    folder: Path
    server: ProvinceServer
    files: dict[str, Path] = field(default_factory=dict)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "CAIBIAN_HOME": str(self.folder / "var"),
            "COLUMNS": "200",
        }
        command = [sys.executable, "-m", "caibian", *words]
        return subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, timeout=120, check=False
        )

    def probe(self, url: str, *words: str) -> dict[str, Any]:
        done = self.run("probe", url, "--json", *words)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def address(self, site: str, path: str) -> str:
        return f"http://{site}.localhost:{self.server.port}{path}"

    @property
    def sources(self) -> Path:
        return self.folder / "sources.yaml"


@pytest.fixture(scope="module")
def server() -> Iterator[ProvinceServer]:
    with serve(make_province(TODAY), 0) as running:
        yield running


@pytest.fixture
def ops(tmp_path: Path, server: ProvinceServer) -> Ops:
    write_configuration(server.province, tmp_path)
    text = (tmp_path / "sources.yaml").read_text(encoding="utf-8")
    head, mark, rest = text.partition("- id: jiaoyu-tzgg\n")
    rest = rest[rest.index("- id:") :]
    text = f"{head}# 教育厅的公告还没有加\n{rest}  # 最后一行的注释\n"
    (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
    assert mark
    return Ops(tmp_path, server)


def test_ops_add_a_source_with_no_selector_typed(ops: Ops) -> None:
    """Journey 1: paste the address, see what it is, and the block stands in the file, checked."""
    before = ops.sources.read_text(encoding="utf-8")
    url = ops.address("jiaoyu", "/tzgg/")
    done = ops.run("probe", url, "--write", "--column", "tongzhi")
    assert done.returncode == 0, done.stderr
    for word in (
        "family   trs",
        "charset  utf-8",
        "status   ok",
        "通知公告",
        "origin",
        "label",
        "jiaoyu-tzgg",
    ):
        assert word in done.stdout, word
    line = int(re.findall(r"written to .*sources.yaml:(\d+)", done.stdout)[0])
    lines = ops.sources.read_text(encoding="utf-8").splitlines()
    assert lines[line - 1].strip() == "- id: jiaoyu-tzgg"
    end = next(at for at in range(line, len(lines) + 1) if at == len(lines) or not lines[at].startswith("  "))
    assert "\n".join(lines[: line - 1] + lines[end:]) == before.rstrip("\n")
    source = load_sources(ops.sources).source("jiaoyu-tzgg")
    assert (source.agency, source.name, source.address) == ("jiaoyu", "通知公告", url)
    assert (source.column, source.expects.days is not None) == ("tongzhi", True)
    assert ops.run("check").returncode == 0


def test_a_look_names_family_rows_paging_and_origins(ops: Ops) -> None:
    told = ops.probe(ops.address("jiaotong", "/col/col1101/index.html"))
    assert (told["family"], told["status"], told["promised"]) == ("jcms", "ok", 48)
    assert (told["row_count"], len(told["rows"]), told["dated"]) == (45, 20, 45)
    assert told["paging"].startswith("by the data proxy of 大汉, next ")
    assert told["paging"].endswith("it has 3 rows, 3 of them new")
    assert told["proposal"]["agency"] == "jiaotong"
    assert len(told["articles"]) == 3
    for article in told["articles"]:
        read = article["read"]
        assert read["title"] == article["row"]["title"]
        assert {"title", "published", "credit", "body"} <= set(read["origin"])
    asked = [hit for hit in ops.server.hits if hit.host == "jiaotong"]
    assert max(hit.at_once for hit in asked) == 1


class Sample:
    """The sample's sites without a server between."""

    async def fetch(self, url: str, *rest: object, **more: Any) -> Answer | Fault:
        parts, sent = urlsplit(url), more.get("sent")
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        got = answer(SAMPLE, Asked(parts.netloc, target, sent.body.decode() if sent else ""))
        return Answer(got.status, url, got.body, got.content_type, None, None)


class Here:
    """Reads in this process."""

    async def read(self, job: Job) -> Read:
        return read_list(job.page, job.hints) if job.kind == "list" else read_article(job.page, job.hints)


@pytest.mark.parametrize(
    ("site", "path", "words"),
    [
        ("songtai", "/list.aspx?cid=86", "by ASP.NET's form"),
        ("caizheng", "/list.asp?classid=46", "by `page` in the address"),
        ("hongliu", "/hlyw/index.shtml", "by a link or the script of its pager"),
    ],
)
def test_each_way_of_turning_pages_is_named_and_tried(site: str, path: str, words: str) -> None:
    look = asyncio.run(look_at(SAMPLE.address(site, path), Sample(), Here(), Hints(), read_clock))
    told = tell_paging(look)
    assert told.startswith(words)
    assert "rows" in told
    assert not told.endswith(" 0 of them new")
    assert [one.fault for one in look.samples] == [None] * 3


def test_what_cannot_be_added_leaves_the_file_as_it_was(ops: Ops) -> None:
    before = ops.sources.read_bytes()
    url = ops.address("jiaoyu", "/tzgg/")
    for words, told in (
        (("--column", "nowhere"), "sources.yaml:"),
        (("--agency", "nobody"), "no agency nobody"),
    ):
        done = ops.run("probe", url, "--write", *words)
        assert (done.returncode, told in done.stderr) == (2, True), (words, done.stderr)
    columns = [column.key for column in load_portal(ops.folder / "portal.yaml").columns]
    entry = {"id": "jiaoyu-tzgg", "agency": "jiaoyu", "name": "x", "address": url}
    cases = (
        ({"id": "jiaoyu-jyyw"}, "stands twice"),
        ({"id": "other-tzgg"}, "expected it to begin with its agency's key"),
        ({"address": ops.address("jiaoyu", "/jyyw/")}, "the address .* stands twice"),
        ({"every": "often"}, "expected a period"),
    )
    for changed, told in cases:
        with pytest.raises(ConfigurationError, match=rf"sources\.yaml:\d+:\d+: .*{told}"):
            add_entries(ops.sources, {"sources": entry | changed}, columns)
    assert ops.sources.read_bytes() == before
    ops.sources.write_bytes(before + b"\tx: 1\n")
    with pytest.raises(ConfigurationError, match="a tab"):
        add_entries(ops.sources, {"sources": entry}, columns)


def test_a_new_unit_comes_with_its_source(ops: Ops) -> None:
    text = ops.sources.read_text(encoding="utf-8").replace("jiaoyu.localhost", "elsewhere.localhost")
    ops.sources.write_text(text, encoding="utf-8")
    words = ("--agency", "xin", "--agency-name", "省示例局（示例）", "--group", "department")
    told = ops.probe(ops.address("jiaoyu", "/tzgg/"), "--write", *words, "--level", "province")
    sources = load_sources(ops.sources)
    assert sources.source("xin-tzgg").name == "通知公告"
    assert (sources.agency("xin").site_name, told["written"]["id"]) == ("示例教育网", "xin-tzgg")


def page(words: str, title: str = "动态") -> bytes:
    return f"<html><head><title>{title}</title></head><body>{words}</body></html>".encode()


WITHOUT_ROWS: dict[str, tuple[Reply | bytes, str, str]] = {
    "/named": (
        page("<ul id='list'></ul><script>$.getJSON('http://data.other.example/list.json', draw)</script>"),
        "second_request",
        "Network",
    ),
    "/unnamed": (
        page("<ul id='list'></ul><script>$.ajax({url: base + path})</script>"),
        "second_request",
        "Network",
    ),
    "/script": (
        page("<div id='app' class='content'></div><script src='/app.js'></script>"),
        "browser",
        "caibian[js]",
    ),
    "/login": (page("<form><input type='password'></form>", "用户登录"), "login", "password"),
    "/wall": (page("您的请求被拦截", "访问被拦截"), "blocked", "firewall"),
    "/lost": (page("<p>您访问的页面不存在</p>", "出错了"), "error_page", "error page"),
    "/empty": (page("<ul class='list'></ul><p>暂无信息</p>"), "empty", "no entries"),
    "/plain": (page("<p>" + "这里是一段没有列表的文字。" * 40 + "</p>"), "no_rows", "selectors"),
    "/gone": (Reply(b"", 404), "http", "404"),
}


class Saved:
    """Answers from memory."""

    async def fetch(self, url: str, *rest: object, **more: object) -> Answer | Fault:
        answer = WITHOUT_ROWS[url.removeprefix("http://x.example")][0]
        reply = answer if isinstance(answer, Reply) else Reply(answer)
        return Answer(reply.status, url, reply.body, "text/html; charset=utf-8", None, None)


@pytest.mark.parametrize("path", WITHOUT_ROWS)
def test_a_page_without_rows_says_why_and_what_to_do(path: str) -> None:
    _, status, words = WITHOUT_ROWS[path]
    look = asyncio.run(look_at(f"http://x.example{path}", Saved(), Here(), Hints(), read_clock))
    assert (look.lists[-1].status if look.lists else look.fault and look.fault.kind) == status
    assert words in (advise(look) or "")


FILLED: dict[str, Reply | bytes] = {
    "/jyj/gkmlpt/index": page("<div id='list'></div><script>window._CONFIG = {SID: '77'};</script>"),
    "/jyj/gkmlpt/api/all/31?page=1&sid=77": json.dumps(
        {
            "classify": {"post_count": 2},
            "articles": [
                {"title": f"关于第{n}批项目的公告", "url": f"/a/{n}.html", "display_publish_time": 1793836800}
                for n in (1, 2)
            ],
        }
    ).encode(),
}


def test_a_list_that_a_second_request_fills_is_followed_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    articles = {f"/a/{n}.html": write_article(f"关于第{n}批项目的公告") for n in (1, 2)}
    known = {path: (answer, "", "") for path, answer in (FILLED | articles).items()}
    monkeypatch.setattr(sys.modules[__name__], "WITHOUT_ROWS", known)
    url = "http://x.example/jyj/gkmlpt/index#31"
    look = asyncio.run(look_at(url, Saved(), Here(), Hints(), read_clock))
    assert [one.status for one in look.lists] == ["second_request", "ok"]
    assert look.lists[0].next == "http://x.example/jyj/gkmlpt/api/all/31?page=1&sid=77"
    assert [row.title for row in look.rows] == ["关于第1批项目的公告", "关于第2批项目的公告"]
    assert (look.lists[-1].promised, tell_paging(look)) == (2, "no further page")
    assert [one.reading.title for one in look.samples if one.reading] == [row.title for row in look.rows]


def test_nothing_is_written_of_a_page_without_rows(ops: Ops) -> None:
    before = ops.sources.read_bytes()
    with run_sites() as sites:
        sites.add("x.localhost", {"/closed/": b"", "/robots.txt": b"User-agent: *\nDisallow: /closed/\n"})
        done = ops.run("probe", sites.address("x.localhost", "/closed/"), "--write", "--agency", "jiaoyu")
    assert (done.returncode, "nothing was written: robots.txt" in done.stderr) == (2, True)
    assert "status   robots" in done.stdout
    assert ops.sources.read_bytes() == before


def test_an_inside_address_is_not_asked(ops: Ops) -> None:
    text = ops.sources.read_text(encoding="utf-8")
    start = text.index("agencies:")
    ops.sources.write_text("# 没有放行任何内部网络\n" + text[start:], encoding="utf-8")
    ops.server.forget()
    told = ops.probe(ops.address("jiaoyu", "/tzgg/"))
    assert (told["status"], "allow_networks" in told["advice"]) == ("guarded", True)
    assert ops.server.asked("jiaoyu") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("agencies: []\n", 3),
        ("sources:\nagencies: []\n", 2),
        ("sources: []  # 还没有\nagencies: []\n", 2),
        ("sources:\n- id: a-b\n  name: x\n  # a-b 的注释\n# 单位\nagencies: []", 5),
        ("sources:\n    -   id: a-b\n        note: |\n          多行\n          文字\n\nagencies: []\n", 6),
        ("a: 1\r\nsources:\r\n  - id: a-b\r\n    expects: {days: 3}  # 三天\r\n", 5),
    ],
)
def test_an_entry_goes_behind_the_last_and_nothing_else_moves(text: str, line: int) -> None:
    entry = {"id": "a-c", "name": "名称: 带冒号", "expects": {"days": 14}}
    after, at = splice(text, "sources", entry, "sources.yaml")
    lines = after.splitlines(keepends=True)
    assert (at, lines[at - 1].strip()) == (line, "- id: a-c" if "-   id" not in text else "-   id: a-c")
    rest = "".join(lines[: at - 1] + lines[at + 2 :])
    same = text.replace("sources: []  # 还没有", "sources:  # 还没有")
    assert rest.rstrip("\n") == same.rstrip("\n") if "sources" in text else rest == f"{text}sources:\n"
    assert ("\r\n" in after) == ("\r\n" in text)


def test_a_list_in_brackets_is_not_rewritten() -> None:
    with pytest.raises(ConfigurationError, match=r"sources.yaml:1:10: `sources` stands in brackets"):
        splice("sources: [{id: a-b}]\n", "sources", {"id": "a-c"}, "sources.yaml")
