"""Queries asked in a browser, of a server that compresses as nginx does; what each moves is counted."""

from __future__ import annotations

import functools
import gzip
import http.server
import shutil
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

_TOLD = "#hits[data-done]"
_DONE = "document.getElementById('hits').dataset.done === '1'"
_PATIENCE = 120_000  # milliseconds for one page of hits


@dataclass(frozen=True)
class Asked:
    """What one query moved: bytes for the first hits and for the dearest further page; how many hits came.

    `whole` where it was paged to its end.
    """

    query: str
    first: int
    further: int
    hits: int
    whole: bool


def find_fault() -> str | None:
    """Say why nothing can be asked, None where it can."""
    if find_spec("playwright") is None:
        return "no playwright: pip install 'caibian[dev]'"
    return None if shutil.which("chromium") else "no chromium on this machine"


def ask_all(site: Path, queries: Collection[str], to_the_end: Collection[str]) -> list[Asked]:
    """Ask each query by itself, nothing cached; two pages of hits, or all of them."""
    from playwright.sync_api import sync_playwright

    with _serve(site) as base, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        asked = [_ask(browser, base, query, query in to_the_end) for query in queries]
        browser.close()
    return asked


def _ask(browser: Any, base: str, query: str, to_the_end: bool) -> Asked:
    context = browser.new_context()
    page = context.new_page()
    moved: list[int] = []

    def count(request: Any) -> None:
        if request.resource_type in ("fetch", "xhr"):
            sizes = request.sizes()
            moved.append(sizes["responseBodySize"] + sizes["responseHeadersSize"])

    page.on("requestfinished", count)
    page.goto(f"{base}/search/?s=best&q={quote(query)}")
    page.wait_for_selector(_TOLD, state="attached", timeout=_PATIENCE)
    pages = [sum(moved)]
    while not page.evaluate(_DONE) and (to_the_end or len(pages) < 2):
        before = sum(moved)
        page.evaluate("delete document.getElementById('hits').dataset.done")
        page.click("#more")
        page.wait_for_selector(_TOLD, state="attached", timeout=_PATIENCE)
        pages.append(sum(moved) - before)
    hits, done = page.locator("#hits > li").count(), page.evaluate(_DONE)
    context.close()
    return Asked(query, pages[0], max(pages[1:], default=0), hits, done)


class _Compressed(http.server.SimpleHTTPRequestHandler):
    """Files as nginx would send them: compressed, but for what is too small to gain."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""

    def do_GET(self) -> None:
        place = Path(self.translate_path(self.path.partition("?")[0]))
        place = place / "index.html" if place.is_dir() else place
        try:
            raw = place.read_bytes()
        except OSError:
            self.send_error(404)
            return
        packed = len(raw) >= 512
        body = gzip.compress(raw, 1) if packed else raw  # the level of nginx
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(place)))
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def _serve(site: Path) -> Iterator[str]:
    handler = functools.partial(_Compressed, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
