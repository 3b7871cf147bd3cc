"""The portal for everybody: axe finds nothing, keys alone, large type, any width, no other host or script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browsers import MARKS, open_browser
from furnished import name_kinds
from office import Office

from demo.portal_server import serve_folder

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe (extra dev)")
pytestmark = MARKS

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"
ALIKE = {"older", "drawer", "ended topic", "corrected"}  # of a template that another kind has: `make soak`
KEEP_LARGE = "try { localStorage.setItem('large', '1'); } catch (error) {}"
# What has the focus, whether it shows it, and whether it is within the page's width.
FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  const seen = box.width > 0 && box.right > 0;
  const shown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [one.tagName, one.getAttribute('href') || one.id || one.className, shown, seen];
}"""


@pytest.fixture(scope="module")
def base(furnished: Office) -> Iterator[str]:
    with serve_folder(furnished.site, 0) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with open_browser() as opened:
        yield opened


def look(chromium: Any, base: str, kinds: dict[str, str], large: bool = False, **options: Any) -> list[str]:
    """Open each page and say what is wrong with it."""
    context = chromium.new_context(bypass_csp=True, **options)  # axe is put into the page
    if large:
        context.add_init_script(KEEP_LARGE)
    page, told = context.new_page(), []
    page.on("request", lambda one: told.append(one.url) if not one.url.startswith(base) else None)
    for kind, path in kinds.items():
        page.goto(base + path)
        if kind == "search":
            page.wait_for_selector("#search:not([hidden])")
        found = axe.Axe().run(page, options=OPTIONS).response["violations"]
        told += [f"{kind}: {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
        if page.evaluate(OVERFLOW) > 0:
            told.append(f"{kind}: wider than the window")
    context.close()
    return told


def test_axe_finds_nothing_on_any_kind_of_page(chromium: Any, base: str, furnished: Office) -> None:
    kinds = {kind: path for kind, path in name_kinds(furnished).items() if kind not in ALIKE}
    assert look(chromium, base, kinds, viewport={"width": 1280, "height": 900}) == []


def test_axe_finds_nothing_in_large_type_on_a_dark_telephone(
    chromium: Any, base: str, furnished: Office
) -> None:
    kinds = name_kinds(furnished)
    chosen = {kind: kinds[kind] for kind in ("front", "repealed", "directory", "topic")}
    narrow = {"width": 390, "height": 900}
    assert look(chromium, base, chosen, True, viewport=narrow, color_scheme="dark") == []


@pytest.mark.soak
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 800, 1280, 1920])
def test_axe_finds_nothing_at_any_width_in_any_light_and_type(
    chromium: Any, base: str, furnished: Office, width: int, scheme: str, large: bool
) -> None:
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    assert look(chromium, base, name_kinds(furnished), large, **options) == []


def test_the_traditional_version_is_as_good(chromium: Any, base: str, furnished: Office) -> None:
    kinds = {kind: f"/zh-hant{path}" for kind, path in name_kinds(furnished).items() if kind != "missing"}
    chosen = {kind: kinds[kind] for kind in ("front", "document", "search", "gone")}
    assert look(chromium, base, chosen, viewport={"width": 1280, "height": 900}) == []


def test_everything_is_reached_and_shown_by_keys(chromium: Any, base: str, furnished: Office) -> None:
    page = chromium.new_page()
    kinds = name_kinds(furnished)
    for kind in ("front", "article", "directory", "help"):
        page.goto(base + kinds[kind])
        links = page.locator("a:visible, input:visible, button:visible, [tabindex='0']:visible").count()
        reached = []
        for _ in range(links + 5):
            page.keyboard.press("Tab")
            tag, name, shown, visible = page.evaluate(FOCUS)
            if tag == "BODY":
                break
            assert shown, (kind, tag, name)
            assert visible, (kind, tag, name)
            reached.append((tag, name))
        assert reached[0] == ("A", "#main")
        assert len(reached) >= links - 1, kind
    page.close()


def test_without_script_everything_but_the_search_is_there(
    chromium: Any, base: str, furnished: Office
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base)
    page.click("text=公开目录 >> nth=0")
    page.click("text=关于第3件事的通知")
    assert page.locator("h1").text_content() == "关于第3件事的通知"
    page.click("text=繁體版")
    assert page.url.startswith(f"{base}/zh-hant/articles/")
    page.click("text=简体版")
    assert page.url == base + name_kinds(furnished)["document"]
    page.goto(f"{base}/search/")
    assert page.locator("noscript").count() == 1
    context.close()


def test_a_withdrawn_page_answers_410_in_both_versions(chromium: Any, base: str, furnished: Office) -> None:
    page = chromium.new_page()
    gone = name_kinds(furnished)["gone"]
    assert page.goto(base + gone).status == 410
    assert "这条信息已撤下" in page.content()
    assert page.goto(f"{base}/zh-hant{gone}").status == 410
    assert "這條信息已撤下" in page.content()
    page.close()


def test_the_search_of_the_traditional_version_leads_to_traditional_pages(chromium: Any, base: str) -> None:
    page = chromium.new_page()
    page.goto(f"{base}/zh-hant/search/?q=取暖設備")
    page.wait_for_selector("#hits li")
    links = page.eval_on_selector_all("#hits h2 a", "all => all.map(one => new URL(one.href).pathname)")
    assert all(link.startswith("/zh-hant/articles/") for link in links)
    page.close()


def search(page: Any, address: str) -> list[str]:
    """Ask the search page of `address`; give what each hit says."""
    page.goto(address)
    page.wait_for_selector("#hits[data-done]", state="attached")
    return [" ".join(str(hit).split()) for hit in page.locator("#hits li").all_inner_texts()]


def test_what_the_traditional_search_finds_is_shown_in_traditional_characters(
    chromium: Any, base: str
) -> None:
    page = chromium.new_page()
    for asked in ("图片 头发", "圖片 頭髮"):  # the word for hair, not for what is sent out
        (hit,) = search(page, f"{base}/zh-hant/search/?q={asked}")
        assert hit.startswith("圖片信息 頭髮、幹部、皇后。 ")
        assert "來源：省教育廳" in hit
        assert page.locator("#hits mark").all_inner_texts() == ["圖片", "頭髮"]
    options = page.locator("select[name=c] option, select[name=a] option").all_inner_texts()
    assert {"部門動態", "樣例省教育廳"} <= set(options)
    assert search(page, f"{base}/search/?q=头发")[0].startswith("图片信息 头发、干部、皇后。 ")
    page.close()


def test_what_was_asked_goes_along_to_the_other_version(chromium: Any, base: str) -> None:
    page = chromium.new_page()
    search(page, f"{base}/search/?q=头发&c=bumen")
    page.click(".turn")
    page.wait_for_selector("#hits[data-done]", state="attached")
    assert page.url.startswith(f"{base}/zh-hant/search/?")
    assert page.locator("#q").input_value() == "头发"
    page.close()


def test_a_repealed_document_is_marked_among_the_hits(chromium: Any, base: str) -> None:
    page = chromium.new_page()
    hits = search(page, f"{base}/search/?q=总则 样政办")
    assert [hit.split(" 一、")[0] for hit in hits] == [
        "关于第3件事的通知",
        "关于第2件事的通知",
        "关于第1件事的通知 已废止",
        "关于第0件事的通知",
    ]
    assert page.locator("#hits .tag.red").count() == 1
    page.close()


SHIFTS = """
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.shifted = (window.shifted || 0) + one.value;
}).observe({type: "layout-shift", buffered: true});
"""


def test_nothing_jumps_while_the_search_answers(chromium: Any, base: str) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.add_init_script(SHIFTS)
    for asked in ("?q=取暖", "?q=没有的词", ""):
        page.goto(f"{base}/search/{asked}")
        page.wait_for_timeout(300)
        assert page.evaluate("window.shifted || 0") < 0.1, asked  # what Chromium calls good
    page.close()


OLD = {"@supports not (container-type: inline-size)": "@media all", "@container page": "@media speech and"}


def test_a_telephone_without_container_queries_has_a_column_of_its_own_width(
    chromium: Any, base: str, furnished: Office
) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})

    def age(route: Any) -> None:
        sheet = route.fetch().text()
        for known, read in OLD.items():
            assert known in sheet
            sheet = sheet.replace(known, read)
        route.fulfill(body=sheet, content_type="text/css")

    page.route("**/*.css", age)
    for kind, path in name_kinds(furnished).items():
        page.goto(base + path)
        assert page.evaluate(OVERFLOW) <= 0, kind
        widths = page.eval_on_selector_all("main .list a", "all => all.map(one => one.clientWidth)")
        assert all(width > 300 for width in widths), kind
    page.close()


def test_a_long_cell_wraps_and_a_short_one_does_not(chromium: Any, base: str, furnished: Office) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(base + name_kinds(furnished)["article"])
    cells = page.locator(".body td")
    cells.nth(0).evaluate("one => { one.innerHTML = '<p>海西州府</p>'; }")
    cells.nth(1).evaluate("one => { one.textContent = '很长的一格'.repeat(20); }")
    assert page.evaluate("(one => one.scrollWidth - one.clientWidth)(document.querySelector('.scroll'))") == 0
    rows = """one => {
      const range = document.createRange();
      range.selectNodeContents(one);
      return range.getClientRects().length;
    }"""
    assert cells.nth(0).locator("p").evaluate(rows) == 1
    assert cells.nth(1).evaluate(rows) > 3
    page.close()


def test_where_the_system_sets_the_colours_the_current_place_is_still_seen(
    chromium: Any, base: str, furnished: Office
) -> None:
    page = chromium.new_page(forced_colors="active")
    page.goto(base + name_kinds(furnished)["column"])
    for current, other in (
        (".nav [aria-current]", ".nav a:not([aria-current])"),
        (".pager [aria-current]", ".pager a"),
        (".side [aria-current]", ".side nav a:not([aria-current])"),
    ):
        look = (
            "one => { const all = getComputedStyle(one); return [all.borderBottom, all.textDecorationLine]; }"
        )
        assert page.locator(current).first.evaluate(look) != page.locator(other).first.evaluate(look), current
    page.close()


def test_large_type_holds_for_a_page_that_back_brings_out_of_memory(chromium: Any, base: str) -> None:
    page = chromium.new_page()
    page.goto(base)
    page.evaluate("localStorage.setItem('large', '1')")  # as another page does
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21.3344px"
    assert page.locator("#large").is_checked()
    page.evaluate("localStorage.clear()")
    page.close()
