"""What is withdrawn while a large portal is made anew leaves the served release, whatever else happens."""

from __future__ import annotations

from typing import Any

import pytest
from office import Office, hold_to_a_full_one, read_site
from rebuilds import Hook, make_few, make_hook, open_portal

from portal import Portal
from publish import prepare
from publish.verify import verify_site
from store.database import Database


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    make_few(monkeypatch)


@pytest.fixture
def office(database: Database, portal: Portal) -> Office:
    return open_portal(Office(database, portal))


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Hook:
    return make_hook(monkeypatch)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("hold", [0, 300])
def test_what_is_taken_down_does_not_wait_for_a_correction_beside_it(
    office: Office, between: Hook, hold: int
) -> None:
    office.write(11, title="更正后的文字")
    office.approve(11, "diqu", hold=hold)

    def act(done: int) -> None:
        if done == 1:
            office.decide(6, "withdraw")
        if done == 2:
            assert not office.page_of(6).exists()
            assert not any(office.path_of(6) in one for one in verify_site(office.database, office.home))

    between(act)
    report = office.publish(full=True)
    assert (report.articles, report.removed) == (10, 1)
    assert ("更正后的文字" in office.page_of(11).read_text()) is (hold == 0)
    assert verify_site(office.database, office.home, deep=True) == []
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_a_correction_that_waits_since_lets_the_later_portions_be_planned_by_themselves(
    office: Office, between: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that is approved meanwhile waits: its release is planned for the moment of its beginning."""
    plain = prepare._plan_wide

    def plan(stores: Any, trees: Any, base: Any, *words: Any) -> Any:
        assert base is None, "a later portion was planned with everything"
        return plain(stores, trees, base, *words)

    monkeypatch.setattr(prepare, "_plan_wide", plan)

    def act(done: int) -> None:
        item = (2, 3, 5)[done - 1]
        office.write(item, title="其间更正的文字")
        office.approve(item, "diqu", hold=300)

    between(act)
    before = read_site(office.site)
    assert office.publish(full=True).articles == 11
    assert read_site(office.site) == before


@pytest.mark.usefixtures("few")
def test_what_is_taken_down_leaves_no_version_that_the_portal_offers_no_more(
    office: Office, between: Hook
) -> None:
    def choose(traditional: bool) -> None:
        settings = office.portal.settings.model_copy(update={"traditional": traditional})
        office.portal = office.portal.model_copy(update={"settings": settings})

    choose(True)
    office.publish(full=True)
    twin = "/zh-hant" + office.path_of(6)
    assert twin in read_site(office.site)
    choose(False)

    def act(done: int) -> None:
        if done == 1:
            office.decide(6, "withdraw")
        if done == 2:
            assert twin not in read_site(office.site)

    between(act)
    office.publish()
    assert not any(path.startswith("/zh-hant/") for path in read_site(office.site))
    assert verify_site(office.database, office.home, deep=True) == []


@pytest.mark.usefixtures("few")
def test_what_is_taken_down_shows_no_page_for_what_is_still_on_its_way(office: Office, between: Hook) -> None:
    settings = office.portal.settings.model_copy(update={"page_size": 2})
    office.portal = office.portal.model_copy(update={"settings": settings})
    office.publish(full=True)
    before = {path for path in read_site(office.site) if path.startswith("/columns/diqu/page")}
    for _ in range(7):
        office.approve(office.write(published="2026-09-01"), "diqu")

    def act(done: int) -> None:
        if done == 5:
            office.decide(6, "withdraw")
        if done == 6:
            served = read_site(office.site)
            assert office.path_of(6) not in served
            assert {path for path in served if path.startswith("/columns/diqu/page")} == before

    between(act)
    office.publish(full=True)
    assert before < {path for path in read_site(office.site) if path.startswith("/columns/diqu/page")}
    hold_to_a_full_one(office)
