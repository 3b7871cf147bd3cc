"""What stands beside an item, on both databases: notes, doubts resolved, versions, where it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from office import Office
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from errors import CaibianError, NotAllowed, NotFound, Stale, UserFault
from pipelines.intake import Intake
from portal import Portal
from reading.page import Doubt
from store.accounts import find_actor
from store.database import Database
from store.doubts import list_doubts, resolve_doubt
from store.jobs import add_job, find_job, list_asked, spell_command
from store.log import list_heads, verify_chain
from store.moves import Wish
from store.notes import add_note, count_notes, list_notes
from store.reviews import Desk, decide
from store.taking import find_taken, note_taken
from store.versions import list_placed, list_versions, read_form
from store.whereabouts import find_whereabouts

MakePage = Callable[..., Any]


@pytest.fixture
def item(intake: Intake, make_page: MakePage) -> int:
    intake.take([make_page(doubts=(Doubt("published", "两个日期"), Doubt("credit", "没有写来源")))])
    return 1


def test_notes_are_added_and_never_changed(database: Database, item: int, now: datetime) -> None:
    with database.write() as connection:
        ann, sub = find_actor(connection, "ann"), find_actor(connection, "sub")
        add_note(connection, item, "先问\0教育厅", ann, now)
        add_note(connection, item, "问过了", ann, now + timedelta(minutes=1))
        with pytest.raises(NotAllowed):
            add_note(connection, item, "x", sub, now)
        for words in ("", " \n", "长" * 2001):
            with pytest.raises(UserFault):
                add_note(connection, item, words, ann, now)
        with pytest.raises(NotFound):
            add_note(connection, 99, "x", ann, now)
    with database.read() as connection:
        assert [one.text for one in list_notes(connection, item)] == ["先问教育厅", "问过了"]
        assert count_notes(connection, [item, 2]) == {item: 2}
    for statement in (
        "UPDATE notes SET text = 'x'",
        "DELETE FROM notes",
        "UPDATE notes SET author = 'bo' WHERE id = 1",
    ):
        with (
            pytest.raises((CaibianError, SQLAlchemyError), match="append-only"),
            database.write() as connection,
        ):
            connection.execute(text(statement))


def test_a_doubt_is_resolved_once_by_an_editor(database: Database, item: int, now: datetime) -> None:
    with database.write() as connection:
        ann, sub = find_actor(connection, "ann"), find_actor(connection, "sub")
        first, second = list_doubts(connection, 1)
        with pytest.raises(NotAllowed):
            resolve_doubt(connection, 1, first.id, sub, "desk", now)
        assert resolve_doubt(connection, 1, first.id, ann, "desk", now).word == "两个日期"
        with pytest.raises(Stale):
            resolve_doubt(connection, 1, first.id, ann, "desk", now)
        assert list_doubts(connection, 1) == [second]
        decide(connection, 1, 1, Wish("reject", None, "x"), ann, Desk({"bumen": 1}, timedelta()), now)
        with pytest.raises(NotAllowed):
            resolve_doubt(connection, 1, second.id, ann, "desk", now)
    with database.read() as connection:
        verify_chain(connection, list_heads(connection))


def test_where_a_revision_stands_from_approval_to_tombstone(database: Database, portal: Portal) -> None:
    office = Office(database, portal)
    item = office.write(title="甲")
    with database.read() as connection:
        assert find_whereabouts(connection, [1])[1].shown is None
    office.approve(item, hold=30)
    with database.read() as connection:
        waits = find_whereabouts(connection, [1])[1]
    assert waits.release_after == office.now + timedelta(minutes=30)
    assert (waits.state, waits.shown, waits.release, waits.path) == ("approved", None, None, None)
    office.publish()
    with database.read() as connection:
        stands = find_whereabouts(connection, [1])[1]
    assert stands.is_shown
    assert (stands.release, stands.released_at) == (1, office.now)
    assert stands.path == office.path_of(item)
    office.write(item, title="乙")
    office.approve(item)
    with database.read() as connection:
        places = find_whereabouts(connection, [1, 2])
    assert (places[1].state, places[2].shown, places[2].release) == ("superseded", 1, None)
    office.publish()
    office.decide(item, "withdraw")
    with database.read() as connection:
        assert find_whereabouts(connection, [2])[2].is_shown
    office.publish()
    with database.read() as connection:
        gone = find_whereabouts(connection, [2])[2]
    assert (gone.state, gone.shown) == ("withdrawn", None)
    assert gone.tombstone_at is not None


def test_versions_and_what_stands_in_a_column(database: Database, portal: Portal) -> None:
    office = Office(database, portal)
    item = office.write(title="甲")
    office.approve(item)
    office.write(item, title="乙")
    with database.read() as connection:
        versions = list_versions(connection, item)
        assert [(one.number, one.state, one.public) for one in versions] == [
            (2, "waiting", False),
            (1, "approved", True),
        ]
        assert read_form(connection, item, 1)["title"] == "甲"
        with pytest.raises(NotFound):
            read_form(connection, item, 3)
        (placed,) = list_placed(connection, ["bumen"])
        assert (placed.item, placed.number, placed.title) == (item, 2, "乙")
        assert list_placed(connection, ["diqu"]) == []


def test_a_taken_page_is_known_by_its_address(
    database: Database, item: int, make_page: MakePage, now: datetime
) -> None:
    address = "http://jyt.example.gov.cn/dt/1.html"
    with database.write() as connection:
        assert find_taken(connection, "http://jyt.example.gov.cn/none.html") is None
        known = find_taken(connection, address)
        assert known is not None
        assert (known.which, known.state) == ("1@1", "waiting")
        note_taken(connection, known, "ann", False, now)
        assert [one.field for one in list_doubts(connection, 1)][-1] == "address"
        verify_chain(connection, list_heads(connection))


def test_jobs_that_take_a_page(database: Database, now: datetime) -> None:
    words = spell_command("take", "http://a.example.gov.cn/1.html ann")
    assert words == ("take", "http://a.example.gov.cn/1.html", "--as=ann")
    for argument in (
        "",
        "http://a.example.gov.cn/1.html",
        "-x ann",
        "file:///etc/passwd ann",
        "http://a b c",
    ):
        with pytest.raises(UserFault):
            spell_command("take", argument)
    assert spell_command("publish", "now")[:2] == ("publish", "--wait")
    with database.write() as connection:
        job = add_job(connection, "take", "http://a.example.gov.cn/1.html ann", "ann", now)
        add_job(connection, "publish", "now", "ann", now)
        found = find_job(connection, job)
        assert found is not None
        assert (found.done, found.running) == (False, False)
        assert list_asked(connection, "take", 10) == [found]
        assert find_job(connection, 99) is None
