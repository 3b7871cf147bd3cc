"""robots.txt by RFC 9309: what cannot be read forbids, what is not there allows.

Scrapy's own middleware takes a 503 or a time-out for "allowed"; this subclass overrides methods that are
private there, hence `scrapy<2.20` in setup.cfg.
"""

from __future__ import annotations

import asyncio
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser
from scrapy.utils.httpobj import urlparse_cached

from spiders.faults import FETCH_ERRORS, Fault, Refusal, name_fault
from spiders.slots import SlotsMiddleware

SIZE_LIMIT = 512 * 1024
DELAY_LIMIT = 30.0
PRODUCT = "caibian"
_SEEN = "robots_bytes"


class Robots:
    """What one site's robots.txt comes to: rules, or one fault that forbids everything, or nothing at all."""

    def __init__(self, rules: RobotParser | None = None, fault: Fault | None = None) -> None:
        self.rules = rules
        self.fault = fault


def judge_robots(status: int) -> Fault | None:
    """Say what a status of robots.txt forbids: 5xx and 429 everything, other 4xx nothing (RFC 9309 2.3.1)."""
    if status >= 500 or status == 429:
        return Fault("robots", f"robots.txt answers {status}, which forbids everything (RFC 9309)")
    return None


class RobotsMiddleware(RobotsTxtMiddleware):
    """Asks robots.txt once per origin, reads its first 512 KiB, keeps its Crawl-delay up to 30 s."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._known: dict[str, asyncio.Future[Robots]] = {}
        crawler.signals.connect(self._cut, signals.bytes_received)

    async def process_request(self, request: Request, spider: Any = None) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlparse_cached(request)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._known:
            self._known[origin] = asyncio.ensure_future(self._ask(origin, request))
        robots = await asyncio.shield(self._known[origin])
        if robots.fault is not None:
            raise Refusal(robots.fault.kind, robots.fault.words)
        if robots.rules is not None and not robots.rules.allowed(request.url, PRODUCT):
            self._stats.inc_value("robotstxt/forbidden")
            raise Refusal("robots", f"robots.txt of {parts.netloc} forbids {parts.path or '/'}")

    async def _ask(self, origin: str, request: Request) -> Robots:
        asking = Request(
            f"{origin}/robots.txt",
            priority=self.DOWNLOAD_PRIORITY,
            meta={"dont_obey_robotstxt": True, "max_retry_times": 1, _SEEN: 0},
            callback=NO_CALLBACK,
        )
        if "deadline" in request.meta:
            asking.meta["deadline"] = request.meta["deadline"]
        self._stats.inc_value("robotstxt/request_count")
        try:
            answer = await self.crawler.engine.download_async(asking)
        except FETCH_ERRORS as error:
            return self._judge_error(error)
        return self._read(answer, origin)

    def _judge_error(self, error: Exception) -> Robots:
        fault = name_fault(error)
        if isinstance(error, IgnoreRequest) and fault.kind == "redirects":
            return Robots()  # RFC 9309 2.3.1.2: a file behind more than five redirects is not there
        return Robots(fault=Fault(fault.kind, f"robots.txt could not be read: {fault.words}"))

    def _read(self, answer: Response, origin: str) -> Robots:
        self._stats.inc_value(f"robotstxt/response_status_count/{answer.status}")
        fault = judge_robots(answer.status)
        if fault is not None or answer.status >= 300:
            return Robots(fault=fault)
        rules = ProtegoRobotParser(answer.body[:SIZE_LIMIT], self.crawler.spider)
        delay = rules.crawl_delay(PRODUCT)
        slots = self.crawler.get_downloader_middleware(SlotsMiddleware)
        if delay and slots is not None:
            slots.ask_delay(origin.partition("://")[2], min(delay, DELAY_LIMIT))
        return Robots(rules=rules)

    def _cut(self, data: bytes, request: Request) -> None:
        if _SEEN in request.meta:
            request.meta[_SEEN] += len(data)
            if request.meta[_SEEN] > SIZE_LIMIT:
                raise StopDownload(fail=False)
