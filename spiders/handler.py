"""The download handler: certificates verified except where ops excuse a host, and a head of bounded size."""

from __future__ import annotations

from time import perf_counter, thread_time
from typing import Any

from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

UNVERIFIED_SETTING = "CAIBIAN_UNVERIFIED_HOSTS"
HEAD_LIMIT = 256 * 1024
CPU_LIMIT = 0.6
# An idle connection is kept no longer than a host's usual delay asks for: a thousand hosts are many buffers.
IDLE_SECONDS = 15
# Measuring CPU asks the kernel, which costs as much as a small piece: an answer is measured from its first
# slow piece on (in seconds of the wall's clock), or when it comes in many.
_SLOW = 0.005
_PIECES = 64


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


class BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Hangs up on a head that does not end, and on an answer that costs more CPU than any real one.

    Twisted bounds a line of the head only: 400 MB of lines took 1.8 GB. A body in chunks of one byte took the
    reactor for as long as the site cared to send it. Two tries more make it 1.8 s at the most.
    """

    _head = 0
    _pieces = 0
    _slow = False
    _spent = 0.0

    def request(self, request: Any) -> Any:
        self._head, self._pieces, self._slow, self._spent = 0, 0, False, 0.0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  (Twisted's interface)
        parser: Any = self._parser
        if parser is not None and parser.state in (STATUS, HEADER):
            self._head += len(data)
        if self.transport is not None and (self._head > HEAD_LIMIT or self._spent > CPU_LIMIT):
            self.transport.abortConnection()
            return
        self._pieces += 1
        if self._slow or self._pieces > _PIECES:
            start = thread_time()
            super().dataReceived(data)  # type: ignore[no-untyped-call]
            self._spent += thread_time() - start
        else:
            start = perf_counter()
            super().dataReceived(data)  # type: ignore[no-untyped-call]
            self._slow = perf_counter() - start > _SLOW


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> HTTP11ClientProtocol:  # noqa: N802  (Twisted's interface)
        return BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class CarefulHandler(HTTP11DownloadHandler):
    """Scrapy's handler for http and https, with one policy per host: its own setting knows all or none."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory
        self._pool.cachedConnectionTimeout = IDLE_SECONDS
        excused = frozenset(crawler.settings.getlist(UNVERIFIED_SETTING))
        if excused:
            lenient = _ScrapyClientContextFactory(verify_certificates=False)
            self._contextFactory: Any = HostPolicy(self._contextFactory, lenient, excused)
