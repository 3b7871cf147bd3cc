"""One run's book, a Scrapy extension: the lock, the run's row, a row with its verdict for each source."""

from __future__ import annotations

import asyncio
import logging

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
        self.finished = False
        crawler.signals.connect(self._close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Night:
        return cls(crawler)

    async def close_source(self, source: Source, tally: Tally, seconds: float) -> None:
        """Judge a source that has ended, keep its row, say so in one line and to whoever watches."""
        row = await asyncio.to_thread(self._keep, source, tally, seconds)
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

    def _keep(self, source: Source, tally: Tally, seconds: float) -> RunSource:
        """In a thread of its own: the database may be busy with the writer's batch."""
        counts = tally.counts(Known(self.database).count_listings(source.id))
        now = self._plan.clock()
        if self._plan.lists:
            verdict = judge(counts, self._runs.history(source.id), source.expects, now)
        else:
            verdict = judge_recheck(counts)
        row = RunSource(
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
            seconds=round(seconds, 2),
            evidence=verdict.evidence,
            at=now,
        )
        if self._plan.lists:  # a re-check alone says nothing of the source's list, so its health stays
            self._runs.save(self._run, row, now)
        return row

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
