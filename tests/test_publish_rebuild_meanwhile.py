"""While a large portal is made anew the served release stands, whatever happens; what must go leaves it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from office import Office, hold_to_a_full_one, read_site
from rebuilds import Hook, dress_anew, list_rooms, make_few, make_hook, open_portal
from sqlalchemy import text
from stores import Stores

from errors import PublishError, StoreError
from portal import Portal
from publish.release import Build
from publish.trees import TreeStore
from publish.verify import verify_site
from store.aside import lay_aside, take_fresh
from store.database import Database
from store.engines import make_engine


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


def test_who_works_for_a_publish_that_was_killed_ends_with_it(tmp_path: Path) -> None:
    """Another one may begin at once, and would not be alone."""
    sign = tmp_path / "sign"
    work = (
        f"import os, pathlib, time; pathlib.Path({str(sign)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    code = f"from publish.apart import run_apart; run_apart(lambda: exec({work!r}))"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    until = time.monotonic() + 30
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as parent:
        while not (sign.exists() and sign.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        parent.kill()
    child = Path(f"/proc/{sign.read_text()}")
    while child.exists() and child.joinpath("stat").read_text().split()[2] != "Z":
        assert time.monotonic() < until
        time.sleep(0.05)


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
        patch.setattr("store.aside.drop_room", lambda database: None)  # as a kill would leave it
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
