"""The sources of sources.yaml as Scrapy's spiders: one name each, all of one kind."""

from __future__ import annotations

import os
from pathlib import Path

from scrapy import Request, Spider
from scrapy.settings import BaseSettings

from errors import NotFound
from sources import Paths, load_sources
from spiders.collect import spider_for
from spiders.plan import plan_from_env


class SourceLoader:
    """Lets `scrapy list` name the enabled sources, and `scrapy crawl ID` run one."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> SourceLoader:
        return cls()

    def load(self, spider_name: str) -> type[Spider]:
        """Make the spider of one source; raises KeyError, as Scrapy asks, for a name that is not there."""
        try:
            return spider_for(plan_from_env(spider_name), spider_name)
        except NotFound as error:
            raise KeyError(str(error)) from error

    def list(self) -> list[str]:
        """Name the enabled sources in the file's order."""
        paths = Paths.from_env(os.environ, Path.cwd())
        return [source.id for source in load_sources(paths.sources).enabled()]

    def find_by_request(self, request: Request) -> __builtins__.list[str]:
        """Name nothing: an address says too little about which source it belongs to."""
        return []
