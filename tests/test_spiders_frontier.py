"""Which rows are fetched, and when a walk over list pages goes on: decisions on what is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reading.page import Image, Reading, Row
from spiders.frontier import (
    choose_due,
    choose_rows,
    decide_step,
    find_gap,
    is_front_page,
    order_wants,
    tidy_rows,
)
from spiders.parts import join_parts
from store.known import KnownAddress, KnownList

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
LIST = "http://a.example/list/"


def known(
    address: str = "http://a.example/1.html",
    item: int | None = 1,
    title: str | None = "标题",
    date: str | None = "2026-11-01",
    next_check: datetime | None = None,
) -> KnownAddress:
    return KnownAddress(address, 1, item, title, date, next_check, 0, None, None)


def row(url: str = "http://a.example/1.html", title: str = "标题", date: str | None = "2026-11-01") -> Row:
    return Row(title, url, date)


def page(next_page: str | None) -> KnownList:
    return KnownList("d", None, None, 20, None, next_page, NOW)


@pytest.mark.parametrize(
    ("seen", "cause"),
    [
        (None, "new"),
        (known(), None),
        (known(title="别的标题"), "changed"),
        (known(date="2026-10-01"), "changed"),
        (known(title=None, date=None), None),  # another source brought it: this list only shows it too
        (known(item=None), "unread"),
        (known(item=None, next_check=NOW - timedelta(days=1)), "unread"),
        (known(item=None, next_check=NOW + timedelta(days=1)), None),  # failed: not each night
    ],
)
def test_a_row_is_fetched_when_it_is_unknown_changed_or_still_unread(
    seen: KnownAddress | None, cause: str | None
) -> None:
    table = {seen.address: seen} if seen is not None else {}
    chosen = choose_rows([row()], table, NOW)
    assert [want.cause for want in chosen] == ([cause] if cause else [])


def test_one_address_is_wanted_once_new_ones_first_and_in_row_order() -> None:
    new = choose_rows([row(f"http://a.example/{number}.html") for number in (3, 1, 2)], {}, NOW)
    due = choose_due([known("http://a.example/9.html"), known("http://a.example/1.html", item=None)])
    ordered = order_wants((*due, *new))
    assert [want.address[-6] for want in ordered] == ["3", "1", "2", "9"]
    assert [want.cause for want in ordered] == ["new", "new", "new", "recheck"]


def test_rows_are_told_by_their_canonical_address() -> None:
    rows = [row("HTTP://A.example:80/x.html#top"), row("http://a.example/x.html", "又一次"), row("ftp://x/")]
    assert [(each.url, each.title) for each in tidy_rows(rows)] == [("http://a.example/x.html", "标题")]


@pytest.mark.parametrize(
    ("next_page", "fresh", "walked", "stop"),
    [
        (None, True, [LIST], "end"),
        (LIST + "2", True, [LIST], None),
        (LIST + "2", False, [LIST], "known"),
        (LIST, True, [LIST, LIST + "2"], "cycle"),
        ("http://b.example/2", True, [LIST], "elsewhere"),
        (LIST + "4", True, [LIST, LIST + "2", LIST + "3"], "budget"),
    ],
)
def test_the_page_is_turned_while_it_shows_something_new(
    next_page: str | None, fresh: bool, walked: list[str], stop: str | None
) -> None:
    step = decide_step(LIST, next_page, fresh, walked, limit=3)
    assert step.stop == stop
    assert step.address == (next_page if stop is None else None)


def test_a_walk_that_was_broken_off_is_taken_up_where_it_stood() -> None:
    pages = {f"{LIST}{number}": page(f"{LIST}{number + 1}") for number in range(2, 6)}
    assert find_gap(f"{LIST}2", pages.get, [], limit=20) == f"{LIST}6"
    assert find_gap(f"{LIST}2", pages.get, [], limit=4) is None  # as many pages as the budget: it was capped
    assert find_gap(None, pages.get, [], limit=20) is None
    circle = {f"{LIST}2": page(f"{LIST}3"), f"{LIST}3": page(f"{LIST}2")}
    assert find_gap(f"{LIST}2", circle.get, [], limit=20) is None


@pytest.mark.parametrize(
    ("asked", "answered", "gone"),
    [
        ("http://a.example/art/1.html", "http://a.example/", True),
        ("http://a.example/art/1.html", "http://a.example/index.html", True),
        ("http://a.example/art/1.html", "http://a.example/art/1.shtml", False),
        ("http://a.example/", "http://a.example/", False),
        ("http://a.example/?id=3", "http://a.example/", False),
    ],
)
def test_a_redirect_to_the_front_page_is_a_page_that_is_gone(asked: str, answered: str, gone: bool) -> None:
    assert is_front_page(asked, answered) is gone


def test_the_pages_of_one_article_become_one_reading() -> None:
    seal = Image("http://a.example/seal.png", "印章")
    first = Reading("http://a.example/1.html", "标题", text="一", html="<p>一</p>", images=(seal,))
    second = Reading("http://a.example/1_1.html", "标题（2）", text="二", html="<p>二</p>", images=(seal,))
    whole = join_parts([first, second])
    assert (whole.title, whole.text, whole.html) == ("标题", "一\n二", "<p>一</p>\n<p>二</p>")
    assert whole.images == (seal,)
    assert not whole.doubts
    (doubt,) = join_parts([first, second], missing="http://a.example/1_2.html").doubts
    assert doubt.field == "body"
    assert "第 3 页" in doubt.word
