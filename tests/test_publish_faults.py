"""Killed, out of disk, or overtaken in the middle: the portal stays whole, the next publish completes it."""

from __future__ import annotations

import errno
import random
from collections.abc import Callable
from typing import Any

import pytest
from office import Office, hold_to_a_full_one, read_site
from sqlalchemy import text

import publish.release
import publish.site
from errors import PublishError
from portal import Portal
from publish.trees import TreeStore
from publish.verify import verify_site
from store.database import Database


@pytest.fixture
def office(database: Database, portal: Portal) -> Office:
    return Office(database, portal)


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Arrange that the writer dies at its n-th step, as if the process were killed there."""
    steps = 0
    deadly = 0

    def wrap(owner: Any, name: str) -> None:
        plain = getattr(owner, name)

        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == deadly:
                raise KeyboardInterrupt
            return plain(*args, **kwargs)

        monkeypatch.setattr(owner, name, step)

    for name in ("draft", "_make", "_keep", "point", "sync", "switch", "prune"):
        wrap(TreeStore, name)
    for name in (
        "begin_release",
        "save_publications",
        "save_placements",
        "save_pages",
        "mark_served",
    ):
        wrap(publish.release, name)
    wrap(publish.site, "mark_removed")

    def arm(step: int) -> None:
        nonlocal steps, deadly
        steps, deadly = 0, step

    return arm


def test_killed_at_any_step_the_site_is_whole_and_the_next_publish_completes(
    office: Office, killed: Callable[[int], None]
) -> None:
    items = [office.approve(office.write()) for _ in range(5)]
    killed(0)
    office.publish()
    whole = [read_site(office.site)]
    chance = random.Random(7)
    deaths = 0
    for round_number in range(12):
        office.approve(office.write(title=f"第{round_number}轮的信息"))
        if round_number % 3 == 2:
            office.decide(items.pop(), "withdraw")
        killed(chance.randint(1, 40))
        try:
            office.publish()
        except KeyboardInterrupt:
            deaths += 1
            assert read_site(office.site) in whole or _is_next(office, whole)
        killed(0)
        office.publish()
        assert verify_site(office.database, office.home, deep=True) == []
        whole.append(read_site(office.site))
    assert deaths > 5
    hold_to_a_full_one(office)


def _is_next(office: Office, whole: list[dict[str, bytes]]) -> bool:
    """The switch was done before the kill: what is served is whole, and is the next release."""
    trees = TreeStore(office.home / "site")
    served = trees.find_served()
    return served is not None and not list(trees.check(served.tree)) and read_site(office.site) not in whole


def test_killed_between_the_switch_and_the_commit_the_database_agrees_afterwards(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.approve(office.write())
    office.publish()
    item = office.approve(office.write(title="切换之后"))
    plain = TreeStore.switch

    def switch_and_die(trees: TreeStore, release: int) -> None:
        plain(trees, release)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TreeStore, "switch", switch_and_die)
        with pytest.raises(KeyboardInterrupt):
            office.publish()
    page = office.page_of(item).read_bytes()
    assert verify_site(office.database, office.home) != []
    office.publish()
    assert verify_site(office.database, office.home, deep=True) == []
    assert office.page_of(item).read_bytes() == page
    with office.database.read() as connection:
        states = connection.execute(text("SELECT state FROM releases")).scalars().all()
        fresh = connection.execute(text("SELECT count(*) FROM publications WHERE first_release IS NULL"))
        assert states.count("served") == 1
        assert fresh.scalar_one() == 0


def test_who_is_withdrawn_while_the_release_is_built_is_not_in_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = office.approve(office.write(title="最后一刻撤下"))
    office.approve(office.write())
    plain = TreeStore.sync
    done: list[bool] = []

    def sync(trees: TreeStore) -> None:
        if not done:
            done.append(True)
            office.decide(item, "withdraw")
        plain(trees)

    monkeypatch.setattr(TreeStore, "sync", sync)
    report = office.publish()
    assert report.articles == 1
    assert "最后一刻撤下" not in b"".join(read_site(office.site).values()).decode()


def test_a_full_disk_leaves_the_old_release_and_a_clear_error(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.approve(office.write())
    office.publish()
    before = read_site(office.site)
    office.approve(office.write())

    def fail(trees: TreeStore, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(trees.root / "drafts"))

    with monkeypatch.context() as patch:
        patch.setattr(TreeStore, "draft", fail)
        with pytest.raises(PublishError, match="No space left on device; the release before stays served"):
            office.publish()
    assert read_site(office.site) == before
    assert not (office.home / "site" / "drafts").exists()
    assert office.publish().articles == 2


def test_two_kills_in_a_row_leave_no_page_that_only_the_database_knows(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first right after the switch, before the records are kept; the second while that is set right."""

    def die_after(plain: Callable[..., Any]) -> Callable[..., Any]:
        def act(*words: Any) -> None:
            plain(*words)
            raise KeyboardInterrupt

        return act

    items = [office.approve(office.write()) for _ in range(6)]
    office.publish()
    office.decide(items[2], "withdraw")
    for step in ("switch", "sync"):
        with monkeypatch.context() as patch:
            patch.setattr(TreeStore, step, die_after(getattr(TreeStore, step)))
            with pytest.raises(KeyboardInterrupt):
                office.publish()
    office.publish()
    assert verify_site(office.database, office.home, deep=True) == []
    assert not office.page_of(items[2]).exists()
    assert office.publish().written == 0
