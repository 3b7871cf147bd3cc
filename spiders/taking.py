"""One article that a person named (人工采集): fetched and read as the crawl would, with its files."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import takewhile
from time import monotonic
from urllib.parse import urlsplit

from clock import read_clock
from pipelines.messages import FetchedFile
from reading.page import Hints, Page, Reading
from sources import Source, Sources
from spiders.faults import Fault
from spiders.fetch import Answer, Fetcher
from spiders.files import FileFetcher
from spiders.gate import Turn
from spiders.parts import PartFetcher
from spiders.pool import Job, ReadingPool, Unread
from spiders.single import Errand, Networks, own_settings, run_apart

_SECONDS = 120.0


@dataclass(frozen=True)
class Taken:
    """A page that was fetched and read, with its attachments and images."""

    answer: Answer
    reading: Reading
    files: tuple[FetchedFile, ...]


def take_article(url: str, networks: Networks, contact: str, hints: Hints) -> Taken | Fault:
    """Fetch and read one article under the guard, robots and caps of the crawl; a Fault says why not.

    Works in a process of its own; raises ReadingError when that ended early.
    """
    taken: Taken | Fault = run_apart(
        url, TakenPage, own_settings(networks, contact), {"url": url, "hints": hints}
    )
    return taken


def choose_source(sources: Sources, url: str) -> Source | None:
    """Give the source that a page would come from: of its host, the one whose address is most like it."""
    asked = urlsplit(url)
    same = [one for one in sources.sources if urlsplit(one.address).hostname == asked.hostname]
    return max(same, key=lambda one: _count_common(urlsplit(one.address).path, asked.path), default=None)


def _count_common(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


class TakenPage(Errand):
    """Asks for one article and for what belongs to it."""

    name = "taken"
    places = 2
    hints = Hints()

    async def ask(self, fetcher: Fetcher) -> Taken | Fault:
        """Fetch and read."""
        pool = ReadingPool(1)
        try:
            return await _take(self.url, fetcher, pool, self.hints, monotonic() + _SECONDS)
        finally:
            await asyncio.to_thread(pool.close)


async def _take(
    url: str, fetcher: Fetcher, pool: ReadingPool, hints: Hints, deadline: float
) -> Taken | Fault:
    answer = await fetcher.fetch(url, Turn.ARTICLE, deadline)
    if isinstance(answer, Fault):
        return answer
    if answer.status != 200:
        return Fault("http", f"answers {answer.status}")
    now = read_clock()
    read = await pool.read(Job("article", Page(answer.raw, answer.url, now, answer.content_type), hints))
    if isinstance(read, Unread):
        return Fault("page", read.reason)
    if not isinstance(read, Reading) or read.fault is not None:
        fault = read.fault if isinstance(read, Reading) else None
        return Fault("page", fault or "is no article")
    whole = await PartFetcher(fetcher, pool).complete(read, hints, now, deadline)
    return Taken(answer, whole, await FileFetcher(fetcher).fetch(whole, deadline))
