"""Agency pages and the 公开目录: every document in its drawers, also as data, whatever changes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import Office, hold_to_a_full_one, read_site
from sqlalchemy import text
from stores import Stores

from portal import Portal, load_portal
from publish import directory, roll
from publish.directory import Drawer, fill_directory
from publish.site_view import see_site
from publish.verify import verify_site
from sample import PORTAL
from store.filings import Filing

DOCUMENTS = (
    "      - {key: wenjian, name: 政策文件, description: 文, keywords: 文, type: 文件, style: documents}\n"
)


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    """A portal with a column of documents, short pages and a traditional version."""
    path = tmp_path / "portal.yaml"
    more = "settings: {page_size: 3, front_rows: 2, traditional: true}\n"
    path.write_text(PORTAL.replace("rules:\n", DOCUMENTS + "rules:\n") + more, encoding="utf-8")
    return load_portal(path)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "PAGE", 2)


def document(number: int, **values: Any) -> dict[str, Any]:
    plain = {
        "title": f"关于第{number}件事的通知",
        "doc_number": f"样政办〔2026〕{number}号",
        "index_number": f"015/2026-{number}",
        "issued": f"{2024 + number % 3}-10-0{number % 9 + 1}",
        "topic": ("能源", "教育", None)[number % 3],
        "issuer": "样例省人民政府办公厅",
    }
    return {**plain, **values}


@pytest.fixture
def office(stores: Stores, tmp_path: Path, portal: Portal) -> Iterator[Office]:
    """Seven documents of two agencies and two items that are none, published."""
    with stores.opened("sqlite", tmp_path / "home") as database:
        office = Office(database, portal)
        for number in range(7):
            agency = ("jyt", "xn", None)[number % 3]
            office.approve(office.write(agency=agency, **document(number)), "wenjian")
        for _ in range(2):
            office.approve(office.write(agency="jyt"), "bumen")
        office.publish()
        yield office


def read(office: Office, path: str) -> Any:
    return lxml.html.document_fromstring(Path(office.site, path.lstrip("/")).read_text(encoding="utf-8"))


def test_the_directory_names_every_document_with_its_fields_and_nothing_else(office: Office) -> None:
    page = read(office, "/directory/index.html")
    assert "共 7 条" in page.text_content()
    pages = [read(office, f"/directory/page-{number}.html") for number in (4, 3, 2, 1)]
    titles = [str(one) for page in pages for one in page.xpath("//ol[@class='gkml']//h2/a/text()")]
    assert titles == [f"关于第{number}件事的通知" for number in (6, 5, 4, 3, 2, 1, 0)]
    first = page.xpath("//ol[@class='gkml']/li")[0]
    facts = dict(
        zip(first.xpath(".//dt/text()"), [dd.text_content() for dd in first.xpath(".//dd")], strict=True)
    )
    assert facts == {
        "索引号": "015/2026-6",
        "发文字号": "样政办〔2026〕6号",
        "发布机构": "样例省人民政府办公厅",
        "成文日期": "2024-10-07",
    }
    assert first.xpath(".//time/@datetime")[0] == "2026-11-05T11:00:00+08:00"
    assert first.xpath("./p/text()") == ["正文。"]
    filters = {str(nav.get("aria-label")): nav.xpath(".//a/text()") for nav in page.xpath("//aside/nav")}
    assert filters == {
        "按发布机构": ["样例省教育厅", "样例省人民政府办公厅", "样例市人民政府"],
        "按主题分类": ["能源", "教育"],
        "按成文年份": ["2026 年", "2025 年", "2024 年"],
    }
    for link in page.xpath("//aside//a/@href"):
        assert Path(office.site, str(link).lstrip("/"), "index.html").is_file()


def test_the_data_says_what_the_pages_say(office: Office) -> None:
    told = json.loads(Path(office.site, "directory/data/2026-11.json").read_text(encoding="utf-8"))
    raw = Path(office.site, "directory/data/2026-11.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert [row["名称"] for row in rows] == [one["title"] for one in told]
    assert [one["doc_number"] for one in told] == [f"样政办〔2026〕{number}号" for number in range(7)]
    assert told[0]["address"] == f"https://www.example.gov.cn{office.path_of(1)}"
    index = json.loads(Path(office.site, "directory/data/index.json").read_text(encoding="utf-8"))
    assert [one["month"] for one in index["files"]] == ["2026-11"]


def test_no_cell_of_the_csv_is_a_formula(office: Office) -> None:
    office.approve(office.write(**document(8, title="=HYPERLINK(1)")), "wenjian")
    office.publish()
    raw = Path(office.site, "directory/data/2026-11.csv").read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK(1)" in raw


def test_each_agency_has_a_page_and_feeds_of_its_newest(office: Office) -> None:
    page = read(office, "/agencies/jyt/index.html")
    assert [str(one) for one in page.xpath("//ul[@class='list rows']//a/text()")][:2] == [
        "第9条信息",
        "第8条信息",
    ]
    for name in ("feed.atom", "feed.rss", "feed.json"):
        assert "第9条信息" in Path(office.site, "agencies/jyt", name).read_text(encoding="utf-8")
    assert "/agencies/jyt/" in read(office, "/columns/index.html").xpath("//section[@id='agencies']//a/@href")
    for number in (2, 5):  # the items of the 样例市
        office.decide(number, "withdraw")
    office.publish()
    assert not Path(office.site, "agencies/xn").exists()
    assert not Path(office.site, "zh-hant/agencies/xn").exists()
    assert not Path(office.site, "directory/agency/xn").exists()
    assert "/agencies/xn/" not in read(office, "/columns/index.html").xpath("//a/@href")


def test_many_agencies_have_a_roll_of_pages(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roll, "ROOM", 1)
    office.publish(full=True)
    named = read(office, "/columns/index.html").xpath("//section[@id='agencies']//a/@href")
    assert named == ["/agencies/"]
    listed = [
        read(office, path).xpath("//ul[@class='index roll']//a/@href")
        for path in ("/agencies/index.html", "/agencies/2.html", "/zh-hant/agencies/2.html")
    ]
    assert listed == [["/agencies/jyt/"], ["/agencies/xn/"], ["/zh-hant/agencies/xn/"]]
    assert "/agencies/2.html" in read(office, "/agencies/index.html").xpath("//nav[@class='pager']/a/@href")
    assert "/agencies/2.html<" in Path(office.site, "sitemaps/columns-1.xml").read_text(encoding="utf-8")
    for number in (2, 5):  # the items of the 样例市
        office.decide(number, "withdraw")
    office.publish()
    narrow = read_site(office.site)
    assert not {"/agencies/index.html", "/agencies/2.html", "/zh-hant/agencies/2.html"} & narrow.keys()
    office.publish(full=True)
    assert read_site(office.site) == narrow


def test_a_new_document_changes_the_newest_pages_only(office: Office) -> None:
    before = read_site(office.site)
    office.approve(office.write(agency="jyt", **document(9)), "wenjian")
    office.publish()
    after = read_site(office.site)
    same = [path for path in before if path.startswith("/directory/") and before[path] == after.get(path)]
    assert {"/directory/page-1.html", "/directory/page-2.html", "/directory/page-3.html"} <= set(same)
    assert "/directory/agency/xn/index.html" in same


def test_an_altered_document_is_taken_out_and_named(office: Office) -> None:
    office.run("UPDATE revisions SET form = replace(form, '第3件事', '别的事') WHERE item = 4")
    report = office.publish(full=True)
    assert [line.split(":")[0] for line in report.refused] == ["item 4@1"]
    assert "别的事".encode() not in b"".join(read_site(office.site).values())


ACTS = ("new", "plain", "edit", "strip", "withdraw", "return")
act = st.tuples(st.sampled_from(ACTS), st.integers(0, 12))


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(st.lists(act, min_size=1, max_size=3), min_size=2, max_size=4))
def test_whatever_happens_a_narrow_release_is_a_full_one(
    story: list[list[tuple[str, int]]],
    tmp_path_factory: pytest.TempPathFactory,
    portal: Portal,
    stores: Stores,
) -> None:
    home = tmp_path_factory.mktemp("office")
    with stores.opened("sqlite", home) as database:
        office = Office(database, portal)
        for number in range(5):
            office.approve(office.write(agency=("jyt", "xn")[number % 2], **document(number)), "wenjian")
        for key in ("bumen", "diqu"):
            office.approve(office.write(), key)
        office.publish()
        for day in story:
            for name, number in day:
                _act(office, name, number % len(office.numbers) + 1)
            office.publish()
            assert verify_site(database, home, deep=True) == []
            hold_to_a_full_one(office)


def _act(office: Office, name: str, item: int) -> None:
    query = "SELECT state, column_key FROM reviews WHERE item = :item ORDER BY revision DESC LIMIT 1"
    with office.database.read() as connection:
        state, column = connection.execute(text(query), {"item": item}).one()
    if name in ("new", "plain"):
        values = document(len(office.numbers)) if name == "new" else {}
        office.approve(office.write(agency="xn" if item % 2 else None, **values), "wenjian")
    elif name in ("edit", "strip") and state == "approved":
        office.write(item, **(document(item + 1) if name == "edit" else {}))
        office.approve(item, column)
    elif name == "withdraw" and state == "approved":
        office.decide(item, "withdraw")
    elif name == "return" and state == "withdrawn":
        office.decide(item, "reopen")
        office.approve(item, column)


subjects = st.sampled_from(["能源", "教育", None])
documents = st.lists(st.tuples(st.integers(0, 30), subjects), unique_by=lambda one: one[0])


@given(first=documents, second=documents, edited=st.sets(st.integers(0, 30), max_size=2))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_that_are_not_laid_out_are_as_they_were(
    first: list[tuple[int, str | None]],
    second: list[tuple[int, str | None]],
    edited: set[int],
    portal: Portal,
) -> None:
    site = see_site(portal)
    before, after = (
        [Filing(n, n, None, topic, "2026", "2026-11") for n, topic in rows] for rows in (first, second)
    )
    touched = {one.item for one in {*before} ^ {*after}} | edited
    was, now = fill_directory(before, site), fill_directory(after, site)
    changed = fill_directory(after, site, before, touched)
    assert changed.counts == now.counts
    for drawer, stack in now.drawers.items():
        pages = changed.drawers[drawer].pages if drawer in changed.drawers else {}
        for number, items in stack.pages.items():
            old = was.drawers[drawer].pages.get(number) if drawer in was.drawers else None
            assert number in pages or (items == old and not touched & set(items))
    paths = _list_all(now.counts)
    assert set(changed.vanished) == (_list_all(was.counts) - paths) | _list_gone(was.months, now.months)


def _list_all(counts: Any) -> set[str]:
    return {path for drawer, count in counts.items() for path in directory.list_paths(drawer, count)}


def _list_gone(was: Any, now: Any) -> set[str]:
    return {path for month in was.keys() - now.keys() for path in directory.name_data(month)}


def test_a_drawer_keeps_its_address_whatever_it_is_called() -> None:
    assert Drawer("subject", "abc", "能源") == Drawer("subject", "abc", "能源、电力")
    assert Drawer("subject", "abc", "能源").page(3) == "/directory/subject/abc/page-3.html"
