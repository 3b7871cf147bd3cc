"""Dates are read in every form that Chinese sites write, and never invented."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading.dates import find_dates, read_date, read_stamp

FETCHED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-05", "2026-11-05"),
        ("[2026-11-05]", "2026-11-05"),
        ("2026/11/5", "2026-11-05"),
        ("2026.11.05", "2026-11-05"),
        ("2026年11月5日", "2026-11-05"),
        ("2026 年 11 月 5 日", "2026-11-05"),
        ("2026年11月5号", "2026-11-05"),
        ("二〇二六年十一月五日", "2026-11-05"),
        ("二○二六年十一月二十五日", "2026-11-25"),
        ("二零二六年一月三十一日", "2026-01-31"),
        ("26-11-05", "2026-11-05"),
        ("98-11-05", "1998-11-05"),
        ("２０２６－１１－０５", "2026-11-05"),
        ("2026-11-05 10:08", "2026-11-05T10:08"),
        ("2026-11-05 10:08:30", "2026-11-05T10:08:30"),
        ("2026-11-05T10:08:30+08:00", "2026-11-05T10:08:30"),
        ("2026-11-05T02:08:30Z", "2026-11-05T10:08:30"),
        ("2026-06-13 14∶06", "2026-06-13T14:06"),
        ("2026-11-0509:30", "2026-11-05T09:30"),
        ("2026年11月5日 下午3:20", "2026-11-05T15:20"),
        ("2026年11月5日10时8分", "2026-11-05T10:08"),
        ("2026-11-05 星期四 10:20", "2026-11-05T10:20"),
        ("2026年11月", "2026-11"),
        ("发布时间：2026-11-05浏览次数：12", "2026-11-05"),
        ("昨天 10:20", "2026-11-20T10:20"),
        ("前天", "2026-11-19"),
        ("3天前", "2026-11-18"),
        ("5小时前", "2026-11-21"),
        ("刚刚", "2026-11-21"),
        ("2026-02-30", None),
        ("2026-02-30 10:00", None),
        ("2026-13-05", None),
        ("2024年13月45日", None),
        ("2024年11月45日", None),
        ("2023-02-29", None),
        ("二〇二六年十三月五日", None),
        ("10∶08", None),
        ("11-05", None),
        ("11月5日", None),
        ("云府办〔2026〕11号", None),
        ("电话：0971-2026110", None),
        ("192.168.11.5", None),
        ("", None),
    ],
)
def test_forms(text: str, expected: str | None) -> None:
    assert read_date(text, FETCHED) == expected


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("11-05", 2026, "2026-11-05"),
        ("11月5日", 2025, "2025-11-05"),
        ("11-05 10:20", 2026, "2026-11-05T10:20"),
        ("12-30", 2026, "2025-12-30"),
        ("02-29", 2026, None),
        ("2023-02-29", 2024, None),
    ],
)
def test_the_year_of_the_page_completes_a_day(text: str, year: int, expected: str | None) -> None:
    assert read_date(text, FETCHED, year) == expected


def test_relative_words_say_nothing_without_the_moment_of_fetching() -> None:
    assert read_date("昨天 10:20") is None
    assert read_date("3天前") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261105", "2026-11-05"),
        ("20261105101500", "2026-11-05T10:15:00"),
        ("2026-11", "2026-11"),
        ("2026", None),
    ],
)
def test_stamps_of_meta_tags(text: str, expected: str | None) -> None:
    assert read_stamp(text) == expected


def test_several_dates_stand_in_their_order() -> None:
    found = find_dates("2026年12月1日起施行，2026-11-05印发，二〇二六年十月三十日通过")
    assert [one.value for one in found] == ["2026-12-01", "2026-11-05", "2026-10-30"]


@given(
    st.dates(date(1950, 1, 1), date(2068, 12, 31)),
    st.sampled_from(["{0:%Y-%m-%d}", "{0.year}年{0.month}月{0.day}日"]),
)
def test_every_real_day_is_read(day: date, form: str) -> None:
    assert read_date(form.format(day)) == day.isoformat()


@given(st.text(alphabet="0123456789-/.:年月日时 二〇六十一五昨天前∶", max_size=30))
def test_no_date_is_invented(text: str) -> None:
    """What is read can be pointed at: its digits stand in the text, and it is a real day."""
    for found in find_dates(text):
        words = text[found.start : found.end]
        date.fromisoformat(found.value[:10] if len(found.value) >= 10 else found.value + "-01")
        if words.isascii():
            assert int(found.value[5:7]) in [
                int(number) for number in re.findall(r"\d{1,2}", words)
            ] or re.search(r"\d{4,}", words)
            assert found.value[2:4] in words
        assert ("T" in found.value) <= bool(re.search(r"[:时点∶：]", words))
