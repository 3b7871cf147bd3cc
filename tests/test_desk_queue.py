"""The queue: the surest first, folds decided whole, what is gone at its source, races over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest
from desks import Office, fill, make_office, read_token, serving
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake import Intake
from pipelines.messages import PageGone
from portal import Portal
from review.grouping import CLEAN, DOUBTFUL, FOLDED, GROUPS, sort_queue
from sources import Sources
from store.clusters import join_cluster, order_apart, order_together
from store.database import Database
from store.desk import claim
from store.glance import Glance, glance
from store.log import verify_chain
from store.sessions import open_session

MakePage = Callable[..., Any]


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """One database, but for what names both."""
    return str(request.param)


@pytest.fixture
def office(
    database: Database, portal: Portal, sources: Sources, intake: Intake, make_page: MakePage
) -> Office:
    """A desk with four clean items (1 to 4), one doubtful (5), one blocked (6), one for two persons (7)."""
    fill(intake, make_page, 4)
    return make_office(database, portal, sources)


def _fold(office: Office) -> None:
    with office.database.write() as connection:
        for repost in (2, 3):
            join_cluster(connection, repost, 1, 0.9, "正文相同")


def _decide(office: Office, who: str, action: str, *which: str, **fields: Any) -> Any:
    return office.post(office.client(who), "/decide", action=action, which=list(which), **fields).json


def _state(office: Office) -> dict[int, str]:
    return {row.item: row.state for row in office.run("SELECT item, state FROM reviews")}


FOLD = {"fold-1@1:1": ["2@1:1", "3@1:1"]}


def test_one_decision_settles_a_fold_with_a_row_of_the_log_each(office: Office) -> None:
    _fold(office)
    page = office.client("ann").get("/").text
    assert 'name="fold-1@1:1" value="2@1:1"' in page
    told = _decide(office, "ann", "approve", "1@1:1", **FOLD)
    assert told["done"] == ["1@1", "2@1", "3@1"]
    assert "已通过，进入“部门动态”" in told["told"]
    assert "转载 2 条记为重复" in told["told"]
    rows = office.run("SELECT item, action, reason FROM log WHERE actor = 'ann' ORDER BY seq")
    assert [tuple(row) for row in rows] == [
        (1, "approve", None),
        (2, "reject", "与稿件 1 重复（转载）"),
        (3, "reject", "与稿件 1 重复（转载）"),
    ]


def test_a_fold_is_rejected_or_approved_whole_and_taken_back_whole(office: Office) -> None:
    _fold(office)
    before = _state(office)
    client = office.client("ann")

    form: dict[str, Any] = {**FOLD, "which": ["1@1:1"], "action": "reject", "reason": "与本门户无关"}
    told = office.post(client, "/decide", **form).json
    assert (told["done"], told["left"]) == (["1@1", "2@1", "3@1"], [])
    assert {item for item, state in _state(office).items() if state == "rejected"} == {1, 2, 3}
    office.post(client, "/undo")
    assert _state(office) == before
    seen: dict[str, Any] = {"which": ["1@1:3"], "fold-1@1:3": ["2@1:3", "3@1:3"]}
    told = office.post(client, "/decide", action="approve", every="1", **seen).json
    assert told["done"] == ["1@1", "2@1", "3@1"]
    assert {item for item, state in _state(office).items() if state == "approved"} == {1, 2, 3}
    office.post(client, "/undo")
    assert _state(office) == before


def test_a_repost_that_somebody_looks_at_is_left_and_named(office: Office, now: Any) -> None:
    _fold(office)
    with office.database.write() as connection:
        from store.accounts import find_actor

        claim(connection, 3, 1, find_actor(connection, "bo"), now)
    told = _decide(office, "ann", "approve", "1@1:1", **FOLD)
    assert told["done"] == ["1@1", "2@1"]
    assert "bo 正在看这一条" in told["left"][0]["why"]


def test_what_waits_follows_the_log(office: Office, intake: Intake, make_page: MakePage) -> None:
    """The desk keeps what waits between requests; whatever is written is seen by the next one."""
    client = office.client("ann")
    assert "待审 <span" in client.get("/").text

    def shown() -> str:
        return client.get("/").text

    _decide(office, "bo", "reject", "4@1:1", reason="与本门户无关")
    assert "第4次" not in shown()
    office.post(office.client("bo"), "/undo")
    with office.database.write() as connection:
        for repost in (2, 3):
            order_together(connection, repost, 1, "bo", office.clock())
    _decide(office, "bo", "hold", "5@1:1")
    assert "转载 2 条" in shown()
    with office.database.write() as connection:
        order_apart(connection, 2, 1, "bo", office.clock())
    assert "转载 1 条" in shown()
    with office.database.write() as connection:
        order_apart(connection, 3, 1, "bo", office.clock())
    assert "原文在上" not in shown()
    intake.take(
        [make_page(address="http://jyt.example.gov.cn/dt/new.html", title="刚刚来的", text="新" * 80)]
    )
    assert "刚刚来的" in shown()
    with office.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO revision_doubts (revision, field, word, at) VALUES (1, 'title', '再看看', '2026')"
        )
    assert "再看看" in shown()
    with office.database.read() as connection:
        fresh = sort_queue(glance(connection, ("waiting", "second", "held")), 0.8)
    counts = {group.key: len(fresh[group.key]) for group in GROUPS}
    for key, count in counts.items():
        assert f'data-count="{key}">{count}<' in shown()


def test_what_is_gone_at_its_source_is_shown_until_somebody_looked(
    office: Office, intake: Intake, make_page: MakePage
) -> None:
    _decide(office, "ann", "approve", "1@1:1")
    address = "http://jyt.example.gov.cn/dt/1.html"
    for days in (0, 1):
        intake.take([PageGone("jyt-dt", address, 404, office.clock() + timedelta(days=days))])
        assert ("g-gone" in office.client("bo").get("/").text) == bool(days)
    page = office.client("bo").get("/?group=gone").text
    assert "省教育厅第1次" in page
    assert 'value="keep"' in page
    office.clock.pass_time(days=2)
    version = office.run("SELECT version FROM reviews WHERE item = 1")[0][0]
    told = _decide(office, "bo", "keep", f"1@1:{version}")
    assert "核实过，保留" in told["told"]
    assert "g-gone" not in office.client("bo").get("/").text
    assert _state(office)[1] == "approved"
    assert _decide(office, "bo", "keep", "2@1:1")["done"] == []
    assert [row.action for row in office.run("SELECT action FROM log WHERE actor = 'bo'")] == ["keep"]


def test_a_group_by_itself_is_shown_page_by_page(
    office: Office, intake: Intake, make_page: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("review.actions.queue.ALONE", 3)
    client = office.client("ann")
    first, second = (client.get(f"/?group=clean&page={page}").text for page in (1, 2))
    assert "第 1 页，共 2 页" in first
    assert "第1次" in first
    assert "第4次" not in first
    assert "第4次" in second
    assert client.get("/?group=clean&page=9").status_code == 200


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["waiting", "second", "held"]),
            st.floats(0, 1),
            st.integers(0, 2),
            st.integers(0, 2),
            st.booleans(),
            st.none() | st.integers(1, 3),
        ),
        max_size=25,
    )
)
def test_nothing_is_lost_in_sorting_and_the_surest_stand_first(rows: list[Any]) -> None:
    waiting = [
        Glance(item, item, 1, 1, state, "collected", "bumen", public, sure, marks, doubts, cluster, 2)
        for item, (state, sure, marks, doubts, public, cluster) in enumerate(rows, 1)
    ]
    groups = sort_queue(waiting, 0.8)
    shown = [one for entries in groups.values() for entry in entries for one in (entry.head, *entry.reposts)]
    assert sorted(one.item for one in shown) == [one.item for one in waiting]
    for key in (CLEAN, FOLDED, DOUBTFUL):
        sure = [entry.head.probability for entry in groups[key]]
        assert sure == sorted(sure, reverse=True)
    assert not any(one.marks for entries in groups.values() for entry in entries for one in entry.reposts)


def race(office: Office, times: int) -> list[int]:
    """Approve one item so many times at once over HTTP, by people in turn; give the answers' codes."""
    people = ("ann", "bo", "chi", "as-editor", "as-chief")
    with office.database.write() as connection:
        cookies = [open_session(connection, who, office.clock()) for who in people]
    forms = []
    for cookie in cookies:
        client = office.app.test_client()
        client.set_cookie("caibian-desk", cookie)
        forms.append(
            (cookie, urlencode({"csrf_token": read_token(client), "action": "approve", "which": "1@1:1"}))
        )
    codes: list[int] = []
    ready = threading.Barrier(20)

    def run(base: str, number: int) -> None:
        line = HTTPConnection(base.removeprefix("http://"), timeout=120)
        ready.wait()
        for turn in range(number, times, 20):
            cookie, body = forms[turn % len(forms)]
            headers = {"Cookie": f"caibian-desk={cookie}", "X-Desk": "1"}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            line.request("POST", "/decide", body, headers)
            answer = line.getresponse()
            answer.read()
            codes.append(answer.status)
        line.close()

    with serving(office) as base:
        threads = [threading.Thread(target=run, args=(base, number)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return codes


def check_race(office: Office, times: int) -> None:
    codes = race(office, times)
    assert sorted(codes) == [200] + [409] * (times - 1)
    rows = office.run("SELECT actor FROM log WHERE item = 1 AND action = 'approve'")
    assert len(rows) == 1
    assert len(office.run("SELECT item FROM publishable WHERE item = 1")) == 1
    with office.database.read() as connection:
        assert verify_chain(connection, []) > 0


@pytest.mark.parametrize("backend", ["sqlite", "postgres"], indirect=True)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_racing_approvals_have_one_winner_and_one_row(office: Office) -> None:
    check_race(office, 60)


@pytest.mark.soak
@pytest.mark.parametrize("backend", ["sqlite", "postgres"], indirect=True)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_five_hundred_racing_approvals(office: Office) -> None:
    check_race(office, 500)
