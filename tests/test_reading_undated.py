"""Dates that are none of publication: a term, an event, a clock, the day an article tells of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reading.article import read_article
from reading.page import Page, Reading

FETCHED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TEXT = (
    "<p>云川市召开冬季供暖工作会议，研究部署全市供暖保障工作，要求各级各部门压实责任。</p>"
    "<p>会议指出，要加强热源储备和管网巡检，对老旧小区逐户排查，发现问题当日处置。</p>"
)
TITLE = "全市供暖保障工作部署会召开"


def read(beside: str = "", title: str = TITLE, above: str = "", below: str = "", text: str = TEXT) -> Reading:
    page = (
        f"<html><head><title>{title}_云川市人民政府</title></head><body>"
        f'<ul><li><a href="/">首页</a></li><li><a href="/x">要闻</a></li></ul><div>{above}</div>'
        f"<div><h1>{title}</h1>{beside}<div>{text}</div>{below}</div></body></html>"
    )
    return read_article(Page(page.encode(), "https://www.example.gov.cn/a.html", FETCHED))


@pytest.mark.parametrize(
    "beside",
    [
        "<div>时间：2026-11-05 至 2026-12-05</div>",
        "<div>公示时间：2026-11-05至2026-11-11</div>",
        "<div>征求意见时间：2026年11月5日-2026年12月5日</div>",
        "<div>2026-11-05 — 2026-12-05</div>",
        "<div>开始时间：2026-11-05 结束时间：2026-12-05</div>",
        "<table><tr><td>通过时间</td><td>2026-11-05</td></tr></table>",
        "<table><tr><td>来信日期：</td><td>2026-11-05</td></tr></table>",
        "<table><tr><td>设定日期</td><td>2026-11-05</td></tr></table>",
        "<p>2026年11月5日拍摄</p>",
        "<p>（2026年11月5日孙某摄）</p>",
    ],
)
def test_a_date_beside_the_title_may_be_another(beside: str) -> None:
    assert read(beside).published is None


@pytest.mark.parametrize(
    "clock",
    ["2026年11月21日 星期六 12:33:11", "现在是：2026-11-21 12:33", "欢迎访问 2026-11-21", "今天 2026-11-21"],
)
def test_a_clock_above_the_title_is_no_publication(clock: str) -> None:
    assert read(above=clock).published is None


def test_a_change_in_the_foot_is_the_site_s() -> None:
    assert read(below="<div>© 2010-2026 云川市人民政府 更新时间：2026-11-20</div>").published is None


@pytest.mark.parametrize(
    "title", ["2026年11月3日云川市蔬菜价格行情", "云川市空气质量情况通报（2026年11月3日）"]
)
def test_a_date_in_the_title_is_what_the_article_tells_of(title: str) -> None:
    assert read(title=title).title == title
    assert read(title=title).published is None
    assert read("<div>2026-11-05 来源：云川日报</div>", title=title).published == "2026-11-05"


def test_a_by_line_between_two_copies_of_the_title_counts() -> None:
    copy = f"<p>{TITLE}</p>{TEXT}"
    reading = read("<div>2026-11-05 10:08</div><div>分享 微信 微博</div>", text=copy)
    assert reading.published == "2026-11-05T10:08"
    assert reading.text.startswith("云川市召开")


@pytest.mark.parametrize(
    ("byline", "credit"),
    [
        ("2026-11-05　云川日报　点击数：123", "云川日报"),
        ("2026-11-05 · 云川日报 · 阅读 123", "云川日报"),
        ("云川日报 / 2026-11-05", "云川日报"),
        ("2026-11-05 云川日报 记者 孙某", "云川日报"),
        ("（转载自云川日报） 2026-11-05", "云川日报"),
        ("<i></i>2026-11-05<i></i>123<i></i>云川日报", "云川日报"),
        ("2026-11-05 云川市教育局（市语委）", "云川市教育局（市语委）"),
        ("2026-11-05 来源：云川日报 09:12", "云川日报"),
        ("来源：云川日报 云川电视台 云川发布 2026-11-05", "云川日报 云川电视台 云川发布"),
        ("2026-11-05 来源 云川日报</div><div>字号", "云川日报"),
    ],
)
def test_a_name_stands_beside_the_date(byline: str, credit: str) -> None:
    reading = read(f"<div>{byline}</div>")
    assert (reading.published, reading.credit) == ("2026-11-05", credit)


def test_a_source_beside_the_title_goes_before_one_below_the_text() -> None:
    reading = read(
        "<div>2026-11-05 来源 云川日报</div>", below="<p>资料来源：云川年鉴</p><p>来源：云川画报</p>"
    )
    assert reading.credit == "云川日报"
