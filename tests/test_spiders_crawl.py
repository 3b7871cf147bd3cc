"""Whole crawls of real servers on loopback: the good sites finish whatever the bad ones do."""

from __future__ import annotations

import gzip
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from errors import ReadingError
from spiders.single import fetch_one
from store.database import Database

ROOT = Path(__file__).parent.parent
SERVERS = Path(__file__).parent / "servers"
sys.path.insert(0, str(SERVERS))

from sites import Asked, Reply, Sites, run_sites, write_article, write_list  # noqa: E402

INSIDE = "127.0.0.2"
PORTAL = """
identity:
  name: 中国样例
  legal_name: 样例省人民政府门户网站
  site_name: 中国样例
  site_domain: www.example.gov.cn
  site_id_code: "9900000000"
  base_url: https://www.example.gov.cn
  organizer: 样例省人民政府办公厅
  crawler_contact: portal@example.gov.cn
zones:
  - key: dongtai
    name: 动态信息
    columns:
      - {key: bumen, name: 部门动态, description: 各部门的工作, keywords: [部门], type: 动态信息}
"""


@dataclass
class World:
    """A working folder, a server, and the sources that a crawl is to know."""

    folder: Path
    sites: Sites
    sources: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=lambda: {"DOWNLOAD_TIMEOUT": 2})

    def add(self, id: str, host: str, path: str = "/", scheme: str = "http", **more: Any) -> None:
        """Add a source; its list stands at a path of a host."""
        address = self.sites.address(host, path).replace("http", scheme, 1)
        entry = {"id": f"jyt-{id}", "agency": "jyt", "name": id, "address": address, **more}
        self.sources.append(json.dumps(entry, ensure_ascii=False))

    def command(self, options: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
        """Write the files; give the command of one crawl and its environment."""
        lines = ["allow_networks:", "  - {network: 127.0.0.1/32, reason: the test's own server}"]
        lines += ["defaults: {delay: 0.01, minutes: 1}", "agencies:"]
        lines += ["  - {key: jyt, name: 样例省教育厅, group: department, level: province}", "sources:"]
        lines += [f"  - {source}" for source in self.sources]
        (self.folder / "sources.yaml").write_text("\n".join(lines), encoding="utf-8")
        (self.folder / "portal.yaml").write_text(PORTAL, encoding="utf-8")
        env = {**os.environ, "PYTHONPATH": str(ROOT), "CAIBIAN_HOME": str(self.folder / "var")}
        env |= {"CAIBIAN_SOURCES": str(self.folder / "sources.yaml"), "http_proxy": "http://127.0.0.1:9"}
        env |= {"CAIBIAN_PORTAL": str(self.folder / "portal.yaml"), "CAIBIAN_DATABASE_URL": ""}
        options = {"settings": self.settings, **options}
        return [sys.executable, str(SERVERS / "crawl.py"), json.dumps(options)], env

    def crawl(self, **options: Any) -> dict[str, dict[str, Any]]:
        """Crawl once; give the rows by the sources' short ids."""
        command, env = self.command(options)
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100, check=False)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == 0, done.stdout + done.stderr[-4000:]
        assert "Traceback" not in done.stderr, done.stderr[-4000:]
        return {row["source"].removeprefix("jyt-"): row for row in rows}

    def select(self, query: str) -> list[Any]:
        """Ask the database that the crawl has left."""
        home = self.folder / "var"
        database = Database.open(f"sqlite:///{home / 'caibian.sqlite'}", home)
        with database.read() as connection:
            rows = [tuple(row) for row in connection.execute(text(query))]
        database.close()
        return rows


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A fresh folder and a server."""
    with run_sites() as sites:
        yield World(tmp_path, sites)


def title_of(number: int) -> str:
    return f"关于做好第{number}批重点工作的通知"


def add_site(world: World, host: str, count: int = 6, **extra: Reply | bytes) -> None:
    """A site with one list of `count` articles, and what else is given by path."""
    numbers = range(count)
    rows = [(f"{host} {title_of(n)}", f"/a/{n}.html", f"2026-11-{n + 1:02d}") for n in numbers]
    rows += [(f"{host} 文件{path}的公示", path, "2026-11-01") for path in extra if path.endswith(".pdf")]
    pages: dict[str, Reply | bytes] = {"/": write_list(rows)}
    pages |= {f"/a/{n}.html": write_article(rows[n][0]) for n in numbers}
    world.sites.add(host, {**pages, **extra})


# one crawl of many bad neighbours


def add_bad_sites(world: World) -> dict[str, str]:
    """Add the bad sites, each with the verdict that must name it."""
    sites = world.sites
    bomb = gzip.compress(b"<p>" + b"0" * (40 << 20))
    lists: dict[str, tuple[dict[str, Reply | bytes], str]] = {
        "bomb": ({"/": Reply(bomb, headers={"Content-Encoding": "gzip"})}, "redesigned"),
        "hang": ({"/": Reply(hang=True)}, "unreachable"),
        "hangall": ({"/robots.txt": Reply(hang=True)}, "unreachable"),
        "drip": ({"/": Reply(write_list([]) * 3, drip=True)}, "unreachable"),
        "loop": ({"/": Reply(status=302, headers={"Location": "/"})}, "redesigned"),
        "later": ({"/": Reply(b"", 429, headers={"Retry-After": "86400"})}, "blocked"),
        "busy": ({"/": Reply(b"", 503, headers={"Retry-After": "86400"})}, "blocked"),
        "garbage": ({"/": Reply(raw=b"\x00\x01\x02 no http at all\r\n\r\n")}, "unreachable"),
        "heads": ({"/": Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200_000)}, "unreachable"),
        "crumbs": (
            {
                "/": Reply(
                    raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 900_000
                )
            },
            "unreachable",
        ),
        "cut": ({"/": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<ul>")}, "unreachable"),
        "robots503": ({"/robots.txt": Reply(b"", 503), "/": write_list([])}, "blocked"),
        "robotsno": ({"/robots.txt": b"User-agent: *\nDisallow: /\n", "/": write_list([])}, "blocked"),
        "robotsbomb": ({"/robots.txt": Reply(bomb, headers={"Content-Encoding": "gzip"})}, "redesigned"),
        "inside": ({"/": Reply(status=302, headers={"Location": f"http://{INSIDE}/"})}, "blocked"),
        "insiderobots": (
            {"/robots.txt": Reply(status=302, headers={"Location": f"http://{INSIDE}/robots.txt"})},
            "blocked",
        ),
        "local": ({"/": Reply(status=302, headers={"Location": "file:///etc/passwd"})}, "redesigned"),
        "empty": ({"/": write_list([], more="暂无信息")}, "empty"),
        "lost": ({"/": Reply("<h1>页面不存在</h1>".encode())}, "redesigned"),
        "forbidden": ({"/": Reply(b"", 403)}, "blocked"),
        "deep": ({"/": b"<ul><li>" * 60000}, "redesigned"),
    }
    lists["dead"] = (
        {"/": write_list([(title_of(n), f"/a/{n}.html", "2026-11-01") for n in range(5)])},
        "redesigned",
    )
    for name, (pages, _) in lists.items():
        sites.add(f"{name}.localhost", pages)
        world.add(name, f"{name}.localhost")
    world.add("nowhere", "no-such-host.invalid")
    return {name: verdict for name, (_, verdict) in lists.items()} | {"nowhere": "unreachable"}


def add_crowd(world: World) -> None:
    """Ten sources on one host, and ten hosts that redirect to an eleventh; each answer takes a while."""
    pages: dict[str, Reply | bytes] = {}
    for number in range(10):
        rows = [(f"{number}号栏目{title_of(n)}", f"/a/{number}-{n}.html", "2026-11-01") for n in range(3)]
        pages[f"/{number}/"] = Reply(write_list(rows), delay=0.05)
        pages |= {row[1]: Reply(write_article(row[0]), delay=0.05) for row in rows}
        world.add(f"crowd{number}", "crowd.localhost", f"/{number}/")
        goal = world.sites.address("hub.localhost", f"/{number}")
        host = f"spoke{number}.localhost"
        world.sites.add(host, {"/": Reply(status=302, headers={"Location": goal})})
        world.add(f"spoke{number}", host)
    world.sites.add("crowd.localhost", pages)
    hub = {f"/{n}": Reply(write_list([], more="暂无信息"), delay=0.1) for n in range(10)}
    world.sites.add("hub.localhost", dict(hub))


def add_polite_sites(world: World) -> None:
    """One site that asks for a delay, and one that is busy for a moment and cuts an article in two."""
    slow = b"User-agent: *\nCrawl-delay: 0.3\n"
    paper = Reply(b"%PDF-1.4\n%%EOF\n", headers={"Content-Type": "application/pdf"})
    extra: dict[str, Reply | bytes] = {"/robots.txt": slow, "/f/1.pdf": paper}
    add_site(world, "slow.localhost", 3, **extra)
    world.add("slow", "slow.localhost")
    cut = write_article(f"moody.localhost {title_of(2)}", extra='<p><a href="/a/2_1.html">下一页</a></p>')
    second = write_article(f"moody.localhost {title_of(2)}", body="第二页的内容在这里，请各单位一并阅读。")
    add_site(world, "moody.localhost", 4, **{"/a/2.html": cut, "/a/2_1.html": second})
    steady = world.sites.hosts["moody.localhost"]

    def handle(asked: Asked) -> Reply:
        if asked.path == "/a/1.html" and world.sites.paths(asked.host).count(asked.path) == 1:
            return Reply(b"busy", 503, headers={"Retry-After": "1"})
        return steady(asked)

    world.sites.hosts["moody.localhost"] = handle
    world.add("moody", "moody.localhost")


def add_insider(world: World, port: int) -> None:
    """A site whose rows, images, attachments and redirects lead inside, in every spelling."""
    spelled = [
        INSIDE,
        "2130706434",
        "0x7f000002",
        "0177.0.0.2",
        "127.2",
        f"[::ffff:{INSIDE}]",
        "[::ffff:7f00:2]",
    ]
    inside = [f"http://{host}:{port}/x{n}.html" for n, host in enumerate(spelled)]
    inside += [f"http://good.localhost@{INSIDE}:{port}/u.html", f"http:\\\\{INSIDE}:{port}\\b.html"]
    inside += [f"http://{INSIDE}:{port}\t/t.html", "http://169.254.169.254/latest/meta-data/"]
    links = "".join(f'<img src="{url}"><a href="{url}.pdf">附件.pdf</a>' for url in inside)
    rows = [(title_of(n), url, "2026-11-01") for n, url in enumerate(inside)]
    rows += [
        ("带附件的通知公告一则", "/files.html", "2026-11-01"),
        ("跳转的通知公告一则", "/jump.html", "2026-11-01"),
    ]
    jump = Reply(status=301, headers={"Location": f"//{INSIDE}:{port}/jump"})
    refresh = f'<meta http-equiv="refresh" content="0;url=http://{INSIDE}:{port}/meta">'.encode()
    world.sites.add(
        "insider.localhost",
        {
            "/": refresh + write_list(rows),
            "/files.html": refresh + write_article("带附件的通知公告一则", extra=links),
            "/jump.html": jump,
        },
    )
    world.add("insider", "insider.localhost")


@pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127/8 on loopback")
def test_bad_sites_cost_only_themselves(world: World) -> None:
    with run_sites(INSIDE) as canary:
        verdicts = add_bad_sites(world)
        add_crowd(world)
        add_insider(world, canary.port)
        add_site(world, "good.localhost")
        world.add("good", "good.localhost")
        add_polite_sites(world)
        start = time.monotonic()
        rows = world.crawl()
        seconds = time.monotonic() - start
        reached = [asked.path for asked in canary.log]
    assert reached == []
    assert {name: rows[name]["verdict"] for name in verdicts} == verdicts
    assert (rows["good"]["verdict"], rows["good"]["new"]) == ("well", 6)
    assert [rows[f"crowd{n}"]["new"] for n in range(10)] == [3] * 10
    assert world.sites.most["crowd.localhost"] == 2
    assert world.sites.most["hub.localhost"] <= 2
    assert len(world.sites.paths("hub.localhost")) >= 10
    assert world.sites.paths("robots503.localhost").count("/") == 0
    assert world.sites.paths("robotsno.localhost") == ["/robots.txt"]
    assert "guarded" in rows["inside"]["evidence"] or "inside address" in rows["inside"]["evidence"]
    assert rows["insider"]["new"] == 1
    agents = {asked.headers["user-agent"] for asked in world.sites.log}
    assert agents == {"caibian/0.1 (+portal@example.gov.cn; www.example.gov.cn)"}
    assert seconds < 60
    assert (rows["slow"]["new"], rows["moody"]["new"]) == (4, 4)
    title, html, files = world.select(
        "SELECT json_extract(fields, '$.title'), json_extract(fields, '$.html'), "
        "json_extract(fields, '$.attachments') FROM readings WHERE fields LIKE '%1.pdf%'"
    )[0]
    assert title == "slow.localhost 文件/f/1.pdf的公示"
    assert "1.pdf" in html
    assert len(json.loads(files)[0]["hash"]) == 64
    times = [asked.at for asked in world.sites.log if asked.host == "slow.localhost"][1:]
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.28
    assert world.sites.paths("moody.localhost").count("/a/1.html") == 2
    words = world.select(
        "SELECT fields FROM readings WHERE fields LIKE '%moody%' AND fields LIKE '%第二页的内容%'"
    )
    assert len(words) == 1
    listed = world.select("SELECT count(*) FROM listings WHERE source = 'jyt-insider'")
    assert listed[0][0] >= 8
    assert world.select("SELECT DISTINCT last_error FROM sightings WHERE last_error LIKE 'guarded%'")


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
    assert one["pages"]["found"] == 60
    assert one["pages"]["new"] == 60

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
    """Three list pages of twenty rows, a pinned old row first, a `next` that turns back in a circle."""
    rows = [(f"第{n}号" + title_of(n), f"/a/{n}.html", f"2026-10-{28 - n // 3:02d}") for n in range(59)]
    rows.insert(0, ("置顶的旧闻一条请注意", "/a/99.html", "2019-01-01"))

    def handle(asked: Asked) -> Reply:
        if asked.path in ("/", "/2.html", "/3.html"):
            number = {"/": 0, "/2.html": 1, "/3.html": 2}[asked.path]
            follows = ["/2.html", "/3.html", "/2.html"][number]
            more = f'<a href="{follows}">下一页</a>'
            return Reply(
                write_list(rows[number * 20 : number * 20 + 20], more), headers={"ETag": f'"l{number}"'}
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
    rows = [(f"第{n}号" + title_of(n), f"/a/{n}.html", "2026-11-01") for n in range(40)]
    pages: dict[str, Reply | bytes] = {
        "/": write_list(rows[:20], '<a href="/2.html">下一页</a>'),
        "/2.html": Reply(write_list(rows[20:]), delay=0.3),
    }
    pages |= {url: Reply(write_article(title), delay=0.3) for title, url, _ in rows}
    world.sites.add("a.localhost", pages)
    world.add("a", "a.localhost")
    command, env = world.command({})
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as first:
        wait_for(lambda: len(world.sites.log) > 12)
        second = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert (second.returncode, json.loads(second.stdout)["error"]) == (0, "AlreadyRunning")
        first.send_signal(signal.SIGKILL)
    row = world.crawl()["a"]
    assert row["verdict"] == "well"
    assert world.select("SELECT count(*), count(DISTINCT item) FROM sightings WHERE item IS NOT NULL") == [
        (40, 40)
    ]


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


def wait_for(happened: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


# certificates


def make_certificate(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tls.localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("tls.localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "server.pem"
    path.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


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
