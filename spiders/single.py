"""Fetching for a person at the command line, as the crawl does it: guard, robots, caps; a page, a column."""

from __future__ import annotations

import asyncio
import multiprocessing
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from ipaddress import IPv4Network, IPv6Network
from time import monotonic
from typing import Any

from scrapy import Request, Spider

from clock import read_clock
from errors import ReadingError
from reading.page import Hints, Page
from spiders.browser import make_browser
from spiders.faults import Fault
from spiders.fetch import Answer, Fetcher
from spiders.gate import Backlog, Gate, Turn
from spiders.guard import NETWORKS_SETTING
from spiders.handler import UNVERIFIED_SETTING
from spiders.look import Look, look_at
from spiders.plan import name_agent
from spiders.pool import ReadingPool
from spiders.run import make_process, read_settings

_SECONDS = 120.0
Networks = Sequence[IPv4Network | IPv6Network]


def fetch_one(url: str, networks: Networks, contact: str) -> Page:
    """Fetch one page; `networks` are those that sources.yaml opens, `contact` goes into the User-Agent.

    Works in a process of its own, since Scrapy runs once a process. Raises ReadingError for a page that does
    not come, with the reason.
    """
    answer = run_apart(url, OnePage, own_settings(networks, contact), {"url": url})
    if isinstance(answer, Fault):
        raise ReadingError(f"{url}: {answer.kind}: {answer.words}")
    if answer.status != 200:
        raise ReadingError(f"{url}: answers {answer.status}")
    return Page(answer.raw, answer.url, read_clock(), answer.content_type)


def look_at_column(
    url: str,
    networks: Networks,
    contact: str,
    hints: Hints,
    delay: float,
    excused: Sequence[str] = (),
    browser: bool = False,
) -> Look:
    """Look at a column in a process of its own, a request each `delay` seconds at a host.

    `excused` are hosts whose certificate ops do not ask for; `browser` has pages filled by their scripts. A
    column that does not come is a Look with its fault; raises ReadingError when the process ended early.
    """
    own = {**own_settings(networks, contact), "DOWNLOAD_DELAY": delay, UNVERIFIED_SETTING: list(excused)}
    look: Look | Fault = run_apart(url, Column, own, {"url": url, "hints": hints, "browser": browser})
    return Look(url, fault=look) if isinstance(look, Fault) else look


def own_settings(networks: Networks, contact: str) -> dict[str, Any]:
    """Give what a fetch for one person has of its own among Scrapy's settings."""
    opened = [str(network) for network in networks]
    return {NETWORKS_SETTING: opened, "USER_AGENT": name_agent(contact), "EXTENSIONS": {}}


def run_apart(url: str, spider: type[Errand], own: dict[str, Any], options: dict[str, Any]) -> Any:
    """Run a spider in a process of its own, give what it `found`; raises ReadingError when it ends early."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        try:
            return process.submit(_run, spider, own, options).result()
        except BrokenProcessPool as error:
            raise ReadingError(f"{url}: the fetching process ended early") from error


def _run(spider: type[Errand], own: dict[str, Any], options: dict[str, Any]) -> Any:
    settings = read_settings()
    settings.setdict(own, priority="cmdline")
    process = make_process(settings)
    crawler = process.create_crawler(spider)
    process.crawl(crawler, **options)
    process.start()
    return getattr(crawler.spider, "found", Fault("lost", "the fetch was stopped"))


class Errand(Spider, ABC):
    """Does one thing for a person, with `places` requests at once, and keeps what it `found`."""

    url = ""
    places = 1
    found: Any = Fault("lost", "never asked")

    async def start(self) -> AsyncIterator[Request]:
        """Do it; nothing goes through Scrapy's own queue."""
        fetcher = Fetcher(self.crawler.engine, Gate(self.places, self.places), Backlog(1 << 30))
        self.found = await self.ask(fetcher)
        for request in tuple[Request, ...]():
            yield request

    @abstractmethod
    async def ask(self, fetcher: Fetcher) -> Any:
        """Do what the errand is, and give what it brings, a Fault where that says why not."""


class OnePage(Errand):
    """Asks for one address and keeps the answer."""

    name = "one"

    async def ask(self, fetcher: Fetcher) -> Answer | Fault:
        """Fetch the address."""
        return await fetcher.fetch(self.url, Turn.LIST, monotonic() + _SECONDS)


class Column(Errand):
    """Looks at one column; with `browser`, as its scripts fill it."""

    name = "column"
    hints = Hints()
    browser = False

    async def ask(self, fetcher: Fetcher) -> Look:
        """Look."""
        pool = ReadingPool(1)
        browser = make_browser(fetcher)
        try:
            asks = browser if self.browser else fetcher
            return await look_at(self.url, asks, pool, self.hints, read_clock)
        finally:
            await browser.close()
            await asyncio.to_thread(pool.close)
