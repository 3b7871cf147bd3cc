"""One page in the browser: each of its requests is refused, or answered by the crawl's own fetcher."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from reading.site import is_same_site
from spiders.faults import Fault
from spiders.fetch import Answer, Fetcher
from spiders.gate import Turn
from spiders.turning import Sent

if TYPE_CHECKING:
    from playwright.async_api import Request, Route

MOST_REQUESTS = 80
QUIET_SECONDS = 0.7
SETTLE_SECONDS = 20.0
_KEPT_BYTES = 8 << 20
_WANTED = frozenset(("document", "script", "xhr", "fetch", "other"))
# What a browser says of itself; the crawl says its own.
_OWN_HEADERS = frozenset(
    (
        *("user-agent", "referer", "origin", "host", "cookie", "content-length", "content-type"),
        *("accept-encoding", "accept-language", "connection", "upgrade-insecure-requests", "cache-control"),
    )
)


class Visit:
    """Answers the requests of one page; `fault` is why it was ended."""

    def __init__(self, page: Answer, fetcher: Fetcher, deadline: float, scripts: dict[str, Answer]) -> None:
        self.url = page.url
        self.fault: str | None = None
        self._page = page
        self._fetcher = fetcher
        self._deadline = deadline
        self._scripts = scripts
        self._open = 0
        self._count = 0
        self.last = monotonic()

    def begin(self) -> None:
        """The browser is there, and the page begins."""
        self.last = monotonic()

    def is_stalled(self, seconds: float) -> bool:
        """Say whether nothing was asked or answered for so long, and nothing is under way."""
        return self._open == 0 and monotonic() - self.last > seconds

    async def settle(self) -> None:
        """Wait until the page asks for nothing for a moment; one that never stops is taken as it stands."""
        end = monotonic() + SETTLE_SECONDS
        while monotonic() < end and not self.is_stalled(QUIET_SECONDS):
            await asyncio.sleep(0.05)

    async def answer(self, route: Route) -> None:
        """Answer one request of the browser."""
        from playwright.async_api import Error

        self._open += 1
        try:
            with suppress(Error):  # the page, or the whole browser, may be gone by now
                await self._answer(route)
        finally:
            self._open -= 1
            self.last = monotonic()

    async def _answer(self, route: Route) -> None:
        request = route.request
        if request.is_navigation_request() and urldefrag(request.url)[0] == urldefrag(self.url)[0]:
            return await self._give(route, self._page)
        if self._refuses(request):
            return await route.abort("blockedbyclient")
        answer = self._scripts.get(request.url) or await self._fetch(request)
        if isinstance(answer, Fault):
            return await route.abort("blockedbyclient")
        if request.resource_type == "script" and answer.status == 200:
            self._keep(request.url, answer)
        return await self._give(route, answer)

    def _refuses(self, request: Request) -> bool:
        """Another site, a picture, a font, a film, a style, a method that changes something, one too many."""
        self._count += 1
        return (
            self._count > MOST_REQUESTS
            or request.resource_type not in _WANTED
            or request.method not in ("GET", "POST")
            or not request.url.startswith(("http://", "https://"))
            or not is_same_site(request.url, self.url)
        )

    async def _fetch(self, request: Request) -> Answer | Fault:
        own = {
            name: value
            for name, value in request.headers.items()
            if name not in _OWN_HEADERS and not name.startswith("sec-")
        }
        sent = None
        if request.method == "POST":
            sent = Sent(request.post_data_buffer or b"", request.headers.get("content-type", "text/plain"))
        # in the turn of files: the page is in hand, and must not wait for room that it takes itself
        return await self._fetcher.fetch(request.url, Turn.FILE, self._deadline, headers=own, sent=sent)

    def _keep(self, url: str, answer: Answer) -> None:
        """Keep a script, which every page of a site asks for again, as long as there is room."""
        if sum(len(one.raw) for one in self._scripts.values()) + len(answer.raw) < _KEPT_BYTES:
            self._scripts[url] = answer

    @staticmethod
    async def _give(route: Route, answer: Answer) -> None:
        origin = route.request.headers.get("origin", "*")
        headers = {"Content-Type": answer.content_type, "Access-Control-Allow-Origin": origin}
        await route.fulfill(status=answer.status, headers=headers, body=answer.raw)
