"""The guard at the door: no request, redirect, robots.txt, image or attachment reaches an inside address."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from ipaddress import ip_address
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from spiders.faults import Refusal
from spiders.inside import Network, is_own_loopback, may_dial, read_literal, read_networks

if TYPE_CHECKING:
    from scrapy.crawler import CrawlerProcess
    from twisted.internet.base import ReactorBase

logger = logging.getLogger(__name__)

NETWORKS_SETTING = "CAIBIAN_NETWORKS"
_KEEP_SECONDS = 600.0


class GuardMiddleware:
    """Refuses by name: other schemes, literal addresses inside, and names that resolved to nothing else.

    The resolver below is what holds; this gives the refusal its name (`guarded`) and spares the retries.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._opened = read_networks(crawler.settings.getlist(NETWORKS_SETTING))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        parts = urlparse_cached(request)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise self._refuse(request, f"{request.url[:200]} is no web address")
        literal = read_literal(parts.hostname)
        if literal is not None and not may_dial(literal, self._opened):
            raise self._refuse(request, f"{parts.hostname} is the inside address {literal}")

    def process_exception(self, request: Request, exception: Exception) -> None:
        if not isinstance(exception, CannotResolveHostError):
            return
        host = urlparse_cached(request).hostname or ""
        refused = current_refusals().get(_fold(host))
        if refused:
            raise self._refuse(request, f"{host} resolves to the inside address {refused}") from exception

    def _refuse(self, request: Request, words: str) -> Refusal:
        self._crawler.stats.inc_value("guard/refused")
        logger.debug("guarded: %s", words, extra={"spider": self._crawler.spider})
        return Refusal("guarded", words)


@implementer(IHostResolution)
class _Lookup:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """A lookup in a thread cannot be taken back; its answer is kept for the next one who asks."""


@implementer(IResolutionReceiver)
class _Sieve:
    """Gathers what a name resolved to, and hands on only what may be dialled."""

    def __init__(self, done: Callable[[list[str]], None]) -> None:
        self._found: list[str] = []
        self._done = done

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802  (Twisted's interface)
        pass

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if isinstance(address, IPv4Address | IPv6Address):
            self._found.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._done(self._found)


@implementer(IHostnameResolver)
class GuardedResolver:
    """The process's resolver (TWISTED_DNS_RESOLVER): every name and literal that is dialled passes here.

    Answers are kept for ten minutes, so that a name cannot change its address between two requests.
    `refused` names, by host, the address that was held back.
    """

    def __init__(self, reactor: ReactorBase, opened: Collection[Network]) -> None:
        self._reactor = reactor
        self._opened = tuple(opened)
        self._below: Any = cast("Any", reactor).nameResolver
        self._kept: dict[str, tuple[float, list[str]]] = {}
        self._asked: dict[str, list[Callable[[list[str]], None]]] = {}
        self.refused: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, process: CrawlerProcess, reactor: ReactorBase) -> GuardedResolver:
        """Build for a process: Scrapy hands the process here, whose crawlers carry the opened networks."""
        opened = {
            text
            for settings in (process.settings, *(crawler.settings for crawler in process.crawlers))
            for text in settings.getlist(NETWORKS_SETTING)
        }
        return cls(reactor, read_networks(opened))

    def install_on_reactor(self) -> None:
        cast("Any", self._reactor).installNameResolver(self)

    def resolveHostName(  # noqa: N802  (Twisted's interface)
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[Any]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> _Lookup:
        lookup = _Lookup(hostName)
        resolutionReceiver.resolutionBegan(lookup)

        def hand_on(found: list[str]) -> None:
            for text in self._sift(hostName, found):
                kind = IPv6Address if ":" in text else IPv4Address
                resolutionReceiver.addressResolved(kind("TCP", text, portNumber))
            resolutionReceiver.resolutionComplete()

        self._find(hostName, hand_on)
        return lookup

    def _find(self, host: str, hand_on: Callable[[list[str]], None]) -> None:
        literal = read_literal(host)
        if literal is not None:
            return hand_on([str(literal)])
        if is_own_loopback(host):
            return hand_on(["127.0.0.1", "::1"])
        since, found = self._kept.get(host, (0.0, []))
        if found and monotonic() - since < _KEEP_SECONDS:
            return hand_on(found)
        if host in self._asked:
            self._asked[host].append(hand_on)
            return None
        self._asked[host] = [hand_on]
        self._below.resolveHostName(_Sieve(lambda found: self._answer(host, found)), host)
        return None

    def _answer(self, host: str, found: list[str]) -> None:
        self._kept[host] = (monotonic(), found)
        for hand_on in self._asked.pop(host, []):
            hand_on(found)

    def _sift(self, host: str, found: list[str]) -> list[str]:
        good = [text for text in found if may_dial(ip_address(text.partition("%")[0]), self._opened)]
        if found and not good:
            self.refused[_fold(host)] = found[0]
        return good


def _fold(host: str) -> str:
    """Write a host as it goes over the wire, since Twisted asks for an IDN in Chinese letters."""
    try:
        return host.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return host.lower()


def current_refusals() -> dict[str, str]:
    """Name the hosts whose every address the installed resolver held back, each with one such address."""
    from twisted.internet import reactor

    resolver = getattr(reactor, "nameResolver", None)
    return resolver.refused if isinstance(resolver, GuardedResolver) else {}
