"""An article that its site cut into several pages: the pages are fetched one by one and put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from reading.page import Doubt, Hints, Page, Reading
from spiders.fetch import Answer, Fetcher
from spiders.gate import Turn
from spiders.pool import Job, ReadingPool

MOST_PARTS = 20


class PartFetcher:
    """Follows `next_url` from page to page, under the same guard and caps as the first one."""

    def __init__(self, fetcher: Fetcher, pool: ReadingPool) -> None:
        self._fetcher = fetcher
        self._pool = pool

    async def complete(self, first: Reading, hints: Hints, now: datetime, deadline: float) -> Reading:
        """Give the whole article; a page that does not come is a doubt of the body."""
        if first.next_url is None:
            return first
        seen, parts = {first.url}, [first]
        following: str | None = first.next_url
        while following and following not in seen and len(parts) < MOST_PARTS:
            seen.add(following)
            # in the turn of files: the item is in hand, and must not wait for room that it takes itself
            answer = await self._fetcher.fetch(following, Turn.FILE, deadline)
            part = await self._read(answer, hints, now) if isinstance(answer, Answer) else None
            if part is None:
                return join_parts(parts, missing=following)
            parts.append(part)
            following = part.next_url
        return join_parts(parts)

    async def _read(self, answer: Answer, hints: Hints, now: datetime) -> Reading | None:
        if answer.status != 200:
            return None
        page = Page(answer.raw, answer.url, now, answer.content_type)
        read = await self._pool.read(Job("article", page, hints))
        return read if isinstance(read, Reading) and read.fault is None else None


def join_parts(parts: Sequence[Reading], missing: str | None = None) -> Reading:
    """Put the pages of one article together: fields of the first, words and what belongs to them of all."""
    first = parts[0]
    doubts = list(first.doubts)
    if missing is not None:
        doubts.append(Doubt("body", f"原文分为多页，第 {len(parts) + 1} 页未能取得：{missing}"))
    return replace(
        first,
        text="\n".join(part.text for part in parts),
        html="\n".join(part.html for part in parts),
        attachments=tuple(dict.fromkeys(one for part in parts for one in part.attachments)),
        images=tuple(dict.fromkeys(one for part in parts for one in part.images)),
        doubts=tuple(doubts),
        next_url=None,
    )
