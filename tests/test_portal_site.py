"""The whole portal as it is served: valid, light, linked within itself, in both scripts, for programs too."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import feedparser
import lxml.etree
import lxml.html
import pytest
from furnished import name_kinds
from hypothesis import given, settings
from hypothesis import strategies as st
from office import Office, read_site

from publish.traditional import convert_page, has_twin, name_twin

html5lib = pytest.importorskip("html5lib", reason="needs html5lib (extra dev)")
HERE = Path(__file__).parent
BASE = "https://www.example.gov.cn"
MISSING = {"/404.html", "/zh-hant/404.html"}  # they answer at any address, so that they have none
COLUMN = ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")


@pytest.fixture(scope="module")
def site(furnished: Office) -> dict[str, bytes]:
    return read_site(furnished.site)


@pytest.fixture(scope="module")
def pages(site: dict[str, bytes]) -> dict[str, str]:
    return {path: raw.decode() for path, raw in site.items() if path.endswith(".html")}


def parse(page: str) -> Any:
    return lxml.html.document_fromstring(page)


def read_meta(page: str) -> dict[str, str]:
    return {str(tag.get("name")): str(tag.get("content")) for tag in parse(page).xpath("//meta[@name]")}


def open_kind(furnished: Office, kind: str) -> str:
    path = name_kinds(furnished)[kind]
    file = furnished.site / ("gone" if kind == "gone" else "") / path.lstrip("/")
    return (file / "index.html" if path.endswith("/") else file).read_text(encoding="utf-8")


def test_every_page_is_valid_html5(pages: dict[str, str]) -> None:
    assert len(pages) > 80
    for path, page in pages.items():
        parser = html5lib.HTMLParser(strict=True)
        parser.parse(page)
        assert not parser.errors, path
        ids = parse(page).xpath("//@id")
        assert len(ids) == len(set(ids)), path


def test_no_link_or_picture_leads_nowhere(site: dict[str, bytes], pages: dict[str, str]) -> None:
    for path, page in pages.items():
        root = parse(page)
        anchors = {f"#{one}" for one in root.xpath("//@id")}
        for link in map(str, root.xpath("//@href|//@src")):
            if link.startswith("/"):
                target, _, anchor = link.partition("#")
                file = f"{target}index.html" if target.endswith("/") else target
                gone = path.startswith("/gone/") and f"/gone{file}" in site
                assert file in site or gone, (path, link)
                if anchor:
                    assert f'id="{anchor}"' in pages[file], (path, link)
            else:
                assert link in anchors or re.match("https?://|mailto:", link), (path, link)


def test_every_page_weighs_little(site: dict[str, bytes], pages: dict[str, str]) -> None:
    for path, page in pages.items():
        root = parse(page)
        named = root.xpath("//link[@rel='stylesheet' or @rel='icon']/@href|//script/@src")
        assert len(page.encode()) + sum(len(site[str(one)]) for one in named) < 100_000, path


@pytest.mark.parametrize(
    ("kinds", "more"),
    [
        ("front help map search missing gone", ()),
        (
            "column older documents topic agency directory drawer data guide links",
            COLUMN,
        ),
        (
            "article document repealed corrected",
            (*COLUMN, "ArticleTitle", "PubDate", "ContentSource", "Url", "Keywords", "Description"),
        ),
    ],
)
def test_each_kind_of_page_has_its_tags(furnished: Office, kinds: str, more: tuple[str, ...]) -> None:
    for kind in kinds.split():
        tags = read_meta(open_kind(furnished, kind))
        for name in ("SiteName", "SiteDomain", "SiteIDCode", *more):
            assert tags.get(name), (kind, name)
        assert ("ArticleTitle" in tags) == ("ArticleTitle" in more)


def test_every_page_says_where_it_stands(furnished: Office) -> None:
    for kind in name_kinds(furnished):
        root = parse(open_kind(furnished, kind))
        places = root.xpath("//nav[@class='crumb'][@aria-label='当前位置']/ol/li")
        assert bool(places) == (kind not in ("front", "gone", "missing")), kind
        assert not places or places[-1].xpath("span[@aria-current='page']"), kind
        regions = root.xpath("//nav/@aria-label")
        assert len(regions) == len(set(regions)), kind


def test_programs_are_told_what_a_page_is(furnished: Office) -> None:
    told = {}
    for kind in name_kinds(furnished):
        data = parse(open_kind(furnished, kind)).xpath("//script[@type='application/ld+json']/text()")
        told[kind] = json.loads(str(data[0])) if data else {}
        assert told[kind].get("@context", "https://schema.org") == "https://schema.org"
    assert told["front"]["@type"] == "WebSite"
    assert told["column"]["@type"] == told["agency"]["@type"] == "CollectionPage"
    assert told["guide"]["@type"] == told["directory"]["@type"] == "GovernmentService"
    assert told["article"]["@type"] == "NewsArticle"
    assert told["article"]["author"] == {"@type": "Person", "name": "张某"}
    assert told["article"]["datePublished"] == "2026-11-05T11:00:00+08:00"
    assert told["document"]["identifier"] == "样政办〔2026〕3号"
    root = parse(open_kind(furnished, "article"))
    graph = {str(one.get("property")): str(one.get("content")) for one in root.xpath("//meta[@property]")}
    assert graph["og:type"] == "article"
    assert graph["og:title"] == "图片信息"
    assert graph["og:url"] == str(root.xpath("//link[@rel='canonical']/@href")[0])
    assert graph["og:image"].startswith(f"{BASE}/files/")


def test_what_was_corrected_or_repealed_says_so_on_its_page_and_in_lists(furnished: Office) -> None:
    repealed, corrected = (parse(open_kind(furnished, kind)) for kind in ("repealed", "corrected"))
    assert repealed.xpath("//div[@class='mark red']")
    assert "第二段的数字已更正" in corrected.text_content()
    for kind in ("documents", "directory", "agency"):
        root = parse(open_kind(furnished, kind))
        pages = [root] if root.xpath("//span[@class='tag red']") else []
        older = f"{name_kinds(furnished)[kind]}page-1.html"
        if (furnished.site / older.lstrip("/")).is_file():
            pages.append(parse((furnished.site / older.lstrip("/")).read_text(encoding="utf-8")))
        assert any(page.xpath("//span[@class='tag red'][text()='已废止']") for page in pages), kind


def test_topics_stand_in_a_band_while_it_is_their_time_and_keep_their_page_after(furnished: Office) -> None:
    front = parse(open_kind(furnished, "front"))
    assert front.xpath("//section[@class='topics']//a/@href") == ["/columns/qunuan/"]
    assert not front.xpath("//section[contains(@class, 'block')]//a[contains(@href, '/columns/qunuan/')]")
    assert "取暖服务一处办" in open_kind(furnished, "topic")
    assert "已结束" in open_kind(furnished, "ended topic")
    assert front.xpath("//ul[@class='more-links']//a/text()") == ["公报"]


# --- the traditional version ---


def test_every_page_has_a_traditional_version_at_the_same_address(pages: dict[str, str]) -> None:
    plain = {path for path in pages if "/zh-hant/" not in path}
    assert {name_twin(path) for path in plain} == {path for path in pages if "/zh-hant/" in path}
    for path in plain:
        ours, theirs = parse(pages[path]), parse(pages[name_twin(path)])
        assert [one.tag for one in ours.iter()] == [one.tag for one in theirs.iter()], path
        assert theirs.get("lang") == "zh-Hant"
        here = "/" + path.removeprefix("/gone").removesuffix("index.html").lstrip("/")
        here = "/" if path in MISSING else here
        assert ours.xpath("//a[@class='turn']/@href") == [f"/zh-hant{here}"], path
        assert theirs.xpath("//a[@class='turn']/@href") == [here], path
        assert theirs.xpath("//a[@class='turn']/text()") == ["简体版"]


def test_the_two_versions_name_each_other(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        root = parse(page)
        canonical = root.xpath("//link[@rel='canonical']/@href")
        if path.startswith("/gone/") or path in MISSING:
            assert not canonical
            continue
        assert canonical == [BASE + path.removesuffix("index.html")]
        named = {str(one.get("hreflang")): one.get("href") for one in root.xpath("//link[@hreflang]")}
        plain = path.removeprefix("/zh-hant").removesuffix("index.html")
        assert named == {"zh-Hans": BASE + plain, "zh-Hant": f"{BASE}/zh-hant{plain}"}


def test_words_are_converted_by_their_meaning_and_addresses_are_not(furnished: Office) -> None:
    path = name_kinds(furnished)["article"]
    page = (furnished.site / "zh-hant" / path.lstrip("/")).read_text(encoding="utf-8")
    assert "頭髮、幹部、皇后。" in page
    assert read_meta(page)["ContentSource"] == "省教育廳"
    plain = (furnished.site / path.lstrip("/")).read_text(encoding="utf-8")
    assert parse(page).xpath("//img/@src") == parse(plain).xpath("//img/@src")
    page = convert_page('<html lang="zh-CN"><a href="http://a.cn/发展.html">发展</a>', BASE)
    assert page == '<html lang="zh-Hant"><a href="http://a.cn/发展.html">發展</a>'


@given(
    st.lists(
        st.sampled_from(["/", "/a/", "/a/b.html", "//e.cn/", "/files/x.html", "https://e.cn/", "/a/f.atom"])
    )
)
@settings(max_examples=40, deadline=None)
def test_only_own_pages_are_led_to_in_the_other_version(links: list[str]) -> None:
    page = convert_page("".join(f'<a href="{link}#x">后</a>' for link in links), BASE)
    own = ("/", "/a/", "/a/b.html")
    wanted = [f"/zh-hant{link}#x" if link in own else f"{link}#x" for link in links]
    assert re.findall('href="([^"]*)"', page) == wanted


def test_only_pages_have_another_version() -> None:
    assert [
        has_twin(path) for path in ("/index.html", "/404.html", "/robots.txt", "/columns/a/feed.atom")
    ] == [True, True, False, False]


# --- feeds, maps, data ---


def test_every_feed_is_found_and_read(site: dict[str, bytes], pages: dict[str, str]) -> None:
    schema = lxml.etree.RelaxNG(lxml.etree.parse(HERE / "schemas" / "atom.rng"))
    kinds = {"application/atom+xml": ".atom", "application/rss+xml": ".rss", "application/feed+json": ".json"}
    linked = set()
    for page in pages.values():
        for link in parse(page).xpath("//link[@rel='alternate'][@type]"):
            if str(link.get("type")) in kinds:
                linked.add(str(link.get("href")))
                assert str(link.get("href")).endswith(kinds[str(link.get("type"))])
    feeds = {path for path in site if path.rpartition("/")[2].startswith("feed.")}
    assert linked == feeds
    assert {path.split("/")[1] for path in feeds} == {"columns", "agencies"}
    for path in feeds:
        if path.endswith(".json"):
            feed = json.loads(site[path])
            assert feed["version"].endswith("1.1")
            assert feed["feed_url"] == BASE + path
            continue
        if path.endswith(".atom"):
            schema.assertValid(lxml.etree.fromstring(site[path]))
        told = feedparser.parse(site[path])
        assert not told.bozo, path
        assert told.entries
        assert len({entry.id for entry in told.entries}) == len(told.entries)


def test_a_feed_that_is_none_is_noticed() -> None:
    schema = lxml.etree.RelaxNG(lxml.etree.parse(HERE / "schemas" / "atom.rng"))
    start = '<feed xmlns="http://www.w3.org/2005/Atom"><id>a</id><title>甲</title>'
    for rest in ("", "<updated>昨天</updated>", "<updated>2026-11-05T02:10:00Z</updated><link/>"):
        assert not schema.validate(lxml.etree.fromstring(f"{start}{rest}</feed>"))


def test_the_sitemap_names_every_page_once(site: dict[str, bytes], pages: dict[str, str]) -> None:
    schema = lxml.etree.XMLSchema(lxml.etree.parse(HERE / "schemas" / "sitemap.xsd"))
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    index: Any = lxml.etree.fromstring(site["/sitemap.xml"])
    schema.assertValid(index)
    named = []
    for place in index.xpath("//s:loc/text()", namespaces=space):
        part: Any = lxml.etree.fromstring(site[str(place).removeprefix(BASE)])
        schema.assertValid(part)
        named += [str(one) for one in part.xpath("//s:loc/text()", namespaces=space)]
    plain = {
        BASE + path.removesuffix("index.html")
        for path in pages
        if not path.startswith(("/zh-hant/", "/gone/"))
    }
    assert len(named) == len(set(named))
    assert set(named) == plain - {f"{BASE}/404.html", f"{BASE}/search/"}
    assert b"Sitemap: https://www.example.gov.cn/sitemap.xml" in site["/robots.txt"]


def test_nothing_of_a_withdrawn_item_is_left_anywhere(site: dict[str, bytes]) -> None:
    assert not [
        path for path, raw in site.items() if "要撤下的信息".encode() in raw or "要撤下的資訊".encode() in raw
    ]
