"""By-lines as sites write them: what stands between title and text gives publication and source."""

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
DAY = "2026-11-05"


def read(byline: str, head: str = "") -> Reading:
    page = (
        f"<html><head><title>全市供暖保障工作部署会召开_云川市人民政府</title>{head}</head><body>"
        '<ul><li><a href="/">首页</a></li><li><a href="/x">要闻</a></li></ul>'
        f"<div><h1>全市供暖保障工作部署会召开</h1><div>{byline}</div><div>{TEXT}</div></div>"
        "<div>版权所有：云川市人民政府 云ICP备1号</div></body></html>"
    )
    return read_article(Page(page.encode(), "https://www.example.gov.cn/a.html", FETCHED))


@pytest.mark.parametrize(
    ("byline", "published", "credit"),
    [
        ("发布时间：2026-11-05 来源：云川日报", DAY, "云川日报"),
        ("<span>2026-11-05 10:08</span><span>来源：云川日报</span>", f"{DAY}T10:08", "云川日报"),
        ("时间：2026-11-05 | 来源：云川日报 | 浏览：12", DAY, "云川日报"),
        ("【发布时间：2026-11-05】【来源：云川日报】【字体：大 中 小】", DAY, "云川日报"),
        ("[2026-11-05] 信息来源：市委宣传部 点击数：33", DAY, "市委宣传部"),
        ("文章来源：云川日报　发布者：admin　发布时间：2026-11-05", DAY, "云川日报"),
        ("来源：云川日报2026-11-05", DAY, "云川日报"),
        ("来源：云川日报发布时间：2026-11-05阅读：8", DAY, "云川日报"),
        ("日期：2026年11月5日 来 源：云川日报 打印 关闭", DAY, "云川日报"),
        ("<em>来源：</em><i>云川日报</i><em>时间：</em><i>2026-11-05</i>", DAY, "云川日报"),
        ("<p>来源：<a href='http://x.example/'>云川日报</a></p><p>2026/11/05</p>", DAY, "云川日报"),
        ("<dl><dt>来源</dt><dd>云川日报</dd><dt>发布日期</dt><dd>2026-11-05</dd></dl>", DAY, "云川日报"),
        (
            "<table><tr><td>来源：</td><td>云川日报</td><td>日期：</td><td>2026-11-05</td></tr></table>",
            DAY,
            "云川日报",
        ),
        ("<span>来源</span> <span>云川日报</span> <span>2026-11-05</span>", DAY, "云川日报"),
        ("稿源：云川日报 作者：孙某 编辑：李某 2026-11-05", DAY, "云川日报"),
        ("出处：云川日报 录入：admin 2026-11-05", DAY, "云川日报"),
        ("来源于：云川日报 2026-11-05", DAY, "云川日报"),
        ("转载自：云川日报 2026-11-05", DAY, "云川日报"),
        ("发布机关：云川市教育局 发布日期：2026-11-05", DAY, "云川市教育局"),
        ("来源：市教育局（市语委） 2026-11-05", DAY, "市教育局（市语委）"),
        ("来源：市人社局  市社保中心 2026-11-05 字号：大", DAY, "市人社局 市社保中心"),
        ("来源：云川日报、云川发布 2026-11-05", DAY, "云川日报、云川发布"),
        ("发布日期：2026-11-05 来源： 字号：大 中 小", DAY, None),
        ("发布日期：2026-11-05 来源：无 字号：大", DAY, None),
        ("来源：&nbsp;&nbsp;发布日期：2026-11-05&nbsp;&nbsp;", DAY, None),
        ("更新时间：2026-11-08 发布时间：2026-11-05 来源：云川日报", DAY, "云川日报"),
        ("成文日期：2026-10-30 发布日期：2026-11-05 来源：云川日报", DAY, "云川日报"),
        ("发布日期：2026-11-05 10:08:09.0 来源：云川日报", f"{DAY}T10:08:09", "云川日报"),
        ("发布日期：2026-11-0509:30来源：云川日报", f"{DAY}T09:30", "云川日报"),
        ("发布日期：2026-11-05 9:05 来源：云川日报", f"{DAY}T09:05", "云川日报"),
        ("2026年11月05日 星期四 10:08 来源：云川日报", f"{DAY}T10:08", "云川日报"),
        ("成文日期：2026-10-30 来源：云川日报", None, "云川日报"),
        ("实施日期：2026-12-01 来源：云川日报", None, "云川日报"),
        ("有效期至：2031-12-01 来源：云川日报", None, "云川日报"),
        ("活动时间：2026-12-01 来源：云川日报", None, "云川日报"),
        ("截止日期：2026-12-01", None, None),
        ("发布日期：2026-02-30 来源：云川日报", None, "云川日报"),
        ("11-05 10:08 来源：云川日报", None, "云川日报"),
        ("浏览次数：20261105 来源：云川日报", None, "云川日报"),
        ("来源：null 发布日期：2026-11-05", DAY, None),
        ("[发布日期] 2026-11-05 [信息来源] 云川日报", DAY, "云川日报"),
        ("<b>[成文日期]</b> 2026-10-30 <b>[发布日期]</b> 2026-11-05 <b>[来源]</b> 云川日报", DAY, "云川日报"),
        ("【发布机构】云川市教育局 【发布日期】2026-11-05", DAY, "云川市教育局"),
        ("来源丨云川日报 2026-11-05", DAY, "云川日报"),
        ("来源 | 云川日报 时间：2026-11-05", DAY, "云川日报"),
        ("来源/云川日报 日期：2026-11-05", DAY, "云川日报"),
        ("发布时间﹕2026-11-05　来源﹕云川日报", DAY, "云川日报"),
        ("信息来源：市教育局 信息提供日期：2026-11-05", DAY, "市教育局"),
        ("稿件来源：云川日报 发布时间 2026-11-05", DAY, "云川日报"),
        ("来源处室：宣教处 创建时间：2026-11-05", DAY, "宣教处"),
        ("来稿单位：市教育局 添加日期：2026-11-05", DAY, "市教育局"),
        ("编稿时间：2026-11-05 来源：云川日报", DAY, "云川日报"),
        ("来源：云川日报 记者 孙某 2026-11-05", DAY, "云川日报"),
        ("发布于2026-11-05 10:08:09 来自云川日报", f"{DAY}T10:08:09", "云川日报"),
        ("<p>2026-11-05 10:08</p><p>云川日报</p>", f"{DAY}T10:08", "云川日报"),
        (
            "<b>发布机构</b><span>市教育局</span><p><b>公开日期</b><span>2026-11-05</span></p>",
            DAY,
            "市教育局",
        ),
        ("发布日期：20261105 来源：云川日报", DAY, "云川日报"),
        ("发布时间：Thu Nov 05 10:08:09 CST 2026 来源：云川日报", f"{DAY}T10:08:09", "云川日报"),
        ("发布时间：Nov 5, 2026 来源：云川日报", DAY, "云川日报"),
        ("发布时间：Nov 31, 2026 来源：云川日报", None, "云川日报"),
    ],
)
def test_byline(byline: str, published: str | None, credit: str | None) -> None:
    reading = read(byline)
    assert (reading.published, reading.credit) == (published, credit)
    assert reading.title == "全市供暖保障工作部署会召开"
    assert reading.text.startswith("云川市召开")
    assert reading.text.endswith("当日处置。")
    assert "2026" not in reading.text
    assert "来源" not in reading.text


@pytest.mark.parametrize(
    ("byline", "head", "published", "doubts"),
    [
        ("2026-11-05", '<meta name="PubDate" content="2026-11-06 08:00">', DAY, []),
        ("2026-11-05", '<meta name="PubDate" content="2026-11-08">', DAY, ["published"]),
        ("", '<meta name="PubDate" content="2026-11-05 10:08">', f"{DAY}T10:08", ["published"]),
        ("", '<meta name="PubDate" content="2026-02-30">', None, []),
        ("更新时间：2026-11-05", "", DAY, ["published"]),
        ("11-05 10:08", '<meta name="PubDate" content="2026-11-05 09:00:00">', f"{DAY}T10:08", []),
        ("2029-01-05", "", "2029-01-05", ["published"]),
    ],
)
def test_page_and_head_are_held_against_each_other(
    byline: str, head: str, published: str | None, doubts: list[str]
) -> None:
    reading = read(byline, head)
    assert reading.published == published
    assert [doubt.field for doubt in reading.doubts] == doubts


def test_a_label_in_the_head_s_source_is_no_part_of_it() -> None:
    assert read("2026-11-05", '<meta name="source" content="来源：云川日报">').credit == "云川日报"


@pytest.mark.parametrize("last", ["来源丨云川日报", "（来源：云川日报 记者 孙某）"])
def test_a_source_ends_the_text(last: str) -> None:
    assert read(f"2026-11-05</div><div>{TEXT}<p>{last}</p>").credit == "云川日报"


def test_a_shown_source_wins_over_the_head_and_is_doubted() -> None:
    reading = read("来源：云川日报 2026-11-05", '<meta name="ContentSource" content="云川网站">')
    assert reading.credit == "云川日报"
    assert [doubt.field for doubt in reading.doubts] == ["credit"]


@pytest.mark.parametrize(
    "head",
    ['<meta name="ArticleTitle" content="&lt;font color=">', '<meta name="ArticleTitle" content="要闻">'],
)
def test_a_title_of_the_head_that_is_none_is_passed_over(head: str) -> None:
    assert read("2026-11-05", head).title == "全市供暖保障工作部署会召开"


def test_the_head_s_title_may_have_column_and_site_behind_it() -> None:
    words = "全市供暖保障工作部署会召开"
    for tag in ("h1", "h2"):
        reading = read_article(
            Page(
                f"<title>{words} | 要闻 | 云川网</title>"
                f'<meta property="og:title" content="{words} | 要闻 | 云川网">'
                f"<{tag}>{words}</{tag}><p>2026-11-05</p><div>{TEXT}</div>".encode(),
                "https://www.example.gov.cn/a.html",
                FETCHED,
            )
        )
        assert reading.title == words


def test_a_mark_before_the_title_is_no_part_of_it() -> None:
    page = (
        "<title>全市供暖保障工作部署会召开</title><h1><span>原创</span>全市供暖保障工作部署会召开</h1>"
        f"<p>2026-11-05</p><div>{TEXT}</div>"
    )
    reading = read_article(Page(page.encode(), "https://www.example.gov.cn/a.html", FETCHED))
    assert reading.title == "全市供暖保障工作部署会召开"
    assert reading.text.startswith("云川市召开")


@pytest.mark.parametrize(
    ("head", "shown", "title"),
    [
        ("公告_云川市教育局", "<h1>公告</h1>", "公告"),
        (
            "云川市人民政府",
            "<p><b>云川市教育局</b></p><p><b>关于举行秋季招聘会的通知</b></p>",
            "云川市教育局 关于举行秋季招聘会的通知",
        ),
        (
            "云川市人民政府",
            "<p>要闻动态</p><p><b>关于举行秋季招聘会的通知</b></p>",
            "关于举行秋季招聘会的通知",
        ),
    ],
)
def test_a_title_may_be_short_or_stand_in_two_lines(head: str, shown: str, title: str) -> None:
    page = (
        f"<title>{head}</title><div>{shown}<div>2026-11-05 来源：云川日报</div><div>{TEXT}</div></div>"
        "<div>版权所有：云川市人民政府</div>"
    )
    assert read_article(Page(page.encode(), "https://www.example.gov.cn/a.html", FETCHED)).title == title
