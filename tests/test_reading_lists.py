"""List pages in the shapes that real systems make: each saved page gives exactly the rows beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from errors import ReadingError
from reading.families.known import FAMILIES
from reading.listing import read_list
from reading.page import Hints, JsonPaths, Page, Paging

PAGES = Path(__file__).parent / "pages" / "lists"
FETCHED = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
ANSWERS = sorted(PAGES.glob("*.json"))


def load(name: str) -> tuple[Page, dict[str, Any]]:
    """A saved page and what it must give."""
    answer = json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))
    file = next(path for path in PAGES.glob(f"{name}.*") if path.suffix != ".json")
    return Page(file.read_bytes(), answer["url"], FETCHED), answer


def hint(answer: dict[str, Any]) -> Hints:
    """What ops would have written for a page."""
    told = dict(answer.get("hints", {}))
    paging = told.pop("paging", None)
    return Hints(
        selectors=answer.get("selectors", {}),
        paths=JsonPaths(**told.pop("paths", {})),
        paging=Paging(**paging) if paging else None,
        under=tuple(told.pop("under", ())),
        **told,
    )


@pytest.mark.parametrize("name", [path.stem for path in ANSWERS])
def test_a_saved_list_gives_its_rows(name: str) -> None:
    page, answer = load(name)
    read = read_list(page, hint(answer))
    assert [[row.title, row.url, row.date] for row in read.rows] == answer["rows"]
    for field in ("status", "next", "promised", "pages", "family", "cut"):
        if field in answer:
            assert getattr(read, field) == answer[field], field
    assert list(read.parts) == answer.get("parts", [])
    assert [list(field) for field in read.form or ()] == answer.get("form", [])
    assert read.url == answer["url"]


def test_every_saved_list_has_its_answer() -> None:
    pages = {path.stem for path in PAGES.iterdir() if path.suffix != ".json"}
    assert pages == {path.stem for path in ANSWERS}


def test_every_family_with_lists_has_one() -> None:
    families = {json.loads(path.read_text(encoding="utf-8")).get("family") for path in ANSWERS}
    assert {family.name for family in FAMILIES if family.lists is not None} <= families


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("name", ["trs_list", "table_two_dates", "jpage_page", "empty_by_word"])
def test_the_charset_changes_nothing(name: str, charset: str) -> None:
    page, answer = load(name)
    text = page.raw.decode("utf-8").replace('charset="utf-8"', f'charset="{charset.removesuffix("-sig")}"')
    read = read_list(Page(text.encode(charset), page.url, FETCHED))
    assert [[row.title, row.url, row.date] for row in read.rows] == answer["rows"]
    assert read.status == answer["status"]


@pytest.mark.parametrize(("name", "kind"), [("rss", "feed"), ("jpage_answer", "jpage"), ("trs_list", "html")])
def test_a_kind_given_by_ops_reads_the_same(name: str, kind: str) -> None:
    page, _ = load(name)
    assert read_list(page, Hints(kind=kind)) == read_list(page)


def test_a_feed_that_is_none_says_so() -> None:
    read = read_list(
        Page(b"<html><body><p>x</p></body></html>", "https://a.example/", FETCHED), Hints(kind="feed")
    )
    assert (read.rows, read.status) == ((), "no_rows")


def test_a_feed_never_opens_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret.xml"
    file.write_text("<rss><channel><item><title>secret</title><link>/x</link></item></channel></rss>")
    read = read_list(Page(str(file).encode(), "https://a.example/", FETCHED), Hints(kind="feed"))
    assert read.rows == ()


def test_a_selector_that_is_none_is_named() -> None:
    page, _ = load("trs_list")
    with pytest.raises(ReadingError, match="CSS selector"):
        read_list(page, Hints(selectors={"rows": "li:::"}))


def test_selectors_that_match_nothing_give_no_other_rows() -> None:
    page, _ = load("trs_list")
    read = read_list(page, Hints(selectors={"rows": "div.moved li"}))
    assert read.rows == ()
    assert read.status != "ok"


def test_the_next_page_never_leads_to_another_host() -> None:
    page, _ = load("counted_down")
    raw = page.raw.replace(b"list_41.html", b"https://elsewhere.example/list_41.html")
    assert read_list(Page(raw, page.url, FETCHED)).next is None


def test_a_count_that_cannot_be_the_rows_is_not_promised() -> None:
    page, _ = load("counted_down")
    fewer = page.raw.replace("共 168 条".encode(), "共 2 条".encode())
    assert read_list(Page(fewer, page.url, FETCHED)).promised is None
