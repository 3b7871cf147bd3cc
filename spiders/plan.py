"""What one run is to collect: the configuration, the sources wanted, and how deep to go."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clock import read_clock
from errors import UserFault
from portal import Portal, load_portal
from sources import Paths, Source, Sources, load_sources
from spiders.guard import NETWORKS_SETTING
from spiders.handler import UNVERIFIED_SETTING
from spiders.hints import make_hints
from spiders.slots import DELAYS_SETTING
from spiders.task import Task
from store.runs import Runs

Progress = Callable[[str], None]
# A nightly timer that starts a little earlier than last night must still find its sources due.
_SLACK = timedelta(minutes=30)
_BACKFILL_PAGES = 1000


@dataclass(frozen=True)
class Plan:
    """One run: `wanted` sources in the order of sources.yaml.

    `backfill` is a number of articles to read per source, on list pages that are known too; without `lists`
    only what is due by the calendar is asked. `clock` tells the time of what is saved; `progress` is called
    with the id of each source that has ended.
    """

    paths: Paths
    sources: Sources
    portal: Portal
    wanted: tuple[Source, ...]
    backfill: int | None = None
    recheck: bool = True
    lists: bool = True
    clock: Callable[[], datetime] = read_clock
    progress: Progress | None = None

    @property
    def kind(self) -> str:
        """The run's kind, as its row says."""
        if not self.lists:
            return "recheck"
        return "crawl" if self.backfill is None else "backfill"


def choose_sources(sources: Sources, wanted: Collection[str] | None) -> tuple[Source, ...]:
    """Choose sources by id, all enabled ones for None.

    Raises NotFound for an id that is not there, UserFault for one that is switched off: the file says why.
    """
    if wanted is None:
        return sources.enabled()
    chosen = {sources.source(id).id for id in wanted}
    for source in sources.sources:
        if source.id in chosen and not source.enabled:
            raise UserFault(f"{source.id} is not enabled in sources.yaml: {source.reason}")
    return tuple(source for source in sources.sources if source.id in chosen)


def keep_due(wanted: Sequence[Source], runs: Runs, now: datetime) -> tuple[Source, ...]:
    """Keep those whose period is over since their last run."""
    newest = runs.newest()

    def is_due(source: Source) -> bool:
        last = newest.get(source.id)
        return last is None or last.at is None or last.at + source.every - _SLACK <= now

    return tuple(source for source in wanted if is_due(source))


def plan_from_env(id: str) -> Plan:
    """Plan a run of one source with the files that the environment names (`scrapy crawl ID`)."""
    paths = Paths.from_env(os.environ, Path.cwd())
    portal = load_portal(paths.portal)
    sources = load_sources(paths.sources, {column.key for column in portal.columns})
    return Plan(paths, sources, portal, choose_sources(sources, [id]))


def make_tasks(plan: Plan) -> list[Task]:
    """Give each source its budgets; sources of one host share its time, so each gets as much of it longer."""
    hosts = Counter(map(host_of, plan.wanted))
    return [
        Task(
            source=source,
            order=order,
            hints=make_hints(source, plan.sources.agency(source.agency).site_name),
            pages=source.pages if plan.backfill is None else _BACKFILL_PAGES,
            articles=plan.backfill or source.articles,
            seconds=60.0 * source.minutes * hosts[host_of(source)],
            deep=plan.backfill is not None,
            recheck=plan.recheck,
            lists=plan.lists,
        )
        for order, source in enumerate(plan.wanted)
    ]


def host_of(source: Source) -> str:
    """The host of a source's list."""
    return urlsplit(source.address).hostname or ""


def make_settings(plan: Plan) -> dict[str, Any]:
    """The settings that depend on the configuration: who we are, how long we wait, where we may go."""
    identity = plan.portal.identity
    delays: dict[str, float] = {}
    for source in plan.wanted:
        delays[host_of(source)] = max(source.delay, delays.get(host_of(source), 0.0))
    return {
        "USER_AGENT": name_agent(identity.crawler_contact, identity.site_name, identity.site_domain),
        "DOWNLOAD_DELAY": plan.sources.defaults.delay,
        DELAYS_SETTING: delays,
        NETWORKS_SETTING: [str(opened.network) for opened in plan.sources.allow_networks],
        UNVERIFIED_SETTING: [host_of(source) for source in plan.wanted if not source.verify_tls],
    }


def name_agent(contact: str, *names: str) -> str:
    """Write the User-Agent: who crawls, whom to ask, and for which portal: the first name that is ASCII."""
    name = next((name for name in names if name.isascii()), None)
    return f"caibian/0.1 (+{contact}; {name})" if name else f"caibian/0.1 (+{contact})"
