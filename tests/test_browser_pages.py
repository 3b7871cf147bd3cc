"""Pages that only scripts fill, through real crawls with a real Chromium: read, guarded, ended in time."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text as text_of

from demo.configuration import write_configuration
from demo.province import make_province
from demo.scripted import COUNT, SITE, SLUG, write_titles
from demo.server import serve
from errors import ConfigurationError
from portal import load_portal
from sources import Paths, load_sources
from spiders import browser, run
from store.database import Database

SERVERS = Path(__file__).parent / "servers"
sys.path.insert(0, str(SERVERS))

from sites import Asked, Reply, Sites, run_sites, write_article  # noqa: E402
from world import World, title_of  # noqa: E402

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(browser.find_missing() is not None, reason=browser.find_missing() or ""),
]

# Nothing in the page names the address of its data, as scripts that are packed do not either.
APP = """
const where = atob('L2RhdGEv');
fetch(where + 'list.json').then(a => a.json()).then(told => {
  document.querySelector('#app').innerHTML = '<ul>' + told.rows.map(row =>
    `<li><a href="${row.url}">${row.title}</a><span>${row.date}</span></li>`).join('') + '</ul>';
});
"""
ARTICLE = """
const id = location.pathname.match(/[0-9]+/)[0];
const ask = new XMLHttpRequest();
ask.open('POST', atob('L2RhdGEv') + 'one');
ask.setRequestHeader('X-Channel', 'news');
ask.onload = () => { document.body.innerHTML = ask.responseText; };
ask.send('id=' + id);
"""


def draw(script: str, more: str = "") -> bytes:
    return (
        f"<html><head><meta charset='utf-8'><title>动态</title></head><body><div id='app' class='list'></div>"
        f"<img src='/picture.png'>{more}<script>{script}</script></body></html>"
    ).encode()


def answer_app(asked: Asked) -> Reply:
    """A site of scripts: a shell, its data, articles that are shells too."""
    if asked.path == "/":
        return Reply(draw("", "<link rel=stylesheet href=/style.css><script src='/app.js'></script>"))
    if asked.path == "/app.js":
        return Reply(APP.encode(), headers={"Content-Type": "text/javascript"})
    if asked.path == "/data/list.json":
        rows = [
            {"title": title_of(n), "url": f"/view/{n}.html", "date": f"2026-11-0{n + 1}"} for n in range(4)
        ]
        return Reply(json.dumps({"rows": rows}).encode(), headers={"Content-Type": "application/json"})
    if asked.path == "/data/one" and asked.headers.get("x-channel") == "news":
        page = write_article(title_of(int(asked.body.removeprefix("id="))))
        return Reply(page.partition(b"<body>")[2].partition(b"</body>")[0])
    if asked.path.startswith("/view/"):
        return Reply(draw(ARTICLE))
    return Reply(b"not here", 404)


@dataclass
class Canary:
    """A port of an inside address that nothing may reach; `cries` counts connections and datagrams."""

    port: int
    cries: list[str] = field(default_factory=list)


@contextmanager
def watch_inside() -> Iterator[Canary]:
    """Listen on 127.0.0.2, which the test's sources.yaml does not open."""
    with socket.socket() as stream, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets:
        stream.bind(("127.0.0.2", 0))
        stream.listen()
        canary = Canary(stream.getsockname()[1])
        packets.bind(("127.0.0.2", canary.port))

        def hear(receive: object, word: str) -> None:
            while True:
                try:
                    receive()  # type: ignore[operator]
                except OSError:
                    return
                canary.cries.append(word)

        for one in ((stream.accept, "connection"), (lambda: packets.recvfrom(1), "datagram")):
            threading.Thread(target=hear, args=one, daemon=True).start()
        yield canary
        stream.shutdown(socket.SHUT_RDWR)


def attack(canary: Canary, sites: Sites) -> bytes:
    """Whatever a page may try: the inside by every door, another host, a hop that leads inside."""
    inside, other = f"127.0.0.2:{canary.port}", f"canary.localhost:{sites.port}"
    tries = "".join(
        f"<iframe src='http://{at}/frame'></iframe><link rel=preconnect href='http://{at}'>"
        f"<link rel=dns-prefetch href='//{at}'><link rel=prefetch href='http://{at}/p'>"
        f"<script src='http://{at}/s.js'></script><object data='http://{at}/o'></object>"
        f"<video src='http://{at}/v' autoplay></video>"
        f"<form id='f' action='http://{at}/form' target='_blank'></form>"
        for at in (inside, other)
    )
    script = f"""
    for (const at of ['{inside}', '{other}']) {{
      fetch('http://' + at + '/fetch').catch(() => 0);
      fetch('http://' + at + '/no-cors', {{mode: 'no-cors'}}).catch(() => 0);
      navigator.sendBeacon('http://' + at + '/beacon', 'x');
      try {{ new WebSocket('ws://' + at + '/socket'); }} catch (e) {{}}
      try {{ new EventSource('http://' + at + '/events'); }} catch (e) {{}}
      try {{ new Worker('http://' + at + '/worker.js'); }} catch (e) {{}}
      new Image().src = 'http://' + at + '/image';
      window.open('http://' + at + '/popup');
    }}
    fetch('/hop').catch(() => 0);
    try {{
      const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:{inside}'}}]}});
      peer.createDataChannel('x'); peer.createOffer().then(o => peer.setLocalDescription(o));
    }} catch (e) {{}}
    document.querySelector('#f').submit();
    document.querySelector('#app').innerHTML = '<ul>' + [0, 1, 2, 3].map(n =>
      `<li><a href="/a/${{n}}.html">恶意页面上的第${{n}}条工作动态消息</a><span>2026-11-05</span></li>`
      ).join('') + '</ul>';
    """
    return draw(script, tries)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with run_sites() as sites:
        yield World(tmp_path, sites, settings={"DOWNLOAD_TIMEOUT": 5, "CAIBIAN_STALL_SECONDS": 3.0})


def test_a_page_that_only_scripts_fill_is_read_and_a_bad_one_costs_itself(world: World) -> None:
    world.sites.hosts["app.localhost"] = answer_app
    world.add("app", "app.localhost", browser=True)
    with watch_inside() as canary:
        pages: dict[str, Reply | bytes] = {"/": attack(canary, world.sites)}
        pages |= {f"/a/{n}.html": write_article(f"恶意页面上的第{n}条工作动态消息") for n in range(4)}
        pages["/hop"] = Reply(status=302, headers={"Location": f"http://127.0.0.2:{canary.port}/hop"})
        world.sites.add("evil.localhost", pages)
        world.add("evil", "evil.localhost", browser=True)
        world.sites.add("loop.localhost", {"/": draw("while (true) {}")})
        world.add("loop", "loop.localhost", browser=True)
        closed = {
            "/robots.txt": b"User-agent: *\nDisallow: /data/\n",
            "/": draw("", f"<script>{APP}</script>"),
        }
        world.sites.add("closed.localhost", {**closed, "/data/list.json": b"{}"})
        world.add("closed", "closed.localhost", browser=True)
        world.sites.add("canary.localhost", {})

        rows = world.crawl(now="2026-11-07T02:00:00+00:00")

        assert canary.cries == []
    assert world.sites.paths("canary.localhost") == []
    assert (rows["app"]["verdict"], rows["app"]["new"]) == ("well", 4)
    assert (rows["evil"]["verdict"], rows["evil"]["new"]) == ("well", 4)
    assert (rows["loop"]["verdict"], rows["loop"]["found"]) == ("redesigned", 0)
    assert "3 s of work without a request" in rows["loop"]["evidence"]
    assert rows["closed"]["found"] == 0
    assert "/data/list.json" not in world.sites.paths("closed.localhost")
    asked = world.sites.paths("app.localhost")
    assert asked.count("/app.js") == 1
    assert not {"/picture.png", "/style.css"} & set(asked)
    fields = [json.loads(row[0]) for row in world.select("SELECT fields FROM readings")]
    assert {one["title"] for one in fields} >= {title_of(n) for n in range(4)}


def test_the_samples_scripted_list_is_read_once_it_is_switched_on(tmp_path: Path) -> None:
    with serve(make_province(date(2026, 11, 21), agencies=2), 0) as server:
        files = write_configuration(server.province, tmp_path)
        text = files.sources.read_text(encoding="utf-8")
        head, mark, rest = text.partition(f"- id: {SITE}-{SLUG}\n")
        assert mark
        files.sources.write_text(
            head + mark + rest.replace("enabled: false", "enabled: true"), encoding="utf-8"
        )
        command = [sys.executable, str(SERVERS / "crawl.py"), json.dumps({"wanted": [f"{SITE}-{SLUG}"]})]
        env = {**os.environ, "PYTHONPATH": str(SERVERS.parent.parent), "CAIBIAN_HOME": str(tmp_path / "var")}
        done = subprocess.run(
            command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False
        )
    row = json.loads(done.stdout)
    assert (row["verdict"], row["new"]) == ("well", COUNT)
    database = Database.open(f"sqlite:///{tmp_path / 'var' / 'caibian.sqlite'}", tmp_path / "var")
    with database.read() as connection:
        read = [
            json.loads(one) for one in connection.execute(text_of("SELECT fields FROM readings")).scalars()
        ]
    database.close()
    assert {(one["title"], one["published"][:10]) for one in read} == set(write_titles(date(2026, 11, 21)))


def test_without_the_extra_a_named_source_says_what_to_install(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add("app", "app.localhost", browser=True)
    world.command({})
    monkeypatch.setattr(run, "find_missing", lambda: "playwright is not installed: pip install caibian[js]")
    paths = Paths(
        world.folder / "var", "sqlite://", world.folder / "sources.yaml", world.folder / "portal.yaml"
    )
    sources, portal = load_sources(paths.sources), load_portal(paths.portal)
    with pytest.raises(ConfigurationError, match=r"yaml:\d+:\d+: .*jyt-app.*pip install caibian\[js\]"):
        run.run_crawl(paths, sources, portal, wanted=["jyt-app"])
