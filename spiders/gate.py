"""The gate before the downloader: two at a time per host, so many in all, lists before files."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count


class Turn(IntEnum):
    """Who goes first when a host has more requests than places."""

    LIST = 0
    ARTICLE = 1
    FILE = 2


@dataclass
class _Door:
    inside: int = 0
    waiting: list[tuple[int, int, asyncio.Future[None]]] = field(default_factory=list)


class Gate:
    """Lets requests through. A host that hangs holds its own places only, never those of the others."""

    def __init__(self, per_host: int, total: int) -> None:
        self._per_host = per_host
        self._total = asyncio.Semaphore(total)
        self._doors: dict[str, _Door] = {}
        self._order = count()

    @asynccontextmanager
    async def turn(self, host: str, turn: Turn) -> AsyncIterator[None]:
        """Wait for a place at this host and in all, hold it inside the block."""
        door = self._doors.setdefault(host, _Door())
        await self._enter(door, turn)
        try:
            async with self._total:
                yield
        finally:
            self._leave(door)
            if not door.inside and not door.waiting:
                self._doors.pop(host, None)

    async def _enter(self, door: _Door, turn: Turn) -> None:
        if door.inside < self._per_host and not door.waiting:
            door.inside += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(door.waiting, (turn, next(self._order), place))
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave(door)
            raise

    @staticmethod
    def _leave(door: _Door) -> None:
        door.inside -= 1
        while door.waiting:
            place = heapq.heappop(door.waiting)[2]
            if not place.done():
                door.inside += 1
                place.set_result(None)
                return


class Backlog:
    """What was fetched and is not yet stored, in bytes: new pages wait while it is over its limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._free = asyncio.Event()
        self._free.set()

    async def room(self) -> None:
        """Wait until less than the limit is held."""
        await self._free.wait()

    def hold(self, size: int) -> None:
        """Count bytes that came in."""
        self._held += size
        if self._held >= self._limit:
            self._free.clear()

    def drop(self, size: int) -> None:
        """Count bytes that were stored or thrown away."""
        self._held -= size
        if self._held < self._limit:
            self._free.set()
