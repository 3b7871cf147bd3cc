"""The crawl's side of the replay, by settings that only tests use: asks a proxy for every page.

CAIBIAN_TEST_PROXY names the proxy, CAIBIAN_TEST_NAMES says what names resolve to. All that guards a real
crawl stays: the middlewares look at each target, and the guarded resolver is asked for its name first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from scrapy import Request
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from twisted.internet.address import IPv4Address
from twisted.internet.base import ReactorBase

from spiders.guard import GuardedResolver
from spiders.handler import CarefulHandler

PUBLIC = "93.184.215.14"


class ReplayHandler(CarefulHandler):
    """Hands each request to the proxy, https as http, once the target's name has passed the guard."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._proxy = str(crawler.settings["CAIBIAN_TEST_PROXY"])

    async def download_request(self, request: Request) -> Response:
        host = request.url.split("/")[2].partition(":")[0]
        if not await _resolve(host):
            raise CannotResolveHostError(host)
        url = request.url.replace("https://", "http://", 1)
        asked = request.replace(url=url, meta={**request.meta, "proxy": self._proxy})
        response = await super().download_request(asked)
        return response.replace(url=request.url)


class TableResolver(GuardedResolver):
    """The guarded resolver over a table of names; a name that is not in it is public."""

    def __init__(self, reactor: ReactorBase, opened: Any, names: dict[str, str]) -> None:
        super().__init__(reactor, opened)
        self._below = _Table(names)

    @classmethod
    def from_crawler(cls, process: CrawlerProcess, reactor: ReactorBase) -> TableResolver:
        plain = GuardedResolver.from_crawler(process, reactor)
        return cls(reactor, plain._opened, process.settings.getdict("CAIBIAN_TEST_NAMES"))


class _Table:
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def resolveHostName(self, receiver: Any, name: str, *rest: Any, **more: Any) -> None:  # noqa: N802
        receiver.addressResolved(IPv4Address("TCP", self._names.get(name, PUBLIC), 0))
        receiver.resolutionComplete()


class _Found:
    """Gathers what the guarded resolver lets through."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.done: asyncio.Future[Sequence[str]] = asyncio.get_running_loop().create_future()

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802  (Twisted's interface)
        pass

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        self.done.set_result(self.addresses)


async def _resolve(host: str) -> Sequence[str]:
    from twisted.internet import reactor

    found = _Found()
    cast("Any", reactor).nameResolver.resolveHostName(found, host)
    return await found.done
