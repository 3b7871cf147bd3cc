"""三审: where a column asks for three persons, three pass it in turn, and the last one is a chief editor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import make_office

from errors import NotAllowed
from pipelines.intake import Intake
from portal import load_portal
from sample import PORTAL
from sources import Sources
from store.accounts import add_account, find_actor
from store.database import Database
from store.desk import find_standing
from store.log import list_heads, verify_chain
from store.moves import Wish
from store.past import PastRelease, read_past_gate
from store.reviews import Decided, Desk, decide, undo_approval

DESK = Desk({"bumen": 1, "renshi": 3}, timedelta(minutes=5))


@pytest.fixture
def act(
    database: Database, intake: Intake, make_page: Callable[..., Any], now: datetime
) -> Callable[..., Decided]:
    """Decide about one item as somebody; `dou` is a second chief editor."""
    intake.take([make_page()])
    with database.write() as connection:
        add_account(connection, "dou", ["chief"], None, now)

    def decide_as(who: str, action: str = "approve", column: str | None = "renshi", **wish: Any) -> Decided:
        with database.write() as connection:
            actor = find_actor(connection, who)
            if action == "undo":
                return undo_approval(connection, 1, 1, actor, now)
            return decide(connection, 1, 1, Wish(action, column, **wish), actor, DESK, now)

    return decide_as


def test_three_persons_in_turn_the_last_a_chief(act: Callable[..., Decided], database: Database) -> None:
    assert act("ann").to_state == "second"
    with pytest.raises(NotAllowed, match="another person"):
        act("ann")
    assert act("bo").to_state == "second"
    for who in ("ann", "bo"):
        with pytest.raises(NotAllowed, match="another person"):
            act(who)
    with database.read() as connection:
        assert find_standing(connection, 1, 1).passes == ("ann", "bo")
    assert act("chi").to_state == "approved"
    with database.read() as connection:
        verify_chain(connection, list_heads(connection))


def test_an_editor_does_not_do_the_last_review(
    act: Callable[..., Decided], database: Database, now: datetime
) -> None:
    with database.write() as connection:
        add_account(connection, "eve", ["editor"], None, now)
    act("chi")
    act("ann")
    with pytest.raises(NotAllowed, match="chief"):
        act("eve")
    assert act("dou").to_state == "approved"


def test_each_pass_is_taken_back_by_its_own_person(act: Callable[..., Decided], database: Database) -> None:
    act("ann")
    act("bo")
    act("chi")
    assert act("chi", "undo").to_state == "second"
    with pytest.raises(NotAllowed, match="bo approved it"):
        act("ann", "undo")
    assert act("bo", "undo").to_state == "second"
    with database.read() as connection:
        assert find_standing(connection, 1, 1).passes == ("ann",)
    assert act("ann", "undo").to_state == "waiting"
    with database.read() as connection:
        assert find_standing(connection, 1, 1).passes == ()


def test_a_round_begins_anew_after_it_was_held(act: Callable[..., Decided]) -> None:
    act("ann")
    act("bo", "hold")
    act("bo", "reopen")
    assert act("ann").to_state == "second"
    assert act("bo").to_state == "second"
    assert act("dou").to_state == "approved"


def test_an_approval_may_name_its_moment(act: Callable[..., Decided], now: datetime) -> None:
    for moment in (now - timedelta(hours=1), now + timedelta(days=400)):
        with pytest.raises(NotAllowed, match="the moment to release it"):
            act("ann", column="bumen", release_at=moment)
    tomorrow = now + timedelta(days=1)
    assert act("ann", column="bumen", release_at=tomorrow).release_after == tomorrow


def test_a_named_moment_is_never_before_the_hold_is_over(act: Callable[..., Decided], now: datetime) -> None:
    done = act("ann", column="bumen", release_at=now + timedelta(minutes=1))
    assert done.release_after == now + DESK.hold


def test_the_desk_says_which_review_comes_next(
    database: Database, intake: Intake, make_page: Callable[..., Any], sources: Sources, tmp_path: Path
) -> None:
    path = tmp_path / "three.yaml"
    path.write_text(PORTAL.replace("reviews: 2", "reviews: 3"), encoding="utf-8")
    office = make_office(database, load_portal(path), sources)
    intake.take([make_page(title="关于干部任免的通知")])

    def approve(who: str, version: int) -> str:
        answer = office.post(office.client(who), "/decide", action="approve", which=f"1@1:{version}")
        return str(answer.get_json()["told"])

    assert "要三审，最后一审是主编" in office.client("ann").get("/items/1@1").text
    assert "一审通过，等另一位编辑二审" in approve("ann", 1)
    assert "二审通过，等主编终审" in approve("bo", 2)
    assert "三审的最后一审由主编来审" in approve("as-editor", 3)
    assert "<b>二审</b>：bo" in office.client("chi").get("/").text
    assert "已通过" in approve("chi", 3)


def test_the_past_names_all_who_passed_it_and_nobody_who_took_it_back(
    act: Callable[..., Decided], database: Database
) -> None:
    act("ann")
    act("bo")
    act("chi", at_once=True)
    act("chi", "undo")
    seq = act("dou", at_once=True).seq
    with database.read() as connection:
        release = PastRelease(1, "9999-12-31T00:00:00.000000Z", seq)
        assert read_past_gate(connection, release, timedelta())[1].by == ("ann", "bo", "dou")
