"""One run's book, a Scrapy extension: the lock, the run's row, a row with its verdict for each source."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from filelock import FileLock, Timeout
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from errors import AlreadyRunning
from sources import Source
from spiders.health import judge, judge_recheck
from spiders.plan import Plan
from spiders.tally import Tally
from store.database import Database
from store.known import Known
from store.runs import Runs, RunSource

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Ended:
    """A source whose run has ended, and how long it took."""

    source: Source
    tally: Tally
    seconds: float


class Night:
    """Keeps the book of one run; `rows` are the sources that have ended, `finished` whether all of them did.

    Raises AlreadyRunning when another process holds the lock of the working folder.
    """

    def __init__(self, crawler: Crawler) -> None:
        plan: Plan | None = getattr(crawler.spidercls, "plan", None)
        if plan is None:
            raise NotConfigured("not a run of sources.yaml")
        self._plan = plan
        self._lock = take_lock(plan)
        self.database = Database.open(plan.paths.database_url, plan.paths.home)
        self._runs = Runs(self.database)
        self._run = self._runs.start(plan.kind, plan.clock())
        self.rows: list[RunSource] = []
        self._ended: list[_Ended] = []
        self._turn = asyncio.Lock()
        self.finished = False
        crawler.signals.connect(self._close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Night:
        return cls(crawler)

    async def close_source(self, source: Source, tally: Tally, seconds: float) -> None:
        """Judge a source that has ended, keep its row, say so in one line and to whoever watches."""
        ended = _Ended(source, tally, seconds)
        self._ended.append(ended)
        async with (
            self._turn
        ):  # who waits for a turn is kept by the one before, with all that ended meanwhile
            if ended in self._ended:
                together, self._ended = self._ended, []
                for row in await asyncio.to_thread(self._keep, together):
                    self._tell(row)

    def _tell(self, row: RunSource) -> None:
        self.rows.append(row)
        logger.info(
            "%s: %s, %d found, %d new, %d changed, %d failed, %.1f s: %s",
            row.source,
            row.verdict,
            row.found,
            row.new,
            row.changed,
            row.failed,
            row.seconds,
            row.evidence,
        )
        if self._plan.progress is not None:
            self._plan.progress(row.source)

    def _keep(self, ended: Sequence[_Ended]) -> list[RunSource]:
        """In a thread of its own: the database may be busy with the writer's batch."""
        now = self._plan.clock()
        promising = [one.source.id for one in ended if one.tally.promised]
        stored = Known(self.database).count_many(promising)
        past = self._runs.histories([one.source.id for one in ended]) if self._plan.lists else {}
        rows = [self._judge(one, stored, past, now) for one in ended]
        if self._plan.lists:  # a re-check alone says nothing of the source's list, so its health stays
            self._runs.save_many(self._run, rows, now)
        return rows

    def _judge(
        self,
        ended: _Ended,
        stored: Mapping[str, int],
        past: Mapping[str, list[RunSource]],
        now: datetime,
    ) -> RunSource:
        source = ended.source
        counts = ended.tally.counts(stored.get(source.id, 0))
        if self._plan.lists:
            verdict = judge(counts, past[source.id], source.expects, now)
        else:
            verdict = judge_recheck(counts)
        return RunSource(
            source=source.id,
            agency=source.agency,
            verdict=verdict.word,
            promised=counts.promised,
            found=counts.found,
            new=counts.new,
            changed=counts.changed,
            known=counts.known,
            failed=counts.failed,
            coverage=counts.coverage,
            seconds=round(ended.seconds, 2),
            evidence=verdict.evidence,
            at=now,
        )

    def _close(self) -> None:
        """End the run; one that was stopped stays open in the book, and is seen as such."""
        if len(self.rows) == len(self._plan.wanted):
            self.finished = True
            self._runs.end(self._run, self._plan.clock())
        self.database.close()
        self._lock.release()


def take_lock(plan: Plan) -> FileLock:
    """Take the working folder's crawl lock; raises AlreadyRunning."""
    path = plan.paths.home / "locks" / "crawl.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunning(f"a crawl is already running ({path} is held)") from None
    return lock
