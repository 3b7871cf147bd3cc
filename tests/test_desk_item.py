"""One item at the desk: what changed at its source, doubts, notes, its time, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import Office, fill, make_office
from office import read_site

from pipelines.intake import Intake
from portal import Portal
from publish.site import publish_site
from sample import BODY, NOW
from sources import Sources
from store.database import Database

MakePage = Callable[..., Any]


@pytest.fixture
def backend() -> str:
    """The store's part is tried on both databases in test_item_store."""
    return "sqlite"


@pytest.fixture
def office(
    database: Database, portal: Portal, sources: Sources, intake: Intake, make_page: MakePage
) -> Office:
    fill(intake, make_page, 3)
    return make_office(database, portal, sources)


def _publish(office: Office) -> None:
    office.clock.pass_time(hours=1)
    publish_site(office.database, office.portal, office.database.home, office.clock())


def _article(office: Office) -> Path:
    (row,) = office.run("SELECT path FROM publications")
    return office.database.home / "site" / "current" / str(row.path).lstrip("/")


def _send(office: Office, who: str, path: str, **fields: Any) -> str:
    """Send a form without script, and give the page that follows."""
    client = office.client(who)
    answer = office.post(client, path, script=False, **fields)
    assert answer.status_code == 303, answer.text
    return str(client.get(answer.headers["Location"].partition("#")[0]).text)


# --- what is to be looked at ---


def test_a_doubt_is_resolved_by_a_click_and_the_log_says_by_whom(office: Office) -> None:
    page = office.client("ann").get("/items/4@1").text
    assert "页面标签写 2026-11-04" in page
    assert 'data-value="2026-11-02"' in page  # each value that the doubt names can be taken
    (doubt,) = office.run("SELECT id FROM revision_doubts")
    page = _send(office, "ann", "/items/4@1/resolve", doubt=doubt.id)
    assert "存疑消除" in page
    assert "没有标记，没有存疑" in page
    assert "核对存疑　理由：原文发布：页面标签写" in page
    assert "没有办成：别人已经办了" in _send(office, "bo", "/items/4@1/resolve", doubt=doubt.id)
    (row,) = office.run("SELECT actor, item FROM log WHERE action = 'resolve'")
    assert tuple(row) == ("ann", 4)


def test_a_resolved_doubt_can_be_taken_back_by_who_resolved_it_and_by_undo(office: Office) -> None:
    (doubt,) = office.run("SELECT id FROM revision_doubts")
    _send(office, "ann", "/items/4@1/resolve", doubt=doubt.id)
    assert "取回" not in office.client("bo").get("/items/4@1").text
    refused = _send(office, "bo", "/items/4@1/resolve", doubt=doubt.id, act="recall")
    assert "没有办成：这一处是别人核对的" in refused
    page = _send(office, "ann", "/items/4@1/resolve", doubt=doubt.id, act="recall")
    assert "原文发布：已取回，还是存疑" in page
    assert '要看的地方 <span class="num">1</span>' in page
    assert "取回对存疑的核对　理由：原文发布：" in page
    client = office.client("ann")
    office.post(client, "/items/4@1/resolve", script=False, doubt=doubt.id)
    assert "已撤销：核对原文发布" in office.post(client, "/undo").get_json()["told"]
    assert office.run("SELECT id FROM revision_doubts WHERE resolved_by_log IS NULL") == [(doubt.id,)]
    office.post(client, "/items/4@1/resolve", script=False, doubt=doubt.id)
    office.post(client, "/decide", which="4@1:1", action="approve")
    assert "取回" not in client.get("/items/4@1").text.partition("要看的地方")[2].partition("</section>")[0]


@pytest.mark.parametrize("wanted", ["", "x", "-1", "99999999999", "99"])
def test_no_other_doubt_is_resolved(office: Office, wanted: str) -> None:
    assert office.post(office.client("ann"), "/items/1@1/resolve", doubt=wanted).status_code in (400, 404)
    (doubt,) = office.run("SELECT id FROM revision_doubts WHERE resolved_by_log IS NULL")
    assert office.post(office.client("ann"), "/items/1@1/resolve", doubt=doubt.id).status_code == 404


def test_the_preview_is_numbered_as_the_list(office: Office) -> None:
    client = office.client("ann")
    item = client.get("/items/5@1").text
    preview = client.get("/items/5@1/preview").text
    assert 'id="look-1"' in item
    assert 'href="/items/5@1/preview#m1"' in item
    assert 'id="m1"' in preview
    assert "注意保存" in preview.partition('id="m1"')[2][:200]
    doubted = client.get("/items/4@1/preview").text
    assert 'class="fx warn" id="m1"' in doubted
    assert 'class="fx' not in client.get("/items/1@1/preview").text


# --- what changed ---


def test_a_changed_source_is_laid_beside_the_public_version(
    office: Office, intake: Intake, make_page: MakePage
) -> None:
    office.post(office.client("ann"), "/decide", action="approve", which="1@1:1")
    _publish(office)
    changed = make_page(
        address="http://jyt.example.gov.cn/dt/1.html",
        title="省教育厅第1次取暖检查通报（更新）",
        text="第1次。" + BODY.replace("月底前", "下月十五日前"),
        published="2026-11-04T09:30",
        at=NOW + timedelta(hours=2),
    )
    intake.take([changed])
    page = office.client("bo").get("/items/1@2").text
    shown = page.partition('id="changes"')[2]
    assert "对照" in shown
    assert "（门户上的）" in shown
    assert "<ins>（更新）</ins>" in shown
    assert "<del>月底</del><ins>下月十五日</ins>" in shown
    assert "门户上是第 1 版" in page
    assert "来源改了，有了新版" in page


def test_any_two_versions_can_be_laid_side_by_side(office: Office) -> None:
    office.post(office.client("ann"), "/items/1@1/edit", which="1@1:1", title="第二个标题")
    office.post(office.client("ann"), "/items/1@2/edit", which="1@2:1", title="第三个标题")
    client = office.client("bo")
    assert "<del>二</del><ins>三</ins>" in client.get("/items/1@3").text
    assert "省教育厅第1次" in client.get("/items/1@3?against=1").text.partition('id="changes"')[2]
    for odd in ("3", "99", "x", "-1", "9" * 30):
        assert client.get(f"/items/1@3?against={odd}").status_code == 200


# --- notes ---


def test_notes_are_for_editors_and_stay(office: Office) -> None:
    page = _send(office, "ann", "/items/1@1/notes", text="先问教育厅\n<b>再说</b>")
    assert "先问教育厅\n&lt;b&gt;再说" in page
    assert "先问教育厅" in office.client("chi").get("/items/1@1").text
    assert "先问教育厅" not in office.client("as-auditor").get("/items/1@1").text
    assert "便条</b>：1 张" in office.client("bo").get("/").text
    assert "便条" not in office.client("as-auditor").get("/").text
    assert "便条是空的" in _send(office, "ann", "/items/1@1/notes", text="  ")
    assert "最多" in _send(office, "ann", "/items/1@1/notes", text="长" * 2001)
    office.post(office.client("ann"), "/decide", action="approve", which="1@1:1")
    _publish(office)
    pages = read_site(office.database.home / "site" / "current")
    assert len(pages) > 10
    assert not [path for path, raw in pages.items() if "先问教育厅".encode() in raw]


# --- its time ---


def test_publish_now_skips_the_hold_and_asks_for_a_publish(office: Office) -> None:
    page = _send(office, "ann", "/items/1@1/timed", which="1@1:1", action="approve", when="now")
    assert "马上发布" in page
    (job,) = office.run("SELECT kind, argument, due, made_by FROM jobs")
    assert (job.kind, job.argument, job.made_by) == ("publish", "now", "ann")
    publish_site(office.database, office.portal, office.database.home, office.clock())
    page = office.client("ann").get("/items/1@1").text
    assert "已在门户“部门动态”，第 1 次发布" in page
    assert "https://www.example.gov.cn/articles/2026/11/" in page


def test_publish_at_a_time_waits_for_it(office: Office) -> None:
    page = _send(
        office, "ann", "/items/1@1/timed", which="1@1:1", action="approve", when="at", at="2026-11-06T08:00"
    )
    assert "2026-11-06 08:00 在“部门动态”发布" in page
    (job,) = office.run("SELECT due FROM jobs")
    assert job.due == "2026-11-06T00:00:00.000000Z"
    _publish(office)
    assert "等待发布：2026-11-06" in office.client("ann").get("/items/1@1").text
    office.clock.pass_time(days=1)
    _publish(office)
    assert "已在门户" in office.client("ann").get("/items/1@1").text


@pytest.mark.parametrize("at", ["", "x", "2026-11-05T09:00", "2027-12-31T00:00", "2026-02-30T00:00"])
def test_a_time_that_cannot_be_is_told(office: Office, at: str) -> None:
    page = _send(office, "ann", "/items/1@1/timed", which="1@1:1", action="approve", when="at", at=at)
    assert "没有办成" in page
    assert office.run("SELECT state FROM reviews WHERE item = 1")[0].state == "waiting"


def test_a_time_of_its_own_does_not_go_around_the_second_person(office: Office) -> None:
    page = _send(office, "ann", "/items/6@1/timed", which="6@1:1", action="approve", when="now")
    assert "一审通过" in page
    assert office.run("SELECT * FROM jobs") == []
    assert "一审是您通过的" in _send(
        office, "ann", "/items/6@1/timed", which="6@1:2", action="approve", when="now"
    )


# --- after it is public ---


def test_a_correction_goes_through_review_and_stands_on_the_page(office: Office) -> None:
    office.post(office.client("ann"), "/decide", action="approve", which="1@1:1")
    _publish(office)
    page = _send(office, "ann", "/items/1@1/mend", which="1@1:2", correction="原文将日期误写为3日，已更正。")
    assert "已存为第 2 版" in page
    assert "这一版是您写的或改的" in page
    _publish(office)
    article = _article(office)
    assert "更正说明" not in article.read_text(encoding="utf-8")
    office.post(office.client("bo"), "/decide", action="approve", which="1@2:1")
    _publish(office)
    text = _article(office).read_text(encoding="utf-8")
    assert "<b>更正说明</b><p>原文将日期误写为3日，已更正。</p>" in text
    (row,) = office.run("SELECT actor FROM log WHERE action = 'correct'")
    assert row.actor == "ann"


def test_a_document_is_marked_repealed_on_its_own_page(office: Office) -> None:
    office.post(office.client("ann"), "/decide", action="approve", which="1@1:1")
    _publish(office)
    _send(office, "ann", "/items/1@1/mend", which="1@1:2", validity="已废止", more="由新办法代替")
    office.post(office.client("bo"), "/decide", action="approve", which="1@2:1")
    _publish(office)
    assert "本文件已废止" in _article(office).read_text(encoding="utf-8")
    assert "没有保存" in _send(office, "ann", "/items/1@2/mend", which="1@2:2", validity="别的")


def test_where_it_stands_at_each_step(office: Office) -> None:
    client = office.client("ann")
    office.post(client, "/decide", action="approve", which="1@1:1")
    assert "等待发布：" in client.get("/items/1@1").text
    assert "等待发布：" in client.get("/done").text
    _publish(office)
    client = office.client("ann")
    assert "已在门户“部门动态”，第 1 次发布" in client.get("/done").text
    page = _send(office, "ann", "/items/1@1/timed", which="1@1:2", action="withdraw", reason="原文有误")
    assert "一分钟内生效" in page
    assert "门户上还在" in page
    _publish(office)
    assert "已从门户撤下，原址留有说明" in office.client("ann").get("/items/1@1").text
