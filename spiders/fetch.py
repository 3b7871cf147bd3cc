"""Fetching one address through the gate and Scrapy's downloader: an answer or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.engine import ExecutionEngine
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from spiders.faults import FETCH_ERRORS, Fault, name_fault
from spiders.gate import Backlog, Gate, Turn
from spiders.turning import Sent

PAGE_LIMIT = 8 << 20
IMAGE_LIMIT = 8 << 20
FILE_LIMIT = 32 << 20


@dataclass(frozen=True)
class Answer:
    """What a site answered, after redirects: `url` is the address that answered."""

    status: int
    url: str
    raw: bytes
    content_type: str
    etag: str | None
    modified: str | None


class Asks(Protocol):
    """Whoever fetches: plainly, or with a browser behind it."""

    async def fetch(
        self,
        url: str,
        turn: Turn,
        deadline: float,
        limit: int = PAGE_LIMIT,
        headers: Mapping[str, str] | None = None,
        sent: Sent | None = None,
    ) -> Answer | Fault:
        """Fetch one address, or say why not."""


class Fetcher:
    """Asks politely: a place at the gate, room in the backlog, then the downloader and its middlewares."""

    def __init__(self, engine: ExecutionEngine, gate: Gate, backlog: Backlog) -> None:
        self._engine = engine
        self._gate = gate
        self._backlog = backlog
        self._stopped: Fault | None = None

    def stop(self, fault: Fault) -> None:
        """Begin no new page from now on; what is in hand still gets its files."""
        self._stopped = fault

    async def fetch(
        self,
        url: str,
        turn: Turn,
        deadline: float,
        limit: int = PAGE_LIMIT,
        headers: Mapping[str, str] | None = None,
        sent: Sent | None = None,
    ) -> Answer | Fault:
        """Fetch one address; `deadline` is the monotonic second after which nothing is asked any more.

        `sent` goes there by POST.
        """
        try:
            request = _make_request(url, {"deadline": deadline, "download_maxsize": limit}, headers, sent)
        except ValueError as error:
            return Fault("lost", f"{url[:200]} is no address: {error}")
        async with self._gate.turn(urlsplit(request.url).hostname or "", turn):
            if turn is not Turn.FILE:  # an item in hand gets its files, or it would never leave the backlog
                await self._backlog.room()
                if self._stopped is not None:
                    return self._stopped
            if self._engine.spider is None:
                return Fault("budget", "the run was stopped")
            if monotonic() > deadline:
                return Fault("budget", "the time budget of this run was used up")
            try:
                return _read_response(await self._engine.download_async(request))
            except FETCH_ERRORS as error:
                return name_fault(error)


def _make_request(
    url: str, meta: dict[str, Any], headers: Mapping[str, str] | None, sent: Sent | None
) -> Request:
    if sent is None:
        return Request(url, headers=headers, meta=meta, callback=NO_CALLBACK, dont_filter=True)
    typed = {**(headers or {}), "Content-Type": sent.content_type}
    return Request(
        url,
        method="POST",
        headers=typed,
        body=sent.body,
        meta=meta,
        callback=NO_CALLBACK,
        dont_filter=True,
    )


def _read_response(response: Response) -> Answer:
    def header(name: str) -> str | None:
        value = response.headers.get(name)
        return value.decode("latin-1") if value is not None else None

    return Answer(
        status=response.status,
        url=response.url,
        raw=response.body,
        content_type=header("Content-Type") or "",
        etag=header("ETag"),
        modified=header("Last-Modified"),
    )


def ask_if_changed(etag: str | None, modified: str | None) -> dict[str, str]:
    """Write the headers of a conditional request; a site that gave neither validator is asked plainly."""
    headers = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in headers.items() if value}
