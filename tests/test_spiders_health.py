"""A source that broke is named the same night, and a quiet weekend raises nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sources import Expects, Sources
from spiders.faults import Fault
from spiders.health import Counts, fault_of_status, judge, judge_recheck, list_health
from store.database import Database
from store.runs import Runs, RunSource

NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
ALL_IS_WELL = Counts(found=20, first=20, before=20, fresh=2, new=2, read=2, known=18, pages=1)


def past(days: int, verdict: str = "well", new: int = 0, found: int = 20, evidence: str = "") -> RunSource:
    at = NOW - timedelta(days=days)
    return RunSource("s-a", "s", verdict, None, found, new, 0, 0, 0, None, 1.0, evidence, at)


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        (ALL_IS_WELL, "well"),
        (Counts(found=20, first=20, before=20, known=20), "quiet"),
        (Counts(list_fault=Fault("dns", "no such host")), "unreachable"),
        (Counts(list_fault=Fault("tls", "expired")), "unreachable"),
        (Counts(list_fault=Fault("refused", "refused")), "unreachable"),
        (Counts(list_fault=Fault("time-out", "30 s")), "unreachable"),
        (Counts(list_fault=Fault("given-up", "timed out")), "unreachable"),
        (Counts(list_fault=fault_of_status(500)), "unreachable"),
        (Counts(list_fault=fault_of_status(503)), "unreachable"),
        (Counts(list_fault=fault_of_status(403)), "blocked"),
        (Counts(list_fault=fault_of_status(412)), "blocked"),
        (Counts(list_fault=fault_of_status(429)), "blocked"),
        (Counts(list_fault=Fault("robots", "forbids")), "blocked"),
        (Counts(list_fault=Fault("guarded", "inside")), "blocked"),
        (Counts(list_fault=Fault("retry-after", "86400 s")), "blocked"),
        (Counts(list_fault=fault_of_status(404)), "redesigned"),
        (Counts(list_fault=Fault("page", "no markup")), "redesigned"),
        (Counts(list_fault=Fault("budget", "no time")), "partial"),
        (Counts(list_status="blocked"), "blocked"),
        (Counts(list_status="login"), "blocked"),
        (Counts(list_status="error_page", before=20), "redesigned"),
        (Counts(list_status="browser", before=20), "redesigned"),
        (Counts(list_status="no_rows", before=20), "redesigned"),
        (Counts(list_status="empty", before=20), "empty"),
        (Counts(found=2, first=2, before=20, known=2), "redesigned"),
        (Counts(found=5, first=5, before=5, fresh=5, failed=5, failures={"404": 5}), "redesigned"),
        (Counts(found=2, first=2, fresh=2, failed=2, failures={"404": 2}), "redesigned"),
        (Counts(found=5, first=5, before=5, fresh=5, failed=5, failures={"page": 5}), "redesigned"),
        (Counts(found=5, first=5, before=5, fresh=5, failed=5, failures={"403": 5}), "blocked"),
        (Counts(found=5, first=5, before=5, fresh=5, failed=5, failures={"robots": 5}), "blocked"),
        (Counts(found=5, first=5, before=5, fresh=5, failed=5, failures={"time-out": 5}), "unreachable"),
        (
            Counts(found=8, first=8, fresh=8, failed=2, failures={"time-out": 2}, cut="given up"),
            "unreachable",
        ),
        (Counts(found=8, first=8, fresh=2, failed=2, failures={"404": 2}), "well"),
        (Counts(found=20, first=20, fresh=8, new=8, read=8, undated=8), "redesigned"),
        (Counts(found=20, first=20, fresh=20, new=20, read=20, cut="stopped after 20 list pages"), "partial"),
        (Counts(found=20, first=20, promised=60, fresh=20, new=20, read=20, whole=True), "partial"),
        (Counts(found=20, first=20, promised=60, fresh=20, new=20, read=20), "well"),
        (Counts(found=20, first=20, promised=60, stored=60, known=20, whole=True), "quiet"),
        (Counts(found=20, first=20, fresh=10, new=5, read=5, failed=5, failures={"404": 5}), "partial"),
        (Counts(found=20, first=20, fresh=6, new=5, read=5, failed=1, failures={"404": 1}), "well"),
    ],
)
def test_each_way_to_break_has_its_verdict(counts: Counts, word: str) -> None:
    verdict = judge(counts, [past(1, new=1)], Expects(), NOW)
    assert verdict.word == word
    assert verdict.evidence


def test_a_quiet_weekend_raises_nothing() -> None:
    quiet = Counts(found=20, first=20, before=20, known=20)
    history = [past(1, "quiet"), past(2, "quiet"), past(3, "well", new=4)]
    verdict = judge(quiet, history, Expects(days=7), NOW)
    assert verdict.word == "quiet"
    assert verdict.evidence == "nothing new for 3 days"


def test_a_long_silence_is_told_in_the_evidence() -> None:
    quiet = Counts(found=20, first=20, before=20, known=20)
    verdict = judge(quiet, [past(12, "well", new=4)], Expects(days=7), NOW)
    assert verdict.evidence == "nothing new for 12 days, expected within 7"


def test_fewer_rows_than_ops_expect_is_a_redesign() -> None:
    assert judge(ALL_IS_WELL, [], Expects(rows=40), NOW).word == "redesigned"
    assert judge(ALL_IS_WELL, [], Expects(rows=20), NOW).word == "well"


def test_a_broken_source_stays_broken_until_something_says_otherwise() -> None:
    dead = past(1, "redesigned", found=5, evidence="all 5 articles failed: 5 times 404")
    nothing_tried = Counts(found=5, first=5, before=5, known=5)
    assert judge(nothing_tried, [dead], Expects(), NOW).word == "redesigned"
    mended = Counts(found=6, first=6, before=5, fresh=1, new=1, read=1, known=5)
    assert judge(mended, [dead], Expects(), NOW).word == "well"
    gone_last_night = past(1, "unreachable", found=0)
    assert judge(ALL_IS_WELL, [gone_last_night], Expects(), NOW).word == "well"


def test_the_first_night_is_well_even_without_a_history() -> None:
    assert judge(Counts(found=3, first=3, fresh=3, new=3, read=3), [], Expects(), NOW).word == "well"


def test_a_few_dead_links_a_night_add_up() -> None:
    tonight = Counts(found=20, first=20, before=20, fresh=1, failed=1, failures={"404": 1})
    last = replace(past(1, "well"), failed=2)
    assert judge(tonight, [last, past(2, new=1)], Expects(), NOW).word == "redesigned"
    assert judge(tonight, [past(1, new=1), last], Expects(), NOW).word == "well"


def test_coverage_is_the_share_of_what_was_promised() -> None:
    assert Counts(found=20, stored=45, promised=60).coverage == 0.75
    assert Counts(found=20).coverage is None
    assert Counts(found=70, promised=60).coverage == 1.0


def test_a_recheck_alone_is_told_apart() -> None:
    assert judge_recheck(Counts(read=5, changed=1)).word == "well"
    assert judge_recheck(Counts(read=5)).word == "quiet"
    assert judge_recheck(Counts(failed=5)).word == "partial"


def test_health_says_since_when(database: Database, sources: Sources) -> None:
    runs = Runs(database)
    for days, verdict in ((4, "well"), (3, "quiet"), (2, "unreachable"), (1, "unreachable")):
        row = past(days, verdict, evidence=f"{days} days ago")
        assert row.at is not None
        values = {name: getattr(row, name) for name in row.__dataclass_fields__} | {"source": "jyt-dt"}
        runs.save(runs.start("crawl", row.at), RunSource(**values), row.at)
    (health,) = list_health(sources, runs)
    assert (health.source, health.verdict, health.evidence) == ("jyt-dt", "unreachable", "1 days ago")
    assert health.since == "2026-11-07T10:00+08:00"
    assert health.last_well == "2026-11-06T10:00+08:00"
