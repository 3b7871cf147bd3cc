"""What holds for every list: the rows that were written come back, and nothing that comes in crashes."""

from __future__ import annotations

import html
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import ReadingError
from reading.listing import read_list
from reading.page import Hints, ListPage, Page

PAGES = Path(__file__).parent / "pages" / "lists"
FETCHED = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
URL = "https://list.example/news/index.html"
Written = tuple[str, str, date]

WORDS = st.text(
    st.sampled_from("关于印发示例市森林草原防火工作方案的通知公告实施细则办法水利教育卫生交通规划"),
    min_size=8,
    max_size=40,
)
DAYS = st.dates(date(2001, 1, 1), date(2026, 11, 20))


@st.composite
def lists(draw: st.DrawFn) -> list[Written]:
    titles = draw(st.lists(WORDS, min_size=2, max_size=12, unique=True))
    return [
        (title, f"/news/{2000 + i}/content_{7000 + i}.html", draw(DAYS)) for i, title in enumerate(titles)
    ]


def items(rows: list[Written], one: Callable[[Written], str]) -> str:
    return "\n".join(map(one, rows))


def in_list(rows: list[Written]) -> str:
    return f"<ul>{items(rows, lambda r: f'<li><a href={r[1]}>{r[0]}</a><span>{r[2]}</span></li>')}</ul>"


def date_first(rows: list[Written]) -> str:
    return f"<ol>{items(rows, lambda r: f'<li><i>[{r[2]:%Y/%m/%d}]</i> <a href={r[1]}>{r[0]}</a></li>')}</ol>"


def in_table(rows: list[Written]) -> str:
    body = items(
        rows, lambda r: f"<tr><td>1</td><td><a href={r[1]}>{r[0]}</a></td><td>{r[2]:%Y.%m.%d}</td></tr>"
    )
    return f"<table><tr><th>序号</th><th>名称</th><th>时间</th></tr>{body}</table>"


def clipped(rows: list[Written]) -> str:
    body = items(
        rows, lambda r: f'<p><a href="{r[1]}" title="{r[0]}">{r[0][:6]}…</a><em>{r[2]:%Y年%m月%d日}</em></p>'
    )
    return f"<div class=box>{body}</div>"


def whole_link(rows: list[Written]) -> str:
    body = items(rows, lambda r: f"<a href={r[1]}><h3>{r[0]}</h3><time>{r[2]}</time><p>摘要</p></a>")
    return f"<div>{body}</div>"


def flat(rows: list[Written]) -> str:
    return f"<dl>{items(rows, lambda r: f'<dt><a href={r[1]}>{r[0]}</a></dt><dd>{r[2]}</dd>')}</dl>"


def by_five(rows: list[Written]) -> str:
    groups = [rows[i : i + 5] for i in range(0, len(rows), 5)]
    return "<hr>".join(in_list(group) for group in groups)


def split_day(rows: list[Written]) -> str:
    return (
        "<ul>"
        + items(
            rows,
            lambda r: (
                f"<li><div><b>{r[2]:%d}</b><span>{r[2]:%Y-%m}</span></div><a href={r[1]}>{r[0]}</a></li>"
            ),
        )
        + "</ul>"
    )


def in_jpage(rows: list[Written]) -> str:
    body = items(
        rows, lambda r: f"<record><![CDATA[<li><a href='{r[1]}'>{r[0]}</a><b>{r[2]}</b></li>]]></record>"
    )
    return f'<script type="text/xml"><datastore><recordset>{body}</recordset></datastore></script>'


TEMPLATES = [in_list, date_first, in_table, clipped, whole_link, flat, by_five, split_day, in_jpage]


def dress(body: str) -> bytes:
    menu = "".join(
        f"<li><a href=/m{i}/>{name}</a></li>" for i, name in enumerate(("首页", "机构概况", "政务公开"))
    )
    text = f"<!DOCTYPE html><html><head><meta charset=utf-8><title>要闻</title></head><body><ul>{menu}</ul>"
    foot = "<div class=footer><a href=/about>网站声明</a></div></body></html>"
    return f"{text}<div id=main>{body}</div>{foot}".encode()


@given(rows=lists(), template=st.sampled_from(TEMPLATES))
@settings(max_examples=150, deadline=None)
def test_a_written_list_comes_back_exactly(
    rows: list[Written], template: Callable[[list[Written]], str]
) -> None:
    read = read_list(Page(dress(template(rows)), URL, FETCHED))
    assert read.status == "ok"
    said = [(row.title, row.url.removeprefix("https://list.example"), row.date) for row in read.rows]
    assert said == [(title, url, day.isoformat()) for title, url, day in rows]


@given(rows=lists())
@settings(max_examples=30, deadline=None)
def test_a_feed_comes_back_exactly(rows: list[Written]) -> None:
    entries = "".join(
        f"<item><title>{html.escape(t)}</title><link>{u}</link><pubDate>{d}</pubDate></item>"
        for t, u, d in rows
    )
    raw = (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>x</title>{entries}</channel></rss>".encode()
    )
    read = read_list(Page(raw, URL, FETCHED))
    said = [(row.title, row.url.removeprefix("https://list.example"), row.date) for row in read.rows]
    assert said == [(title, url, day.isoformat()) for title, url, day in rows]


def read_or_refuse(raw: bytes, kind: str = "auto") -> ListPage | None:
    """What comes of an answer: a page with rows or a word, or None for a refusal that is named."""
    try:
        read = read_list(Page(raw, URL, FETCHED), Hints(kind=kind))
    except ReadingError:
        return None
    assert bool(read.rows) == (read.status == "ok")
    assert all(row.title or read.family == "sitemap" for row in read.rows)
    assert all(row.url.startswith(("http:", "https:")) for row in read.rows)
    return read


KINDS = ["auto", "html", "jpage", "json", "feed", "sitemap"]


@given(raw=st.binary(max_size=3000), kind=st.sampled_from(KINDS))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_refused_or_named(raw: bytes, kind: str) -> None:
    read = read_or_refuse(raw, kind)
    assert read is None or not read.rows or raw


@given(
    seed=st.integers(0, 2**32),
    name=st.sampled_from(sorted(p.name for p in PAGES.iterdir() if p.suffix != ".json")),
)
@settings(max_examples=100, deadline=None)
def test_a_broken_page_is_read_refused_or_named(seed: int, name: str) -> None:
    choice = random.Random(seed)
    raw = bytearray((PAGES / name).read_bytes())
    for _ in range(choice.randint(1, 30)):
        at = choice.randrange(len(raw) + 1)
        raw[at : at + choice.randint(0, 20)] = choice.choice(
            [b"", b"<", b">", b"</ul>", b"\x00", b"\xff", b"<table>", b'"']
        )
    read = read_or_refuse(bytes(raw))
    assert read is None or read.rows or read.status != "ok"


@pytest.mark.parametrize(
    "raw", [b"", b"   ", b"%PDF-1.7\n\x00\x01", b"PK\x03\x04rest", b"\x00" * 5000, b"<" * 5000]
)
def test_what_is_no_page_is_refused_or_named(raw: bytes) -> None:
    read = read_or_refuse(raw)
    assert read is None or not read.rows


@pytest.mark.parametrize(
    "raw",
    [
        b"x" * (8 * 1024 * 1024 - 10),
        b"<a href=/x>" * 20000,
        b"<li><a href=/a/1.html>" + "标题很长的一条通知".encode() + b"</a><span>2026-11-05</span>" * 3000,
        b"<record>" * 200000,
        b"<datastore>" + b"<record>" * 100000,
        b"<p>2026-11-05" * 30000,
        (b"<ul>" + b"<li>2026-11-05</li>" * 10 + b"</ul>") * 2000,
        b"<div class='list'>"
        b"<p><a href='/n/20261.html'>" + "一条通知的标题".encode() * 3 + b"</a> 2026-11-05</p>" * 8000,
    ],
    ids=[
        "one line",
        "open links",
        "dates in one row",
        "records",
        "datastore",
        "dates",
        "no links",
        "long list",
    ],
)
def test_a_hostile_page_costs_little(raw: bytes) -> None:
    begin = datetime.now(UTC)
    read_or_refuse(raw)
    assert (datetime.now(UTC) - begin).total_seconds() < 10
