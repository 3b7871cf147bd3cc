"""How politely a host is asked: its delay, its pauses, and when it is given up for this run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from clock import read_clock
from spiders.faults import Fault, Refusal

DELAYS_SETTING = "CAIBIAN_DELAYS"
DELAY_LIMIT = 60.0
_PATIENCE = 120.0
_TIMEOUTS = 2
_BUSY = (429, 503)


@dataclass
class Host:
    """What a run has learned of one host: seconds between requests, and whether to ask at all."""

    delay: float
    resume: float = 0.0
    timeouts: int = 0
    fault: Fault | None = field(default=None)


def read_retry_after(value: str | None, now: Callable[[], datetime] = read_clock) -> float | None:
    """Read Retry-After, in seconds from now: a number or an HTTP date; None when there is none."""
    text = (value or "").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, float((moment - now()).total_seconds()))
    except (TypeError, ValueError):
        return None


class SlotsMiddleware:
    """Nearest the downloader: one slot and one delay per host, doubled by 429 and 503, never under zero.

    A redirected request keeps its first host's `download_slot`, which would put sixteen requests at once on
    the host that ten others redirect to; so the slot is dropped from each request that passes.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._default = crawler.settings.getfloat("DOWNLOAD_DELAY")
        asked = crawler.settings.getdict(DELAYS_SETTING)
        self._hosts = {host: Host(float(delay)) for host, delay in asked.items()}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SlotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        request.meta.pop("download_slot", None)
        name = urlparse_cached(request).hostname or ""
        host = self._host(name)
        self._refuse_if_given_up(host)
        wait = host.resume - monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
            self._refuse_if_given_up(host)
        self._set_delay(name, host.delay)

    def process_response(self, request: Request, response: Response) -> Response:
        name = urlparse_cached(request).hostname or ""
        host = self._host(name)
        host.timeouts = 0
        if response.status in _BUSY:
            host.delay = min(max(host.delay, 0.05) * 2, max(DELAY_LIMIT, host.delay))
            self._pause(host, request, response)
            self._set_delay(name, host.delay)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if not isinstance(exception, DownloadTimeoutError):
            return
        name = urlparse_cached(request).hostname or ""
        host = self._host(name)
        host.timeouts += 1
        if host.timeouts >= _TIMEOUTS and host.fault is None:
            host.fault = Fault("given-up", f"{name} timed out {host.timeouts} times in a row")

    def ask_delay(self, netloc: str, seconds: float) -> None:
        """Let a host wait at least so many seconds between requests (robots.txt asks for it)."""
        name = urlsplit(f"//{netloc}").hostname or ""
        host = self._host(name)
        host.delay = max(host.delay, seconds)
        self._set_delay(name, host.delay)

    def _host(self, name: str) -> Host:
        return self._hosts.setdefault(name, Host(self._default))

    @staticmethod
    def _refuse_if_given_up(host: Host) -> None:
        if host.fault is not None:
            raise Refusal(host.fault.kind, host.fault.words)

    def _set_delay(self, name: str, seconds: float) -> None:
        """Tell the downloader, for the slot that is open and for one that it opens again later."""
        downloader = self._crawler.engine.downloader
        downloader.per_slot_settings.setdefault(name, {})["delay"] = seconds
        if name in downloader.slots:
            downloader.slots[name].delay = seconds

    def _pause(self, host: Host, request: Request, response: Response) -> None:
        asked = read_retry_after(_text(response.headers.get("Retry-After")))
        if asked is None:
            return
        left = request.meta.get("deadline", monotonic() + _PATIENCE) - monotonic()
        if asked > left:
            words = (
                f"{response.status} with Retry-After {asked:.0f} s; this run has {max(left, 0):.0f} s left"
            )
            host.fault = Fault("retry-after", words)
        else:
            host.resume = max(host.resume, monotonic() + asked)


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value is not None else None
