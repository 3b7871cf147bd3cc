"""三审: where a column asks for three persons, three pass it in turn, and the last one is a chief editor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from errors import NotAllowed
from pipelines.intake import Intake
from store.accounts import add_account, find_actor
from store.database import Database
from store.desk import find_standing
from store.log import list_heads, verify_chain
from store.moves import Wish
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
