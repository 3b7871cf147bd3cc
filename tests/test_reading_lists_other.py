"""Lists that are no HTML page: JSON of any shape, sitemaps packed or hostile, pages that are counted."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clock import PORTAL_ZONE
from errors import ReadingError
from reading import sitemap
from reading.listing import read_list
from reading.numbered import find_number, write_number
from reading.page import Hints, JsonPaths, ListPage, Page, Paging

FETCHED = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
HOST = "https://www.example.gov.cn"
URL = f"{HOST}/api/list"
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

WORDS = st.text(
    st.sampled_from("关于印发示例市森林草原防火工作方案的通知公告实施细则办法水利教育卫生"),
    min_size=6,
    max_size=40,
)
DAYS = st.dates(date(2002, 1, 1), date(2026, 11, 20))
TITLES = ("title", "bt", "articleTitle", "doc_title", "subject", "name", "infoName", "wjmc")
LINKS = ("url", "link", "href", "linkUrl", "docPubUrl", "path", "articleUrl")
DATES = ("date", "pubDate", "publishTime", "fbrq", "fbsj", "releaseDate", "time", "docRelTime")


def read(raw: bytes | str, url: str = URL, **hints: Any) -> ListPage:
    return read_list(Page(raw if isinstance(raw, bytes) else raw.encode(), url, FETCHED), Hints(**hints))


def told(page: ListPage) -> list[tuple[str, str, str | None]]:
    return [(row.title, row.url.removeprefix(HOST), row.date and row.date[:10]) for row in page.rows]


def write_day(day: date, form: str) -> str | int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=PORTAL_ZONE) + timedelta(hours=9)
    forms: dict[str, str | int] = {
        "iso": day.isoformat(),
        "clock": f"{day.isoformat()} 09:00:00",
        "words": f"{day.year}年{day.month}月{day.day}日",
        "slash": f"{day:%Y/%m/%d}",
        "millis": int(midnight.timestamp() * 1000),
        "seconds": int(midnight.timestamp()),
        "written millis": str(int(midnight.timestamp() * 1000)),
        "dot net": f"/Date({int(midnight.timestamp() * 1000)})/",
    }
    return forms[form]


def wrap(rows: list[dict[str, Any]], shape: str) -> Any:
    """The envelopes in which systems send their rows, with other lists and numbers around."""
    clutter = {"menus": [{"name": "机构职能介绍", "url": "/jgzn/"}], "code": 200, "msg": "success"}
    sourced = [{"_id": str(number), "_source": row} for number, row in enumerate(rows)]
    shapes: dict[str, Any] = {
        "bare": rows,
        "named": {"zcfgs": rows},
        "deep": {**clutter, "data": {"page": {"total": len(rows)}, "list": rows}},
        "hits": {**clutter, "hits": {"hits": sourced}},
        "in years": {
            **clutter,
            "years": [{"year": 2026, "items": rows[:2]}, {"year": 2025, "items": rows[2:]}],
        },
    }
    return shapes[shape]


@st.composite
def answers(draw: st.DrawFn) -> tuple[list[tuple[str, str, str]], Any, JsonPaths]:
    title, link, day = (draw(st.sampled_from(names)) for names in (TITLES, LINKS, DATES))
    form = draw(
        st.sampled_from(["iso", "clock", "words", "slash", "millis", "seconds", "written millis", "dot net"])
    )
    titles = draw(st.lists(WORDS, min_size=2, max_size=8, unique=True))
    wanted, rows = [], []
    for number, words in enumerate(titles):
        when = draw(DAYS)
        wanted.append((words, f"/n/{number}.html", when.isoformat()))
        clutter = {
            "id": 4000 + number,
            "source": "省水利厅办公室",
            "updateTime": 1767225600000,
            "pic": f"/p/{number}.jpg",
        }
        rows.append(
            {
                **clutter,
                title: words,
                link: f"/n/{number}.html",
                day: write_day(when, form),
                "summary": "摘要" * 60,
            }
        )
    shape = draw(st.sampled_from(["bare", "named", "deep", "hits", "in years"]))
    return wanted, wrap(rows, shape), JsonPaths()


@given(answers())
@settings(max_examples=150, deadline=None)
def test_rows_are_found_by_their_shape(answer: tuple[list[tuple[str, str, str]], Any, JsonPaths]) -> None:
    wanted, tree, _ = answer
    for text in (json.dumps(tree), f"cb_1({json.dumps(tree, ensure_ascii=False)});"):
        page = read(text)
        assert (page.status, page.family) == ("ok", "json")
        assert told(page) == wanted


@given(answers(), st.sampled_from(["gb18030", "utf-8-sig", "utf-16"]))
@settings(max_examples=30, deadline=None)
def test_the_charset_of_json_changes_nothing(
    answer: tuple[list[tuple[str, str, str]], Any, JsonPaths], charset: str
) -> None:
    wanted, tree, _ = answer
    assert told(read(json.dumps(tree, ensure_ascii=False).encode(charset))) == wanted


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=30,
)


@given(JSON, st.sampled_from(["auto", "json"]), st.sampled_from(["data.list", "0", "a.b.c"]))
@settings(max_examples=150, deadline=None)
def test_any_json_is_read_or_named(tree: Any, kind: str, path: str) -> None:
    for paths in (JsonPaths(), JsonPaths(rows=path, title="t", link="/{id}", total=path)):
        try:
            page = read(json.dumps(tree), kind=kind, paths=paths)
        except ReadingError:
            continue
        assert bool(page.rows) == (page.status == "ok")


@pytest.mark.parametrize(
    "raw",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * 50_000 + "]" * 50_000,
        json.dumps({"list": [{"title": "通知" * 10, "url": "/a.html", "date": "2026-11-05"}] * 60_000}),
        json.dumps([[{"a": number} for number in range(100)] for _ in range(3_000)]),
        '{"n": ' + "9" * 100_000 + "}",
        '{"list":[{"title":"关于","url":"/a"',
    ],
    ids=["brackets", "braces", "nested", "many rows", "many lists", "a long number", "cut off"],
)
def test_hostile_json_costs_little(raw: str) -> None:
    begin = datetime.now(UTC)
    for kind in ("auto", "json"):
        try:
            page = read(raw, kind=kind)
        except ReadingError:
            continue
        assert len(page.rows) <= 5_000
        assert bool(page.rows) == (page.status == "ok")
        assert (page.cut is not None) == (len(page.rows) == 5_000)
    assert (datetime.now(UTC) - begin).total_seconds() < 10


def test_a_row_without_its_members_is_left_out() -> None:
    rows = [
        {"id": 1, "title": "关于冬季供水的通知", "date": "2026-11-05"},
        {"id": None, "title": "没有编号的一行文字"},
        {"title": "没有编号成员的一行"},
        {"id": 4, "title": "  "},
        {"id": "5?a=b#c/../", "title": "编号里有符号的一行"},
    ]
    paths = JsonPaths(rows="rows", title="title", link="/view/{id}.html", date="date")
    page = read(json.dumps({"rows": rows}), kind="json", paths=paths)
    assert [row.url.removeprefix(HOST) for row in page.rows] == ["/view/1.html", "/view/5?a=b%23c/../.html"]


def test_scripts_and_mails_are_no_rows() -> None:
    addresses = (
        "javascript:x()",
        "mailto:a@b.cn",
        "ftp://a/b",
        "data:text/html,x",
        "/ok.html",
        "http://[",
        "//b.cn/1",
    )
    rows = [{"title": "关于冬季供水的通知", "url": url} for url in addresses]
    page = read(json.dumps(rows), kind="json", paths=JsonPaths(title="title", link="url"))
    assert [row.url for row in page.rows] == [f"{HOST}/ok.html", "https://b.cn/1"]


def site_map(count: int, start: int = 0) -> str:
    days = (date(2020, 1, 1) + timedelta(at) for at in range(count))
    rows = (
        f"<url><loc>{HOST}/n/{start + at}.html</loc><lastmod>{day}</lastmod></url>"
        for at, day in enumerate(days)
    )
    return f"<?xml version='1.0'?><urlset {SPACE}>{''.join(rows)}</urlset>"


def test_a_packed_sitemap_is_read_like_a_plain_one() -> None:
    plain = site_map(30)
    page = read(gzip.compress(plain.encode()), f"{HOST}/sitemap.xml.gz")
    assert page.rows == read(plain, f"{HOST}/sitemap.xml").rows
    assert [row.date for row in page.rows][:2] == ["2020-01-30", "2020-01-29"]
    assert len(page.rows) == 30


def test_a_long_sitemap_gives_its_newest_rows_and_says_so() -> None:
    page = read(site_map(sitemap.MAX_ROWS + 7), f"{HOST}/sitemap.xml")
    assert len(page.rows) == sitemap.MAX_ROWS
    assert page.cut == f"the newest {sitemap.MAX_ROWS} of {sitemap.MAX_ROWS + 7} addresses are read"
    assert page.rows[0].date == max(row.date or "" for row in page.rows)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (gzip.compress(b"\0" * (sitemap.MAX_BYTES + 1)), "more than 32 MB"),
        (gzip.compress(site_map(50).encode())[:-40], "cut off"),
        (b"\x1f\x8bnot packed at all", "broken"),
        (
            b"<!DOCTYPE urlset [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>&x;</loc></url></urlset>",
            "document type",
        ),
    ],
    ids=["bomb", "cut off", "broken", "entity"],
)
def test_a_hostile_sitemap_is_refused_by_name(raw: bytes, fault: str) -> None:
    with pytest.raises(ReadingError, match=fault):
        read(raw, f"{HOST}/sitemap.xml", kind="sitemap")


def test_a_sitemap_never_opens_a_file() -> None:
    text = f"<urlset {SPACE}><url><loc>file:///etc/passwd</loc></url><url><loc>&undeclared;/x</loc></url></urlset>"
    assert all(row.url.startswith(HOST) for row in read(text, f"{HOST}/sitemap.xml").rows)


def test_an_error_page_in_place_of_a_sitemap_says_so() -> None:
    page = read(
        "<html><title>404 Not Found</title><p>页面不存在</p></html>", f"{HOST}/sitemap.xml", kind="sitemap"
    )
    assert (page.status, page.rows) == ("error_page", ())


@given(
    number=st.integers(0, 10**6),
    paging=st.sampled_from(
        [
            Paging(param="page"),
            Paging(param="p.no", first=0, step=20),
            Paging(pattern="list_{n}.html"),
            Paging(pattern="/x/{n}/", first=3),
            Paging(pattern="?cid=1&page={n}"),
        ]
    ),
    url=st.sampled_from(
        [f"{HOST}/x/list.html", f"{HOST}/x/", f"{HOST}/x/7/", f"{HOST}/list.do?a=1&page=5&b=2"]
    ),
)
def test_a_numbered_address_gives_its_number_back(number: int, paging: Paging, url: str) -> None:
    address = write_number(url, paging, number)
    assert address is not None
    assert find_number(address, paging) == number
    assert write_number(address, paging, 2) == write_number(url, paging, 2) or paging.pattern is not None


@pytest.mark.parametrize("total", [0, 1, 9, 10, 11, 30, 31])
@pytest.mark.parametrize("stated", [True, False], ids=["total stated", "nothing stated"])
@pytest.mark.parametrize(
    "paging", [Paging(param="page"), Paging(param="start", first=0, step=10)], ids=["page", "offset"]
)
def test_a_counted_list_is_read_to_its_end_and_no_further(total: int, stated: bool, paging: Paging) -> None:
    rows = [
        {"title": f"关于第{at}批示例工作的通知", "url": f"/n/{at}.html", "date": "2026-11-05"}
        for at in range(total)
    ]
    seen: list[str] = []
    url: str | None = URL
    for _ in range(8):
        if url is None:
            break
        number = find_number(url, paging) or 0
        begin = (number - paging.first) // paging.step * 10
        answer = {"list": rows[begin : begin + 10]} | ({"total": total} if stated else {})
        page = read(json.dumps(answer), url, kind="json", paging=paging)
        seen += [row.url for row in page.rows]
        url = page.next
    assert url is None
    assert seen == [f"{HOST}/n/{at}.html" for at in range(total)]


@pytest.mark.parametrize("declared", ["utf\xff", "no-such-encoding", "gb2312", ""])
def test_a_feed_is_read_whatever_encoding_it_declares(declared: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>'.encode("latin-1")
    row = "<item><title>关于防火的通知</title><link>/a.html</link></item>"
    body = f'<rss version="2.0"><channel><title>要闻</title>{row}</channel></rss>'
    coded = body.encode("gb18030" if declared == "gb2312" else "utf-8")
    assert told(read(head + coded, url=f"{HOST}/feed.xml")) == [("关于防火的通知", "/a.html", None)]
