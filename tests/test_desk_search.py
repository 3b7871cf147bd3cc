"""Looking for anything stored: two characters, numbers in any brackets, by agency, column, date and state."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from desks import Office, make_office
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from stores import lift_guards

from errors import StoreError
from pipelines.intake import Intake
from portal import Portal
from sample import BODY
from sources import Sources
from store.accounts import find_actor
from store.database import Database
from store.moves import Wish
from store.reviews import Desk, decide
from store.search import Question, catch_up, count_missing, search
from store.tokens import ask, cut

DESK = Desk({"bumen": 1, "diqu": 1, "tongzhi": 1, "renshi": 2}, timedelta())
NUMBER = "青政办〔2005〕116号"


@pytest.fixture
def filled(database: Database, intake: Intake, make_page: Callable[..., Any]) -> Database:
    """Four items: one with a number, one of another agency, two more of the first."""
    intake.take(
        [
            make_page(
                title="关于门户网站内容保障的通知", text=f"{NUMBER}。政务公开。" + BODY, doc_number=NUMBER
            ),
            make_page(
                address="http://xn.example.gov.cn/yw/2.html",
                source="xn-dt",
                title="样例市开展植树活动",
                text="植树。" + BODY.replace("教育", "林业"),
                published="2026-10-01",
            ),
            make_page(
                address="http://jyt.example.gov.cn/dt/3.html",
                title="关于 Windows 系统的说明",
                text="三。" + BODY,
            ),
            make_page(
                address="http://jyt.example.gov.cn/dt/4.html",
                title="任免四",
                html="<p>任<b>免</b>名单</p><p>如下</p>",
                text="任免名单如下",
            ),
        ]
    )
    catch_up(database)
    return database


def find(database: Database, most: int = 50, **asked: Any) -> list[int]:
    with database.read() as connection:
        return list(search(database, connection, Question(**asked), most).revisions)


@pytest.mark.parametrize(
    "words",
    [
        "政务",
        "通知",
        "门户网站",
        NUMBER,
        "青政办[2005]116号",
        "青政办（2005）116",
        "２００５ 116号",
        "教育厅 通知",
    ],
)
def test_two_characters_and_numbers_in_any_brackets(filled: Database, words: str) -> None:
    assert find(filled, words=words) == [1]


def test_words_are_found_as_they_stand(filled: Database) -> None:
    assert find(filled, words="植树") == [2]
    assert find(filled, words="任免名单") == [4]  # through the markup
    assert find(filled, words="名单如下") == []  # not across a paragraph
    assert find(filled, words="windows") == find(filled, words="WINDOW") == [3]
    assert find(filled, words="号政务") == []  # not across a sentence
    assert find(filled, words="，。！") == []
    assert find(filled, words='" OR 1 * NEAR(') == []
    assert find(filled, words="查") == [3, 2, 1]


def test_by_agency_column_date_and_state(filled: Database, now: datetime) -> None:
    assert find(filled) == [4, 3, 2, 1]
    assert find(filled, agency="xn") == find(filled, column="diqu") == find(filled, until="2026-10-31") == [2]
    assert find(filled, since="2026-10-01", until="2026-10-01") == [2]
    assert find(filled, words="检查", agency="jyt") == [3, 1]
    assert find(filled, columns=frozenset({"diqu"})) == [2]
    with filled.write() as connection:
        decide(connection, 2, 1, Wish("approve"), find_actor(connection, "ann"), DESK, now)
    assert find(filled, state="approved") == [2]
    assert find(filled, words="植树", state="waiting") == []


def test_page_by_page_gives_everything_once(filled: Database) -> None:
    pages, before = [], None
    while some := find(filled, most=1, before=before):
        pages += some
        before = some[-1]
    assert pages == [4, 3, 2, 1]


def test_a_new_revision_stands_for_its_item_and_the_old_one_is_found_as_such(
    filled: Database, intake: Intake, make_page: Callable[..., Any]
) -> None:
    assert count_missing(filled) == 0
    intake.take([make_page(title="关于门户网站内容保障的补充通知", text="全新的文字。" + BODY)])
    assert count_missing(filled) == 1
    assert catch_up(filled, 1) == 0
    assert find(filled, words="门户网站") == [5]
    assert find(filled, words="政务公开", state="superseded") == [1]
    assert find(filled, words="政务公开") == []


def test_an_index_of_another_database_is_made_anew(filled: Database) -> None:
    with filled.write() as connection:
        lift_guards(connection, "revisions")
        connection.execute(text("UPDATE revisions SET hash = 'x' WHERE id = 4"))
    assert catch_up(filled) == 0
    assert find(filled, words="植树") == [2]
    (filled.home / "search.sqlite").unlink()
    assert find(filled, words="植树") == []
    assert catch_up(filled) == 0
    assert find(filled, words="植树") == [2]


def test_several_may_catch_up_at_once(filled: Database) -> None:
    """The desk's own keeper, and whoever looks for something just then."""
    (filled.home / "search.sqlite").unlink()
    faults: list[BaseException] = []

    def run() -> None:
        try:
            for _ in range(5):
                catch_up(filled, 1)
        except StoreError as error:
            faults.append(error)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert find(filled) == [4, 3, 2, 1]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.text(max_size=12))
@example("省政府〔2026〕5号文件", "〔2026〕5号")
def test_whatever_stands_in_a_text_is_found_by_its_own_words(around: str, words: str) -> None:
    """Its tokens stand one behind the other, whatever stands before and after."""
    wanted = [token for token in cut(words) if token != "。"]
    assert (ask(words.replace(" ", "")) is None) == (not wanted)
    inside = cut(words)
    whole = cut(f"{around}\n{words}\n{around}")
    assert any(whole[at : at + len(inside)] == inside for at in range(len(whole)))


def test_on_the_page(database: Database, portal: Portal, sources: Sources, filled: Database) -> None:
    office: Office = make_office(database, portal, sources)
    client = office.client("ann")
    page = client.get("/search?q=政务").text
    assert "关于门户网站内容保障的通知" in page
    assert "植树" not in page
    assert "没有找到" in client.get("/search?q=%25").text
    assert "没有找到" in client.get("/search?state=held").text
    assert "样例市开展植树活动" in client.get("/search?agency=xn&state=nonsense&since=x&before=").text
    assert client.get("/search?before=" + "9" * 40).status_code == 200
