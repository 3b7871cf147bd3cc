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
