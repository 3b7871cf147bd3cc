"""Walking one source's lists, page by page, for as long as they show what nobody knew."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from hashlib import sha256

from errors import ReadingError
from pipelines.messages import ListSeen, Saved
from reading.address import canonical
from reading.page import ListPage, Page, Row
from spiders.faults import Fault
from spiders.fetch import Answer, ask_if_changed
from spiders.frontier import Wanted, choose_rows, decide_step, find_gap, tidy_rows
from spiders.gate import Turn
from spiders.health import fault_of_status
from spiders.pool import Job, Unread
from spiders.tally import Tally
from spiders.task import Task, Tools
from spiders.turning import Way, is_turned, name_column, name_turn
from store.known import KnownList

_TRIES = 2


class Walk:
    """Reads the list pages of one source.

    `wants` are the articles that their rows ask for, `saves` the promises of the writer.
    """

    def __init__(self, task: Task, tools: Tools, tally: Tally) -> None:
        self._task = task
        self._tools = tools
        self._tally = tally
        self._asks = tools.asks(task.source)
        self._source = task.source.id
        self._now = tools.clock()
        self._walked: dict[str, None] = {}
        self._parts: deque[str] = deque()
        self._ways: dict[str, Way] = {}
        self.wants: dict[str, Wanted] = {}
        self.saves: list[asyncio.Future[Saved]] = []

    async def run(self) -> None:
        """Read pages until the decisions of the frontier say stop."""
        address: str | None = canonical(self._task.source.address)
        while address is not None and len(self._walked) < self._task.pages:
            address = await self._read_page(address) or self._next_part() or self._find_gap()
        if address is not None:
            self._tally.add_cut(f"stopped after {self._task.pages} list pages")

    def _next_part(self) -> str | None:
        """The next of the lists that an index named, whether the last one showed news or not."""
        while self._parts:
            part = self._parts.popleft()
            if decide_step(self._task.source.address, part, True, self._walked, self._task.pages + 1).address:
                return part
        return None

    def _find_gap(self) -> str | None:
        """Where an earlier run was broken off, unless this one is in trouble itself."""
        if self._tally.list_fault is not None or self._tally.cut is not None or self._task.deep:
            return None
        last = next(reversed(self._walked))
        known = self._look_up(last)
        gap = self._find_broken(last, known.next if known else None)
        return None if is_turned(gap) else gap

    def _find_broken(self, last: str, following: str | None) -> str | None:
        walked = [page for page in self._walked if page != last]
        return find_gap(following, self._look_up, walked, self._task.pages)

    def _needs_form(self, address: str, known: KnownList | None) -> bool:
        """Say whether the walk goes on by the form of a known page, which must then be read to have it."""
        if known is None or not is_turned(known.next):
            return False
        return self._task.deep or self._find_broken(address, known.next) is not None

    def _look_up(self, address: str) -> KnownList | None:
        return self._tools.known.list_page(self._source, address)

    async def _read_page(self, address: str) -> str | None:
        """Read one list page; give the next one's address when the walk goes on."""
        known = self._look_up(address)
        self._walked[address] = None
        asked = None if self._needs_form(address, known) else known
        answer = await self._fetch(address, asked)
        if isinstance(answer, Fault):
            self._note_fault(answer)
            return None
        if self._is_past_end(answer):
            self._note_end(address, answer)
            return None
        self._tally.pages += 1
        digest = sha256(answer.raw).hexdigest()
        if asked is not None and asked.rows and (answer.status == 304 or digest == asked.digest):
            return self._pass_unchanged(address, asked)
        self._tools.backlog.hold(len(answer.raw))
        page = self._make_page(address, answer)
        read = await self._tools.pool.read(Job("list", page, self._task.hints))
        if isinstance(read, ListPage):
            return self._take(address, answer, digest, read, known)
        self._tools.backlog.drop(len(answer.raw))
        self._tally.list_status = "unreadable" if len(self._walked) == 1 else self._tally.list_status
        self._note_fault(Fault("page", read.reason if isinstance(read, Unread) else "is no list"))
        return None

    def _make_page(self, address: str, answer: Answer) -> Page:
        """The answer as the readers take it; the first page's address names its column."""
        way = self._ways.pop(address, None)
        url = name_column(answer.url, self._task.source.address) if len(self._walked) == 1 else answer.url
        return Page(answer.raw, url, self._now, answer.content_type, way.form if way else None)

    async def _fetch(self, address: str, known: KnownList | None) -> Answer | Fault:
        """Fetch a list page; a time-out is tried once more, since the whole source hangs on it."""
        way = self._ways.get(address)
        again = known is not None and known.rows and way is None
        headers = ask_if_changed(known.etag, known.modified) if known is not None and again else {}
        url, sent = (way.url, way.sent()) if way is not None else (address, None)
        answer: Answer | Fault = Fault("time-out", "never asked")
        for _ in range(_TRIES):
            answer = await self._asks.fetch(url, Turn.LIST, self._task.deadline, headers=headers, sent=sent)
            if not isinstance(answer, Fault) or answer.kind != "time-out":
                break
        if isinstance(answer, Answer) and answer.status not in (200, 304) and not self._is_past_end(answer):
            return fault_of_status(answer.status)
        return answer

    def _is_past_end(self, answer: Answer) -> bool:
        """A page that only a count names may not be there: the list has ended before it."""
        if len(self._walked) < 2 or answer.status not in (404, 410):
            return False
        stored = self._tools.known.count_listings(self._source)
        found = max(len(self._tally.rows) + self._tally.unchanged_rows, stored)
        return self._task.source.paging is not None or found >= (self._tally.promised or found + 1)

    def _note_end(self, address: str, answer: Answer) -> None:
        """Keep that nothing stands there, so that a later run does not take it for a page it never read."""
        self._tally.whole = True
        digest = sha256(answer.raw).hexdigest()
        self._tools.known.forget_page(self._source, address)
        self.saves.append(self._tools.writer.put(ListSeen(self._source, address, digest, (), self._now), 0))

    def _note_fault(self, fault: Fault) -> None:
        if len(self._walked) == 1:
            self._tally.list_fault = fault
        else:
            self._tally.add_cut(f"list page {len(self._walked)}: {fault.words}")

    def _pass_unchanged(self, address: str, known: KnownList) -> str | None:
        """An unchanged list costs no reading: its rows are known, its next page too."""
        self._tally.unchanged_rows += known.rows
        if self._tally.first is None:
            self._tally.first = self._tally.before = known.rows
        self._tally.promised = self._tally.promised or known.promised
        return self._step(address, known.next, fresh=self._task.deep)

    def _take(
        self, address: str, answer: Answer, digest: str, read: ListPage, known: KnownList | None
    ) -> str | None:
        rows = tidy_rows(read.rows)
        next_page = self._name_next(address, read)
        parts = _tidy_parts(read.parts)
        self._parts.extend(parts)
        shell = not rows and read.status == "second_request" and bool(next_page or parts)
        if self._tally.first is None and not shell:
            self._tally.first, self._tally.list_status = len(rows), read.status
            self._tally.before = known.rows if known is not None else 0
        self._tally.promised = self._tally.promised or read.promised
        fresh, more = self._sort(rows, read.cut)
        etag, modified = answer.etag, answer.modified
        seen = ListSeen(
            self._source, address, digest, rows, self._now, read.promised, next_page, etag, modified
        )
        self._tools.known.forget_page(self._source, address)
        self.saves.append(self._tools.writer.put(seen, len(answer.raw)))
        broken = is_turned(next_page) and self._find_broken(address, next_page) is not None
        return self._step(address, next_page, fresh or shell or more or broken, shell)

    def _name_next(self, address: str, read: ListPage) -> str | None:
        """The next page's name; where a form turns to it, what is sent is kept until then."""
        url = next(iter(_tidy_parts([read.next] if read.next is not None else [])), None)
        if url is None or read.form is None:
            return url
        name = name_turn(address, url)
        self._ways[name] = Way(url, read.form, read.charset)
        return name

    def _sort(self, rows: tuple[Row, ...], cut: str | None) -> tuple[bool, bool]:
        """Put each row in its place; say whether one is new to this list, and to a backfill.

        `cut` says why rows after these are out of reach, which matters when the last of these is new.

        A row is fresh by what this source's own list showed: another source may have brought the same article
        a moment ago, and that must not end the walk.
        """
        unseen = [row for row in rows if row.url not in self._tally.rows]
        known = self._tools.known.look_up(self._source, [row.url for row in unseen])
        wants = choose_rows(unseen, known, self._now)
        self.wants |= {want.address: want for want in wants}
        first_time = [row for row in unseen if row.url not in known or known[row.url].title is None]
        shared = sum(row.url not in self.wants for row in first_time)
        self._tally.rows |= {row.url for row in unseen}
        self._tally.fresh += len(first_time)
        self._tally.shared_rows += shared
        self._tally.known_rows += len(unseen) - len(wants) - shared
        if cut and first_time and first_time[-1] is rows[-1]:
            self._tally.add_cut(cut)
        return bool(first_time), self._task.deep and bool(unseen)

    def _step(self, address: str, next_page: str | None, fresh: bool, shell: bool = False) -> str | None:
        if self._task.deep and len(self.wants) >= self._task.articles:
            return None
        step = decide_step(address, next_page, fresh, self._walked, self._task.pages, shell)
        if step.stop == "budget":
            self._tally.add_cut(f"stopped after {len(self._walked)} list pages, more follow")
        self._tally.whole = step.stop == "end"
        return step.address


def _tidy_parts(addresses: Sequence[str]) -> list[str]:
    """The canonical addresses of list pages; what is no address is left out."""
    tidy = []
    for address in addresses:
        try:
            tidy.append(canonical(address))
        except ReadingError:
            continue
    return tidy
