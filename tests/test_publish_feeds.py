"""Feeds that readers read, a sitemap with full addresses, robots.txt."""

from __future__ import annotations

import json
from dataclasses import replace

import feedparser
import lxml.etree
import lxml.html
from shown import AT, read_xml, row

from clock import write_time
from publish import feeds, sitemap
from publish.views import ColumnView, Entry, SiteView


def test_the_feed_is_atom_that_readers_read(site: SiteView, column: ColumnView) -> None:
    rows = (row(9, title="A & B <通知>", summary="摘要"), replace(row(8), updated=AT.replace(day=6)))
    text = feeds.render_feed(column, rows, site)
    feed = feedparser.parse(text.encode())
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.id == "https://www.example.gov.cn/columns/bumen/"
    assert feed.feed.updated == "2026-11-06T02:10:30Z"
    assert {link.rel for link in feed.feed.links} == {"self", "alternate"}
    assert [entry.title for entry in feed.entries] == ["A & B <通知>", "省教育厅开展检查"]
    assert [entry.id for entry in feed.entries] == [
        "https://www.example.gov.cn/articles/2026/11/9.html",
        "https://www.example.gov.cn/articles/2026/11/8.html",
    ]
    assert feed.entries[0].published == "2026-11-05T02:10:30Z"
    assert feed.entries[0].author == "省教育厅"


def test_the_sitemap_names_full_addresses_and_robots_names_the_sitemap(site: SiteView) -> None:
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    entries = (Entry("/articles/2026/11/7.html", write_time(AT)), Entry("/", None))
    root = read_xml(sitemap.render_entries(entries, site))
    assert root.xpath("//s:loc/text()", namespaces=space) == [
        "https://www.example.gov.cn/articles/2026/11/7.html",
        "https://www.example.gov.cn/",
    ]
    assert root.xpath("//s:lastmod/text()", namespaces=space) == ["2026-11-05T02:10:30Z"]
    index = lxml.etree.fromstring(
        sitemap.render_index((Entry("/sitemaps/articles-1.xml", write_time(AT)),), site).encode()
    )
    assert index.xpath("//s:sitemap/s:loc/text()", namespaces=space)
    assert "Sitemap: https://www.example.gov.cn/sitemap.xml" in sitemap.render_robots(site)


def test_the_same_rows_are_an_rss_feed_and_a_json_feed(site: SiteView, column: ColumnView) -> None:
    rows = (row(), replace(row(), title="A & B <通知>", summary=""))
    told = feedparser.parse(feeds.render_rss(column, rows, site).encode())
    assert not told.bozo
    assert told.version == "rss20"
    assert [entry.title for entry in told.entries] == ["省教育厅开展检查", "A & B <通知>"]
    assert told.entries[0].published == "Thu, 05 Nov 2026 02:10:30 +0000"
    assert told.entries[0].id == told.entries[0].link == f"https://www.example.gov.cn{rows[0].path}"
    feed = json.loads(feeds.render_json_feed(column, rows, site))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [one["title"] for one in feed["items"]] == ["省教育厅开展检查", "A & B <通知>"]
    assert feed["items"][0]["date_published"].startswith("2026-11-05T02:10:")
