"""A large portal is made anew in portions beside the served release: the same pages, whatever there was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from office import PDF, Office, hold_to_a_full_one, read_site
from rebuilds import Hook, dress_anew, list_rooms, make_few, make_hook, open_portal
from stores import Stores

from errors import PublishError
from portal import Portal
from publish.trees import TreeStore
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


def test_it_gives_what_one_release_of_all_gives(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.publish(full=True)
    whole = read_site(office.site)
    make_few(monkeypatch)
    report = office.publish(full=True)
    assert (report.release, report.articles, report.removed, report.refused) == (4, 11, 0, ())
    assert report.written >= sum(not path.startswith("/search/") for path in whole)
    assert read_site(office.site) == whole
    assert verify_site(office.database, office.home, deep=True) == []
    assert list_rooms(office) == []
    assert office.publish().written == 0


def test_what_moves_gets_the_place_that_one_release_of_all_gives(
    stores: Stores, backend: str, portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        stores.opened(backend, tmp_path / "one") as one,
        stores.opened(backend, tmp_path / "other") as other,
    ):
        at_once, cut = (open_portal(Office(database, portal)) for database in (one, other))
        for made in (at_once, cut):
            for item in (12, 2, 7):
                made.now += timedelta(minutes=1)
                made.write(item, title="换了栏目的信息")
                made.approve(item, "tongzhi")
        at_once.publish(full=True)
        make_few(monkeypatch)
        cut.publish(full=True)
        assert read_site(cut.site) == read_site(at_once.site)


@pytest.mark.usefixtures("few")
def test_what_came_and_went_since_goes_out_with_it(office: Office) -> None:
    office.decide(9, "withdraw")
    new = [office.approve(office.write(published="2026-11-01")) for _ in range(2)]
    report = office.publish(full=True)
    assert (report.articles, report.removed) == (12, 1)
    assert all(office.page_of(item).is_file() for item in new)
    assert office.publish().written == 0
    for item in new:
        office.decide(item, "withdraw")
    assert office.publish().removed == 2  # it was public: it has a tombstone
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_an_upgrade_of_the_pages_goes_out_at_once(
    office: Office, between: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, portions_made = read_site(office.site), list[int]()
    between(portions_made.append)
    dress_anew(monkeypatch)
    office.publish()
    now = read_site(office.site)
    assert portions_made == [1, 2, 3]
    assert all(b"-new.css" in raw for path, raw in now.items() if path.endswith(".html"))
    assert {path for path in old if path.startswith("/static/")} < now.keys()  # outlives its release
    assert verify_site(office.database, office.home, deep=True) == []
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_what_leaves_the_frame_as_it_is_makes_only_the_pages_that_it_changes(
    office: Office, between: Hook
) -> None:
    portions_made: list[int] = []
    between(portions_made.append)
    first = office.portal.zones[0]
    column = first.columns[0].model_copy(update={"description": "换了说明"})
    zones = [first.model_copy(update={"columns": [column, *first.columns[1:]]}), *office.portal.zones[1:]]
    office.portal = office.portal.model_copy(update={"zones": zones})
    assert 0 < office.publish().written < 30
    assert "换了说明" in (office.site / "columns" / column.key / "index.html").read_text()
    assert portions_made == []
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_going_back_and_on_again_makes_nothing_anew(office: Office, between: Hook) -> None:
    portions_made: list[int] = []
    before = office.publish().release
    office.approve(office.write(title="后来的一条"), "diqu")
    office.publish()
    after = read_site(office.site)
    between(portions_made.append)
    assert office.publish(rollback=before).articles == 11
    assert office.publish().articles == 12
    assert read_site(office.site) == after
    assert portions_made == []


@pytest.mark.usefixtures("few")
def test_what_somebody_changed_on_disk_is_set_right(office: Office) -> None:
    before = read_site(office.site)
    pages = [office.page_of(item) for item in (1, 6, 11)]  # each in another portion
    for page in pages:
        page.chmod(0o644)
    pages[0].write_text("forged")
    pages[1].unlink()
    pages[2].unlink()
    pages[2].symlink_to(pages[0])
    (pages[0].parent / "extra.html").write_text("forged")
    office.publish(full=True)
    assert read_site(office.site) == before
    assert not any(page.is_symlink() for page in pages)
    assert verify_site(office.database, office.home, deep=True) == []


@pytest.mark.usefixtures("few")
def test_a_listing_that_somebody_changed_is_made_again_whatever_is_withdrawn(office: Office) -> None:
    trees = TreeStore(office.home / "site")
    served = trees.find_served()
    assert served is not None
    for name in (served.tree, "0" * 64):
        (office.home / "site" / "listings" / name).write_bytes(b"file nothing index.html\n")
    office.decide(6, "withdraw")
    with pytest.raises(PublishError, match="was changed: run `publish --full`"):
        office.publish()
    assert office.publish(full=True).articles == 10
    assert verify_site(office.database, office.home, deep=True) == []
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_a_column_that_is_empty_now_is_so_with_the_whole(office: Office, between: Hook) -> None:
    """What changes more than an item's own pages waits for the release that is being made."""
    members = [item for item in range(1, 13) if item % 3 == 1 and item != 4]

    def act(done: int) -> None:
        if done == 1:
            for item in members:
                office.decide(item, "withdraw")
        if done == 2:
            assert all(office.page_of(item).is_file() for item in members)

    between(act)
    report = office.publish(full=True)
    assert (report.articles, report.removed) == (8, len(members))
    assert "部门动态" in report.empty_columns
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_a_file_whose_original_is_kept_no_more_is_taken_from_the_served_release(office: Office) -> None:
    office.run("DELETE FROM files")
    report = office.publish(full=True)
    assert (report.articles, report.refused) == (11, ())
    assert PDF in read_site(office.site).values()
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_the_approved_page_stands_while_its_correction_waits(office: Office, between: Hook) -> None:
    office.write(2, title="更正后的文字")
    office.approve(2, "diqu", hold=300)
    office.approve(office.write(title="同时来的另一条"), "diqu")
    office.publish()
    before = read_site(office.site)
    report = office.publish(full=True)
    assert (report.articles, report.refused) == (12, ())
    assert read_site(office.site) == before
    for _ in range(5):
        office.publish()
    assert "更正后的文字" in office.page_of(2).read_text()
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_a_link_may_lead_to_what_a_later_portion_brings_and_not_to_nothing(office: Office) -> None:
    last = office.path_of(12)
    office.approve(office.write(html=f'<p><a href="{last}">后文</a></p>', published="2026-09-01"), "diqu")
    office.publish()
    office.approve(office.write(html=f'<p><a href="{last}">后文</a></p>', published="2026-09-02"), "diqu")
    assert office.publish(full=True).articles == 13
    before = read_site(office.site)
    office.approve(office.write(html='<p><a href="/articles/2020/01/99.html">无</a></p>'), "diqu")
    with pytest.raises(PublishError, match=r"leads to /articles/2020/01/99.html, which is not there"):
        office.publish(full=True)
    assert read_site(office.site) == before
    assert office.publish(full=True, anyway=True).articles == 14
