"""HTTPS with certificates verified, except at the hosts that sources.yaml excuses by name."""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

UNVERIFIED_SETTING = "CAIBIAN_UNVERIFIED_HOSTS"


@implementer(IPolicyForHTTPS)
class HostPolicy:
    """Picks the strict or the lenient way for a host; the lenient one only for hosts that ops have named."""

    def __init__(self, strict: Any, lenient: Any, excused: frozenset[str]) -> None:
        self._strict = strict
        self._lenient = lenient
        self._excused = excused

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802  (Twisted's interface)
        policy = self._lenient if hostname.decode("ascii") in self._excused else self._strict
        return policy.creatorForNetloc(hostname, port)


class VerifyingHandler(HTTP11DownloadHandler):
    """Scrapy's handler with one policy per host; the setting that it offers knows only all or none."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        excused = frozenset(crawler.settings.getlist(UNVERIFIED_SETTING))
        if excused:
            lenient = _ScrapyClientContextFactory(verify_certificates=False)
            self._contextFactory: Any = HostPolicy(self._contextFactory, lenient, excused)
