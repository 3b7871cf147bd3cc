"""What the desk promises, in a real browser: hundreds by single keys, undo, no fault that axe can find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from browsers import MARKS, open_browser
from desks import Office, fill, make_office, serving
from school import read_truth

from demo.configuration import write_configuration
from demo.province import make_province
from pipelines.intake import Intake
from portal import Portal, load_portal
from publish.site import publish_site
from sources import Sources, load_sources
from store.clusters import join_cluster
from store.database import Database

pytestmark = MARKS
playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (extra dev)")
STATE = (
    "SELECT v.item, v.state, v.column_key, v.release_after, i.public_revision FROM reviews v "
    "JOIN items i ON i.id = v.item ORDER BY v.revision"
)
OPEN_FINDINGS = "SELECT id FROM findings WHERE cleared_by_log IS NULL ORDER BY id"
SEARCH = "/search?q=%E5%8F%96%E6%9A%96"
MODES = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]


@pytest.fixture
def backend() -> str:
    """A browser sees no difference."""
    return "sqlite"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def office(
    database: Database, portal: Portal, sources: Sources, intake: Intake, make_page: Callable[..., Any]
) -> Office:
    """Three clean items with a repost under the first, one doubtful, one blocked, one for two persons."""
    fill(intake, make_page, 4)
    with database.write() as connection:
        join_cluster(connection, 2, 1, 0.9, "正文相同")
    return make_office(database, portal, sources)


@contextmanager
def sit(office: Office, browser: Any, who: str, base: str, **options: Any) -> Iterator[Any]:
    """Sit down as somebody, in a window of one's own."""
    window = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    office.let_in(window, base, who)
    page = window.new_page()
    page.goto(base)
    yield page
    window.close()


# --- hundreds by single keys ---


def take_province(home: Path, agencies: int) -> Office:
    """Take the sample province in, as the crawl brings it, without a crawl."""
    province = make_province(date(2026, 11, 5), agencies=agencies)
    files = write_configuration(province, home)
    sources, portal = load_sources(files.sources), load_portal(files.portal)
    database = Database.open(f"sqlite:///{home / 'caibian.sqlite'}", home)
    pages = [read_truth(one) for one in province.truths() if one.outcome == "item"]
    with Intake(database, sources, portal) as intake:
        for at in range(0, len(pages), 100):
            intake.take(pages[at : at + 100])
    return make_office(database, portal, sources)


def review_by_keys(page: Any, count: int) -> Counter[int]:
    """Decide about so many by keys alone; give how many took how many keys."""
    keys: Counter[int] = Counter()
    done = 0
    while done < count:
        group, folded = _look_at_row(page, done)
        pressed = ["x", "1", "Enter"] if group == "flagged" else ["a"]
        for key in pressed:
            page.keyboard.press(key)
        done += 1 + folded
        keys[len(pressed)] += 1 + folded
    _look_at_row(page, done)
    return keys


def _look_at_row(page: Any, done: int) -> tuple[str, int]:
    """Wait until so many are done and give the row's group and fold; a spent group has the page come anew."""
    ready = (
        "done => Number(document.querySelector('#made').textContent) >= done"
        " && document.querySelector('.row.cur:not(.busy)')"
        " && [document.querySelector('.row.cur').dataset.group,"
        " document.querySelectorAll('.row.cur ~ details .row').length]"
    )
    for _ in range(20):
        try:
            found = page.wait_for_function(ready, arg=done, timeout=20_000).json_value()
        except playwright.Error as error:
            if "context was destroyed" not in str(error):
                raise
            page.wait_for_load_state()
            continue
        return str(found[0]), int(found[1])
    raise AssertionError("the page never came to rest")


def check_keys(home: Path, browser: Any, agencies: int, count: int, single: int) -> None:
    office = take_province(home, agencies)
    with serving(office) as base, sit(office, browser, "as-editor", base) as page:
        keys = review_by_keys(page, count)
        assert sum(keys.values()) >= count
        assert keys[1] >= single
        rows = office.run(
            "SELECT count(*) FROM log WHERE actor = 'as-editor' AND action IN ('approve', 'reject', 'hold')"
        )
        assert rows[0][0] == sum(keys.values())
    office.database.close()


def test_a_run_by_keys_alone(tmp_path: Path, browser: Any) -> None:
    check_keys(tmp_path, browser, 2, 24, 18)


@pytest.mark.soak
def test_three_hundred_by_keys_alone(tmp_path: Path, browser: Any) -> None:
    check_keys(tmp_path, browser, 24, 300, 200)


# --- undo ---


def test_undo_before_release_restores_everything_exactly(office: Office, browser: Any) -> None:
    with serving(office) as base, sit(office, browser, "chi", base) as page:
        before = (office.run(STATE), office.run(OPEN_FINDINGS), page.locator(".row").all_inner_texts())
        for key in ("a", "a", "h"):  # the fold, a clean one, and one held
            _press(page, key)
        _press(page, " ")
        page.keyboard.press("j")
        _press(page, " ")
        page.keyboard.press("a")  # two at once
        page.wait_for_function("() => document.querySelectorAll('.row.busy').length === 0")
        assert office.run(STATE) != before[0]
        for _ in range(4):
            _undo(page)
        after = (office.run(STATE), office.run(OPEN_FINDINGS), page.locator(".row").all_inner_texts())
        assert after == before


def _press(page: Any, key: str) -> None:
    page.keyboard.press(key)
    page.wait_for_function("() => document.querySelectorAll('.row.busy').length === 0")


def test_undo_after_release_is_a_withdrawal(office: Office, portal: Portal, browser: Any) -> None:
    with serving(office) as base, sit(office, browser, "ann", base) as page:
        page.goto(f"{base}/items/3@1")
        page.keyboard.press("a")
        page.wait_for_url(lambda url: "/items/3@1" not in url)
        office.clock.pass_time(minutes=6)
        publish_site(office.database, portal, office.database.home, office.clock())
        page.goto(base)
        _undo(page)
        assert "已经发布：要撤下请在稿件页写明理由" in page.locator("#told").inner_text()
        assert _state(office, 3) == "approved"
        page.goto(f"{base}/items/3@1")
        page.locator("#decide button[value=withdraw]").click()
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/items/3@1" not in url)
        assert _state(office, 3) == "withdrawn"


def _undo(page: Any) -> None:
    """Take back by key, and wait for the page that comes anew."""
    page.evaluate("() => { window.before = true; }")
    page.keyboard.press("u")
    for _ in range(20):
        try:
            page.wait_for_function("() => !window.before && document.readyState === 'complete'")
            return
        except playwright.Error as error:
            if "context was destroyed" not in str(error):
                raise


def _state(office: Office, item: int) -> str:
    return str(office.run(f"SELECT state FROM reviews WHERE item = {item}")[0][0])


# --- folds and what is selected ---


def test_a_fold_goes_by_one_key_and_all_of_it_by_another(office: Office, browser: Any) -> None:
    with serving(office) as base, sit(office, browser, "ann", base) as page:
        page.locator("#g-folded .title").first.focus()
        _press(page, "a")
        assert "转载 1 条记为重复" in page.locator("#told").inner_text()
        assert (_state(office, 1), _state(office, 2)) == ("approved", "rejected")
        _undo(page)
        assert (_state(office, 1), _state(office, 2)) == ("waiting", "waiting")
        page.locator("#g-folded .title").first.focus()
        _press(page, "Shift+A")
        assert (_state(office, 1), _state(office, 2)) == ("approved", "approved")


# --- for everybody ---


def list_pages(office: Office) -> list[str]:
    """Every page that a chief editor can open, by the application's own map, over what the office holds."""
    named = {"item": 5, "number": 1}
    pages = []
    with office.app.test_request_context():
        adapter = office.app.url_map.bind("localhost")
        for rule in office.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.arguments <= named.keys():
                path = adapter.build(rule.endpoint, {name: named[name] for name in rule.arguments})
                answer = office.client("chi").get(path)
                if answer.status_code == 200 and answer.mimetype == "text/html" and "main" in answer.text:
                    pages.append(path)
    framed = ("/preview", "/source")  # the publisher's page, looked at by its own tests, and a stranger's
    return [path for path in sorted(set(pages)) if not path.endswith(framed)]


def check_axe(office: Office, browser: Any, width: int, scheme: str, pages: list[str]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found: list[str] = []
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with serving(office) as base, sit(office, browser, "chi", base, **options) as page:
        for path in pages:
            page.goto(base + path)
            found += _look(Axe(), page, path)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if wide > 0:
                found.append(f"{path} is {wide} px too wide at {width}")
        page.goto(base)
        for key, dialog in (("?", "help"), ("x", "why")):
            page.keyboard.press(key)
            page.wait_for_selector(f"#{dialog}[open]")
            found += _look(Axe(), page, f"#{dialog}")
            page.keyboard.press("Escape")
        page.context.clear_cookies()
        page.goto(f"{base}/login")
        found += _look(Axe(), page, "/login")
    assert found == []


def _look(axe: Any, page: Any, where: str) -> list[str]:
    result = axe.run(page).response
    return [
        f"{where}: {one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]}"
        for one in result["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def test_axe_finds_nothing_serious(office: Office, browser: Any) -> None:
    check_axe(office, browser, 390, "dark", ["/", "/items/6@1", SEARCH])


@pytest.mark.soak
@pytest.mark.parametrize(("width", "scheme"), MODES)
def test_axe_finds_nothing_serious_in_any_mode(office: Office, browser: Any, width: int, scheme: str) -> None:
    pages = list_pages(office)
    assert {"/", "/done", "/search", "/password", "/items/5@1"} <= set(pages)
    check_axe(
        office, browser, width, scheme, [*pages, "/?group=clean", SEARCH, "/items/6@1", "/nothing-here"]
    )
