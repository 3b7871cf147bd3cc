"""Who may decide what: one person's decision, the second person, findings, undo, and races."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from errors import CaibianError, NotAllowed, NotFound, Stale
from pipelines.intake import Intake
from pipelines.messages import PageRead
from store.accounts import find_actor
from store.database import Database
from store.log import read_head, verify_chain
from store.moves import LEGAL, Wish
from store.queue import walk_waiting
from store.reviews import Decided, Desk, decide, undo_approval
from store.tables import log

DESK = Desk({"bumen": 1, "diqu": 1, "tongzhi": 1, "renshi": 2}, timedelta(minutes=5))


@pytest.fixture
def act(database: Database, now: datetime) -> Callable[..., Decided]:
    """Decide as somebody about an item's revision, a minute later each time."""
    clock = [now]

    def decide_as(
        who: str,
        action: str,
        item: int = 1,
        number: int = 1,
        column: str | None = None,
        reason: str | None = None,
    ) -> Decided:
        clock[0] += timedelta(minutes=1)
        with database.write() as connection:
            actor = find_actor(connection, who)
            if action == "undo":
                return undo_approval(connection, item, number, actor, clock[0])
            return decide(connection, item, number, Wish(action, column, reason), actor, DESK, clock[0])

    return decide_as


Act = Callable[..., Decided]
MakePage = Callable[..., PageRead]


@pytest.fixture
def item(intake: Intake, make_page: MakePage) -> int:
    intake.take([make_page()])
    return 1


def _publishable(database: Database) -> list[tuple[int, int, str]]:
    with database.read() as connection:
        rows = connection.execute(text("SELECT item, number, column_key FROM publishable ORDER BY item"))
        return [(row.item, row.number, row.column_key) for row in rows]


def test_an_approval_puts_exactly_that_revision_into_the_view(
    act: Act, item: int, database: Database, now: datetime
) -> None:
    done = act("ann", "approve")
    assert done.to_state == "approved"
    assert done.release_after == now + timedelta(minutes=6)
    assert _publishable(database) == [(1, 1, "bumen")]


def test_the_column_is_the_one_the_person_chose(act: Act, item: int, database: Database) -> None:
    act("ann", "approve", column="tongzhi")
    assert _publishable(database) == [(1, 1, "tongzhi")]
    with database.read() as connection:
        row = connection.execute(select(log).where(log.c.action == "approve")).one()
    assert (row.suggested_column, row.suggested_probability, row.column_key) == ("bumen", 0.8, "tongzhi")


@pytest.mark.parametrize(
    ("who", "action", "options", "why"),
    [
        ("sub", "approve", {}, "no editor"),
        ("ann", "reject", {}, "needs a reason"),
        ("ann", "approve", {"column": "none"}, "is no column"),
        ("ann", "return", {"reason": "x"}, "only what an agency submitted"),
        ("ann", "withdraw", {"reason": "x"}, "it is waiting"),
        ("ann", "reopen", {}, "it is waiting"),
        ("ann", "publish", {}, "is no decision"),
    ],
)
def test_what_is_not_allowed_says_why(
    act: Act, item: int, database: Database, who: str, action: str, options: dict[str, str], why: str
) -> None:
    with pytest.raises(NotAllowed, match=why):
        act(who, action, **options)
    assert _publishable(database) == []


def test_a_revision_that_does_not_exist(act: Act, item: int) -> None:
    with pytest.raises(NotFound):
        act("ann", "approve", number=2)


def test_a_column_of_risk_needs_a_second_person(
    act: Act, intake: Intake, make_page: MakePage, database: Database
) -> None:
    intake.take([make_page(title="样例省关于干部任免的通知")])
    assert act("ann", "approve").to_state == "second"
    assert _publishable(database) == []
    with pytest.raises(NotAllowed, match="another person"):
        act("ann", "approve")
    assert act("bo", "approve").to_state == "approved"
    assert _publishable(database) == [(1, 1, "renshi")]


def test_a_block_needs_a_chief_with_a_reason_and_a_second_person(
    act: Act, intake: Intake, make_page: MakePage, database: Database
) -> None:
    intake.take([make_page(text="机密★1年\n" + "内容" * 60)])
    with pytest.raises(NotAllowed, match="only a chief"):
        act("ann", "approve", reason="看过")
    with pytest.raises(NotAllowed, match="only a chief"):
        act("chi", "approve")
    assert act("chi", "approve", reason="样例文字，不是密件").to_state == "second"
    assert act("ann", "approve").to_state == "approved"
    assert _publishable(database) == [(1, 1, "bumen")]


def test_a_newer_revision_replaces_the_one_that_waits(
    act: Act, item: int, intake: Intake, make_page: MakePage, database: Database
) -> None:
    intake.take([make_page(text="新的内容" * 30)])
    with pytest.raises(Stale, match="1@2 replaced it"):
        act("ann", "approve")
    act("ann", "approve", number=2)
    assert _publishable(database) == [(1, 2, "bumen")]


def test_the_approved_revision_stays_until_a_newer_one_is_approved(
    act: Act, item: int, intake: Intake, make_page: MakePage, database: Database
) -> None:
    act("ann", "approve")
    intake.take([make_page(text="新的内容" * 30)])
    assert _publishable(database) == [(1, 1, "bumen")]
    act("ann", "reject", number=2, reason="原文有误")
    assert _publishable(database) == [(1, 1, "bumen")]
    act("ann", "reopen", number=2)
    act("ann", "approve", number=2)
    assert _publishable(database) == [(1, 2, "bumen")]


def test_an_undo_before_release_restores_what_was(
    act: Act, item: int, intake: Intake, make_page: MakePage, database: Database
) -> None:
    act("ann", "approve")
    intake.take([make_page(text="新的内容" * 30)])
    act("bo", "approve", number=2)
    with pytest.raises(NotAllowed, match="only the one who decided"):
        act("ann", "undo", number=2)
    act("bo", "undo", number=2)
    assert _publishable(database) == [(1, 1, "bumen")]
    with database.read() as connection:
        assert [one.number for one in walk_waiting(connection)] == [2]
        undone = connection.execute(select(log.c.undoes).where(log.c.action == "undo")).scalars().all()
    assert len(undone) == 2


def test_an_undo_after_the_release_is_refused(act: Act, item: int, database: Database, now: datetime) -> None:
    act("ann", "approve")
    with database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO releases (at, log_seq, log_hash, state) "
                "VALUES ('2026-11-05T03:00:00.000000Z', 99, '', 'served')"
            )
        )
    with pytest.raises(NotAllowed, match="withdraw it instead"):
        act("ann", "undo")
    act("ann", "withdraw", reason="原文已更正")
    assert _publishable(database) == []
    act("ann", "reopen")
    act("ann", "approve")
    assert _publishable(database) == [(1, 1, "bumen")]


def test_an_own_item_needs_another_person(database: Database, act: Act, item: int, now: datetime) -> None:
    from store.items import NewRevision, add_item, add_revision
    from store.reviews import open_review

    with database.write() as connection:
        own = add_item(connection, "written", None)
        revision = add_revision(connection, NewRevision(own, {"title": "自写"}, {}, "written", "ann"), now)
        open_review(connection, revision, "bumen", "ann", "terminal", now)
    with pytest.raises(NotAllowed, match="another person must approve"):
        act("ann", "approve", item=own)
    act("bo", "approve", item=own)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reviews SET state = 'approved'",
        "UPDATE reviews SET state = 'approved', release_after = '2020', column_key = 'bumen'",
        "UPDATE items SET public_revision = 1",
    ],
)
def test_a_state_set_by_hand_is_not_published(item: int, database: Database, statement: str) -> None:
    with database.write() as connection:
        connection.execute(text(statement))
        connection.execute(text("UPDATE items SET public_revision = 1"))
    assert _publishable(database) == []


def test_a_block_raised_later_takes_it_out_and_a_confirm_does_not(
    act: Act, item: int, database: Database
) -> None:
    from store.items import Found, add_findings

    act("ann", "approve")
    with database.write() as connection:
        add_findings(connection, 1, [Found("word", "2", "confirm", "body", "词")])
    assert _publishable(database) == [(1, 1, "bumen")]
    with database.write() as connection:
        add_findings(connection, 1, [Found("word", "3", "block", "body", "词")])
    assert _publishable(database) == []


def _race(
    database: Database, intake: Intake, make_page: MakePage, now: datetime, items: int
) -> dict[int, int]:
    """Let four people approve the same item at the same moment, item by item; count each item's log rows."""
    people = ("ann", "bo", "chi", "ann")
    pages = [
        make_page(address=f"http://jyt.example.gov.cn/{n}.html", title=f"第{n}号", text=f"第{n}号的正文" * 20)
        for n in range(items)
    ]
    for start in range(0, items, 100):
        intake.take(pages[start : start + 100])
    start_together = threading.Barrier(len(people))
    won: list[int] = []
    lost: list[CaibianError] = []

    def approve_all(who: str) -> None:
        for item in range(1, items + 1):
            start_together.wait(timeout=60)
            try:
                with database.write() as connection:
                    actor = find_actor(connection, who)
                    decide(connection, item, 1, Wish("approve"), actor, DESK, now)
                won.append(item)
            except (NotAllowed, Stale) as error:
                lost.append(error)

    threads = [threading.Thread(target=approve_all, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == list(range(1, items + 1))
    assert len(lost) == 3 * items
    with database.read() as connection:
        verify_chain(connection, [read_head(connection)])
        approvals = connection.execute(
            select(log.c.item, func.count().label("times"))
            .where(log.c.action == "approve")
            .group_by(log.c.item)
        ).all()
    return {row.item: row.times for row in approvals}


def test_of_racing_approvals_one_wins(
    database: Database, intake: Intake, make_page: MakePage, now: datetime
) -> None:
    """Many approvals at the same moment: one winner and one row in the log for each item."""
    assert _race(database, intake, make_page, now, items=8) == dict.fromkeys(range(1, 9), 1)


@pytest.mark.soak
def test_of_five_hundred_races_each_has_one_winner(
    database: Database, intake: Intake, make_page: MakePage, now: datetime
) -> None:
    assert _race(database, intake, make_page, now, items=500) == dict.fromkeys(range(1, 501), 1)


def test_every_move_in_the_log_is_legal(
    act: Act, item: int, intake: Intake, make_page: MakePage, database: Database
) -> None:
    act("ann", "hold")
    act("ann", "reopen")
    act("ann", "approve")
    intake.take([make_page(text="新的内容" * 30)])
    act("ann", "approve", number=2)
    act("ann", "withdraw", number=2, reason="撤")
    with database.read() as connection:
        moves = connection.execute(
            select(log.c.from_state, log.c.to_state).where(log.c.to_state.is_not(None))
        )
        assert {(row.from_state, row.to_state) for row in moves} <= LEGAL
