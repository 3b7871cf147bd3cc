"""Which rows to fetch and whether to turn the page: pure decisions on what was seen and what is known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from errors import ReadingError
from reading.address import canonical
from reading.page import Row
from reading.site import is_same_site
from store.known import KnownAddress, KnownList

Cause = Literal["new", "changed", "unread", "recheck"]
Stop = Literal["end", "known", "cycle", "elsewhere", "budget", "time", "fault"]
_FIRST: tuple[Cause, ...] = ("new", "changed", "unread", "recheck")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One article to fetch: why, the row that showed it (None for a re-check), what is known of it."""

    address: str
    cause: Cause
    row: Row | None = None
    known: KnownAddress | None = None


@dataclass(frozen=True)
class Step:
    """What to do after a list page: the next one's address, or why the walk stops."""

    address: str | None
    stop: Stop | None = None


def tidy_rows(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Give each row its canonical address, once, in row order; what leads to no page is left out."""
    tidy: dict[str, Row] = {}
    for row in rows:
        try:
            address = canonical(row.url)
        except ReadingError:
            continue
        tidy.setdefault(address, replace(row, url=address))
    return tuple(tidy.values())


def choose_rows(rows: Iterable[Row], known: Mapping[str, KnownAddress], now: datetime) -> tuple[Wanted, ...]:
    """Choose the rows to fetch: unknown, changed in title or date, or unread and due."""
    wanted = (_choose(row, known.get(row.url), now) for row in rows)
    return tuple(each for each in wanted if each is not None)


def _choose(row: Row, known: KnownAddress | None, now: datetime) -> Wanted | None:
    if known is None:
        return Wanted(row.url, "new", row)
    if known.item is None:
        due = known.next_check is None or known.next_check <= now
        return Wanted(row.url, "unread", row, known) if due else None
    # a title of None means that this source's list shows the row for the first time: its item is known
    if known.title is not None and (known.title, known.date) != (row.title, row.date):
        return Wanted(row.url, "changed", row, known)
    return None


def choose_due(due: Iterable[KnownAddress]) -> tuple[Wanted, ...]:
    """Make wants of the addresses that are due without a row: unread ones and re-checks."""
    return tuple(
        Wanted(known.address, "unread" if known.item is None else "recheck", None, known) for known in due
    )


def order_wants(wants: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """Put wants in the order of fetching: what is new first, in row order; one want an address."""
    ordered: dict[str, Wanted] = {}
    for want in sorted(wants, key=lambda want: _FIRST.index(want.cause)):
        ordered.setdefault(want.address, want)
    return tuple(ordered.values())


def decide_step(
    page: str,
    next_page: str | None,
    fresh: bool,
    walked: Collection[str],
    limit: int,
    shell: bool = False,
) -> Step:
    """Decide whether to turn the page.

    A page of a list stands on the same host; the data of a `shell` may come from another host of its site.
    `fresh` says whether this page had a row that nobody knew (or is only a shell that names its list): dates
    are not asked, since a pinned old row stands first. `walked` are the pages read so far, this one too.
    """
    if next_page is None:
        return Step(None, "end")
    if next_page in walked:
        return Step(None, "cycle")
    if urlsplit(next_page).hostname != urlsplit(page).hostname and not (
        shell and is_same_site(next_page, page)
    ):
        return Step(None, "elsewhere")
    if not fresh:
        return Step(None, "known")
    if len(walked) >= limit:
        return Step(None, "budget")
    return Step(next_page)


def find_gap(
    start: str | None, look_up: Callable[[str], KnownList | None], walked: Collection[str], limit: int
) -> str | None:
    """Find the list page where an earlier run was broken off, by following the pages that are known.

    A walk that a crash or a fault cut short leaves a page whose `next` was never read; one that its budget
    ended has as many pages as the budget, and is left as it is.
    """
    chain = set(walked)
    while start is not None and start not in chain and len(chain) < limit:
        known = look_up(start)
        if known is None:
            return start
        chain.add(start)
        start = known.next
    return None


def is_front_page(asked: str, answered: str) -> bool:
    """Say whether a redirect led from an article to a site's front page, as a removed page often does."""
    front = ("", "/", "/index.html", "/index.htm", "/index.shtml", "/index.jsp")
    return urlsplit(answered).path in front and urlsplit(asked).path not in front
