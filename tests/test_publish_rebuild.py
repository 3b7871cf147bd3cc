"""A large portal is made anew in portions beside the served release, which stands until the end."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from office import PDF, Office, hold_to_a_full_one, keep_pdf, read_site
from sqlalchemy import text
from stores import Stores

from errors import PublishError, StoreError
from portal import Portal
from publish import portions, rebuild
from publish.apart import run_apart
from publish.assets import read_assets
from publish.release import Build
from publish.trees import TreeStore
from publish.verify import verify_site
from store.aside import lay_aside, take_fresh
from store.database import Database
from store.engines import make_engine

Hook = Callable[[Callable[[int], None]], None]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three items are very many."""
    for limit in ("MANY", "WHOLE"):
        monkeypatch.setattr(portions, limit, 3)


@pytest.fixture
def office(database: Database, portal: Portal) -> Office:
    """A portal of eleven items in two columns, with an attachment and a tombstone."""
    office = Office(database, portal)
    attachment = keep_pdf(office)
    for number in range(12):
        files = [attachment] if number % 5 == 0 else []
        item = office.write(published=f"2026-10-{(number * 7) % 28 + 1:02d}", attachments=files)
        office.approve(item, "diqu" if number % 3 else "bumen")
    office.publish()
    office.decide(4, "withdraw")
    office.publish()
    return office


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Hook:
    """Arrange that something happens after each portion: it is told how many there were."""

    def arrange(act: Callable[[int], None]) -> None:
        done = 0

        def run(work: Callable[[], Any]) -> Any:
            nonlocal done
            made = run_apart(work)
            done += 1
            act(done)
            return made

        monkeypatch.setattr(rebuild, "run_apart", run)

    return arrange


def dress_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every page another style sheet, as an upgrade may."""
    assets = {
        name: type(asset)(asset.path.replace(".css", "-new.css"), asset.raw + b"\n")
        for name, asset in read_assets().items()
    }
    for module in ("publish.site_view", "publish.plan", "publish.render"):
        monkeypatch.setattr(f"{module}.read_assets", lambda: assets)
    monkeypatch.setattr("publish.plan.digest_room", lambda: "another")


def list_rooms(office: Office) -> list[str]:
    """Name what is left of the records that were kept apart."""
    if office.database.engine.dialect.name == "sqlite":
        return [file.name for file in office.home.glob("caibian_aside*")]
    with office.database.read() as connection:
        found = connection.execute(text("SELECT nspname FROM pg_namespace WHERE nspname = 'caibian_aside'"))
        return list(found.scalars())


def test_it_gives_what_one_release_of_all_gives(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.publish(full=True)
    whole = read_site(office.site)
    for limit in ("MANY", "WHOLE"):
        monkeypatch.setattr(portions, limit, 3)
    report = office.publish(full=True)
    assert (report.release, report.articles, report.removed, report.refused) == (4, 11, 0, ())
    assert report.written >= sum(not path.startswith("/search/") for path in whole)
    assert read_site(office.site) == whole
    assert verify_site(office.database, office.home, deep=True) == []
    assert list_rooms(office) == []
    assert office.publish().written == 0


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
def test_the_served_release_stands_until_the_end_and_so_does_what_is_known_of_it(
    office: Office, between: Hook
) -> None:
    before = read_site(office.site)
    seen: list[int] = []

    def look(done: int) -> None:
        assert read_site(office.site) == before
        assert verify_site(office.database, office.home, deep=True) == []
        seen.append(done)

    between(look)
    office.publish(full=True)
    assert seen == [1, 2, 3]


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
def test_what_is_decided_meanwhile_counts_whichever_portion_it_was_in(office: Office, between: Hook) -> None:
    late: list[int] = []

    def act(done: int) -> None:
        if done == 1:
            office.decide(1, "withdraw")
            late.append(office.approve(office.write(title="其间批准"), "diqu"))
        if done == 2:
            office.write(3, title="其间改过的")
            office.approve(3, "diqu")
        if done == 3:
            office.decide(12, "withdraw")
            late.append(office.approve(office.write(title="最后批准"), "diqu"))

    between(act)
    report = office.publish(full=True)
    assert (report.articles, report.removed) == (11, 2)
    assert not office.page_of(1).exists()
    assert "其间改过的" in office.page_of(3).read_text()
    assert all(office.page_of(item).is_file() for item in late)
    assert verify_site(office.database, office.home, deep=True) == []
    assert office.publish().written == 0
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_what_is_taken_down_meanwhile_does_not_wait_for_the_whole(
    office: Office, between: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where everything is made in another way now: the pages that it stood on are dressed already."""
    before = read_site(office.site)
    dress_anew(monkeypatch)
    paths = {item: office.path_of(item) for item in (6, 9)}
    office.decide(9, "withdraw")  # right before

    def act(done: int) -> None:
        served = read_site(office.site)
        assert (paths[6] in served) is (done == 1)
        assert paths[9] not in served
        changed = {path for path in served if served[path] != before.get(path)}
        assert f"/gone{paths[9]}" in changed
        assert len(changed) < len(served) / 2
        for path in changed:
            assert b"-new.css" in served[path] or not path.endswith(".html")
            assert paths[9].encode() not in served[path] or path.startswith("/gone")
        assert any(path.endswith("-new.css") for path in served)
        if done == 1:
            office.decide(6, "withdraw")

    between(act)
    report = office.publish()
    assert (report.articles, report.removed) == (9, 2)
    now = read_site(office.site)
    assert all(b"-new.css" in raw for path, raw in now.items() if path.endswith(".html"))
    assert not paths.values() & now.keys()
    assert verify_site(office.database, office.home, deep=True) == []
    assert office.publish().written == 0
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("same", [True, False])
def test_what_is_taken_down_meanwhile_leaves_an_index_of_another_making_alone(
    office: Office, between: Hook, monkeypatch: pytest.MonkeyPatch, same: bool
) -> None:
    """To make it anew would take as long as the whole; the page is gone, which is what it leads to."""
    before = read_site(office.site)
    index = {path for path in before if path.startswith("/search/") and path != "/search/index.html"}

    def act(done: int) -> None:
        if done == 1:
            office.decide(6, "withdraw")
        if done == 2:
            served = read_site(office.site)
            assert office.path_of(6) not in served
            assert all(served.get(path) == before[path] for path in index) is not same

    if not same:
        monkeypatch.setattr("publish.search.name_format", lambda: "another")
    between(act)
    office.publish(full=True)
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_who_is_withdrawn_right_before_the_switch_is_not_in_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, waiting = Build._switch, [2, 7]

    def switch(build: Build, *words: Any) -> int:
        if waiting:
            office.decide(waiting.pop(), "withdraw")
        return plain(build, *words)

    monkeypatch.setattr(Build, "_switch", switch)
    report = office.publish(full=True)
    assert (report.articles, report.removed) == (9, 2)
    assert not office.page_of(2).exists()
    assert verify_site(office.database, office.home, deep=True) == []
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


@pytest.mark.usefixtures("few")
def test_killed_in_a_portion_or_between_two_nothing_changed_and_the_next_one_completes(
    office: Office, between: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_site(office.site)
    office.approve(office.write(title="其后的一条"), "diqu")
    with monkeypatch.context() as patch:
        patch.setattr("publish.release.refuse_flawed", lambda _: os.kill(os.getpid(), signal.SIGKILL))
        with pytest.raises(PublishError, match="was killed: publish again"):
            office.publish(full=True)
    assert read_site(office.site) == before
    assert verify_site(office.database, office.home, deep=True) == []

    def die(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("store.aside._drop_room", lambda database: None)  # as a kill would leave it
        between(die)
        with pytest.raises(KeyboardInterrupt):
            office.publish(full=True)
    assert list_rooms(office) != []
    assert read_site(office.site) == before
    assert office.publish().articles == 12
    assert verify_site(office.database, office.home, deep=True) == []
    between(lambda _: None)
    hold_to_a_full_one(office)
    assert list_rooms(office) == []


@pytest.mark.usefixtures("few")
def test_killed_between_the_switch_and_the_commit_the_database_agrees_afterwards(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = office.approve(office.write(title="切换之后"), "diqu")
    plain = TreeStore.switch

    def switch_and_die(trees: TreeStore, release: int) -> None:
        plain(trees, release)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TreeStore, "switch", switch_and_die)
        with pytest.raises(KeyboardInterrupt):
            office.publish(full=True)
    page = office.page_of(item).read_bytes()
    office.publish()
    assert verify_site(office.database, office.home, deep=True) == []
    assert office.page_of(item).read_bytes() == page
    hold_to_a_full_one(office)


@pytest.mark.usefixtures("few")
def test_a_full_disk_leaves_the_old_release_and_a_clear_error(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_site(office.site)

    def fail(trees: TreeStore, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(trees.root / "drafts"))

    with monkeypatch.context() as patch:
        patch.setattr(TreeStore, "draft", fail)
        with pytest.raises(PublishError, match="No space left on device; the release before stays served"):
            office.publish(full=True)
    assert read_site(office.site) == before
    assert list_rooms(office) == []
    assert office.publish(full=True).articles == 11


def test_what_is_noted_aside_waits_for_nobody_and_nobody_for_it(office: Office) -> None:
    with lay_aside(office.database) as aside, office.database.write() as outer:
        outer.execute(text("INSERT INTO touched (item) VALUES (3)"))
        with aside.database.note() as connection:
            assert take_fresh(connection, aside.served) == frozenset()  # not before it is committed
            connection.execute(text("DELETE FROM shown"))
        outer.execute(text("INSERT INTO touched (item) VALUES (5)"))
    assert office.ask("SELECT count(*) FROM shown") == 11
    with lay_aside(office.database) as aside:
        office.run("INSERT INTO touched (item) VALUES (7)")
        with aside.database.note() as connection:
            assert take_fresh(connection, aside.served) == {7}
            assert take_fresh(connection, aside.served) == frozenset()


def test_who_may_not_make_a_schema_is_told_what_to_grant(stores: Stores, tmp_path: Path) -> None:
    with stores.opened("postgres", tmp_path) as database:
        with database.write() as connection:
            for words in (
                "DROP ROLE IF EXISTS poor",
                "CREATE ROLE poor LOGIN",
                "GRANT USAGE ON SCHEMA public TO poor",
            ):
                connection.execute(text(words))
        url = database.engine.url.set(username="poor").render_as_string(hide_password=False)
        poor = Database(make_engine(url), tmp_path)
        with pytest.raises(StoreError, match=r"GRANT CREATE ON DATABASE \w+ TO poor"), lay_aside(poor):
            pass
        poor.close()
