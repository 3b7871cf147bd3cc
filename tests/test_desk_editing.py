"""Editors' values and sessions in the store, on both databases: neither machine's nor person's is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import NotAllowed, Stale, UserFault
from pipelines.intake import Intake
from store.accounts import find_actor
from store.database import Database
from store.desk import check_seen, claim, find_standing, read_details
from store.editing import EDITABLE, check_value, draft_edit, save_edit
from store.glance import glance
from store.items import find_latest
from store.logins import Opened, Refused, Visitor, log_in, read_key
from store.moves import Wish
from store.queue import walk_waiting
from store.reviews import Desk, decide
from store.sessions import Act, drop_act, find_act, find_session, open_session, push_act

TODAY = date(2026, 11, 5)
DESK = Desk({"bumen": 1, "diqu": 1, "tongzhi": 1, "renshi": 2}, timedelta(minutes=5))
MakePage = Callable[..., Any]


@pytest.fixture
def item(intake: Intake, make_page: MakePage) -> int:
    from reading.page import Doubt

    doubts = (Doubt("published", "两个日期"), Doubt("credit", "没有写来源"))
    intake.take([make_page(doubts=doubts)])
    return 1


def _edit(database: Database, who: str, now: datetime, number: int = 1, **changes: str) -> int:
    with database.write() as connection:
        draft = draft_edit(connection, 1, number, changes, TODAY)
        assert draft is not None
        return save_edit(connection, 1, draft, [], [], find_actor(connection, who), "desk", now)


def test_the_machines_value_stays_beside_the_persons(database: Database, item: int, now: datetime) -> None:
    assert _edit(database, "ann", now, credit="样例省教育厅", published="2026-11-03 09:30") == 2
    with database.read() as connection:
        latest = find_latest(connection, item)
        (waiting,) = list(walk_waiting(connection))
        details = read_details(connection, [waiting.revision])[waiting.revision]
    assert latest is not None
    assert latest.person == {"credit": "样例省教育厅", "published": "2026-11-03T09:30"}
    assert details.machine["published"] == "2026-11-04"
    assert details.form["published"] == "2026-11-03T09:30"
    assert (waiting.number, waiting.made_by, waiting.column) == (2, "ann", "bumen")
    assert waiting.doubts == ()  # both fields were set by a person
    assert waiting.probability == 0.8


def test_who_edited_does_not_approve_alone(database: Database, item: int, now: datetime) -> None:
    _edit(database, "ann", now, title="新标题")
    with database.write() as connection, pytest.raises(NotAllowed, match="another person"):
        decide(connection, 1, 2, Wish("approve"), find_actor(connection, "ann"), DESK, now)
    with database.write() as connection:
        done = decide(connection, 1, 2, Wish("approve"), find_actor(connection, "bo"), DESK, now)
    assert done.to_state == "approved"


def test_a_persons_value_survives_the_sources_change(
    database: Database, item: int, intake: Intake, make_page: MakePage, now: datetime
) -> None:
    _edit(database, "ann", now, title="编辑的标题", author="某某")
    intake.take([make_page(title="来源的新标题", text="来源改过的正文。" * 10, at=now + timedelta(hours=1))])
    with database.read() as connection:
        (waiting,) = list(walk_waiting(connection))
    assert waiting.number == 3
    assert waiting.form["title"] == "编辑的标题"
    assert waiting.form["author"] == "某某"
    assert "来源改过的正文" in waiting.form["html"]
    assert [one["field"] for one in waiting.doubts] == ["title"]  # the machine's value under it changed


def test_the_machines_value_can_be_taken_again(database: Database, item: int, now: datetime) -> None:
    _edit(database, "ann", now, title="编辑的标题")
    _edit(database, "bo", now, 2, title="省教育厅开展冬季取暖检查")
    with database.read() as connection:
        latest = find_latest(connection, item)
    assert latest is not None
    assert latest.person == {}


def test_nothing_changed_is_no_revision(database: Database, item: int) -> None:
    with database.read() as connection:
        assert draft_edit(connection, 1, 1, {"title": "省教育厅开展冬季取暖检查 "}, TODAY) is None


def test_what_cannot_be_edited(database: Database, item: int, now: datetime) -> None:
    with database.read() as connection:
        with pytest.raises(UserFault, match="no field"):
            draft_edit(connection, 1, 1, {"address": "http://evil.example"}, TODAY)
        with pytest.raises(Stale):
            draft_edit(connection, 1, 2, {"title": "x"}, TODAY)
        draft = draft_edit(connection, 1, 1, {"title": "x"}, TODAY)
    assert draft is not None
    with database.write() as connection, pytest.raises(NotAllowed, match="no editor"):
        save_edit(connection, 1, draft, [], [], find_actor(connection, "sub"), "desk", now)
    _edit(database, "ann", now, title="y")
    with database.write() as connection, pytest.raises(Stale):  # two editors, one page each
        save_edit(connection, 1, draft, [], [], find_actor(connection, "bo"), "desk", now)


@given(value=st.text(max_size=40), name=st.sampled_from(EDITABLE))
def test_whatever_is_typed_is_a_value_or_a_fault(value: str, name: str) -> None:
    try:
        kept = check_value(name, value, TODAY)
    except UserFault:
        return
    assert check_value(name, kept, TODAY) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026", "2026"),
        ("2026-11", "2026-11"),
        ("2026-11-05", "2026-11-05"),
        ("2026-11-05 09:30", "2026-11-05T09:30"),
        ("", None),
    ],
)
def test_a_date_is_as_exact_as_it_was_stated(typed: str, kept: str | None) -> None:
    assert check_value("published", typed, TODAY) == kept


def test_claims_run_out_and_versions_count(database: Database, item: int, now: datetime) -> None:
    with database.write() as connection:
        ann, bo = find_actor(connection, "ann"), find_actor(connection, "bo")
        claim(connection, 1, 1, ann, now)
        with pytest.raises(Stale, match="looked at by ann"):
            check_seen(connection, 1, 1, 1, bo, now + timedelta(minutes=9))
        check_seen(connection, 1, 1, 1, bo, now + timedelta(minutes=11))
        decide(connection, 1, 1, Wish("hold"), bo, DESK, now)
        with pytest.raises(Stale, match="changed by bo"):
            check_seen(connection, 1, 1, 1, ann, now)
        assert find_standing(connection, 1, 1).version == 2
        assert [one.state for one in glance(connection, ("held",))] == ["held"]


def test_acts_are_taken_back_newest_first(database: Database, now: datetime) -> None:
    with database.write() as connection:
        session = find_session(connection, open_session(connection, "ann", now), now)
        assert session is not None
        for number in range(60):
            push_act(connection, session, Act(f"第{number}步", ((number, 1, "approve"),)))
        assert find_act(connection, session) == Act("第59步", ((59, 1, "approve"),))
        drop_act(connection, session)
        assert find_act(connection, session) == Act("第58步", ((58, 1, "approve"),))
        for _ in range(60):
            drop_act(connection, session)
        assert find_act(connection, session) is None


def test_signing_in_on_either_database(database: Database, now: datetime) -> None:
    from store.logins import give_demo_password

    with database.write() as connection, pytest.raises(UserFault, match="no demo account"):
        give_demo_password(connection, "ann", "雪山-湖泊-8848")
    visitor = Visitor("192.0.2.1")
    assert log_in(database, "ann", "x", visitor, now) == Refused()
    assert log_in(database, "no\0body", "x", visitor, now) == Refused()
    from store.accounts import set_password

    with database.write() as connection:
        set_password(connection, "ann", "雪山-湖泊-8848", now)
    found = log_in(database, "ann", "雪山-湖泊-8848", visitor, now)
    assert isinstance(found, Opened)
    assert found.must_change
    key = read_key(database.home)
    assert len(key) == 64
    assert read_key(database.home) == key
    assert (database.home / "desk.key").stat().st_mode & 0o077 == 0
