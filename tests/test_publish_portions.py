"""Very many items are published some at a time, and stand as if they had been published at once."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from office import Office, hold_to_a_full_one, read_site
from stores import Stores

from clock import tell_day
from errors import PublishError
from portal import Portal
from publish import portions
from publish.gather import Stores as Sources
from publish.portions import cut_portions
from publish.site_view import see_site
from publish.verify import verify_site
from publish.views import AgencyView
from store.publishing import read_releases
from store.shown import list_agency_names


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three items are very many."""
    monkeypatch.setattr(portions, "MANY", 3)


def fill(office: Office, count: int) -> list[int]:
    """Approve items whose stated dates are in no order."""
    return [
        office.approve(
            office.write(published=f"2026-10-{(number * 7) % 28 + 1:02d}"), "diqu" if number % 3 else "bumen"
        )
        for number in range(count)
    ]


def test_a_portal_made_in_portions_is_the_one_made_at_once(
    stores: Stores, backend: str, portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        stores.opened(backend, tmp_path / "one") as one,
        stores.opened(backend, tmp_path / "other") as other,
    ):
        at_once, cut = Office(one, portal), Office(other, portal)
        fill(at_once, 14)
        fill(cut, 14)
        assert at_once.publish().release == 1
        monkeypatch.setattr(portions, "MANY", 3)
        report = cut.publish()
        assert (report.release, report.articles) == (5, 14)
        assert read_site(cut.site) == read_site(at_once.site)
        assert verify_site(cut.database, cut.home, deep=True) == []
        cut.publish(full=True)
        assert read_site(cut.site) == read_site(at_once.site)


@pytest.mark.usefixtures("few")
def test_many_changes_of_a_portal_go_out_in_portions_and_what_leaves_goes_first(
    stores: Stores, backend: str, portal: Portal, tmp_path: Path
) -> None:
    with stores.opened(backend, tmp_path / "home") as database:
        office = Office(database, portal)
        items = fill(office, 5)
        office.publish()
        new = fill(office, 6)
        office.decide(items[1], "withdraw")
        with database.read() as connection:
            agencies = tuple(AgencyView(*one) for one in list_agency_names(connection).items())
        site = see_site(portal, agencies, tell_day(office.now))  # as the portal is shown by a publish
        first, *others = cut_portions(Sources(database, office.home, site), False)
        assert items[1] in first
        assert len(others) == 1
        assert office.publish().release == 5
        assert not office.page_of(items[1]).exists()
        assert all(office.page_of(item).is_file() for item in new)
        hold_to_a_full_one(office)
        with database.read() as connection:
            kept = [one.id for one in read_releases(connection)]
        assert kept == [2, 5, 6]  # the portions' own releases were passed through


@pytest.mark.usefixtures("few")
def test_few_changes_are_one_release(stores: Stores, backend: str, portal: Portal, tmp_path: Path) -> None:
    with stores.opened(backend, tmp_path / "home") as database:
        office = Office(database, portal)
        fill(office, 3)
        assert office.publish().release == 1
        fill(office, 3)
        assert office.publish().release == 2
        assert office.publish().written == 0


@pytest.mark.usefixtures("few")
def test_without_a_search_a_release_deals_with_more(
    stores: Stores, backend: str, portal: Portal, tmp_path: Path
) -> None:
    plain = portal.model_copy(update={"settings": portal.settings.model_copy(update={"search": False})})
    with stores.opened(backend, tmp_path / "home") as database:
        office = Office(database, plain)
        fill(office, 12)
        assert office.publish().release == 1
        fill(office, 13)
        assert office.publish().release == 3
        assert verify_site(database, office.home, deep=True) == []


@pytest.mark.usefixtures("few")
def test_what_goes_wrong_in_a_portion_is_told_and_what_was_served_stays(
    stores: Stores, backend: str, portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stores.opened(backend, tmp_path / "home") as database:
        office = Office(database, portal)
        fill(office, 3)
        office.publish()
        before = read_site(office.site)
        fill(office, 8)
        with monkeypatch.context() as patch:
            patch.setattr("publish.release.refuse_flawed", lambda _: os.kill(os.getpid(), signal.SIGKILL))
            with pytest.raises(PublishError, match="was killed: publish again"):
                office.publish()
        with monkeypatch.context() as patch:
            patch.setattr("publish.inspection.WEIGHT", 10)
            with pytest.raises(PublishError, match="faults of the new pages"):
                office.publish()
        assert read_site(office.site) == before
        office.publish()
        assert verify_site(database, office.home, deep=True) == []
        hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_a_portal_whose_folder_was_lost_is_made_again_as_it_was(
    stores: Stores, backend: str, portal: Portal, tmp_path: Path
) -> None:
    with stores.opened(backend, tmp_path / "home") as database:
        office = Office(database, portal)
        items = fill(office, 11)
        office.publish()
        office.decide(items[4], "withdraw")
        office.publish()
        before = read_site(office.site)
        shutil.rmtree(office.home / "site")
        fresh = fill(office, 5)  # more than go out at once, as the lost ones are
        assert office.publish().articles == 15
        assert all(office.page_of(item).is_file() for item in fresh)
        assert verify_site(database, office.home, deep=True) == []
        after = read_site(office.site)
        kept = {path for path in before if path.startswith(("/articles/", "/gone/"))}
        assert len(kept) == 11
        assert {path: after[path] for path in kept} == {path: before[path] for path in kept}
        office.decide(fresh[-1], "withdraw")  # the highest number of all
        office.publish()
        hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_a_column_that_comes_to_be_in_a_portion_does_not_bring_all_at_once(
    stores: Stores, backend: str, portal: Portal, tmp_path: Path
) -> None:
    with stores.opened(backend, tmp_path / "home") as database:
        office = Office(database, portal)
        for number in range(12):
            item = office.write(published=f"2026-10-{number + 1:02d}")
            office.approve(item, "bumen" if number < 5 else "diqu")
        assert office.publish().release == 4
        assert verify_site(database, office.home, deep=True) == []
        hold_to_a_full_one(office)
