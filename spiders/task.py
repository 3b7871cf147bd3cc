"""What one source's run works with: its own budgets, and what all sources of the run share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from reading.page import Hints
from sources import Source
from spiders.browser import Browser
from spiders.claims import Claims
from spiders.fetch import Asks, Fetcher
from spiders.files import FileFetcher
from spiders.gate import Backlog
from spiders.parts import PartFetcher
from spiders.pool import ReadingPool
from spiders.shapes import Ledger
from spiders.writer import Writer
from store.known import Known


@dataclass(frozen=True)
class Tools:
    """What all sources of a run share."""

    fetcher: Fetcher
    browser: Browser
    files: FileFetcher
    parts: PartFetcher
    backlog: Backlog
    pool: ReadingPool
    ledger: Ledger
    writer: Writer
    known: Known
    claims: Claims
    clock: Callable[[], datetime]

    def asks(self, source: Source) -> Asks:
        """Who fetches a source's pages: the fetcher, or the browser where ops say so."""
        return self.browser if source.browser else self.fetcher


@dataclass(frozen=True)
class Task:
    """One source's part of a run: its place in it, its hints, its budgets.

    `seconds` are counted from when it begins; `deadline` is then the monotonic second that ends it.
    `deep` walks on over known pages until `articles` are wanted (a backfill); `recheck` asks read pages again
    when their day has come; without `lists` nothing else is asked.
    """

    source: Source
    order: int
    hints: Hints
    pages: int
    articles: int
    seconds: float
    deep: bool
    recheck: bool
    lists: bool = True
    deadline: float = 0.0

    def begin(self, now: float) -> Task:
        """Give the task as it is once its source begins, at a monotonic second."""
        return replace(self, deadline=now + self.seconds)
