"""The desk's pages around an item in a real browser: numbers both ways, the bookmark, widths, axe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from browsers import MARKS, open_browser
from desks import Office, fill, make_office, serving

from pipelines.intake import Intake
from portal import Portal
from sources import Sources
from store.database import Database

pytestmark = MARKS
PAGES = ("/items/4@1", "/items/5@1", "/done", "/take", "/write", "/pages", "/log")


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


def _sit(office: Office, base: str, browser: Any, who: str, width: int = 1280) -> Any:
    window = browser.new_context(viewport={"width": width, "height": 900})
    office.let_in(window, base, who)
    page = window.new_page()
    page.set_default_timeout(15_000)
    return page


def test_a_number_leads_to_its_place_and_back(office: Office, base: str, browser: Any) -> None:
    page = _sit(office, base, browser, "ann")
    page.goto(f"{base}/items/5@1")
    page.locator("#look-1 [data-see]").click()
    paper = page.frame(name="paper")
    assert "cur" in paper.locator("#m1").get_attribute("class")
    page.evaluate("window.scrollTo(0, 0)")
    paper.locator("#m1").click()
    assert page.evaluate("document.activeElement.closest('[data-look]').dataset.look") == "1"
    page.context.close()


def test_a_doubt_is_settled_and_a_note_left_by_mouse(office: Office, base: str, browser: Any) -> None:
    page = _sit(office, base, browser, "ann")
    page.goto(f"{base}/items/4@1")
    page.get_by_role("button", name="用 2026-11-02").click()
    assert page.locator("#f-published").input_value() == "2026-11-02"
    page.get_by_role("button", name="没有问题").click()
    page.get_by_text("没有标记，没有存疑").wait_for()
    page.locator("#note").fill("请看一眼日期")
    page.get_by_role("button", name="留下").click()
    page.locator(".note", has_text="请看一眼日期").wait_for()
    page.context.close()


def test_who_clicked_into_the_preview_decides_by_keys_and_does_not_lose_it(
    office: Office, base: str, browser: Any
) -> None:
    page = _sit(office, base, browser, "ann")
    page.goto(f"{base}/items/1@1")
    paper = page.frame(name="paper")
    paper.get_by_role("link", name="首页").first.click()
    paper.locator("h1").click()
    assert page.frame(name="paper").url.endswith("/items/1@1/preview")
    page.keyboard.press("j")
    page.wait_for_url("**/items/2@1*")
    page.frame(name="paper").locator("h1").click()
    page.keyboard.press("a")
    page.wait_for_url("**/items/3@1*")
    assert office.run("SELECT state FROM reviews WHERE item = 2")[0][0] == "approved"
    page.context.close()


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A page of another site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write("<title>某单位</title><h1>通知</h1>".encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://agency.localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_bookmark_opens_the_form_with_the_address_and_does_nothing(
    office: Office, base: str, browser: Any, elsewhere: str
) -> None:
    page = _sit(office, base, browser, "ann")
    page.goto(f"{base}/take")
    bookmark = page.get_by_role("link", name="采到采编").get_attribute("href")
    assert bookmark.startswith("javascript:")
    there = f"{elsewhere}/a/1.html?id=3&x=%E5%85%AC"
    page.goto(there)
    page.evaluate(bookmark.removeprefix("javascript:"))
    page.wait_for_url(f"{base}/take?url=**")  # signed in, although the cookie is for this site alone
    assert page.locator("[name=url]").input_value() == there
    assert office.run("SELECT * FROM jobs") == []
    page.get_by_role("button", name="取来").click()
    page.wait_for_url(f"{base}/take/*")
    page.get_by_text("排着队").wait_for()
    (job,) = office.run("SELECT kind, argument FROM jobs")
    assert tuple(job) == ("take", f"{there} ann")
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_and_axe_finds_nothing_serious(office: Office, base: str, browser: Any, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = _sit(office, base, browser, "chi", width)
    for path in PAGES:
        page.goto(base + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
        serious = [
            one["id"] for one in found.response["violations"] if one["impact"] in ("serious", "critical")
        ]
        assert not serious, (path, found.generate_report())
    page.context.close()


SMALL = """() => [...document.querySelectorAll('a, button, summary, select, label:has(input)')]
  .filter(one => one.offsetParent && one.closest('main') && !one.closest('.vh'))
  .filter(one => { const box = one.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
  .map(one => one.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("width", [390, 1280])
def test_everything_that_is_pressed_is_large_enough(
    office: Office, base: str, browser: Any, width: int
) -> None:
    page = _sit(office, base, browser, "as-chief", width)
    for path in (
        "/",
        "/items/4@1",
        "/items/5@1",
        "/done",
        "/take",
        "/write",
        "/log",
        "/learning",
        "/alike/1",
    ):
        page.goto(base + path)
        assert page.evaluate(SMALL) == [], path
    page.context.close()
