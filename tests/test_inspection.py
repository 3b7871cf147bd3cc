"""A release is inspected before it is served, and any time after; what fails is named and not switched."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from office import Office, keep_pdf, read_site

from caibian import cli
from errors import PublishError
from portal import Portal
from publish.assets import read_assets
from publish.contrast import find_pale, measure
from publish.inspect_site import inspect_site
from publish.inspection import Flaw, Inspection
from publish.site_view import see_site
from sample import PORTAL, SOURCES
from store.database import Database


@pytest.fixture
def office(database: Database, portal: Portal) -> Office:
    office = Office(database, portal)
    attachment = keep_pdf(office)
    for number in range(4):
        office.approve(office.write(attachments=[attachment]), "diqu" if number % 2 else "bumen")
    office.publish()
    return office


def inspect(office: Office) -> list[Flaw]:
    return inspect_site(see_site(office.portal), office.home, {})


def grave(flaws: list[Flaw]) -> set[tuple[str, str]]:
    return {(flaw.path, flaw.rule) for flaw in flaws if flaw.grave}


def test_a_release_of_ours_has_no_grave_fault(office: Office) -> None:
    office.decide(2, "withdraw")
    office.publish()
    assert grave(inspect(office)) == set()


FAULTS = {
    "site tags": ("/index.html", '<meta name="SiteIDCode"', '<meta name="Other"', "tags"),
    "column tags": ("/columns/bumen/index.html", '<meta name="ColumnType"', '<meta name="Other"', "tags"),
    "article tags": ("ARTICLE", '<meta name="ContentSource"', '<meta name="Other"', "tags"),
    "date of an article": ("ARTICLE", "<time", "<span", "date"),
    "form of a date": ("ARTICLE", 'name="PubDate" content="2026', 'name="PubDate" content="26', "date"),
    "dates of rows": ("/columns/bumen/index.html", "<time", "<span", "date"),
    "title": ("/index.html", "<title>", "<title></title><i>", "title"),
    "heading": ("ARTICLE", "<h1", "<h2", "heading"),
    "blank column": ("/columns/bumen/index.html", '<ul class="list rows', '<ul class="other', "blank column"),
    "link": ("/columns/bumen/index.html", 'href="/articles/', 'href="/nothing/', "link"),
    "anchor": ("ARTICLE", 'href="#main"', 'href="#nowhere"', "link"),
    "image": ("ARTICLE", "<h1", '<img src="/files/none.png" width="1" height="1"><h1', "image"),
    "weight": ("/columns/bumen/index.html", "</main>", f"{'<p></p>' * 15000}</main>", "weight"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_on_its_page(office: Office, name: str) -> None:
    path, old, new, rule = FAULTS[name]
    path = office.path_of(1) if path == "ARTICLE" else path
    page = (office.site / path.lstrip("/")).read_text(encoding="utf-8")
    assert old in page
    known = read_site(office.site).keys()
    inspection = Inspection(see_site(office.portal).absolute(""), 1000)
    page = page.replace(old, new)
    inspection.look(path, page, len(page.encode()))
    found = inspection.settle(lambda wanted: known & set(wanted))
    assert (path, rule) in grave(found), found


def break_template(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every article lead to a page that is not there."""
    plain = Inspection.look

    def look(self: Inspection, path: str, page: str, size: int) -> None:
        plain(self, path, page.replace("</main>", '<a href="/not/there.html">x</a></main>'), size)

    monkeypatch.setattr(Inspection, "look", look)


def test_a_failing_release_is_not_served_unless_told_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_site(office.site)
    item = office.approve(office.write())
    with monkeypatch.context() as patch:
        break_template(patch)
        with pytest.raises(PublishError, match=r"/not/there.html, which is not there") as caught:
            office.publish()
        assert "the release before stays served" in str(caught.value)
        assert read_site(office.site) == before
        office.publish(anyway=True)
    assert office.page_of(item).exists()


def test_what_was_refused_is_published_once_it_is_mended(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = office.approve(office.write())
    with monkeypatch.context() as patch:
        break_template(patch)
        with pytest.raises(PublishError):
            office.publish()
    office.publish()
    assert office.page_of(item).exists()
    mended = read_site(office.site)
    office.publish(full=True)
    assert read_site(office.site) == mended


def test_an_item_that_leads_to_an_address_that_never_was_is_held_with_the_page_named(office: Office) -> None:
    office.approve(office.write(html='<p><a href="/articles/2020/01/99.html">旧文</a></p>'))
    with pytest.raises(PublishError, match=r"leads to /articles/2020/01/99.html"):
        office.publish()


def test_a_link_to_what_was_withdrawn_is_told_and_holds_nothing(office: Office) -> None:
    office.approve(office.write(html=f'<p><a href="{office.path_of(2)}">前文</a></p>'))
    office.publish()
    office.decide(2, "withdraw")
    office.publish()
    found = [flaw for flaw in inspect(office) if flaw.rule == "link"]
    assert ["which was withdrawn" in flaw.words for flaw in found] == [True]
    assert not found[0].grave


def test_an_old_address_that_leads_nowhere_is_named(office: Office) -> None:
    moved = {"/a.htm": "/columns/bumen/", "/b.htm": "/columns/none/"}
    flaws = inspect_site(see_site(office.portal), office.home, moved)
    assert grave(flaws) == {("/b.htm", "redirect")}


def test_the_colours_of_the_sheet_can_be_read_in_every_palette() -> None:
    sheet = read_assets()["portal.css"]
    assert find_pale(sheet.raw.decode(), sheet.path) == []
    assert measure("#000", "#ffffff") == pytest.approx(21)
    pale = find_pale(":root { --bg: #fff; --ink: #999 } p { color: var(--ink) }", "/x.css")
    assert [(flaw.rule, flaw.grave) for flaw in pale] == [("contrast", True)]


def run_command(office: Office, *words: str) -> Result:
    """Run a command of ours as ops would, with this office's store."""
    url = office.database.engine.url.render_as_string(hide_password=False)
    files = {"CAIBIAN_SOURCES": SOURCES, "CAIBIAN_PORTAL": PORTAL}
    env = {"CAIBIAN_HOME": str(office.home), "CAIBIAN_DATABASE_URL": url}
    for name, text in files.items():
        file = office.home / f"{name}.yaml"
        file.write_text(text, encoding="utf-8")
        env[name] = str(file)
    return CliRunner().invoke(cli, list(words), env=env)


def test_the_command_tells_people_and_programs(office: Office) -> None:
    office.approve(office.write(html=f'<p><a href="{office.path_of(2)}">前文</a></p>'))
    office.publish()
    office.decide(2, "withdraw")
    office.publish()
    done = run_command(office, "inspect", "--json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [set(one) for one in told if one["rule"] == "link"] == [{"path", "rule", "words", "grave"}]
    assert done.exit_code == 0
    page = office.page_of(1)
    page.chmod(0o644)
    page.write_text(page.read_text(encoding="utf-8").replace("<title>", "<p>"), encoding="utf-8")
    done = run_command(office, "inspect")
    assert done.exit_code == 1
    assert "title 1" in done.stderr


def test_a_tampered_page_is_put_right_by_the_repair(office: Office) -> None:
    before = read_site(office.site)
    for item in (1, 2):
        page = office.page_of(item)
        page.chmod(0o644)
        page.write_text("changed", encoding="utf-8")
    (office.site / "planted.html").write_text("planted", encoding="utf-8")
    office.page_of(3).unlink()
    assert run_command(office, "verify").exit_code == 1
    assert run_command(office, "verify", "--repair").exit_code == 0
    assert run_command(office, "verify").exit_code == 0
    after = read_site(office.site)
    assert {path: raw for path, raw in after.items() if path.startswith("/articles/")} == {
        path: raw for path, raw in before.items() if path.startswith("/articles/")
    }
    assert "/planted.html" not in after
