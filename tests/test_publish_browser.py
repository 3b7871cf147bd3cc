"""The portal in a real browser: nothing of an item runs or calls out, nothing overflows, large type stays."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from browsers import MARKS, open_browser

from portal import Portal
from publish import pages
from publish.assets import read_assets
from publish.fields import see_article, see_row
from publish.site_view import see_site
from publish.views import BlockView, FrontZoneView, ListView, Pager
from store.forms import EMPTY

pytestmark = MARKS

AT = datetime(2026, 11, 5, 2, 10, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)></svg>"
    "<iframe srcdoc='<script>alert(4)</script>'></iframe><img src='http://evil.invalid/pixel.gif'>"
    "<a href='javascript:alert(5)' id=bad>点</a><style>body{display:none}</style><base href='http://evil.invalid/'>"
    "<p style='position:fixed;inset:0;background:red'>盖</p><meta http-equiv=refresh content='0;url=http://evil.invalid/'>"
    "<table><tr><td>"
    + "很长的一格" * 40
    + "</td></tr></table>"
    + "https://example.gov.cn/"
    + "x" * 300
    + "\n"
    "<pre>很长的一行" + "预" * 300 + "\n" + "y" * 300 + "</pre>"
)

FIXED = "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).position == 'fixed').length"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def base(portal: Portal, tmp_path: Path) -> Iterator[str]:
    """A folder with a hostile article, its list and a front page, served on loopback."""
    site = see_site(portal)
    column = site.columns[0]
    fields = dict.fromkeys(("title", "html", "credit", "author", "doc_number", "topic", "summary"), HOSTILE)
    form = {**EMPTY, **fields, "address": "javascript:alert(6)"}
    row = see_row(1, form, "/article.html", AT, AT, "样例")
    article = see_article(1, form, "/article.html", column, AT, "样例")
    zone = FrontZoneView(site.zones[0], (BlockView(column, (row,) * 4), BlockView(site.columns[1], (row,))))
    files = {
        "/article.html": pages.render_article(article, site).encode(),
        "/list.html": pages.render_list(
            ListView(column, (row,), Pager(None, 1, None, None), 1, site.columns), site
        ).encode(),
        "/index.html": pages.render_front((zone,), site).encode(),
        **{asset.path: asset.raw for asset in read_assets().values()},
    }
    for path, raw in files.items():
        file = tmp_path / "www" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw)
    handler = functools.partial(_Quiet, directory=str(tmp_path / "www"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def browser() -> Iterator[Any]:
    with open_browser() as opened:
        yield opened


def test_nothing_runs_calls_out_covers_or_overflows(base: str, browser: Any) -> None:
    for width in (390, 1920):
        page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
        dialogs: list[str] = []
        asked: list[str] = []
        page.on("dialog", lambda dialog, seen=dialogs: (seen.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request, seen=asked: seen.append(request.url))
        for path in ("/article.html", "/list.html", "/index.html"):
            page.goto(base + path)
            assert page.url == base + path
            assert page.locator("h1").first.is_visible() or path == "/index.html"
            assert page.evaluate(FIXED) == 0
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert dialogs == []
        assert {url for url in asked if not url.startswith(base)} == set()
        page.context.close()


def test_large_type_is_remembered_and_works_without_script_on_its_page(base: str, browser: Any) -> None:
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    for script in (True, False):
        page = browser.new_context(java_script_enabled=script).new_page()
        page.goto(f"{base}/index.html")
        box = page.locator("#large")
        small = page.locator("h2").first.bounding_box()["height"]
        box.check()
        assert page.locator("h2").first.bounding_box()["height"] > small
        if script:
            page.goto(f"{base}/article.html")
            assert page.locator("#large").is_checked()
            assert page.evaluate(size) > 20
        page.context.close()


def test_the_keyboard_reaches_the_text_first(base: str, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"{base}/article.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.close()
