"""Reading the articles that one source wants, each with what belongs to it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from functools import partial

from pipelines.messages import FetchedFile, Message, PageFailed, PageGone, PageRead, PageUnchanged, Saved
from reading.page import Page, Reading
from spiders.direct import read_direct
from spiders.faults import Fault
from spiders.fetch import Answer, ask_if_changed
from spiders.frontier import Cause, Wanted, is_front_page
from spiders.gate import Turn
from spiders.pool import Job, Unread
from spiders.tally import OUTCOMES, Tally
from spiders.task import Task, Tools

logger = logging.getLogger(__name__)

_WORKERS = 4
# Faults that say nothing of the page itself: it stays due, and no failure is written down for it.
_NOT_TRIED = ("budget", "given-up", "retry-after")


class Articles:
    """Fetches, reads and hands on; what is done with is let go, since a run may have a hundred thousand."""

    def __init__(self, task: Task, tools: Tools, tally: Tally) -> None:
        self._task = task
        self._tools = tools
        self._tally = tally
        self._source = task.source.id
        self._now = tools.clock()
        self._open: set[asyncio.Future[Saved]] = set()

    async def run(self, queue: deque[Wanted]) -> None:
        """Empty the queue in its order, as far as the budget allows; returns when all is saved."""
        left = len(queue) - self._task.articles
        if left > 0:
            self._tally.add_cut(f"{left} articles left for the next run")
            for _ in range(left):
                queue.pop()
        async with asyncio.TaskGroup() as group:
            for _ in range(min(_WORKERS, len(queue))):
                group.create_task(self._work(queue))
        if self._open:
            await asyncio.wait(self._open)

    async def _work(self, queue: deque[Wanted]) -> None:
        while queue:
            await self._read(queue.popleft())

    async def _read(self, want: Wanted) -> None:
        asked = want.known if want.cause == "recheck" else None
        headers = ask_if_changed(asked.etag, asked.modified) if asked is not None else {}
        answer = await self._tools.asks(self._task.source).fetch(
            want.address, Turn.ARTICLE, self._task.deadline, headers=headers
        )
        if isinstance(answer, Fault):
            self._note_fault(want, answer)
        elif answer.status == 304 and asked is not None:
            self._tally.read += 1
            self._save(want, PageUnchanged(self._source, want.address, self._now))
        elif answer.status in (404, 410) and want.known is not None and want.known.item is not None:
            self._save(want, PageGone(self._source, want.address, answer.status, self._now))
        elif answer.status != 200:
            self._fail(want, str(answer.status), f"answers {answer.status}", answer.status)
        elif is_front_page(want.address, answer.url):
            self._fail(want, "page", f"redirected to the front page {answer.url}", answer.status)
        else:
            await self._take(want, answer)

    async def _take(self, want: Wanted, answer: Answer) -> None:
        size = len(answer.raw)
        self._tools.backlog.hold(size)
        read = read_direct(want, answer) or await self._read_page(answer)
        if isinstance(read, str):
            self._tools.backlog.drop(size)
            self._fail(want, "page", read, answer.status)
            return
        files = await self._fetch_files(read, answer)
        more = sum(len(file.raw or b"") for file in files)
        self._tools.backlog.hold(more)
        self._tally.read += 1
        self._tally.undated += not (read.published or read.issued or (want.row and want.row.date))
        message = PageRead(
            source=self._source,
            address=want.address,
            url=answer.url,
            raw=answer.raw,
            reading=read,
            at=self._now,
            status=answer.status,
            content_type=answer.content_type,
            etag=answer.etag,
            modified=answer.modified,
            files=files,
            row=want.row,
        )
        self._save(want, message, size + more)

    async def _read_page(self, answer: Answer) -> Reading | str:
        """Read a page and those that follow it, or say why there is no article."""
        page = Page(answer.raw, answer.url, self._now, answer.content_type)
        read = await self._tools.pool.read(Job("article", page, self._task.hints, self._source))
        if isinstance(read, Unread):
            return read.reason
        if not isinstance(read, Reading):
            return "is no article"
        if read.fault is not None:
            return read.fault
        return await self._tools.parts.complete(read, self._task.hints, self._now, self._task.deadline)

    async def _fetch_files(self, read: Reading, answer: Answer) -> tuple[FetchedFile, ...]:
        """Fetch what belongs to the item; a document that is the answer itself is in hand already."""
        if [one.url for one in read.attachments] == [answer.url]:
            return (FetchedFile(answer.url, answer.raw, answer.content_type),)
        return await self._tools.files.fetch(read, self._task.deadline)

    def _note_fault(self, want: Wanted, fault: Fault) -> None:
        if fault.kind in _NOT_TRIED:
            self._tally.add_cut(f"articles left for the next run: {fault.words}")
        else:
            self._fail(want, fault.kind, f"{fault.kind}: {fault.words}", None)

    def _fail(self, want: Wanted, kind: str, reason: str, status: int | None) -> None:
        logger.debug("%s: %s: %s", self._source, want.address, reason)
        self._tally.failures[kind] += 1
        self._save(want, PageFailed(self._source, want.address, reason, self._now, status, want.row))

    def _save(self, want: Wanted, message: Message, size: int = 0) -> None:
        """Hand a message to the writer; whoever waits for this address learns what became of it."""
        saved = self._tools.writer.put(message, size)
        self._open.add(saved)
        saved.add_done_callback(partial(self._settle, want.address, want.cause))

    def _settle(self, address: str, cause: Cause, done: asyncio.Future[Saved]) -> None:
        self._open.discard(done)
        if done.cancelled():
            return
        outcome = OUTCOMES[done.result()]
        if outcome == "new" and cause in ("changed", "recheck"):
            outcome = "changed"  # a known repost whose words differ now
        self._tools.claims.settle(address, outcome)
