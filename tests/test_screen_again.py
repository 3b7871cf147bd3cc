"""Findings dealt with one by one, false alarms allowed, and everything screened again when a list changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from office import Office

from errors import NotAllowed, UserFault
from pipelines.allowing import find_allowed
from pipelines.intake import Intake
from pipelines.messages import PageRead
from pipelines.rescreen import screen_stored
from portal import Portal
from sample import BODY, NOW
from sources import Sources
from store.allowances import end_allowance, list_allowances, make_allowance
from store.clearing import clear_finding, recall_finding
from store.database import Database
from store.log import verify_chain
from store.moves import Actor, Wish
from store.reviews import Desk, decide
from wordlists import Listed, Lists

MakePage = Callable[..., PageRead]
ANN = Actor("ann", frozenset({"editor"}))
BO = Actor("bo", frozenset({"editor"}))
CHI = Actor("chi", frozenset({"chief"}))
TEXT = "检查组沿雪线条约路检查绿色通道。" + BODY


@pytest.fixture
def desk(portal: Portal) -> Desk:
    return Desk({one.key: one.reviews for one in portal.columns}, timedelta())


@pytest.fixture
def screen(database: Database, portal: Portal, sources: Sources) -> Iterator[Callable[..., Any]]:
    """Change the lists, and screen again."""

    def run(*words: Listed, version: str = "b") -> Any:
        portal.screen.__dict__["_loaded"] = Lists(words=words, version=version)
        return screen_stored(database, portal, sources, NOW + timedelta(hours=1))

    yield run
    portal.screen.__dict__.pop("_loaded", None)


def _word(level: str, word: str = "雪线条约") -> Listed:
    return Listed(word, "词表", level)


def _findings(database: Database) -> list[Any]:
    with database.read() as connection:
        query = "SELECT id, level, list_version, cleared_by_log FROM findings WHERE rule = 'word' ORDER BY id"
        return list(connection.exec_driver_sql(query))


def _approve(database: Database, desk: Desk, actor: Actor = ANN, reason: str | None = None) -> str:
    with database.write() as connection:
        return decide(connection, 1, 1, Wish("approve", "bumen", reason), actor, desk, NOW).to_state


def test_each_confirm_is_confirmed_and_logged_before_an_approval(
    intake: Intake, database: Database, make_page: MakePage, desk: Desk, screen: Callable[..., Any]
) -> None:
    intake.take([make_page(text=TEXT)])
    screen(_word("confirm"), _word("confirm", "绿色通道"))
    one, other = _findings(database)
    with pytest.raises(NotAllowed, match="2 finding"):
        _approve(database, desk, reason="看过")
    with database.write() as connection:
        clear_finding(connection, 1, 1, one.id, "", ANN, NOW)
    with pytest.raises(NotAllowed, match="1 finding"):
        _approve(database, desk)
    with database.write() as connection:
        clear_finding(connection, 1, 1, other.id, "", ANN, NOW)
        recall_finding(connection, 1, 1, other.id, ANN, NOW)
        clear_finding(connection, 1, 1, other.id, "", ANN, NOW)
    assert _approve(database, desk) == "approved"
    with database.read() as connection:
        query = "SELECT action FROM log WHERE item = 1 AND to_state IS NULL ORDER BY seq"
        actions = [row.action for row in connection.exec_driver_sql(query)]
        verify_chain(connection, [])
    assert actions == ["confirm", "confirm", "unconfirm", "confirm"]


def test_a_block_is_cleared_by_a_chief_with_a_reason_and_still_needs_two(
    intake: Intake, database: Database, make_page: MakePage, desk: Desk, screen: Callable[..., Any]
) -> None:
    intake.take([make_page(text=TEXT)])
    screen(_word("block"))
    (one,) = _findings(database)
    with database.write() as connection:
        with pytest.raises(NotAllowed, match="chief"):
            clear_finding(connection, 1, 1, one.id, "看过", ANN, NOW)
        with pytest.raises(UserFault, match="reason"):
            clear_finding(connection, 1, 1, one.id, " ", CHI, NOW)
        clear_finding(connection, 1, 1, one.id, "路名", CHI, NOW)
    assert _approve(database, desk) == "second"
    assert _approve(database, desk, BO) == "approved"


def test_a_changed_list_takes_a_page_down_by_a_block_and_queues_a_confirm(
    database: Database, portal: Portal, sources: Sources, screen: Callable[..., Any]
) -> None:
    office = Office(database, portal)
    office.approve(office.write(title="绿色通道开通", html="<p>绿色通道。</p>"))
    office.approve(office.write(title="雪线条约路开通", html="<p>通车。</p>"))
    office.publish()
    pages = [office.page_of(1), office.page_of(2)]
    done = screen(_word("confirm", "绿色通道"), _word("block"))
    assert {(one.item, one.public, one.found.level) for one in done.raised} == {
        (1, True, "confirm"),
        (2, True, "block"),
    }
    report = office.publish()
    assert pages[0].exists()
    assert not pages[1].exists() or "雪线条约" not in pages[1].read_text(encoding="utf-8")
    assert [text for text in report.refused if text.startswith("item 2@1")]
    assert screen(_word("confirm", "绿色通道"), _word("block")).looked == 0


def test_a_clearing_carries_over_to_another_list_and_not_to_a_graver_level(
    intake: Intake, database: Database, make_page: MakePage, desk: Desk, screen: Callable[..., Any]
) -> None:
    intake.take([make_page(text=TEXT)])
    screen(_word("confirm"))
    (one,) = _findings(database)
    with database.write() as connection:
        clear_finding(connection, 1, 1, one.id, "", ANN, NOW)
    _approve(database, desk)
    assert screen(_word("confirm"), _word("note", "别的词"), version="c").raised == ()
    (again,) = _findings(database)
    assert again.cleared_by_log is not None
    assert again.list_version.endswith("-c")
    (raised,) = screen(_word("block"), version="d").raised
    assert raised.found.level == "block"
    assert [row.level for row in _findings(database)] == ["confirm", "block"]


def test_a_word_that_left_the_list_is_found_no_longer(
    intake: Intake, database: Database, make_page: MakePage, screen: Callable[..., Any]
) -> None:
    intake.take([make_page(text=TEXT)])
    screen(_word("block"))
    assert len(_findings(database)) == 1
    screen(version="c")
    assert _findings(database) == []


def test_an_allowed_phrase_is_cleared_now_and_later_and_no_more_when_it_ends(
    intake: Intake, database: Database, make_page: MakePage, portal: Portal, screen: Callable[..., Any]
) -> None:
    intake.take([make_page(text=TEXT)])
    screen(_word("block"))
    with database.write() as connection:
        with pytest.raises(NotAllowed, match="chief"):
            make_allowance(connection, "word", "雪线条约路", "路名", ANN, find_allowed, NOW)
        with pytest.raises(UserFault, match="reason"):
            make_allowance(connection, "word", "雪线条约路", "", CHI, find_allowed, NOW)
        made, count = make_allowance(connection, "word", "雪线条约路", "路名", CHI, find_allowed, NOW)
    assert count == 1
    intake.take(
        [
            make_page(
                address="http://jyt.example.gov.cn/dt/2.html", title="甲", text=f"雪线条约路。{BODY}二"
            ),
            make_page(
                address="http://jyt.example.gov.cn/dt/3.html", title="乙", text=f"雪线条约好。{BODY}三"
            ),
        ]
    )
    assert [row.cleared_by_log is not None for row in _findings(database)] == [True, True, False]
    with database.write() as connection:
        assert end_allowance(connection, made.id, "路改名了", CHI, NOW) == 2
        assert list_allowances(connection) == []
    assert {one.item for one in screen(_word("block")).raised} == {1, 2}
    with database.read() as connection:
        query = "SELECT action FROM log WHERE action IN ('allow', 'disallow') ORDER BY seq"
        assert [row.action for row in connection.exec_driver_sql(query)] == ["allow", "disallow"]


def test_a_stopped_screening_goes_on_and_masked_notes_stay(
    intake: Intake, database: Database, make_page: MakePage, screen: Callable[..., Any]
) -> None:
    intake.take([make_page(text=f"电话13800111234。{TEXT}")])
    screen(_word("confirm"))
    with database.read() as connection:
        rules = {row.rule for row in connection.exec_driver_sql("SELECT rule FROM findings")}
    assert rules == {"masked", "word"}
