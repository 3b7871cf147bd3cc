"""The sample's sites as a crawler meets them: real requests by Host header to one port."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import feedparser
import openpyxl
import pypdf
import pytest

from demo.content import Truth
from demo.province import make_province
from demo.server import ProvinceServer, serve
from demo.traps import SECRET_MARK
from reading.listing import read_list
from reading.page import Page

TODAY = date(2026, 11, 21)
OPENER = build_opener(ProxyHandler({}))


@pytest.fixture
def server() -> Iterator[ProvinceServer]:
    with serve(make_province(TODAY), 0) as running:
        yield running


def ask(
    server: ProvinceServer, address: str, form: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Ask for an address of the sample; the name is put into the Host header, loopback is dialled."""
    parts = urlsplit(address)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    asked = Request(
        f"http://127.0.0.1:{server.port}{target}", data=form, headers={"Host": parts.netloc} | (headers or {})
    )
    try:
        with OPENER.open(asked, timeout=10) as got:
            return got.status, dict(got.headers), got.read()
    except HTTPError as refused:
        with refused:
            return refused.code, dict(refused.headers), refused.read()


def read(server: ProvinceServer, host: str, path: str, charset: str = "utf-8") -> str:
    status, _, raw = ask(server, f"http://{host}.localhost:{server.port}{path}")
    assert status == 200
    return raw.decode(charset)


def trapped(server: ProvinceServer, trap: str) -> Truth:
    return next(truth for truth in server.province.truth.values() if truth.trap == trap)


def test_every_article_is_served_with_its_title_and_text(server: ProvinceServer) -> None:
    province = server.province
    for truth in province.truth.values():
        status, headers, raw = ask(server, truth.address)
        assert status == 200
        text = unescape(raw.decode(province.shape(province.site[truth.agency]).charset))
        if truth.outcome == "missing":
            assert "页面不存在" in text
            continue
        assert truth.title in text
        assert all(sentence in text for sentence in truth.sentences)
        assert headers["Content-Type"].startswith("text/html")


def test_every_list_shows_its_articles_over_its_pages(server: ProvinceServer) -> None:
    province = server.province
    for site in province.sites:
        if site.shape in {"jcms", "feed", "api", "sitemap", "aspx"}:
            continue
        shape = province.shape(site)
        for channel in site.channels:
            keys = province.list_keys(site, channel)
            pages = -(-len(keys) // channel.per_page)
            shown = ""
            for page in range(1, pages + 1):
                shown += read(server, site.key, shape.list_path(channel, page, pages), shape.charset)
            assert all(province.headline(key).title in unescape(shown) for key in keys)


def test_a_list_of_asp_net_turns_by_its_own_form_only(server: ProvinceServer) -> None:
    province = server.province
    site = province.site["songtai"]
    keys = province.list_keys(site, site.channels[0])
    address = province.list_address(site, site.channels[0])
    first = read_list(Page(ask(server, address)[2], address, datetime.now(UTC)))
    assert first.form is not None
    status, _, body = ask(server, address, urlencode(first.form).encode())
    second = read_list(Page(body, address, datetime.now(UTC)))
    assert [row.title for row in second.rows] == [province.headline(key).title for key in keys[10:20]]
    forged = tuple((name, "x" if name == "__VIEWSTATE" else value) for name, value in first.form)
    assert (status, ask(server, address, urlencode(forged).encode())[0]) == (200, 500)


def test_a_list_clips_its_titles_and_has_them_whole_in_the_tooltip(server: ProvinceServer) -> None:
    page = read(server, "nongye", "/nyyw.htm")
    clipped = re.findall(r'title="([^"]+)"><em>([^<]+)…</em>', page)
    assert len(clipped) >= 5
    assert all(whole.startswith(shown) and len(whole) > len(shown) for whole, shown in clipped)


def test_an_old_row_is_pinned_first(server: ProvinceServer) -> None:
    first, second = re.findall(
        r"<span>(\d{4}-\d\d-\d\d)</span></li>", read(server, "jiaoyu", "/tzgg/").split("left-list")[1]
    )[:2]
    assert first < "2026"
    assert second > "2026-10"


def test_one_address_is_listed_by_two_sources(server: ProvinceServer) -> None:
    shared = [truth for truth in server.province.truth.values() if len(truth.sources) == 2]
    assert len(shared) == 1
    name = shared[0].address.rsplit("/", 1)[1]
    assert name in read(server, "jiaoyu", "/tzgg/")
    assert name in read(server, "jiaoyu", "/jyyw/")


def test_the_last_page_has_two_rows_and_a_script_counts_the_pages(server: ProvinceServer) -> None:
    page = read(server, "weijian", "/gzdt/index_2.html").split("left-list")[1]
    assert len(re.findall(r"<li", page)) == 2
    assert "countPage = 3" in page
    assert 'createPageHTML(3, 0, "index", "html")' in read(server, "jiaoyu", "/jyyw/index.html")
    assert ask(server, f"http://weijian.localhost:{server.port}/gzdt/index_3.html")[0] == 404


def test_older_pages_of_one_family_count_down_to_one(server: ProvinceServer) -> None:
    assert 'href="nyyw/2.htm">下页' in read(server, "nongye", "/nyyw.htm")
    assert 'href="1.htm">下页' in read(server, "nongye", "/nyyw/2.htm")
    assert "下页" not in read(server, "nongye", "/nyyw/1.htm")


def test_the_old_site_says_gb2312_and_needs_gb18030(server: ProvinceServer) -> None:
    truth = trapped(server, "four-bytes")
    _, headers, raw = ask(server, truth.address)
    assert b"charset=gb2312" in raw
    assert truth.title in raw.decode("gb18030")
    assert headers["Content-Type"] == "text/html"
    with pytest.raises(UnicodeDecodeError):
        raw.decode("gb2312")


def test_the_jpage_list_gives_a_window_and_the_proxy_the_rest(server: ProvinceServer) -> None:
    page = read(server, "jiaotong", "/col/col1101/index.html")
    proxy = f"http://jiaotong.localhost:{server.port}/module/web/jpage/dataproxy.jsp"
    assert page.count("<record><![CDATA[") == 45
    by_post = ask(
        server, f"{proxy}?startrecord=46&endrecord=90&perpage=15", b"col=1&columnid=1101&unitid=401101"
    )
    by_get = ask(server, f"{proxy}?startrecord=46&endrecord=90&perpage=15&columnid=1101")
    assert by_post[2] == by_get[2]
    assert by_get[2].count(b"<record>") == 3
    assert b"<totalrecord>48</totalrecord>" in by_get[2]
    following = re.search(r'<nextgroup><!\[CDATA\[<a href="([^"]+)"', page)
    assert following is not None
    address = f"http://jiaotong.localhost:{server.port}{unescape(following[1])}"
    assert ask(server, address)[2] == by_get[2]
    assert ask(server, f"{proxy}?page=1&columnid=9999")[0] == 404


def test_the_feed_is_a_feed_with_whole_addresses(server: ProvinceServer) -> None:
    parsed = feedparser.parse(ask(server, f"http://zhongyang.localhost:{server.port}/rss/yw.xml")[2])
    assert not parsed.bozo
    assert len(parsed.entries) == 20
    assert all(entry.link in server.province.truth for entry in parsed.entries)


def test_attachments_carry_their_words_and_the_hidden_number(server: ProvinceServer) -> None:
    truth = trapped(server, "id-in-attachment")
    _, headers, raw = ask(server, truth.attachments[0][1])
    book = openpyxl.load_workbook(BytesIO(raw))
    assert book.active is not None
    assert truth.secrets[0] in str(list(book.active.values))
    assert "spreadsheetml" in headers["Content-Type"]
    pages = [item for item in server.province.truth.values() if item.trap == "one-line"]
    kinds = {address.rpartition(".")[2] for item in pages for _, address in item.attachments}
    assert kinds == {"pdf", "docx", "xlsx"}
    pdf = next(address for item in pages for _, address in item.attachments if address.endswith("pdf"))
    assert "支持方向" in pypdf.PdfReader(BytesIO(ask(server, pdf)[2])).pages[0].extract_text()


def test_pictures_are_served(server: ProvinceServer) -> None:
    images = [image for truth in server.province.truth.values() for image in truth.images]
    assert len(images) >= 4
    for image in images:
        status, headers, raw = ask(server, image)
        assert (status, headers["Content-Type"]) == (200, "image/png")
        assert raw.startswith(b"\x89PNG")


def test_the_secret_mark_stands_at_the_head_of_the_text(server: ProvinceServer) -> None:
    truth = trapped(server, "secret-mark")
    page = ask(server, truth.address)[2].decode()
    assert 0 < page.index(SECRET_MARK) < page.index(truth.sentences[0], page.index("prose"))


def test_document_pages_tell_both_dates_and_a_strange_colon(server: ProvinceServer) -> None:
    truth = next(item for item in server.province.truth.values() if item.issued)
    page = ask(server, truth.address)[2].decode()
    assert "成文日期" in page
    assert "发布日期" in page
    assert "\u2236" in page
    assert truth.doc_number is not None
    assert truth.doc_number in page


def test_robots_refuse_one_column(server: ProvinceServer) -> None:
    assert "Disallow: /col/col1202/" in read(server, "nanping", "/robots.txt")
    assert "col1202" not in read(server, "jiaoyu", "/robots.txt")


def test_unknown_hosts_and_addresses_are_not_found(server: ProvinceServer) -> None:
    port = server.port
    for address in (
        f"http://nobody.localhost:{port}/",
        f"http://jiaoyu.localhost:{port}/jyyw/209901/t20990101_1000001.html",
        f"http://jiaoyu.localhost:{port}/jyyw/202611/t20261120_1999999.html",
        f"http://jiaoyu.localhost:{port}/protect/jyyw/1/1.pdf",
    ):
        assert ask(server, address)[0] == 404


def test_unchanged_pages_answer_304(server: ProvinceServer) -> None:
    truth = trapped(server, "changed")
    _, headers, _ = ask(server, truth.address)
    tag, changed = headers["ETag"], headers["Last-Modified"]
    assert ask(server, truth.address, headers={"If-None-Match": tag})[::2] == (304, b"")
    assert ask(server, truth.address, headers={"If-Modified-Since": changed})[0] == 304
    assert ask(server, truth.address, headers={"If-Modified-Since": "yesterday"})[0] == 200
    server.set_night(2)
    assert ask(server, truth.address, headers={"If-None-Match": tag})[0] == 200
    assert ask(server, truth.address, headers={"If-Modified-Since": changed})[0] == 200


def test_the_second_night_as_a_crawler_sees_it(server: ProvinceServer) -> None:
    withdrawn, listed = trapped(server, "withdrawn"), read(server, "jiaoyu", "/jyyw/")
    before = {address: ask(server, address)[2] for address in server.province.truth}
    server.set_night(2)
    after = {address: ask(server, address) for address in before}
    assert after[withdrawn.address][0] == 404
    differing = {address for address in before if after[address][2] != before[address]}
    expected = {trapped(server, "changed").address, withdrawn.address}
    # The modern template shows the newest items beside each article; nothing new came to it tonight.
    assert differing == expected
    assert "loading" in read(server, "keji", "/kjdt/list.shtml")
    changed = trapped(server, "changed")
    row = re.search(rf"<li><a[^>]*{changed.address.rsplit('/', 1)[1]}.*?</li>", listed)
    assert row is not None
    later = read(server, "jiaoyu", "/jyyw/") + read(server, "jiaoyu", "/jyyw/index_1.html")
    assert row.group() in later


def test_the_log_counts_who_asked_and_how_many_at_once(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    with serve(make_province(TODAY), 0, pause=0.2, log=log) as server:
        address = f"http://jiaoyu.localhost:{server.port}/robots.txt"
        threads = [threading.Thread(target=ask, args=(server, address)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ask(server, address, headers={"User-Agent": "示例".encode().hex()})
        assert server.most_at_once("jiaoyu") == 3
        assert server.asked("jiaoyu") == ["/robots.txt"] * 4
        assert server.hits[-1].agent == "示例".encode().hex()
        server.forget()
        assert server.hits == []
    assert len(log.read_text().splitlines()) == 4


def test_a_site_can_be_broken_while_the_others_stand(server: ProvinceServer) -> None:
    server.faults.update(jiaoyu="refuse", weijian="garbage", wenlv="empty")
    port = server.port
    assert ask(server, f"http://jiaoyu.localhost:{port}/jyyw/")[0] == 503
    assert ask(server, f"http://weijian.localhost:{port}/gzdt/")[2].startswith(b"\0\1\2")
    assert ask(server, f"http://wenlv.localhost:{port}/wlzx/")[2] == b""
    assert ask(server, f"http://donglan.localhost:{port}/dlzc/")[0] == 200


def test_a_hundred_thousand_items_are_served_at_once() -> None:
    large = make_province(TODAY, agencies=1_000, items=100_000, heavy=True)
    last = large.sites[-1]
    with serve(large, 0) as server:
        start = time.monotonic()
        first = read(
            server, last.key, large.shape(last).list_path(last.channels[0], 1, 1), large.shape(last).charset
        )
        assert time.monotonic() - start < 1.0
        assert large.headline(large.list_keys(last, last.channels[0])[0]).title in unescape(first)


def test_heavy_pages_have_the_size_of_real_ones() -> None:
    heavy = make_province(TODAY, heavy=True)
    with serve(heavy, 0) as server:
        sizes = sorted(len(ask(server, address)[2]) for address in list(server.province.truth)[:150])
    assert 30_000 < sizes[len(sizes) // 2] < 60_000
    assert 70_000 < sum(sizes) / len(sizes) < 150_000
