"""The portal's pages: the tags of the rules, dates as exact as they were stated, valid HTML, no script."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from shown import AT, form, meta, parse, read_xml, row, text_of

from portal import Portal
from publish import feeds, pages
from publish.assets import read_assets
from publish.directory import ALL, DirectoryPage, Drawer, list_filters
from publish.fields import clean, see_article, see_date, see_mark, tell_size
from publish.site_view import see_site
from publish.templates import allow_address, allow_mail
from publish.traditional import convert_page
from publish.views import (
    AgencyPage,
    AgencyView,
    ArticleView,
    BlockView,
    ColumnView,
    FrontZoneView,
    GoneView,
    GuideView,
    LinkGroupView,
    LinkView,
    ListView,
    Pager,
    SiteView,
    TopicView,
)

FILE = f"/files/ab/ab{'0' * 62}"
TOPIC = TopicView("冬季取暖（示例）", "取暖服务一处办。", "样例省教育厅", "2026-10-01 起", "open")
LINKS = (LinkView("示例", "https://policy.example.gov.cn/"),)
AGENCY = AgencyView("jyt", "样例省教育厅")
DRAWERS = {Drawer("subject", "0a1b2c3d4e", "能源"): 1, Drawer("year", "2026", "2026 年"): 1, ALL: 2}
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<iframe src='//evil.example'></iframe>",
    "<form action='//evil.example'><input></form>",
    "<base href='//evil.example'><meta http-equiv=refresh content='0;url=//evil.example'>",
    "<p style='position:fixed' onclick=alert(1) class='mast deep'>x</p>",
    "<img src='//evil.example/pixel.gif'><img src='/files/../x'>",
    '<table><caption>"><script>alert(1)</script></caption><tr><td>1</td></tr></table>',
    "{{ 7 * 7 }}{% raw %}",
    '"><script>alert(1)</script>',
    "</title></textarea></style><script>alert(1)</script>",
    "<template><img src=x onerror=alert(1)></template>",
)


@pytest.fixture
def show(column: ColumnView) -> Callable[..., ArticleView]:
    def make(**values: Any) -> ArticleView:
        return see_article(7, form(**values), "/articles/2026/11/7.html", column, AT, "样例")

    return make


def every_page(site: SiteView, article: ArticleView) -> dict[str, str]:
    column = article.column
    rows = (row(), replace(row(8), mark=see_mark("已废止"), doc_number="青政办〔2005〕116号"))
    newest = ListView(column, rows, Pager(None, 9, None, None), 171, site.columns)
    zone = FrontZoneView(site.zones[0], tuple(BlockView(one, rows * 2) for one in site.zones[0].columns))
    return {
        "front": pages.render_front(
            (zone, FrontZoneView(site.zones[1], ())), site, (replace(column, topic=TOPIC),)
        ),
        "newest": pages.render_list(newest, site),
        "older": pages.render_list(ListView(column, rows, Pager(2, 0, 1, 3), None, ()), site),
        "topic": pages.render_list(replace(newest, column=replace(column, topic=TOPIC, links=LINKS)), site),
        "emptied": pages.render_list(ListView(column, (), Pager(1, 0, None, 2), None, ()), site),
        "article": pages.render_article(article, site),
        "gone": pages.render_gone(GoneView(7, article.path, column, AT, "来源撤回"), site),
        "columns": pages.render_columns(site.zones, site, (AGENCY,)),
        "agency": pages.render_agency(AgencyPage(AGENCY, rows), site),
        "directory": pages.render_directory(
            DirectoryPage(ALL, rows, Pager(None, 3, None, None), 101, list_filters(DRAWERS)), site
        ),
        "drawer": pages.render_directory(
            DirectoryPage(next(iter(DRAWERS)), rows, Pager(2, 0, 1, 3), None), site
        ),
        "data": pages.render_data({"2026-11": 2}, site),
        "guide": pages.render_guide(site),
        "links": pages.render_links(site),
        "help": pages.render_help(site),
        "search": pages.render_search(site.zones, site),
        "missing": pages.render_missing(site),
    }


def test_every_kind_of_page_is_valid_html5(portal: Portal, show: Callable[..., ArticleView]) -> None:
    html5lib = pytest.importorskip("html5lib", reason="needs html5lib (extra dev)")
    rich = show(
        html=f'<h1>一</h1><p>二<br>三</p><ul><li>四</li></ul><img src="{FILE}.png">'
        "<table><caption>表</caption><tr><th>甲</th></tr><tr><td>1<table><tr><td>2</td></tr></table></td></tr></table>",
        doc_number="青政办〔2026〕8号",
        index_number="015/2026-8",
        issued="2026-11",
        published="2026-11-04T09:30",
        validity="自2026-12-01起废止",
        author="张某",
        attachments=[{"name": "表.pdf", "path": f"{FILE}.pdf", "type": "pdf", "bytes": 46000}],
        images=[{"path": f"{FILE}.png", "alt": "图", "width": 600, "height": 400}],
    )
    site = see_site(portal)
    full = replace(
        site.identity,
        notice="演示站点：内容均为示例",
        undertaker="编辑部",
        address="示例路1号",
        phone="0971-0",
        hours="工作日",
        email="portal@example.gov.cn",
        icp="青ICP备0号",
        police="青公网安备0号",
        party_mark="https://bszs.example.gov.cn/",
        error_report="https://zc.example.gov.cn/",
    )
    furnished = replace(
        site,
        identity=full,
        links=(LinkGroupView("部门", (LinkView("甲", "https://a.example/", mutual=True),)),),
        guide=(GuideView("范围", ("一。", "二。")),),
        traditional=True,
    )
    for furnishing in (site, furnished):
        made = every_page(furnishing, rich)
        made |= {
            f"{name} in traditional": convert_page(page, site.absolute("")) for name, page in made.items()
        }
        for name, page in made.items():
            parser = html5lib.HTMLParser(strict=True)
            parser.parse(page)
            assert not parser.errors, name


def test_each_kind_of_page_carries_its_tags(site: SiteView, show: Callable[..., ArticleView]) -> None:
    made = every_page(site, show())
    three = {"SiteName": "中国样例", "SiteDomain": "www.example.gov.cn", "SiteIDCode": "9900000000"}
    seven = {
        **three,
        "ColumnName": "部门动态",
        "ColumnDescription": "各部门的工作",
        "ColumnKeywords": "部门",
        "ColumnType": "动态信息",
    }
    ten = {
        **seven,
        "ArticleTitle": "省教育厅开展检查",
        "PubDate": "2026-11-05 10:10",
        "ContentSource": "省教育厅",
    }
    assert three.items() <= meta(made["front"]).items()
    assert not meta(made["front"]).keys() & {"ColumnName", "ArticleTitle"}
    for name in ("newest", "older"):
        assert seven.items() <= meta(made[name]).items()
        assert "ArticleTitle" not in meta(made[name])
    assert ten.items() <= meta(made["article"]).items()


def test_dates_stand_apart_and_only_as_exact_as_they_were_stated(
    site: SiteView, show: Callable[..., ArticleView]
) -> None:
    page = pages.render_article(show(published="2026-11-04", issued="2026-10"), site)
    text = text_of(page)
    assert "发布时间 2026-11-05 10:10".replace(" ", "") in text.replace(" ", "")
    assert 'datetime="2026-11-05T10:10:00+08:00"' in page
    assert '<time datetime="2026-11-04">2026-11-04</time>' in page
    assert '<time datetime="2026-10">2026-10</time>' in page
    bare = pages.render_article(show(), site)
    assert "原文发布" not in bare
    assert "成文日期" not in bare


@pytest.mark.parametrize("value", ["不详", "2026年11月", "2026-11-04T9:30", "1", None, ""])
def test_what_is_no_date_is_not_shown_as_one(value: str | None) -> None:
    assert see_date(value) is None


def test_a_document_carries_the_header_of_public_documents(
    site: SiteView, show: Callable[..., ArticleView]
) -> None:
    document = show(
        doc_number="青政办〔2026〕88号",
        index_number="015000185/2026-00088",
        issuer="省政府办公厅",
        topic="能源",
        issued="2026-11-01",
        validity="现行有效",
    )
    root = parse(pages.render_article(document, site))
    header = dict(
        zip(
            root.xpath("//dl[@class='gk']//dt/text()"),
            [" ".join(dd.text_content().split()) for dd in root.xpath("//dl[@class='gk']//dd")],
            strict=True,
        )
    )
    assert header == {
        "索引号": "015000185/2026-00088",
        "主题分类": "能源",
        "发布机构": "省政府办公厅",
        "成文日期": "2026-11-01",
        "发文字号": "青政办〔2026〕88号",
        "发布日期": "2026-11-05",
        "标题": "省教育厅开展检查",
        "有效性": "现行有效",
    }
    assert 'class="gk"' not in pages.render_article(show(), site)


@pytest.mark.parametrize(
    ("validity", "kind"),
    [
        ("自2026-12-01起废止", "red"),
        ("已失效", "red"),
        ("部分废止", "red"),
        ("已修改", "warn"),
        ("现行有效", None),
        ("有效", None),
        ("", None),
        (None, None),
    ],
)
def test_repealed_expired_and_changed_documents_are_marked(validity: str | None, kind: str | None) -> None:
    mark = see_mark(validity)
    assert (mark.kind if mark else None) == kind


def test_what_became_of_a_document_is_said_once(site: SiteView, show: Callable[..., ArticleView]) -> None:
    for validity, mark, header in (
        ("已废止", "本文件已废止 本页保留，供查阅历史文本。", "已废止"),
        ("失效", "本文件已失效 本页保留，供查阅历史文本。", "已失效"),
        (
            "2026年5月1日起废止",
            "本文件已废止 2026年5月1日起废止。本页保留，供查阅历史文本。",
            "已废止 2026年5月1日起废止",
        ),
    ):
        root = parse(pages.render_article(show(doc_number="青政办〔2005〕1号", validity=validity), site))
        told = root.xpath("//div[@class='mark red']")[0]
        assert f"{told[0].text} {told[1].text}" == mark
        assert " ".join(root.xpath("//dl[@class='gk']/div[last()]/dd")[0].text_content().split()) == header


def test_the_source_and_the_original_are_named_and_linked(
    site: SiteView, show: Callable[..., ArticleView]
) -> None:
    page = pages.render_article(show(), site)
    root = parse(page)
    assert "来源省教育厅" in text_of(page).replace(" ", "")
    assert root.xpath("//a[@href='http://jyt.example.gov.cn/dt/1.html']")
    unnamed = show(credit=None)
    assert unnamed.credit == "jyt.example.gov.cn"
    assert show(credit=None, address=None).credit == "样例"


def test_attachments_are_listed_with_type_and_size_and_nothing_active_is(
    show: Callable[..., ArticleView],
) -> None:
    names = [f"{FILE}{ending}" for ending in (".pdf", ".html", ".svg", "")]
    view = show(
        attachments=[
            {"name": "表", "path": path, "type": "", "bytes": 1_260_000}
            for path in (*names, "/etc/passwd", "//evil/x")
        ]
    )
    assert [(file.path, file.size) for file in view.files] == [(names[0], "1.2 MB"), (names[3], "1.2 MB")]
    assert view.files[0].kind == "PDF"
    assert [tell_size(count) for count in (0, 1, 46_000, 1_200_000)] == ["", "1 KB", "45 KB", "1.1 MB"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_script_style_form_or_foreign_request_comes_through(site: SiteView, payload: str) -> None:
    column = replace(site.columns[0], name=payload, description=payload)
    hostile = see_article(
        1,
        form(
            **dict.fromkeys(
                ("title", "html", "credit", "author", "doc_number", "issuer", "topic", "summary"), payload
            ),
            validity=payload,
            address="javascript:alert(1)",
            attachments=[{"name": payload, "path": f"{FILE}.pdf", "type": payload, "bytes": 1}],
        ),
        "/articles/2026/11/1.html",
        column,
        AT,
        "样例",
    )
    allowed = {asset.path for asset in read_assets().values()}
    for page in every_page(site, hostile).values():
        root = parse(page)
        assert {one.get("action") for one in root.xpath("//form")} <= {"/search/"}
        assert not root.xpath("//iframe|//svg|//math|//base|//object|//embed|//style|//template")
        assert {one.get("src") for one in root.xpath("//script[not(@type)]")} <= allowed
        data = root.xpath("//script[text()]")
        assert all(one.attrib == {"type": "application/ld+json"} and json.loads(one.text) for one in data)
        assert not root.xpath("//@*[starts-with(name(), 'on')]|//@style")
        assert not [
            one for one in root.xpath("//@src") if one not in allowed and not one.startswith("/files/")
        ]
        links = [str(one).strip().lower() for one in root.xpath("//a/@href")]
        assert all(re.match(r"https?://|/(?!/)|#|mailto:|tel:", link) for link in links)
        assert len(root.xpath("//meta[@http-equiv]")) == 1
    feed = feeds.render_feed(column, (replace(row(), title=payload, summary=payload, credit=payload),), site)
    assert not [one for one in read_xml(feed).iter() if "script" in str(one.tag)]


def test_hidden_characters_are_taken_out_of_what_is_shown() -> None:
    assert clean(" 通\u200b知\u202e公\x00告\ufeff ") == "通知公告"
    assert clean(None) == ""


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://example.gov.cn/a?b=1", True),
        ("/columns/a/", True),
        ("#main", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example/", False),
        ("/\\evil.example", False),
        ("https:evil", False),
        ("", False),
    ],
)
def test_only_web_addresses_and_own_paths_become_links(address: str, allowed: bool) -> None:
    assert allow_address(address) == (address if allowed else "#")


def test_mail_addresses_only_become_mail_links() -> None:
    assert allow_mail("portal@example.gov.cn") == "mailto:portal@example.gov.cn"
    assert allow_mail("x@y?subject=a b") == "#"


def test_only_the_newest_page_knows_the_total_and_the_newest_number(
    site: SiteView, show: Callable[..., ArticleView]
) -> None:
    made = every_page(site, show())
    links = {name: set(parse(made[name]).xpath("//nav[@class='pager']//a/@href")) for name in made}
    base = "/columns/bumen"
    assert "共 171 条" in made["newest"]
    assert f"{base}/page-9.html" in links["newest"]
    assert "171" not in made["older"]
    assert links["older"] == {f"{base}/", f"{base}/page-1.html", f"{base}/page-3.html"}
    assert Pager(None, 9, None, None).shown == (9, 8, 7, None, 2, 1)
    assert Pager(None, 2, None, None).shown == (2, 1)


def test_a_tombstone_says_when_and_why_but_not_what(site: SiteView, show: Callable[..., ArticleView]) -> None:
    page = every_page(site, show())["gone"]
    assert "来源撤回" in page
    assert "2026-11-05 10:10" in page
    assert "noindex" in page
    assert "省教育厅开展检查" not in page


def test_the_front_page_leads_with_one_story_and_keeps_the_anchor_of_an_empty_zone(
    site: SiteView, show: Callable[..., ArticleView]
) -> None:
    root = parse(every_page(site, show())["front"])
    assert len(root.xpath("//div[@class='lead']")) == 1
    assert root.xpath("//section[@id='dongtai']")
    assert root.xpath("//span[@id='gongkai']")
    anchors = {f"/#{one}" for one in root.xpath("//*/@id")}
    assert {link for link in root.xpath("//nav//a/@href") if "#" in link} <= anchors


def test_the_notice_of_a_demo_stands_on_every_page(site: SiteView, show: Callable[..., ArticleView]) -> None:
    identity = replace(site.identity, notice="演示站点")
    marked = every_page(replace(site, identity=identity), show())
    assert all("演示站点" in page for page in marked.values())


def test_a_page_with_its_style_is_light(site: SiteView, show: Callable[..., ArticleView]) -> None:
    named = [asset for name, asset in read_assets().items() if name in ("portal.css", "large.js", "icon.svg")]
    assets = sum(len(asset.raw) for asset in named)  # the search page alone names more
    assert assets < 30_000
    assert all(len(page.encode()) + assets < 100_000 for page in every_page(site, show()).values())
