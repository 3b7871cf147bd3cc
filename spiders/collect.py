"""The one spider of a run: all its sources side by side, one writer, one pool, one gate."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from time import monotonic
from typing import Any, ClassVar

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.settings import BaseSettings

from errors import CaibianError
from reading.address import canonical
from spiders.browser import STALL_SECONDS, STALL_SETTING, make_browser
from spiders.claims import Claims
from spiders.faults import Fault
from spiders.fetch import Fetcher
from spiders.files import FileFetcher
from spiders.gate import Backlog, Gate
from spiders.gather import gather_source
from spiders.memory import return_memory, spare_memory
from spiders.night import Night
from spiders.parts import PartFetcher
from spiders.plan import Plan, make_settings, make_tasks
from spiders.pool import ReadingPool
from spiders.shapes import Ledger
from spiders.task import Task, Tools
from spiders.writer import Taker, Writer
from store.known import Known
from store.shapes import Shapes

logger = logging.getLogger(__name__)

BACKLOG_BYTES = 24 << 20
LIST_PATIENCE = 20.0
# Sources that run side by side: enough hosts to keep both cores busy between their delays, and no more lists,
# rows and connections in memory, however many sources there are.
SIDE_BY_SIDE = 200
RETURN_EVERY = 20  # sources; of a run of 100,000 articles a fifth of the memory was free and not returned


class CollectSpider(Spider):
    """Collects the sources of its plan; `spider_for` makes the class that carries one."""

    name = "collect"
    plan: ClassVar[Plan]
    fault: CaibianError | None = None
    fetcher: Fetcher | None = None

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        for name, value in make_settings(cls.plan).items():
            settings.set(name, value, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> CollectSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.spare_memory, signals.memusage_warning_reached)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Run all sources to their end; Scrapy's own queue stays empty, since the frontier is the run's."""
        night = self.crawler.get_extension(Night)
        if night is None:
            raise CloseSpider("no run")
        try:
            await self._collect(night)
        except* CaibianError as group:
            self.fault = _find_first(group)
        if self.fault is not None:
            logger.error("the run stops: %s", self.fault)
            raise CloseSpider("fault")
        for request in tuple[Request, ...]():
            yield request

    def spare_memory(self) -> None:
        """Begin nothing new, before Scrapy's own limit ends the process with what is in hand."""
        if self.fetcher is not None:
            self.fetcher.stop(Fault("budget", "the run's memory was used up"))

    async def _collect(self, night: Night) -> None:
        spare_memory()
        tools, tasks = self._make_tools(night), make_tasks(self.plan)
        places = asyncio.Semaphore(SIDE_BY_SIDE)
        await asyncio.to_thread(_look_ahead, tools, tasks)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(tools.writer.run())
                async with asyncio.TaskGroup() as sources:
                    for task in tasks:
                        sources.create_task(_run_source(task, tools, night, places))
                tools.writer.finish()
        finally:
            await tools.browser.close()
            await asyncio.to_thread(tools.pool.close)

    def _make_tools(self, night: Night) -> Tools:
        plan, settings = self.plan, self.crawler.settings
        backlog = Backlog(BACKLOG_BYTES)
        places = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        gate = Gate(places, settings.getint("CONCURRENT_REQUESTS"))
        ledger = Ledger(Shapes(night.database))
        pool = ReadingPool(teacher=ledger)
        self.fetcher = Fetcher(self.crawler.engine, gate, backlog)
        return Tools(
            fetcher=self.fetcher,
            browser=make_browser(self.fetcher, settings.getfloat(STALL_SETTING, STALL_SECONDS)),
            files=FileFetcher(self.fetcher),
            parts=PartFetcher(self.fetcher, pool),
            backlog=backlog,
            pool=pool,
            ledger=ledger,
            writer=Writer(lambda: _open_intake(night, plan), backlog),
            known=Known(night.database),
            claims=Claims(len(plan.wanted), LIST_PATIENCE),
            clock=plan.clock,
        )


def _look_ahead(tools: Tools, tasks: Sequence[Task]) -> None:
    """Ask the store at once what each source's run will want to know first."""
    firsts = {task.source.id: canonical(task.source.address) for task in tasks}
    most = max(task.articles for task in tasks)
    tools.known.look_ahead(firsts, tools.clock(), most, any(task.recheck for task in tasks))


def _open_intake(night: Night, plan: Plan) -> Taker:
    """Imported with the first batch: a night without news needs none of what it takes to store one."""
    from pipelines.intake import Intake

    return Intake(night.database, plan.sources, plan.portal)


async def _run_source(task: Task, tools: Tools, night: Night, places: asyncio.Semaphore) -> None:
    async with places:
        start = monotonic()
        tally = await gather_source(task.begin(start), tools)
        await asyncio.to_thread(tools.ledger.save, task.source.id, tools.clock())
        tools.ledger.forget(task.source.id)
        await night.close_source(task.source, tally, monotonic() - start)
        if len(night.rows) % RETURN_EVERY == 0:
            await asyncio.to_thread(return_memory)


def spider_for(plan: Plan, name: str) -> type[CollectSpider]:
    """Make the spider class of a plan."""
    return type("PlannedSpider", (CollectSpider,), {"name": name, "plan": plan})


def _find_first(group: BaseExceptionGroup[CaibianError]) -> CaibianError:
    error = group.exceptions[0]
    return _find_first(error) if isinstance(error, BaseExceptionGroup) else error
