"""What somebody typed is not lost by a refused save or a login that ran out; keys decide once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsers import MARKS, open_browser
from desks import Office, fill, make_office, serving

from pipelines.intake import Intake
from portal import Portal
from sources import Sources
from store.database import Database

pytestmark = MARKS
NOTE = "给各位：日期请再核对"


@pytest.fixture
def backend() -> str:
    """A browser sees no difference."""
    return "sqlite"


@pytest.fixture
def office(
    database: Database, portal: Portal, sources: Sources, intake: Intake, make_page: Callable[..., Any]
) -> Office:
    fill(intake, make_page, 3)
    return make_office(database, portal, sources)


@pytest.fixture
def base(office: Office) -> Iterator[str]:
    with serving(office) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def sit(office: Office, base: str, browser: Any) -> Iterator[Callable[..., Any]]:
    windows = []

    def open_window(who: str, path: str, script: bool = True) -> Any:
        window = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=script)
        windows.append(window)
        office.let_in(window, base, who)
        page = window.new_page()
        page.set_default_timeout(15_000)
        page.goto(base + path)
        return page

    yield open_window
    for window in windows:
        window.close()


def _end_sessions(office: Office) -> None:
    from sqlalchemy import text

    with office.database.write() as connection:
        connection.execute(text("UPDATE sessions SET seen_at = '2020-01-01T00:00:00Z'"))


def _wait_told(page: Any, words: str) -> None:
    page.wait_for_function("words => document.querySelector('#told').textContent.includes(words)", arg=words)


def test_a_refused_save_keeps_every_field_and_says_so_in_its_colour(sit: Callable[..., Any]) -> None:
    page = sit("ann", "/items/1@1")
    page.locator("#f-credit").fill("省教育厅办公室")
    page.locator("#f-published").fill("2026-02-30")
    page.get_by_role("button", name="保存改动").click()
    _wait_told(page, "没有保存")
    assert "bad" in page.locator("#toast").get_attribute("class")  # not in the green of what was done
    assert page.locator("#f-credit").input_value() == "省教育厅办公室"
    page.locator("#f-published").fill("2026-11-04")
    page.get_by_role("button", name="保存改动").click()
    page.wait_for_url("**/items/1@2")
    assert page.locator("#f-credit").input_value() == "省教育厅办公室"
    assert page.evaluate("sessionStorage.length") == 0


def test_another_column_or_a_note_does_not_cost_what_stands_in_the_fields(sit: Callable[..., Any]) -> None:
    page = sit("ann", "/items/1@1")
    page.locator("#f-credit").fill("省教育厅办公室")
    page.get_by_role("radio", name="通知公告").check()
    page.get_by_text("改栏目：通知公告").wait_for()
    assert page.locator("#f-credit").input_value() == "省教育厅办公室"
    page.locator("#note").fill(NOTE)
    page.get_by_role("button", name="留下").click()
    _wait_told(page, "便条已留下")
    assert page.locator("#note").input_value() == ""
    assert page.locator("#f-credit").input_value() == "省教育厅办公室"
    page.locator("#fields").get_by_role("button", name="不要了").click()
    assert page.locator("#f-credit").input_value() != "省教育厅办公室"


def test_nothing_is_passed_while_a_change_of_it_is_not_saved(office: Office, sit: Callable[..., Any]) -> None:
    page = sit("ann", "/items/1@1")
    page.locator("#f-credit").fill("省教育厅办公室")
    page.locator("h1.name").click()
    page.keyboard.press("a")
    _wait_told(page, "还没有保存")
    page.get_by_role("button", name="通过，马上发布").click()
    page.wait_for_timeout(300)
    assert office.run("SELECT state FROM reviews WHERE item = 1")[0][0] == "waiting"
    page.locator("#fields").get_by_role("button", name="不要了").click()
    page.locator("h1.name").click()
    page.keyboard.press("a")
    page.wait_for_url("**/items/2@1*")
    page.go_back()
    page.locator("h1.name").click()
    page.keyboard.press("a")
    _wait_told(page, "这一条现在是“已通过”")


def test_a_login_that_ran_out_costs_nothing_that_was_written(
    office: Office, base: str, sit: Callable[..., Any]
) -> None:
    page = sit("ann", "/items/1@1")
    page.locator("#note").fill(NOTE)
    _end_sessions(office)
    page.get_by_role("button", name="留下").click()
    page.get_by_role("heading", name="登录已经过期").wait_for()
    assert page.get_by_role("link", name="重新登录").get_attribute("href") == "/login?next=/items/1%401"
    office.let_in(page.context, base, "ann")
    page.get_by_role("link", name="重新登录").click()
    page.wait_for_url("**/items/1@1")
    assert page.locator("#note").input_value() == NOTE
    page.get_by_role("button", name="留下").click()
    page.locator(".note", has_text=NOTE).wait_for()


def test_without_script_it_is_shown_to_copy(office: Office, sit: Callable[..., Any]) -> None:
    page = sit("ann", "/write", script=False)
    page.locator("[name=title]").fill("一条写了很久的公告")
    page.locator("[name=text]").fill("第一段。\n\n<b>第二段</b>。")
    _end_sessions(office)
    page.get_by_role("button", name="送审").click()
    kept = [one.input_value() for one in page.locator("textarea").all()]
    assert kept == ["一条写了很久的公告", "第一段。\n\n<b>第二段</b>。"]


def test_a_form_from_before_another_login_is_shown_again_too(
    office: Office, base: str, sit: Callable[..., Any]
) -> None:
    page = sit("ann", "/items/1@1")
    page.locator("#note").fill(NOTE)
    office.let_in(page.context, base, "ann")  # signed in anew in another tab
    page.get_by_role("button", name="留下").click()
    page.get_by_role("heading", name="这一页放得太久了").wait_for()
    assert page.locator("textarea").input_value() == NOTE
    page.get_by_role("link", name="回到那一页").click()
    assert page.locator("#note").input_value() == NOTE


def test_what_one_person_typed_is_not_shown_to_the_next_one(
    office: Office, base: str, sit: Callable[..., Any]
) -> None:
    page = sit("ann", "/items/1@1")
    page.locator("#note").fill(NOTE)
    page.context.clear_cookies()
    office.let_in(page.context, base, "bo")
    page.reload()
    assert page.locator("#note").input_value() == ""
    assert page.evaluate("sessionStorage.length") == 0


def test_a_reason_that_did_not_get_through_is_there_again(
    office: Office, base: str, sit: Callable[..., Any]
) -> None:
    page = sit("ann", "/")
    page.keyboard.press("x")
    page.locator("#why [name=reason]").fill("标题与正文不是一回事")
    _end_sessions(office)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login*")
    office.let_in(page.context, base, "ann")
    page.goto(base + "/")
    page.keyboard.press("x")
    assert page.locator("#why [name=reason]").input_value() == "标题与正文不是一回事"
    page.keyboard.press("Enter")
    _wait_told(page, "不用")


def test_a_page_that_was_left_open_holds_nothing_and_keeps_nobody_signed_in(
    office: Office, base: str, browser: Any
) -> None:
    window = browser.new_context()
    office.let_in(window, base, "ann")
    page = window.new_page()
    page.clock.install()
    claims: list[str] = []
    page.on("request", lambda request: claims.append(request.url) if request.url.endswith("/claim") else None)
    page.goto(f"{base}/items/1@1", wait_until="networkidle")
    page.clock.run_for(150_000)  # the frame's own scrolling at the beginning is nobody's
    claims.clear()
    page.clock.run_for(1_500_000)
    assert claims == []
    page.keyboard.press("Shift")
    with page.expect_request("**/claim"):
        page.clock.run_for(130_000)
    window.close()


def test_a_key_that_is_held_down_decides_once(office: Office, sit: Callable[..., Any]) -> None:
    page = sit("ann", "/")
    for _ in range(4):
        page.keyboard.down("a")
    page.keyboard.up("a")
    _wait_told(page, "一审通过")
    page.wait_for_timeout(300)
    assert office.run("SELECT count(*) FROM reviews WHERE state IN ('approved', 'second')")[0][0] == 1


def test_enter_opens_the_marked_row_at_once(sit: Callable[..., Any]) -> None:
    page = sit("ann", "/?group=clean")
    first = page.locator(".row.cur .title").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/*")
    assert page.locator("h1.name").inner_text() == first
    page.keyboard.press("/")
    page.wait_for_url("**/search")


def test_a_group_that_is_used_up_still_says_what_happened(
    office: Office, intake: Intake, make_page: Callable[..., Any], sit: Callable[..., Any]
) -> None:
    intake.take(
        [
            make_page(
                address=f"http://jyt.example.gov.cn/m/{one}.html",
                title=f"第{one}批校车巡查",
                text=f"{one}。" * 60,
            )
            for one in range(40)
        ]
    )
    page = sit("ann", "/")
    page.locator("[name=bulk]").click()
    _wait_told(page, "已通过")
    page.wait_for_function("document.querySelectorAll('#g-clean .row').length > 0")
    assert page.locator("#toast").is_visible()
    assert page.locator("#undo button").is_visible()
    page.keyboard.press("u")
    _wait_told(page, "已撤销")
    assert office.run("SELECT count(*) FROM reviews WHERE state = 'approved'")[0][0] == 0


def test_no_reason_is_asked_for_what_cannot_be_done_anyway(sit: Callable[..., Any]) -> None:
    page = sit("ann", "/?group=flagged")
    page.keyboard.press("r")
    _wait_told(page, "没有报送单位可退")
    page.keyboard.press("a")
    _wait_told(page, "只有主编写明理由才能放行")
    assert page.locator("dialog[open]").count() == 0


def test_what_is_held_goes_back_by_one_key_and_by_undo(
    office: Office, base: str, sit: Callable[..., Any]
) -> None:
    page = sit("ann", "/?group=clean")
    page.keyboard.press("h")
    _wait_told(page, "暂存")
    page.goto(base + "/?group=held")
    assert page.locator(".act button:visible").all_inner_texts()[0].startswith("放回待审")
    assert page.get_by_role("button", name="通过 A", exact=True).count() == 0
    page.keyboard.press("x")
    _wait_told(page, "先放回待审")
    page.keyboard.press("a")
    _wait_told(page, "》放回待审")
    page.wait_for_function("document.querySelectorAll('.row').length === 0")
    assert office.run("SELECT count(*) FROM reviews WHERE state = 'held'")[0][0] == 0
    page.keyboard.press("u")
    _wait_told(page, "已撤销")
    assert office.run("SELECT count(*) FROM reviews WHERE state = 'held'")[0][0] == 1


def test_a_button_never_decides_about_a_row_out_of_sight(
    office: Office, intake: Intake, make_page: Callable[..., Any], base: str, browser: Any
) -> None:
    fill(intake, make_page, 25)
    window = browser.new_context(viewport={"width": 390, "height": 700}, has_touch=True)
    office.let_in(window, base, "ann")
    page = window.new_page()
    page.set_default_timeout(15_000)
    page.goto(base + "/?group=clean")
    first = page.locator(".row.cur .title").inner_text()
    assert first in page.locator("#picked").inner_text()  # a thumb sees what the buttons are about
    page.evaluate("scrollTo(0, document.body.scrollHeight)")

    def tap() -> None:  # where a thumb would: a locator's tap scrolls the page first
        box = page.get_by_role("button", name="通过", exact=True).bounding_box()
        page.touchscreen.tap(box["x"] + 20, box["y"] + 20)

    tap()
    _wait_told(page, "请再按一次")
    assert office.run("SELECT count(*) FROM reviews WHERE state <> 'waiting'")[0][0] == 0
    tap()
    _wait_told(page, "一审通过")
    window.close()
