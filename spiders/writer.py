"""The one thread that saves: batches of what was read, handed over without stopping the reactor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from pipelines.messages import Message, Saved
from spiders.gate import Backlog

BATCH = 100
BATCH_SECONDS = 0.5


class Taker(Protocol):
    """What saves a batch in one transaction (pipelines.intake.Intake)."""

    def take(self, batch: Sequence[Message]) -> list[Saved]: ...

    def close(self) -> None: ...


class Writer:
    """Saves messages in the order they came, up to a hundred or half a second at a time.

    `run` is a task of the run's group: what the store raises ends the run with it, and nobody waits for ever.
    """

    def __init__(self, build: Callable[[], Taker], backlog: Backlog) -> None:
        self._build = build
        self._backlog = backlog
        self._queue: asyncio.Queue[tuple[Message, int, asyncio.Future[Saved]] | None] = asyncio.Queue()

    def put(self, message: Message, size: int) -> asyncio.Future[Saved]:
        """Queue a message; once it is saved its `size` bytes of backlog are free, and the future says how."""
        saved: asyncio.Future[Saved] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((message, size, saved))
        return saved

    def finish(self) -> None:
        """Let `run` end once all that was queued is saved."""
        self._queue.put_nowait(None)

    async def run(self) -> None:
        """Save until `finish` is called; raises what the store raises."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="writer") as thread:
            taker: Taker | None = None
            try:
                more = True
                while more:
                    batch, more = await self._gather()
                    if batch:
                        # with the first batch: a quiet night needs neither the taker nor what it imports
                        if taker is None:
                            taker = await loop.run_in_executor(thread, self._build)
                        messages = [message for message, _, _ in batch]
                        results = await loop.run_in_executor(thread, taker.take, messages)
                        self._settle(batch, results)
            finally:
                if taker is not None:
                    thread.submit(taker.close)

    async def _gather(self) -> tuple[list[tuple[Message, int, asyncio.Future[Saved]]], bool]:
        batch: list[tuple[Message, int, asyncio.Future[Saved]]] = []
        try:
            async with asyncio.timeout(None) as patience:
                while len(batch) < BATCH:
                    entry = await self._queue.get()
                    if entry is None:
                        return batch, False
                    if not batch:
                        patience.reschedule(asyncio.get_running_loop().time() + BATCH_SECONDS)
                    batch.append(entry)
        except TimeoutError:
            pass
        return batch, True

    def _settle(self, batch: list[tuple[Message, int, asyncio.Future[Saved]]], results: list[Saved]) -> None:
        for (_, size, saved), result in zip(batch, results, strict=True):
            self._backlog.drop(size)
            if not saved.done():
                saved.set_result(result)
