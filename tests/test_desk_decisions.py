"""Reviewing at the desk without a browser's script: decide, in bulk, take back, edit; who was faster."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from desks import Office, fill, make_office

from pipelines.intake import Intake
from portal import Portal
from publish.site import publish_site
from sample import NOW
from sources import Sources
from store.database import Database
from store.desk import Standing

MakePage = Callable[..., Any]


@pytest.fixture
def backend() -> str:
    """What the store does is tried on both databases elsewhere."""
    return "sqlite"


@pytest.fixture
def office(
    database: Database, portal: Portal, sources: Sources, intake: Intake, make_page: MakePage
) -> Office:
    """A desk with three clean items (1 to 3), one doubtful (4), one blocked (5), one for two persons (6)."""
    fill(intake, make_page, 3)
    return make_office(database, portal, sources)


def _states(office: Office) -> dict[str, str]:
    query = (
        "SELECT v.item, r.number, v.state FROM reviews v JOIN revisions r ON r.id = v.revision ORDER BY 1, 2"
    )
    return {f"{row.item}@{row.number}": row.state for row in office.run(query)}


def _decide(office: Office, who: str, action: str, *which: str, **fields: Any) -> Any:
    return office.post(office.client(who), "/decide", action=action, which=list(which), **fields).json


def test_the_queue_stands_in_the_order_of_effort(office: Office) -> None:
    page = office.client("ann").get("/").text
    places = [page.index(f'id="g-{key}"') for key in ("clean", "doubtful", "flagged")]
    assert places == sorted(places)
    assert page.index("省教育厅第1次") < page.index("关于公布省级名录") < page.index("关于某项工作情况")
    assert "meta 写 2026-11-02" in page
    assert "<mark>内部资料 注意保存" in page


def test_a_decision_says_what_happened_and_when_it_goes_out(office: Office) -> None:
    told = _decide(office, "ann", "approve", "1@1:1")
    assert told["done"] == ["1@1"]
    # approved at 10:00 and held for five minutes: the next publish of the day is at 11:30
    assert "已通过，进入“部门动态”，2026-11-05 11:30 发布" in told["told"]
    assert "第1次" in told["told"]
    row = office.run("SELECT actor, via, action, suggested_column FROM log ORDER BY seq DESC LIMIT 1")[0]
    assert tuple(row) == ("ann", "desk", "approve", "bumen")


def test_without_script_a_form_does_the_same(office: Office) -> None:
    client = office.client("ann")
    answer = office.post(client, "/decide", script=False, action="hold", which="1@1:1", go="/", back="/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    page = client.get("/").text
    assert "暂存，在左边" in page
    assert "暂存，在左边" not in client.get("/").text  # told once
    assert _states(office)["1@1"] == "held"
    office.post(client, "/undo", script=False, back="/")
    assert _states(office)["1@1"] == "waiting"


def test_bulk_takes_what_is_clean_and_names_the_rest(office: Office) -> None:
    everything = [f"{item}@1:1" for item in range(1, 7)]
    told = _decide(office, "ann", "approve", *everything)
    assert told["done"] == ["1@1", "2@1", "3@1", "6@1"]
    assert {one["which"]: one["why"] for one in told["left"]} == {
        "4@1": "有 1 处存疑",
        "5@1": "有标记，要逐条看",
    }
    assert "1 条一审通过，等另一位编辑二审" in told["told"]
    assert "《关于某项工作情况的通报》：有标记" in told["told"]
    states = _states(office)
    assert [states[f"{item}@1"] for item in range(1, 7)] == [
        *["approved"] * 3,
        "waiting",
        "waiting",
        "second",
    ]


def test_bulk_has_a_floor(office: Office, portal: Portal) -> None:
    strict = portal.settings.model_copy(update={"bulk_probability": 0.85})
    portal.__dict__["settings"] = strict
    told = _decide(office, "ann", "approve", "1@1:1", "2@1:1")
    assert told["done"] == []
    assert told["left"][0]["why"] == "栏目把握 80%，低于 85%"


def test_what_a_colleague_rewrote_is_never_passed_in_bulk(office: Office) -> None:
    edited = office.post(office.client("bo"), "/items/1@1/edit", which="1@1:1", title="编辑改过的标题")
    assert edited.status_code == 303
    told = _decide(office, "ann", "approve", "1@2:1", "2@1:1")
    assert (told["done"], told["left"][0]["why"]) == (["2@1"], "bo 改过稿，要逐条看")
    assert _decide(office, "ann", "approve", "1@2:1")["done"] == ["1@2"]  # looked at by itself


def test_undo_takes_a_bulk_back_and_leaves_no_trace_in_the_queue(office: Office) -> None:
    client = office.client("ann")
    before = client.get("/").text
    office.post(client, "/decide", action="approve", which=[f"{item}@1:1" for item in (1, 2, 3, 6)])
    assert office.post(client, "/undo").json["told"].startswith("已撤销：通过 4 条")
    client.get("/")  # the notice is told once
    after = client.get("/").text
    assert _rows(before) == _rows(after)
    assert set(_states(office).values()) == {"waiting"}
    assert office.run("SELECT 1 FROM publishable") == []
    assert office.post(client, "/undo").json["told"] == "没有可以撤销的操作。"


def _rows(page: str) -> list[str]:
    return [line for line in page.splitlines() if 'class="title"' in line or 'class="col"' in line]


def test_undo_goes_back_step_by_step(office: Office) -> None:
    client = office.client("ann")
    office.post(client, "/decide", action="reject", which="1@1:1", reason="与本门户无关")
    office.post(client, "/items/2@1/column", column="tongzhi", which="2@1:1")
    office.post(client, "/decide", action="approve", which="2@1:2")
    assert office.run("SELECT column_key FROM publishable")[0][0] == "tongzhi"
    for _ in range(3):
        office.post(client, "/undo")
    assert set(_states(office).values()) == {"waiting"}
    assert {row[0] for row in office.run("SELECT column_key FROM reviews WHERE item < 6")} == {"bumen"}


def test_undo_after_the_release_says_so_and_changes_nothing(office: Office, portal: Portal) -> None:
    client = office.client("ann")
    office.post(client, "/decide", action="approve", which="1@1:1")
    office.clock.pass_time(minutes=6)
    publish_site(office.database, portal, office.database.home, office.clock())
    told = office.post(client, "/undo").json["told"]
    assert "已经发布：要撤下请在稿件页写明理由" in told
    assert _states(office)["1@1"] == "approved"
    page = client.get("/items/1@1").text
    assert 'value="withdraw"' in page
    assert "/articles/2026/11/" in page
    assert _decide(office, "ann", "withdraw", "1@1:2")["left"][0]["why"] == "要写明理由"
    assert "原址留说明" in _decide(office, "ann", "withdraw", "1@1:2", reason="原文有误")["told"]


def test_the_second_person_is_another(office: Office) -> None:
    assert _decide(office, "ann", "approve", "6@1:1")["done"] == ["6@1"]
    assert "一审是您通过的" in _decide(office, "ann", "approve", "6@1:2")["left"][0]["why"]
    assert "您本人一审" in office.client("ann").get("/").text
    assert _decide(office, "bo", "approve", "6@1:2")["done"] == ["6@1"]
    # the second person thinks again: what the first one did stands, and is still the first one's
    bo = office.client("bo")
    office.post(bo, "/decide", action="withdraw", which="6@1:9", reason="x")
    with office.database.write() as connection:
        from store.accounts import find_actor
        from store.reviews import undo_approval

        undo_approval(connection, 6, 1, find_actor(connection, "bo"), office.clock())
    assert _states(office)["6@1"] == "second"
    assert "一审是您通过的" in _decide(office, "ann", "approve", "6@1:4")["left"][0]["why"]
    assert _decide(office, "bo", "approve", "6@1:4")["done"] == ["6@1"]


def test_the_first_person_can_take_her_pass_back(office: Office) -> None:
    client = office.client("ann")
    office.post(client, "/decide", action="approve", which="6@1:1")
    office.post(client, "/undo")
    assert _states(office)["6@1"] == "waiting"
    row = office.run("SELECT action, undoes FROM log ORDER BY seq DESC LIMIT 1")[0]
    assert row.action == "undo"
    assert row.undoes is not None


def test_a_block_opens_for_the_chief_with_a_reason_alone(office: Office) -> None:
    assert "只有主编" in _decide(office, "ann", "approve", "5@1:1", reason="看过")["left"][0]["why"]
    assert "写明理由" in _decide(office, "chi", "approve", "5@1:1")["left"][0]["why"]
    told = _decide(office, "chi", "approve", "5@1:1", reason="样例文字，不是密件")
    assert "等另一位编辑二审" in told["told"]


@pytest.mark.parametrize(
    ("action", "fields", "why"),
    [
        ("reject", {}, "要写明理由"),
        ("return", {"reason": "x"}, "没有报送单位可退"),
        ("reopen", {}, "不能放回待审"),
        ("publish", {}, "没有这个操作"),
        ("approve", {"column": "none"}, "还没有栏目"),
    ],
)
def test_what_cannot_be_done_says_why(office: Office, action: str, fields: dict[str, str], why: str) -> None:
    told = _decide(office, "ann", action, "1@1:1", **fields)
    assert why in told["left"][0]["why"]
    assert _states(office)["1@1"] == "waiting"


def test_two_editors_at_one_item(office: Office) -> None:
    ann, bo = office.client("ann"), office.client("bo")
    assert office.post(ann, "/items/1@1/claim").status_code == 200
    assert office.post(bo, "/items/1@1/claim").json["told"] == "ann 正在看这一条"
    assert "ann 正在看" in bo.get("/").text
    assert _decide(office, "bo", "approve", "1@1:1")["left"][0]["why"] == "ann 正在看这一条"
    office.clock.pass_time(minutes=11)
    assert _decide(office, "bo", "approve", "1@1:1")["done"] == ["1@1"]
    assert _decide(office, "ann", "hold", "1@1:1")["left"][0]["why"] == "bo 先处理了，现在是“已通过”"
    office.post(ann, "/items/2@1/claim")
    office.post(ann, "/items/2@1/release")
    assert _decide(office, "bo", "approve", "2@1:1")["done"] == ["2@1"]


def test_racing_approvals_have_one_winner(office: Office) -> None:
    clients = [office.client(who) for who in ("ann", "bo", "chi", "as-editor")]
    answers: list[Any] = []

    def approve(client: Any) -> None:
        answers.append(office.post(client, "/decide", action="approve", which="1@1:1").json)

    threads = [threading.Thread(target=approve, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(answer["done"]) for answer in answers) == [0, 0, 0, 1]
    assert len(office.run("SELECT seq FROM log WHERE action = 'approve'")) == 1


def test_a_form_from_before_an_edit_decides_nothing(office: Office) -> None:
    ann = office.client("ann")
    answer = office.post(ann, "/items/1@1/edit", script=False, which="1@1:1", title="省教育厅第一次检查")
    assert answer.headers["Location"] == "/items/1@2"
    assert "已有新版" in _decide(office, "bo", "approve", "1@1:1")["left"][0]["why"]
    assert "您写的或改的" in _decide(office, "ann", "approve", "1@2:1")["left"][0]["why"]
    assert "机器读出：省教育厅第1次取暖检查通报" in ann.get("/items/1@2").text
    assert _decide(office, "bo", "approve", "1@2:1")["done"] == ["1@2"]


def test_an_edit_is_screened_again(office: Office) -> None:
    client = office.client("ann")
    office.post(
        client, "/items/1@1/edit", script=False, which="1@1:1", html="<p>机密★1年</p><script>x</script>"
    )
    page = client.get("/items/1@2").text
    assert "密级或内部标志" in page
    assert "&lt;script" not in page
    assert "不能通过" in page


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("title", "  ", "标题不能是空的"),
        ("published", "2026-02-30", "不是真实的日期"),
        ("published", "昨天", "不是日期"),
        ("published", "2027-01-01", "在今天之后"),
    ],
)
def test_an_edit_that_cannot_be_is_told(office: Office, field: str, value: str, why: str) -> None:
    client = office.client("ann")
    office.post(client, "/items/1@1/edit", script=False, which="1@1:1", **{field: value})
    assert why in client.get("/items/1@1").text
    assert "1@2" not in _states(office)


def test_what_one_did_today(office: Office) -> None:
    _decide(office, "ann", "approve", "1@1:1")
    _decide(office, "bo", "hold", "2@1:1")
    page = office.client("ann").get("/done").text
    assert "第1次" in page
    assert "第2次" not in page


def test_what_was_taken_back_does_not_count_as_done(office: Office) -> None:
    client = office.client("ann")
    office.post(client, "/decide", action="approve", which=["1@1:1", "2@1:1", "3@1:1", "6@1:1"])
    assert '<span id="made">4</span>' in client.get("/").text
    told = office.post(client, "/undo").json["told"]
    assert told == "已撤销：通过 4 条。"  # the one that waits for its second person, too
    page = client.get("/").text
    assert '<span id="made">0</span>' in page
    office.post(client, "/decide", action="hold", which="1@1:3")
    assert "今日已办 1 条" in client.get("/done").text


def test_reposts_fold_under_their_original(office: Office) -> None:
    from store.clusters import join_cluster

    with office.database.write() as connection:
        join_cluster(connection, 2, 1, 0.9, "正文相同")
        join_cluster(connection, 5, 1, 0.9, "正文相同")
    page = office.client("ann").get("/").text
    folded = page[page.index('id="g-folded"') : page.index('id="g-doubtful"')]
    assert folded.index("第1次") < folded.index("转载 1 条") < folded.index("第2次")
    assert "关于某项工作情况" not in folded  # what is flagged is never folded away


def test_the_frames_hold_the_publishers_page_and_the_source(office: Office) -> None:
    client = office.client("ann")
    assert "<h1>省教育厅第1次取暖检查通报</h1>" in client.get("/items/1@1/preview").text
    assert client.get("/items/1@1/source").status_code == 200
    css = client.get("/items/1@1/preview").text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert client.get(css).mimetype == "text/css"


def test_every_refusal_of_the_table_has_its_own_words() -> None:
    """What `decide_move` refuses at the desk is refused before, in Chinese."""
    from itertools import product

    from errors import NotAllowed
    from review.refusals import explain
    from store.moves import ACTIONS, Actor, Wish, decide_move
    from store.moves import Standing as Measured
    from store.tables import STATES

    columns = {"bumen": 1, "renshi": 2, "jueding": 3}
    roles = (frozenset({"editor"}), frozenset({"chief"}), frozenset({"submitter"}))
    for state, action, role, levels, reason, column in product(
        STATES, ACTIONS, roles, ({}, {"block": 1}, {"confirm": 2}), (None, "因为"), (None, *columns)
    ):
        for made_by, passes in (("crawl", ()), ("me", ()), ("crawl", ("me",)), ("crawl", ("ann", "bo"))):
            actor, wish = Actor("me", role), Wish(action, None, reason)
            passed = passes if state == "second" else ()
            one = Standing(
                *(1, 1, 1, 1, state, "collected", None, "collect", made_by, column, 0.9, levels, 0),
                *(False, None, None, None, None, NOW, passed),
            )
            blocks, confirms = levels.get("block", 0), levels.get("confirm", 0)
            measured = Measured(state, True, "collected", made_by, column, passed, blocks, confirms)
            try:
                decide_move(measured, wish, actor, columns)
                allowed = True
            except NotAllowed:
                allowed = False
            assert (explain(one, wish, actor, columns) is None) == allowed, (one, wish, actor)
