"""Findings at the desk: each with its words and a button, allowed phrases, what was found on public pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from browsers import in_browser, open_browser
from desks import Office, make_office, serving

from pipelines.intake import Intake
from pipelines.rescreen import screen_stored
from portal import Portal
from sample import BODY, NOW
from sources import Sources
from store.database import Database
from wordlists import Listed, Lists

MakePage = Callable[..., Any]
LISTS = Lists(
    words=(
        Listed("雪线条约", "慎用词", "confirm", (), "核对路名"),
        Listed("绿色通道", "慎用词", "confirm"),
        Listed("铜铃运动", "禁用词", "block"),
        Listed("云湖地区", "", "confirm", (), None, "云湖州"),
    ),
    version="desk",
)


@pytest.fixture
def backend() -> str:
    """The store's part is tried on both databases in test_screen_again."""
    return "sqlite"


@pytest.fixture
def office(
    database: Database, portal: Portal, sources: Sources, intake: Intake, make_page: MakePage
) -> Office:
    portal.screen.__dict__["_loaded"] = LISTS
    intake.take(
        [
            make_page(text=f"检查组沿雪<b>線</b>条约路，经绿色通道到云湖地区。电话13800111234。\n{BODY}"),
            make_page(
                address="http://jyt.example.gov.cn/dt/2.html", title="铜铃运动会", text=BODY + "运动会。"
            ),
        ]
    )
    return make_office(database, portal, sources)


def _send(office: Office, who: str, which: str, **fields: str) -> str:
    client = office.client(who)
    answer = office.post(client, f"/items/{which}/findings", script=False, **fields)
    assert answer.status_code == 303
    return str(client.get(answer.headers["Location"].partition("#")[0]).text)


def _ids(office: Office, item: int = 1) -> list[str]:
    query = (
        "SELECT f.id FROM findings f JOIN revisions r ON r.id = f.revision "
        f"WHERE r.item = {item} AND level != 'note' ORDER BY f.id"
    )
    return [str(row.id) for row in office.run(query)]


def test_each_finding_shows_its_words_what_to_know_and_a_button(office: Office) -> None:
    page = office.client("ann").get("/items/1@1").text
    assert page.count("data-confirm") == 3
    for words in ("应为“云湖州”", "慎用词；核对路名", "已遮盖手机号码", "138****1234", "名称写法（正文）"):
        assert words in page
    assert "13800111234" not in page
    assert "有 3 处要再看一眼" in page
    preview = office.client("ann").get("/items/1@1/preview").text
    assert re.search(r'id="m\d"[^>]*>云湖地区<', preview)
    assert re.search(
        r'id="m\d"[^>]*>雪</span><b><span[^>]*>線</span></b><span[^>]*>条约<sup>\d</sup>', preview
    )


def test_an_approval_waits_until_each_is_confirmed(office: Office) -> None:
    ann = office.client("ann")
    answer = office.post(ann, "/decide", which="1@1:1", action="approve", reason="都看过")
    assert answer.status_code == 409
    for number in _ids(office):
        page = _send(office, "ann", "1@1", finding=number, act="confirm")
        assert "已确认" in page
    assert "data-confirm" not in page
    page = _send(office, "ann", "1@1", finding=_ids(office)[0], act="recall")
    assert "已取回" in page
    _send(office, "ann", "1@1", finding=_ids(office)[0], act="confirm")
    assert office.post(ann, "/decide", which="1@1:1", action="approve").status_code == 200


def test_a_block_and_an_allowance_are_a_chief_editors(office: Office) -> None:
    (number,) = _ids(office, 2)
    assert "只有主编可以放行" in _send(office, "ann", "2@1", finding=number, act="confirm", reason="名称")
    assert "要写明理由" in _send(office, "chi", "2@1", finding=number, act="confirm")
    assert "只有主编" in _send(
        office, "ann", "2@1", finding=number, act="allow", phrase="铜铃运动会", reason="x"
    )
    page = _send(office, "chi", "2@1", finding=number, act="allow", phrase="铜铃运动会", reason="赛事名称")
    assert "以后放行，现有 1 处已一并放行" in page
    shown = office.client("ann").get("/screened").text
    assert "铜铃运动会" in shown
    assert "赛事名称" in shown
    assert "不再放行：" not in shown
    chief = office.client("chi")
    assert office.post(chief, "/screened/end", script=False, allowance="1").status_code == 303
    assert office.post(office.client("ann"), "/screened/end", script=False, allowance="1").status_code == 403


@pytest.mark.parametrize("fields", [{"finding": "x"}, {"finding": "1", "act": "erase"}, {}])
def test_a_broken_request_changes_nothing(office: Office, fields: dict[str, Any]) -> None:
    assert office.post(office.client("ann"), "/items/1@1/findings", **fields).status_code == 400
    assert office.post(office.client("ann"), "/items/1@1/findings", finding="999").status_code == 404


def test_what_is_public_and_found_later_is_shown_until_somebody_looks(
    office: Office, portal: Portal, sources: Sources
) -> None:
    for number in _ids(office):
        _send(office, "ann", "1@1", finding=number, act="confirm")
    assert office.post(office.client("ann"), "/decide", which="1@1:1", action="approve").status_code == 200
    portal.screen.__dict__["_loaded"] = Lists(
        words=(*LISTS.words, Listed("检查组", "新表", "confirm")), version="n"
    )
    screen_stored(office.database, portal, sources, NOW + timedelta(hours=1))
    page = office.client("ann").get("/screened").text
    assert "1@1" in page
    assert "检查组" in page
    item = "(SELECT id FROM revisions WHERE item = 1)"
    for later in office.run(f"SELECT id FROM findings WHERE words = '检查组' AND revision = {item}"):
        _send(office, "bo", "1@1", finding=str(later.id), act="confirm")
    assert "检查组" not in office.client("ann").get("/screened").text


@in_browser
def test_one_key_confirms_each(office: Office) -> None:
    with serving(office) as base, open_browser() as browser:
        window = browser.new_context(viewport={"width": 1280, "height": 900})
        office.let_in(window, base, "ann")
        page = window.new_page()
        page.goto(f"{base}/items/1@1")
        for left in (2, 1, 0):
            with page.expect_navigation():
                page.keyboard.press("c")
            assert page.locator("[data-confirm]").count() == left
    assert len(office.run("SELECT seq FROM log WHERE action = 'confirm' AND actor = 'ann'")) == 3
