"""Who reads what in a run: an address that several sources list is fetched once and counted for each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Literal

Outcome = Literal["new", "changed", "known", "failed"]


class Claims:
    """The run's addresses, each owned by the first source of sources.yaml whose list shows it.

    Sources are named by their order in the run. A later source waits (not for ever) for the lists of the
    earlier ones before it takes an address, since they may still show it.
    """

    def __init__(self, sources: int, patience: float) -> None:
        self._patience = patience
        self._walked = [False] * sources
        self._front = 0
        self._turns = [asyncio.Event() for _ in range(sources)]
        # How an address stands, in one table for all: the number of the source that wants it, that number
        # inverted (`~`) once it took it, and the outcome in the end.
        self._stands: dict[str, int | Outcome | None] = {}
        self._asked: dict[str, asyncio.Future[None]] = {}  # most addresses are asked for once they have ended

    def want(self, order: int, addresses: Iterable[str]) -> None:
        """Note what a source wants; an address that was taken already stays with who took it."""
        for address in addresses:
            stands = self._stands.setdefault(address, order)
            if isinstance(stands, int) and stands > order:
                self._stands[address] = order

    def finish_walk(self, order: int) -> None:
        """Say that a source's lists are read; whoever waited for it and for those before it goes on."""
        self._walked[order] = True
        while self._front < len(self._walked) and self._walked[self._front]:
            self._turns[self._front].set()
            self._front += 1

    async def wait_for_earlier(self, order: int) -> None:
        """Wait until this source and all before it have read their lists, but no longer than the patience."""
        try:
            async with asyncio.timeout(self._patience):
                await self._turns[order].wait()
        except TimeoutError:
            return

    def take(self, order: int, addresses: Iterable[str]) -> set[str]:
        """Take those of a source's addresses that it is to read."""
        mine = {address for address in addresses if self._stands[address] == order}
        self._stands |= dict.fromkeys(mine, ~order)
        return mine

    def settle(self, address: str, outcome: Outcome | None) -> None:
        """Say how an address ended; None when it was not read in this run."""
        if isinstance(self._stands[address], int):
            self._stands[address] = outcome
            asked = self._asked.pop(address, None)
            if asked is not None:
                asked.set_result(None)

    def finish(self, order: int, addresses: Iterable[str]) -> None:
        """Say that a source reads no more: what it owns and has not read, nobody waits for."""
        for address in addresses:
            if self._stands[address] == ~order:
                self.settle(address, None)

    async def ask(self, address: str) -> Outcome | None:
        """Wait for how a wanted address ended, whoever reads it."""
        stands = self._stands[address]
        if not isinstance(stands, int):
            return stands
        asked = self._asked.setdefault(address, asyncio.get_running_loop().create_future())
        await asyncio.shield(asked)
        return await self.ask(address)
