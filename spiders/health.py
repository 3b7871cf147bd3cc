"""The verdict on a source's run: judged on what it showed, what it showed before, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Literal, get_args

from clock import PORTAL_ZONE
from sources import Expects, Sources
from spiders.faults import BLOCKED, UNREACHABLE, Fault, Kind
from store.runs import Runs, RunSource

Word = Literal["well", "quiet", "partial", "empty", "redesigned", "blocked", "unreachable"]

BROKEN: frozenset[str] = frozenset({"empty", "redesigned", "blocked", "unreachable"})
_BLOCKING_STATUS = (401, 403, 407, 412, 418, 429, 451, 521, 567)
# A list may lose a row or two between two of its own pages; more is missing.
_SLACK = 0.05
_FEW = 3
_LONG = 400
# The words of reading.status, and our own `unreadable`, in the words of the evidence.
_WALLS = {"blocked": "a firewall's page", "login": "a login page"}
_NO_LIST = {
    "error_page": "says that it does not exist",
    "second_request": "gets its rows by a script",
    "browser": "shows its rows in a browser only",
    "unreadable": "cannot be read",
    "no_rows": "has no rows that can be found",
}


@dataclass(frozen=True)
class Verdict:
    """One word for the digest, and the evidence in a sentence."""

    word: Word
    evidence: str


@dataclass(frozen=True)
class Counts:
    """What one run saw of one source.

    `found` rows stood on the lists that were read, `first` of them on the first page, which had `before` rows
    last time; `fresh` of them nobody knew. `read` pages gave something, `failed` did not, by `failures`
    (kind or status: how many). `list_status` is what the reader said of the first list page (`ok` or its
    word), `list_fault` why it did not come, `cut` why the run stopped before the end, `whole` whether the
    lists were walked to their last page.
    """

    found: int = 0
    first: int = 0
    before: int = 0
    promised: int | None = None
    stored: int = 0
    fresh: int = 0
    new: int = 0
    changed: int = 0
    known: int = 0
    failed: int = 0
    read: int = 0
    undated: int = 0
    pages: int = 0
    list_status: str = "ok"
    list_fault: Fault | None = None
    failures: Mapping[str, int] = field(default_factory=dict)
    cut: str | None = None
    whole: bool = False

    @property
    def coverage(self) -> float | None:
        """The share of the promised rows that are known by now, 0 to 1; None where nothing is promised."""
        if not self.promised:
            return None
        return min(1.0, round(max(self.found, self.stored) / self.promised, 4))


def judge(counts: Counts, history: Sequence[RunSource], expects: Expects, now: datetime) -> Verdict:
    """Judge one source's run; `history` are its earlier rows, newest first.

    A night without news is `quiet`, whatever the day; `empty`, `redesigned`, `blocked` and `unreachable`
    say that the source is broken, in this very run.
    """
    return (
        _judge_list(counts)
        or _judge_rows(counts, expects)
        or _judge_links(counts, history)
        or _judge_still(counts, history)
        or _judge_partial(counts)
        or _judge_news(counts, history, expects, now)
    )


def _judge_list(counts: Counts) -> Verdict | None:
    """The list page did not come."""
    fault = counts.list_fault
    return Verdict(_word_for(fault), f"the list page: {fault.words}") if fault is not None else None


def _word_for(fault: Fault) -> Word:
    if fault.kind in BLOCKED:
        return "blocked"
    if fault.kind in UNREACHABLE:
        return "unreachable"
    return "partial" if fault.kind == "budget" else "redesigned"


def fault_of_status(status: int, words: str = "") -> Fault:
    """Name a list page's status that is not 200: kept out, out of order, or moved away."""
    text = words or f"answers {status}"
    if status in _BLOCKING_STATUS:
        return Fault("barred", text)
    return Fault("lost" if status >= 500 else "page", text)


def _judge_rows(counts: Counts, expects: Expects) -> Verdict | None:
    """The list page came: does it still show what it used to show?"""
    if counts.list_status in _WALLS:
        return Verdict("blocked", f"the list page is {_WALLS[counts.list_status]}")
    if counts.found == 0:
        return _judge_no_rows(counts)
    if expects.rows and counts.first < expects.rows:
        return Verdict(
            "redesigned", f"{counts.first} rows on the list page, at least {expects.rows} expected"
        )
    if counts.before >= 2 * _FEW and counts.first * 3 < counts.before:
        return Verdict("redesigned", f"{counts.first} rows on the list page, {counts.before} before")
    return None


def _judge_no_rows(counts: Counts) -> Verdict:
    before = f"; it had {counts.before} rows before" if counts.before else ""
    if counts.list_status in ("ok", "empty"):
        return Verdict("empty", f"the list page has no rows{before}")
    words = _NO_LIST.get(counts.list_status, f"has no rows ({counts.list_status})")
    return Verdict("redesigned", f"the list page {words}{before}")


def _judge_links(counts: Counts, history: Sequence[RunSource]) -> Verdict | None:
    """The rows are there: do they lead anywhere? A few dead ones a night add up over the nights."""
    barren = takewhile(lambda row: not row.new and not row.changed, history)
    failed = counts.failed + sum(row.failed for row in barren)
    enough = failed >= _FEW or counts.failed == counts.found or counts.cut is not None
    if counts.read or not counts.failed or not enough:
        return _judge_fields(counts)
    reasons = ", ".join(f"{number} times {kind}" for kind, number in sorted(counts.failures.items()))
    worst = max(counts.failures, key=lambda kind: counts.failures[kind], default="page")
    return Verdict(_word_for_links(worst), f"all {counts.failed} articles failed: {reasons}")


def _word_for_links(kind: str) -> Word:
    if kind.isdecimal():
        fault = fault_of_status(int(kind))
        return _word_for(fault)
    blocked: frozenset[Kind | str] = frozenset(BLOCKED)
    if kind in blocked:
        return "blocked"
    return "unreachable" if kind in frozenset[Kind | str](UNREACHABLE) else "redesigned"


def _judge_fields(counts: Counts) -> Verdict | None:
    if counts.read >= 2 * _FEW and counts.undated == counts.read:
        return Verdict("redesigned", f"none of {counts.read} articles states a date, on its page or its row")
    return None


def _judge_still(counts: Counts, history: Sequence[RunSource]) -> Verdict | None:
    """A source that was broken stays so until something says otherwise: more rows, a new one, a page read."""
    if not history or history[0].verdict not in BROKEN:
        return None
    last = history[0]
    mended = counts.found > last.found or counts.fresh or counts.read
    return None if mended else Verdict(_as_word(last.verdict), last.evidence)


def _as_word(text: str) -> Word:
    return next(word for word in get_args(Word) if word == text)


def _judge_partial(counts: Counts) -> Verdict | None:
    if counts.cut:
        return Verdict("partial", counts.cut)
    missing = (counts.promised or 0) - max(counts.found, counts.stored)
    if counts.whole and missing > max(1, _SLACK * (counts.promised or 0)):
        return Verdict("partial", f"{counts.found} of {counts.promised} promised rows found")
    if counts.failed >= _FEW and counts.failed >= counts.read:
        return Verdict("partial", f"{counts.failed} of {counts.failed + counts.read} articles failed")
    return None


def _judge_news(counts: Counts, history: Sequence[RunSource], expects: Expects, now: datetime) -> Verdict:
    failed = f", {counts.failed} failed" if counts.failed else ""
    if counts.new or counts.changed or counts.fresh or not history:
        return Verdict("well", f"{counts.new} new, {counts.changed} changed{failed}")
    last = next((row.at for row in history if row.at and (row.new or row.changed)), None)
    if last is None:
        return Verdict("quiet", f"nothing new since the first run{failed}")
    days = (now - last).days
    overdue = f", expected within {expects.days}" if expects.days and days > expects.days else ""
    since = f"for {days} days" if days else "since the last run"
    return Verdict("quiet", f"nothing new {since}{overdue}{failed}")


def judge_recheck(counts: Counts) -> Verdict:
    """Judge a run that looked at known pages only."""
    if counts.failed and not counts.read:
        return Verdict("partial", f"all {counts.failed} pages failed")
    word: Word = "well" if counts.changed else "quiet"
    return Verdict(word, f"{counts.read} pages looked at, {counts.changed} changed, {counts.failed} failed")


@dataclass(frozen=True)
class Health:
    """How one source is now: its verdict, since when, and when it was last well or quiet (portal time).

    `reading` says how its pages are read, by what was learned of them; None before the first.
    """

    source: str
    verdict: str
    since: str
    last_well: str | None
    evidence: str
    reading: str | None = None


def list_health(sources: Sources, runs: Runs, readings: Mapping[str, str] | None = None) -> list[Health]:
    """List the health of every source that was crawled, in the file's order; `readings` by source."""
    histories = (runs.history(source.id, limit=_LONG) for source in sources.sources)
    return [_tell_health(history, readings or {}) for history in histories if history]


def _tell_health(history: Sequence[RunSource], readings: Mapping[str, str]) -> Health:
    newest = history[0]
    streak = list(takewhile(lambda row: row.verdict == newest.verdict, history))
    good = next((row.at for row in history if row.verdict in ("well", "quiet")), None)
    return Health(
        source=newest.source,
        verdict=newest.verdict,
        since=_tell(streak[-1].at) or "",
        last_well=_tell(good),
        evidence=newest.evidence,
        reading=readings.get(newest.source),
    )


def _tell(moment: datetime | None) -> str | None:
    return moment.astimezone(PORTAL_ZONE).isoformat(timespec="minutes") if moment else None
