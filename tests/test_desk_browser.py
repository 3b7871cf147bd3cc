"""The desk in a real browser: by keys alone, in bulk, two at one item, on a phone, with hostile items."""

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

MakePage = Callable[..., Any]
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)></svg>\"'><b id=bold>粗</b>"
    "<iframe srcdoc='<script>alert(4)</script>'></iframe><img src='http://evil.invalid/pixel.gif'>"
    "<a href='javascript:alert(5)'>点</a><link rel=preconnect href='http://evil.invalid'>"
    "<style>body{display:none}</style><base href='http://evil.invalid/'>{{7*7}}"
    "<meta http-equiv=refresh content='0;url=http://evil.invalid/'>" + "x" * 200
)


@pytest.fixture
def backend() -> str:
    """A browser sees no difference."""
    return "sqlite"


@pytest.fixture
def office(database: Database, portal: Portal, sources: Sources) -> Office:
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
    """Sit down at the desk as somebody: a browser window of one's own that notes what it asks for."""
    windows = []

    def open_window(who: str, width: int = 1440, script: bool = True, path: str = "/") -> Any:
        window = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
        office.let_in(window, base, who)
        page = window.new_page()
        page.faults = []
        page.asked = []
        page.on("dialog", lambda dialog: (page.faults.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(base + path)
        windows.append(window)
        return page

    yield open_window
    for window in windows:
        for page in window.pages:
            assert page.faults == []
            assert {url for url in page.asked if not url.startswith(base)} == set()
        window.close()


def _count(office: Office, state: str) -> int:
    return int(office.run(f"SELECT count(*) FROM reviews WHERE state = '{state}'")[0][0])


def _wait_told(page: Any, words: str) -> None:
    page.wait_for_function("words => document.querySelector('#told').textContent.includes(words)", arg=words)


def test_thirty_items_by_keys_alone(
    office: Office, intake: Intake, make_page: MakePage, sit: Callable[..., Any]
) -> None:
    fill(intake, make_page, 30)
    page = sit("ann")
    page.keyboard.press("j")
    page.keyboard.press("k")
    for _ in range(25):  # the surest comes first, and waits for its second person then
        page.keyboard.press("a")
    _wait_told(page, "第24次")
    assert _count(office, "approved") == 24
    page.keyboard.press("4")  # behind the three columns that rules lead to
    _wait_told(page, "通知公告")
    page.keyboard.press("a")
    _wait_told(page, "进入“通知公告”")
    page.keyboard.press("h")
    _wait_told(page, "暂存")
    page.keyboard.press("x")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    _wait_told(page, "不用")
    page.keyboard.press("Enter")  # opens the current one
    page.wait_for_url("**/items/28@1*")
    page.keyboard.press("a")
    page.wait_for_url("**/items/29@1*")
    _wait_told(page, "第28次")
    page.keyboard.press("a")
    page.wait_for_url("**/items/30@1*")
    assert (_count(office, "approved"), _count(office, "held"), _count(office, "rejected")) == (27, 1, 1)
    page.keyboard.press("u")
    page.wait_for_url("**/items/29@1")
    assert _count(office, "approved") == 26
    assert page.locator(".panel h1").inner_text() == "省教育厅第29次取暖检查通报"


def test_bulk_leaves_the_flagged_one_and_undo_restores(
    office: Office, intake: Intake, make_page: MakePage, sit: Callable[..., Any]
) -> None:
    fill(intake, make_page, 5)
    page = sit("ann")
    titles = page.locator(".title").all_inner_texts()
    for box in page.locator(".row [type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="通过 A", exact=True).click()
    _wait_told(page, "关于某项工作情况的通报》：有标记")
    assert (_count(office, "approved"), _count(office, "second"), _count(office, "waiting")) == (5, 1, 2)
    assert page.locator(".title").all_inner_texts() == [titles[6], titles[7]]
    page.keyboard.press("u")
    _wait_told(page, "已撤销")
    assert page.locator(".title").all_inner_texts() == titles
    assert _count(office, "waiting") == 8


def test_two_editors_one_wins_and_the_other_is_told(
    office: Office, intake: Intake, make_page: MakePage, sit: Callable[..., Any]
) -> None:
    fill(intake, make_page, 2)
    ann, bo = sit("ann"), sit("bo")
    for one in (ann, bo):
        one.locator("#r1 .title").focus()
    ann.keyboard.press("a")
    _wait_told(ann, "第1次")
    bo.keyboard.press("a")
    _wait_told(bo, "ann 先处理了")
    ann.goto(ann.url.split("#")[0] + "items/2@1")
    bo.goto(bo.url.split("#")[0] + "items/2@1")
    bo.wait_for_selector("#claimed:not([hidden])")
    assert "ann 正在看这一条" in bo.locator("#claimed").inner_text()
    bo.keyboard.press("a")
    _wait_told(bo, "ann 正在看这一条")
    ann.keyboard.press("a")
    ann.wait_for_url(lambda url: "/items/" not in url)
    assert _count(office, "approved") == 2


def test_on_a_phone_by_touch_and_without_script(
    office: Office, intake: Intake, make_page: MakePage, sit: Callable[..., Any]
) -> None:
    fill(intake, make_page, 2)
    phone = sit("ann", width=390)
    for path in ("/", "/items/1@1", "/done", "/password"):
        phone.goto(phone.url.split("/", 3)[0] + "//" + phone.url.split("/")[2] + path)
        assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        small = phone.evaluate(
            "[...document.querySelectorAll('button, .btn, input:not([type=hidden]):not([type=checkbox])"
            ":not([type=radio]), .tick, .title')].filter(e => e.offsetParent && e.getBoundingClientRect()"
            ".height < 43.5 && !e.closest('.top') && !e.classList.contains('vh')).map(e => e.outerHTML)"
        )
        assert small == [], path
    plain = sit("bo", script=False)
    plain.locator("#r1 [type=checkbox]").check()
    plain.get_by_role("button", name="通过 A", exact=True).click()
    assert "第1次" in plain.locator("#told").inner_text()
    plain.get_by_role("button", name="撤销上一步").click()
    assert "已撤销" in plain.locator("#told").inner_text()
    assert _count(office, "waiting") == 5


def test_single_keys_can_be_turned_off(
    office: Office, intake: Intake, make_page: MakePage, sit: Callable[..., Any]
) -> None:
    fill(intake, make_page, 1)
    page = sit("ann")
    page.keyboard.press("?")
    page.locator("#single").click()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.reload()
    page.keyboard.press("a")
    page.wait_for_timeout(200)
    assert _count(office, "approved") == 0


def test_nothing_of_an_item_runs_or_calls_out(
    office: Office, intake: Intake, make_page: MakePage, sit: Callable[..., Any]
) -> None:
    fields = dict.fromkeys(("credit", "author", "doc_number", "index_number", "issuer", "topic"), HOSTILE)
    intake.take([make_page(title=HOSTILE, html=HOSTILE + "<p>正文</p>", text="正文" * 40, **fields)])
    with office.database.write() as connection:
        from sqlalchemy import text

        connection.execute(
            text(
                "INSERT INTO revision_doubts (revision, field, word, at) VALUES (1, 'title', :word, '2026')"
            ),
            {"word": HOSTILE},
        )
    page = sit("ann")
    assert page.locator("#bold").count() == 0
    for path in ("items/1@1", "done", "items/1@1/preview", "items/1@1/source", "?q=script"):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/" + path)
        page.wait_for_load_state()
        assert page.locator("#bold").count() == 0
        assert page.evaluate("getComputedStyle(document.body).display") != "none"
