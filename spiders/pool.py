"""Reading in other processes, so that a page that stalls or swells the parser costs itself only."""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import multiprocessing
import os
import resource
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from errors import ReadingError, WorkerError
from reading.learning import NOTHING, Learned, Lesson
from reading.page import Hints, ListPage, Page, Reading
from spiders.memory import keep_memory

if TYPE_CHECKING:
    from pebble import ProcessFuture, ProcessPool

logger = logging.getLogger(__name__)

CHUNK = 20
CPU_SECONDS = 2
WALL_SECONDS = 20.0
STARTS = 3
MEMORY_BYTES = 1 << 30
# Imported once in the server that the workers are forked from.
_PRELOAD = ["reading.fast", "reading.listing"]


@dataclass(frozen=True)
class Job:
    """One page to read, as a list or as an article.

    An article of a `source` is read by what was `learned` of that source, and teaches more.
    """

    kind: Literal["list", "article"]
    page: Page
    hints: Hints
    source: str | None = None
    learned: Learned = NOTHING


@dataclass(frozen=True)
class Unread:
    """A page that could not be read, with the reason."""

    reason: str


Read = Reading | ListPage | Unread


@dataclass(frozen=True)
class Taught:
    """An article as read, with what its page teaches."""

    reading: Reading
    lesson: Lesson | None


class Teacher(Protocol):
    """Who knows what was learned of each source (spiders.shapes.Ledger)."""

    def ask(self, source: str) -> Learned: ...

    def take(self, source: str, lesson: Lesson) -> None: ...


def read_job(job: Job) -> Read | Taught:
    """Read one page here and now; a page that no reader takes gives its reason."""
    from reading.article import read_article
    from reading.fast import read_learning
    from reading.listing import read_list

    try:
        if job.kind == "list":
            return read_list(job.page, job.hints)
        if job.source is None:
            return read_article(job.page, job.hints)
        return Taught(*read_learning(job.page, job.hints, job.learned.shapes, job.learned.wants_check))
    except ReadingError as error:
        return Unread(str(error))


def read_chunk(jobs: Sequence[Job]) -> list[Read | Taught]:
    """Read pages in a worker, each under a CPU limit of what the worker has used so far and two seconds.

    What one page teaches the next one of its source profits from.
    """
    done: list[Read | Taught] = []
    learned: dict[str | None, Learned] = {}
    for job in jobs:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = math.ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        read = read_job(replace(job, learned=learned.get(job.source, job.learned)))
        if isinstance(read, Taught) and read.lesson is not None:
            learned[job.source] = learned.get(job.source, job.learned).take(read.lesson)
        done.append(read)
    return done


def _begin_worker() -> None:
    """Limit its memory; what was imported before the fork is no circle to look for, again and again."""
    keep_memory()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))


class ReadingPool:
    """Hands pages to the workers in chunks; starts them with the first page, so a quiet night needs none."""

    def __init__(self, workers: int | None = None, teacher: Teacher | None = None) -> None:
        self._workers = workers or min(2, os.cpu_count() or 1)
        self._teacher = teacher
        self._waiting: deque[tuple[Job, asyncio.Future[Read]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pool: ProcessPool | None = None
        self._starts = 0

    async def read(self, job: Job) -> Read:
        """Read one page; whatever the page does, this returns.

        Raises WorkerError where no workers can be kept running, which is no page's fault.
        """
        result: asyncio.Future[Read] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, result))
        # One that has just ended may still be in the set: it looks for no more work.
        if sum(not task.done() for task in self._tasks) < self._workers:
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await result

    def close(self) -> None:
        """Stop the workers, whatever they do."""
        for task in self._tasks:
            task.cancel()
        self._stop()

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # let what came in the same moment join the chunk
            size = max(1, min(CHUNK, math.ceil(len(self._waiting) / self._workers)))
            chunk = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
            try:
                await self._read_chunk(chunk)
            except WorkerError as error:
                for _, result in (*chunk, *self._waiting):
                    if not result.done():
                        result.set_exception(error)
                self._waiting.clear()

    async def _read_chunk(self, chunk: list[tuple[Job, asyncio.Future[Read]]]) -> None:
        if await self._try(chunk):
            return
        for single in chunk:
            if not await self._try([single]):
                _settle(single[1], Unread("the page took too much time or memory to read"))

    async def _try(self, chunk: list[tuple[Job, asyncio.Future[Read]]]) -> bool:
        """Read a chunk; False when its worker died of it or found a fault of ours in one of its pages."""
        jobs = [self._prepare(job) for job, _ in chunk]
        running = self._schedule(jobs, WALL_SECONDS * len(chunk))
        done: asyncio.Future[list[Read | Taught]] = asyncio.wrap_future(running)
        await asyncio.wait([done])
        error = done.exception()
        if error is None:
            for (job, result), read in zip(chunk, done.result(), strict=True):
                _settle(result, self._learn(job, read))
        elif len(chunk) == 1:
            logger.warning("reading %s failed: %s: %s", chunk[0][0].page.url, type(error).__name__, error)
        return error is None

    def _schedule(self, jobs: list[Job], seconds: float) -> ProcessFuture[list[Read | Taught]]:
        while True:
            pool = self._start()
            try:
                return pool.schedule(read_chunk, args=(jobs,), timeout=seconds)
            except RuntimeError as error:  # the pool itself broke, not a worker of it
                logger.warning("the reading pool is started anew: %s", error)
                self._stop()

    def _prepare(self, job: Job) -> Job:
        """Give a job what is known at this moment."""
        if job.source is None or self._teacher is None:
            return replace(job, source=None)
        return replace(job, learned=self._teacher.ask(job.source))

    def _learn(self, job: Job, read: Read | Taught) -> Read:
        if not isinstance(read, Taught):
            return read
        if read.lesson is not None and self._teacher is not None and job.source is not None:
            self._teacher.take(job.source, read.lesson)
        return read.reading

    def _start(self) -> ProcessPool:
        if self._pool is None:
            self._starts += 1
            if self._starts > STARTS:
                raise WorkerError(f"the reading pool broke {STARTS} times: see the log, then crawl again")
            from pebble import ProcessPool

            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(_PRELOAD)
            self._pool = ProcessPool(self._workers, initializer=_begin_worker, context=context)
        return self._pool


def _settle(result: asyncio.Future[Read], read: Read) -> None:
    if not result.done():
        result.set_result(read)
