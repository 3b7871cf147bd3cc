"""A look at one column for a person: its list, what fills it, its second page, three of its articles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Protocol
from urllib.parse import urldefrag

from reading.heads import Head, read_head
from reading.page import Hints, ListPage, Page, Reading, Row
from spiders.direct import read_direct
from spiders.faults import Fault
from spiders.fetch import Answer, Asks
from spiders.frontier import Wanted
from spiders.gate import Turn
from spiders.pool import Job, Read
from spiders.turning import name_column, send_form

SAMPLES = 3
_SECONDS = 300.0
_HOPS = 3


class Reads(Protocol):
    """Whoever reads pages, the pool of a crawl."""

    async def read(self, job: Job) -> Read:
        """Read one page."""


@dataclass(frozen=True)
class Sample:
    """One article of the list: what was read, or why nothing was."""

    row: Row
    reading: Reading | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Look:
    """What was seen: `lists` are the page and the answers that fill it, the last one has the rows.

    `second` is the next page of the list, `fault` says why something could not be had.
    """

    url: str
    lists: tuple[ListPage, ...] = ()
    head: Head = field(default_factory=Head)
    second: ListPage | None = None
    second_fault: str | None = None
    samples: tuple[Sample, ...] = ()
    fault: Fault | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of the list, none where it shows none."""
        return self.lists[-1].rows if self.lists else ()


async def look_at(url: str, asks: Asks, pool: Reads, hints: Hints, clock: Callable[[], datetime]) -> Look:
    """Look at a column: at most seven requests one after the other, and what a browser asks beside them."""
    eye = _Eye(asks, pool, hints, clock, monotonic() + _SECONDS)
    lists: list[ListPage] = []
    head = Head()
    asked: str | None = urldefrag(url)[0]
    while asked is not None and len(lists) < _HOPS:
        before = lists[-1] if lists else None
        answer = await eye.fetch(asked, Turn.LIST, before)
        if isinstance(answer, Fault):
            return Look(url, tuple(lists), head, fault=answer)
        page = eye.make_page(answer, before, url)
        head = read_head(page) if before is None else head
        read = await eye.read_list(page)
        if isinstance(read, Fault):
            return Look(url, tuple(lists), head, fault=read)
        lists.append(read)
        following = read.next if read.status == "second_request" else next(iter(read.parts), None)
        asked = None if read.rows else following
    second, why = await eye.turn(lists[-1])
    samples = [await eye.sample(row) for row in choose_samples(lists[-1].rows)]
    return Look(url, tuple(lists), head, second, why, tuple(samples))


def choose_samples(rows: Sequence[Row]) -> list[Row]:
    """Choose the first, the middle and the last row: what is pinned, what is new, what is old."""
    places = sorted({0, len(rows) // 2, len(rows) - 1}) if rows else []
    return [rows[place] for place in places][:SAMPLES]


@dataclass(frozen=True)
class _Eye:
    asks: Asks
    pool: Reads
    hints: Hints
    clock: Callable[[], datetime]
    deadline: float

    async def fetch(self, url: str, turn: Turn, before: ListPage | None = None) -> Answer | Fault:
        """An address is asked as the list page `before` it says."""
        form = before.form if before is not None else None
        sent = send_form(form, before.charset) if before is not None and form is not None else None
        answer = await self.asks.fetch(url, turn, self.deadline, sent=sent)
        if not isinstance(answer, Fault) and answer.status != 200:
            return Fault("http", f"{url} answers {answer.status}")
        return answer

    def make_page(self, answer: Answer, before: ListPage | None = None, column: str = "") -> Page:
        url = name_column(answer.url, column) if before is None else answer.url
        form = before.form if before is not None else None
        return Page(answer.raw, url, self.clock(), answer.content_type, form)

    async def read_list(self, page: Page) -> ListPage | Fault:
        read = await self.pool.read(Job("list", page, self.hints))
        return read if isinstance(read, ListPage) else Fault("page", getattr(read, "reason", "is no list"))

    async def turn(self, first: ListPage) -> tuple[ListPage | None, str | None]:
        """The list's next page, so that what is said of its paging was tried."""
        if not first.rows or first.next is None:
            return None, None
        answer = await self.fetch(first.next, Turn.LIST, first)
        read = answer if isinstance(answer, Fault) else await self.read_list(self.make_page(answer, first))
        return (None, read.words) if isinstance(read, Fault) else (read, None)

    async def sample(self, row: Row) -> Sample:
        answer = await self.fetch(row.url, Turn.ARTICLE)
        if isinstance(answer, Fault):
            return Sample(row, fault=f"{answer.kind}: {answer.words}")
        direct = read_direct(Wanted(row.url, "new", row), answer)
        read = direct or await self.pool.read(Job("article", self.make_page(answer), self.hints))
        if not isinstance(read, Reading):
            return Sample(row, fault=getattr(read, "reason", "is no article"))
        return Sample(row, read, read.fault)
