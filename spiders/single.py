"""Fetching one page for a person at the command line, under the crawl's own guard, robots and caps."""

from __future__ import annotations

import multiprocessing
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from ipaddress import IPv4Network, IPv6Network
from time import monotonic

from scrapy import Request, Spider

from clock import read_clock
from errors import ReadingError
from reading.page import Page
from spiders.faults import Fault
from spiders.fetch import Answer, Fetcher
from spiders.gate import Backlog, Gate, Turn
from spiders.guard import NETWORKS_SETTING
from spiders.plan import name_agent
from spiders.run import make_process, read_settings

_SECONDS = 120.0


def fetch_one(url: str, networks: Sequence[IPv4Network | IPv6Network], contact: str) -> Page:
    """Fetch one page; `networks` are those that sources.yaml opens, `contact` goes into the User-Agent.

    Works in a process of its own, since Scrapy runs once a process. Raises ReadingError for a page that does
    not come, with the reason.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        try:
            answer = process.submit(_fetch, url, [str(network) for network in networks], contact).result()
        except BrokenProcessPool as error:
            raise ReadingError(f"{url}: the fetching process ended early") from error
    if isinstance(answer, Fault):
        raise ReadingError(f"{url}: {answer.kind}: {answer.words}")
    if answer.status != 200:
        raise ReadingError(f"{url}: answers {answer.status}")
    return Page(answer.raw, answer.url, read_clock(), answer.content_type)


class OnePage(Spider):
    """Asks for one address and keeps the answer."""

    name = "one"
    url = ""
    answer: Answer | Fault = Fault("lost", "never asked")

    async def start(self) -> AsyncIterator[Request]:
        """Fetch the address; nothing goes through Scrapy's own queue."""
        fetcher = Fetcher(self.crawler.engine, Gate(1, 1), Backlog(1 << 30))
        self.answer = await fetcher.fetch(self.url, Turn.LIST, monotonic() + _SECONDS)
        for request in tuple[Request, ...]():
            yield request


def _fetch(url: str, networks: list[str], contact: str) -> Answer | Fault:
    settings = read_settings()
    own = {NETWORKS_SETTING: networks, "USER_AGENT": name_agent(contact), "EXTENSIONS": {}}
    settings.setdict(own, priority="cmdline")
    process = make_process(settings)
    crawler = process.create_crawler(OnePage)
    process.crawl(crawler, url=url)
    process.start()
    answer: Answer | Fault = getattr(crawler.spider, "answer", Fault("lost", "the fetch was stopped"))
    return answer
