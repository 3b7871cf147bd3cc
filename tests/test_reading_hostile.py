"""Hostile pages cost their own reading only: little time, and a fault that says why."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading.article import read_article
from reading.clean import clean_text
from reading.page import Page, Reading

PAGES = Path(__file__).parent / "pages" / "articles"
FETCHED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SECONDS = 2.0


def read(raw: bytes, url: str = "https://www.example.gov.cn/a.html") -> Reading:
    started = time.process_time()
    reading = read_article(Page(raw, url, FETCHED))
    assert time.process_time() - started < SECONDS
    return reading


def attributes(form: str, count: int = 60_000) -> str:
    return "<p " + " ".join(form.format(n) for n in range(count)) + ">x</p>"


@pytest.mark.parametrize(
    ("markup", "fault"),
    [
        ("<div>" * 50_000 + "x", "nested"),
        ("<ul><li>" * 40_000 + "x", "nested"),
        ("<font><b>" * 500 + "文" * 50, "nested"),
        (attributes("a{}=1"), "attributes"),
        (attributes('a{}=">"'), "attributes"),
        (attributes('a{}="<b"'), "attributes"),
        (attributes('a{}="x<"'), "attributes"),
        (attributes('a{}="><b>"'), "attributes"),
        (attributes("a{}=x<"), "attributes"),
        ("<p " + "".join(f'a{n}="1"' for n in range(60_000)) + ">x</p>", "attributes"),
        ('<p title="a"" ' + " ".join(f"a{n}" for n in range(60_000)) + ">x</p>", "attributes"),
        (attributes("a{}='\"'"), "attributes"),
        ('<p a="' * 100_000, ""),
        ("<p>" + "x" * 9_000_000, "characters"),
        ("<i>x</i>" * 200_000, "tags"),
        ("<" * 8_000_000, "tags"),
        ("", "empty"),
        ("\0" * 1000, "empty"),
        ("   \n", "empty"),
        ("<!-- only a comment -->", ""),
        ("<frameset><frame src=x></frameset>", ""),
        ("%PDF-1.7 binary", "not html"),
        ("PK\x03\x04", "not html"),
    ],
)
def test_a_hostile_page_has_a_fault(markup: str, fault: str) -> None:
    reading = read(markup.encode())
    assert reading.fault
    assert fault in reading.fault


@pytest.mark.parametrize(
    "markup",
    [
        "<p>" * 30_000 + "文字，" * 100,
        "<b>x</i>" * 30_000,
        "<table><tr><td>" * 90 + "这是一段文字，写在很深的表格里。" * 5,
        "<a href=x.html>链接</a>" * 20_000,
        "<p>来源：</p>" * 10_000,
        "2026-11-05 " * 20_000,
        '<a href="x.html" title="一家"">链接</a>' * 20_000,
        "<script>" + 'if (a < b) text += "<li class=x> " + c;' * 30_000 + "</script>",
        '<img src="data:image/png;base64,' + "iVBORw0KGgo" * 100_000 + '">',
        "<p>" + "文字，" * 400_000 + "</p>",
        "<br>" * 50_000,
    ],
)
def test_a_heavy_page_is_read_in_time(markup: str) -> None:
    reading = read(f"<html><body><h1>标题标题</h1>{markup}</body></html>".encode())
    assert reading.text or reading.fault, "nothing comes back empty without a reason"


def test_leading_nuls_hide_nothing() -> None:
    raw = b"\0\0\0" + (PAGES / "trs_news.html").read_bytes()
    assert read(raw).text == read(raw[3:]).text != ""


def test_what_follows_an_early_end_of_the_page_is_read() -> None:
    raw = (PAGES / "trs_news.html").read_bytes()
    assert read(raw.replace(b"</h1>", b"</h1></body></html>")).text == read(raw).text


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_never_raise(raw: bytes) -> None:
    assert isinstance(read(raw), Reading)


@given(st.text(max_size=80))
def test_cleaning_is_done_once(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert not set(once) & set("\u200b\u202e\u2066\ufeff\x00\x07\xad")
