"""One run from the command line: plan it, let Scrapy run it, give its rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from clock import read_clock
from entries import find_texts
from errors import CaibianError, ConfigurationError
from portal import Portal
from sources import Paths, Sources
from spiders.browser import find_missing
from spiders.plan import Plan, Progress, choose_sources, keep_due
from store.database import Database
from store.runs import Runs, RunSource
from yamlfile import read_document

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import CrawlerProcess
    from scrapy.settings import Settings
    from twisted.python.failure import Failure


def run_crawl(
    paths: Paths,
    sources: Sources,
    portal: Portal,
    wanted: Collection[str] | None = None,
    due: bool = False,
    backfill: int | None = None,
    recheck: bool = True,
    lists: bool = True,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> list[RunSource]:
    """Collect from the wanted sources (all enabled ones for None), once per process.

    `due` leaves out those whose period is not over; `backfill` reads up to that many articles of each, on
    list pages that are known too; without `lists` only pages that are due are asked (a re-check). `now` is
    the moment at which the run begins, the machine's where it is None; it goes on from there.

    Raises AlreadyRunning when another crawl holds the lock, UserFault for a source that is not enabled,
    ConfigurationError for a named one that needs the extra `js`, StoreError when what was read could not be
    saved: the run stops there, and the next one goes on.
    """
    plan = Plan(
        paths=paths,
        sources=sources,
        portal=portal,
        wanted=choose_sources(sources, wanted),
        backfill=backfill,
        recheck=recheck,
        lists=lists,
        clock=run_on(now or read_clock()),
        progress=progress,
    )
    if due:
        database = Database.open(paths.database_url, paths.home)
        plan = replace(plan, wanted=keep_due(plan.wanted, Runs(database), plan.clock()))
        database.close()
    if wanted is not None:
        check_browsers(plan)
    return _run(plan) if plan.wanted else []


def check_browsers(plan: Plan) -> None:
    """Raise ConfigurationError, with its place, for a named source that needs a browser where there is none.

    A night's run goes on without: the source's own verdict says what is missing.
    """
    missing = find_missing() if any(source.browser for source in plan.wanted) else None
    if missing is None:
        return
    document = read_document(plan.paths.sources)
    ids = dict(find_texts(document, "sources", None, "id"))
    wanted = {source.id for source in plan.wanted if source.browser}
    raise ConfigurationError(
        [
            document.fault((*where[:-1], "browser"), f"{id} is read in a browser, and {missing}")
            for where, id in ids.items()
            if id in wanted
        ]
    )


def run_on(now: datetime) -> Callable[[], datetime]:
    """Make a clock that starts at a moment and goes at the machine's pace, whatever happens to its time."""
    start = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - start)


def _run(plan: Plan) -> list[RunSource]:
    from spiders.collect import spider_for
    from spiders.night import Night

    process = make_process(read_settings())
    crawler = process.create_crawler(spider_for(plan, "caibian"))
    failures: list[BaseException] = []
    process.crawl(crawler).addErrback(_keep_error, failures)
    process.start()
    night = crawler.get_extension(Night) if crawler.spider is not None and not failures else None
    _raise_faults(crawler.spider, failures, night)
    assert night is not None
    order = {source.id: place for place, source in enumerate(plan.wanted)}
    return sorted(night.rows, key=lambda row: order[row.source])


def _keep_error(failure: Failure, failures: list[BaseException]) -> None:
    if failure.value is not None:
        failures.append(failure.value)


def _raise_faults(spider: Spider | None, failures: list[BaseException], night: object) -> None:
    for failure in failures:
        raise failure
    fault = getattr(spider, "fault", None)
    if fault is not None:
        raise fault
    if not getattr(night, "finished", False):
        raise CaibianError("the crawl was stopped before its end; the next one goes on where it stood")


def read_settings() -> Settings:
    """Read `spiders.settings` as Scrapy does for a project, wherever the command was started."""
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("spiders.settings", priority="project")
    return settings


def make_process(settings: Settings) -> CrawlerProcess:
    """Make Scrapy's process and leave the log to our own lines: Scrapy tells settings and stages at INFO."""
    from scrapy.crawler import CrawlerProcess

    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    before = logging.root.manager.disable
    logging.disable(logging.INFO)
    process = CrawlerProcess(settings)
    logging.disable(before)
    for name in ("scrapy", "twisted"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return process
