"""Pages that only scripts fill: Chromium runs them, and what it asks for goes through the crawl's fetcher.

The browser itself reaches nothing: its requests are answered from here, names do not resolve for it, its
proxy is a closed port. So guard, robots.txt, delays, caps and budgets hold for each request of a page, and
one to another site is refused. One page at a time; one without an end costs itself, with its browser.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from reading.page import BINARY
from spiders.faults import Fault
from spiders.fetch import PAGE_LIMIT, Answer, Fetcher
from spiders.gate import Turn
from spiders.tree import find_tree, kill_tree, spend, weigh
from spiders.turning import Sent
from spiders.visit import Visit

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import Playwright

PAGE_SECONDS = 90.0
STALL_SECONDS = 10.0
STILL_SECONDS = 30.0
STALL_SETTING = "CAIBIAN_STALL_SECONDS"
MEMORY_BYTES = 800 << 20
_WATCH_SECONDS = 0.5
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--js-flags=--max-old-space-size=256",
    "--disable-quic",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--dns-prefetch-disable",
    "--disable-background-networking",
)
# Its packets go past every proxy; the policy above holds them back, and no page needs it to show a list.
_NO_CALLS = """for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport'])
  Object.defineProperty(window, name, {value: undefined});"""
_NOWHERE = "http://127.0.0.1:9"


def find_missing() -> str | None:
    """Say what of the extra `js` is not there; None when a browser can be started."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed: pip install caibian[js]"
    if find_chromium() is None:
        return "no Chromium on this machine: apt install chromium, and pip install caibian[js]"
    return None


def find_chromium() -> str | None:
    """Say where the machine's Chromium is."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


class Browser:
    """Fetches as `Fetcher` does, and gives a page as it stands when its scripts are done.

    With something of the extra `js` `missing` nothing is asked: each page has that fault.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        missing: str | None = None,
        seconds: float = PAGE_SECONDS,
        stall: float = STALL_SECONDS,
    ) -> None:
        self._fetcher = fetcher
        self._missing = missing
        self._seconds = seconds
        self._stall = stall
        self._one = asyncio.Lock()
        self._play: Playwright | None = None
        self._chromium: Chromium | None = None
        self._scripts: dict[str, Answer] = {}

    async def fetch(
        self,
        url: str,
        turn: Turn,
        deadline: float,
        limit: int = PAGE_LIMIT,
        headers: Mapping[str, str] | None = None,
        sent: Sent | None = None,
    ) -> Answer | Fault:
        """Fetch an address; a page's scripts run until they ask for nothing more.

        `headers` are left out: a shell that did not change says nothing of its rows. A document, JSON, or a
        status other than 200 is given as it came.
        """
        if self._missing is not None:
            return Fault("page", f"a browser fills it, and {self._missing}")
        answer = await self._fetcher.fetch(url, turn, deadline, limit, sent=sent)
        if isinstance(answer, Fault) or answer.status != 200 or not _is_page(answer):
            return answer
        async with self._one:
            return await self._fill(answer, deadline)

    async def close(self) -> None:
        """End the browser and its driver, whatever they do; a run that started none looks for no process."""
        if self._play is None:
            return
        await self._kill()
        play, self._play = self._play, None
        with suppress(TimeoutError, ConnectionError):
            await asyncio.wait_for(play.stop(), 5)

    async def _fill(self, answer: Answer, deadline: float) -> Answer | Fault:
        from playwright.async_api import Error

        seconds = min(self._seconds, deadline - monotonic())
        if seconds <= 0:
            return Fault("budget", "the time budget of this run was used up")
        visit = Visit(answer, self._fetcher, deadline, self._scripts)
        watch = asyncio.create_task(self._watch(visit, seconds))
        try:
            raw = await self._run(visit)
        except Error as error:
            await self._kill()
            return Fault("page", visit.fault or f"the browser gave up: {str(error).splitlines()[0][:200]}")
        finally:
            watch.cancel()
        return replace(answer, raw=raw, content_type="text/html; charset=utf-8", etag=None, modified=None)

    async def _run(self, visit: Visit) -> bytes:
        chromium = await self._start()
        context = await chromium.new_context(
            service_workers="block", accept_downloads=False, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        await context.add_init_script(_NO_CALLS)
        await context.route("**/*", visit.answer)
        await context.route_web_socket("**/*", lambda socket: socket.close())
        page = await context.new_page()
        context.on("page", lambda other: asyncio.ensure_future(_close(other)))
        visit.begin()
        await page.goto(visit.url, wait_until="load", timeout=0)
        await visit.settle()
        markup = await page.content()
        await context.close()
        return markup.encode("utf-8", "replace")[:PAGE_LIMIT]

    async def _watch(self, visit: Visit, seconds: float) -> None:
        """End the browser of a page that takes too long, works on without asking for anything, or swells."""
        end, seen, before = monotonic() + seconds, 0.0, 0.0
        while visit.fault is None:
            await asyncio.sleep(_WATCH_SECONDS)
            processes = list(find_tree(os.getpid(), "chrom"))
            spent = spend(processes)
            if visit.last != seen:
                seen, before = visit.last, spent
            if monotonic() > end or visit.is_stalled(STILL_SECONDS):
                visit.fault = f"its scripts came to no end within {seconds:.0f} s"
            elif spent - before > self._stall:
                visit.fault = f"its scripts came to no end: {self._stall:.0f} s of work without a request"
            elif weigh(processes) > MEMORY_BYTES:
                visit.fault = f"its scripts took more than {MEMORY_BYTES >> 20} MB"
        kill_tree(os.getpid(), "chrom")

    async def _start(self) -> Chromium:
        if self._chromium is not None and self._chromium.is_connected():
            return self._chromium
        from playwright.async_api import async_playwright

        if self._play is None:
            self._play = await async_playwright().start()
        arguments = [*_ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else [*_ARGUMENTS]
        self._chromium = await self._play.chromium.launch(
            executable_path=find_chromium(),
            args=arguments,
            proxy={"server": _NOWHERE, "bypass": "<-loopback>"},
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        return self._chromium

    async def _kill(self) -> None:
        kill_tree(os.getpid(), "chrom")
        if self._chromium is not None:
            from playwright.async_api import Error

            chromium, self._chromium = self._chromium, None
            with suppress(Error, TimeoutError, ConnectionError):
                await asyncio.wait_for(chromium.close(), 5)


def make_browser(fetcher: Fetcher, stall: float = STALL_SECONDS) -> Browser:
    """Make what fetches pages that scripts fill; Chromium starts with the first of them."""
    return Browser(fetcher, find_missing(), stall=stall)


async def _close(page: Any) -> None:
    from playwright.async_api import Error

    with suppress(Error):
        await page.close()


def _is_page(answer: Answer) -> bool:
    typed = answer.content_type.partition(";")[0].strip().lower()
    return typed in ("", "text/html", "application/xhtml+xml") and not answer.raw.startswith(BINARY)
