"""A publish looks at what was touched since the last one and at nothing else, whoever touched it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import Office, hold_to_a_full_one, keep_pdf, read_site
from sqlalchemy import text
from stores import Stores

import publish.gather
import publish.narrow
import publish.prepare
from portal import Portal
from publish import portions
from publish.trees import TreeStore
from publish.verify import verify_site
from store.database import Database
from store.gate import read_forms, read_gate
from store.items import Found, add_findings


def make_small(portal: Portal) -> Portal:
    """A portal with short pages, so that few items fill several."""
    small = portal.settings.model_copy(update={"page_size": 2, "front_rows": 3})
    return portal.model_copy(update={"settings": small})


@pytest.fixture
def office(database: Database, portal: Portal) -> Office:
    """An office with a dozen items in two columns, published."""
    office = Office(database, make_small(portal))
    for number in range(12):
        office.approve(office.write(), "diqu" if number % 3 else "bumen")
    office.publish()
    return office


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """Note how much is read: the items asked of the gate (None for all), and the forms."""
    seen: dict[str, list[Any]] = {"gate": [], "forms": []}

    def gate(connection: Any, now: Any, head: Any, wanted: Collection[int] | None = None) -> Any:
        seen["gate"].append(wanted)
        return read_gate(connection, now, head, wanted)

    def forms(connection: Any, rows: Any) -> Any:
        seen["forms"] += [row.item for row in rows]
        return read_forms(connection, rows)

    for module in (publish.gather, publish.narrow):
        monkeypatch.setattr(module, "read_gate", gate)
    monkeypatch.setattr(publish.gather, "read_forms", forms)
    return seen


def test_a_change_reads_what_it_touches_and_gives_what_a_full_one_gives(
    office: Office, looked: dict[str, list[Any]]
) -> None:
    for number in range(40):
        office.approve(office.write(), "diqu" if number % 3 else "bumen")
    office.publish()
    looked["gate"].clear()
    looked["forms"].clear()
    office.write(3, title="改过的旧信息")
    office.approve(3, "diqu")
    new = office.approve(office.write())
    report = office.publish()
    assert report.articles == 53
    assert None not in looked["gate"]
    assert {3, new} <= set(looked["forms"])
    assert len(set(looked["forms"])) <= 14  # an old page, the newest ones, the front page
    hold_to_a_full_one(office)


def test_a_publish_without_a_sign_reads_nothing(office: Office, looked: dict[str, list[Any]]) -> None:
    assert office.publish().written == 0
    assert looked["gate"] == [frozenset(), set()] or all(
        not items or len(items) < 10 for items in looked["gate"]
    )


def test_what_is_refused_is_named_by_each_publish_until_somebody_deals_with_it(office: Office) -> None:
    with office.database.write() as connection:
        add_findings(connection, 2, [Found("secret", "1", "block", "html", "秘密★")])
    assert len(office.publish().refused) == 1
    assert len(office.publish().refused) == 1
    office.decide(2, "withdraw")
    assert office.publish().refused == ()


def test_a_sign_that_comes_while_a_release_is_built_is_dealt_with_by_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.approve(office.write())
    late: list[int] = []
    plain = TreeStore.sync

    def sync(trees: TreeStore) -> None:
        if not late:
            late.append(office.approve(office.write(title="建站时批准")))
        plain(trees)

    monkeypatch.setattr(TreeStore, "sync", sync)
    assert office.publish().articles == 13
    assert office.publish().articles == 14
    assert "建站时批准" in office.page_of(late[0]).read_text()


def test_who_lost_the_signs_is_found_by_verify_and_set_right_by_a_full_publish(office: Office) -> None:
    office.decide(2, "withdraw")
    office.run("DELETE FROM touched")
    office.publish()
    assert any("is not approved any more" in one for one in verify_site(office.database, office.home))
    assert office.publish(full=True).removed == 1
    assert verify_site(office.database, office.home) == []


def test_an_untouched_item_on_a_changed_page_goes_through_the_gate_and_its_hash_again(office: Office) -> None:
    last = max(office.numbers)
    office.run(f"UPDATE revisions SET form = replace(form, '正文', '偷换') WHERE item = {last}")
    office.run("DELETE FROM touched")
    office.approve(office.write(), "diqu")
    report = office.publish()
    assert [line.split(":")[0] for line in report.refused] == [f"item {last}@1"]
    assert not office.page_of(last).exists()


def test_a_shared_attachment_stays_until_its_last_item_goes(office: Office) -> None:
    attachment = keep_pdf(office)
    items = [office.approve(office.write(attachments=[attachment])) for _ in range(2)]
    office.publish()
    office.decide(items[0], "withdraw")
    office.publish()
    assert attachment["path"] in read_site(office.site)
    office.decide(items[1], "withdraw")
    office.publish()
    assert attachment["path"] not in read_site(office.site)


ACTS = ("new", "edit", "hold", "withdraw", "return", "move", "block")
act = st.tuples(st.sampled_from(ACTS), st.integers(0, 9))
days = st.lists(st.lists(act, min_size=1, max_size=4), min_size=3, max_size=6)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=days)
def test_whatever_is_touched_a_narrow_release_is_byte_for_byte_a_full_one(
    story: list[list[tuple[str, int]]],
    tmp_path_factory: pytest.TempPathFactory,
    portal: Portal,
    stores: Stores,
    backend: str,
) -> None:
    home = tmp_path_factory.mktemp("office")
    with stores.opened(backend, home) as database:
        office = Office(database, make_small(portal))
        attachment = keep_pdf(office)
        for number in range(8):
            office.approve(office.write(), "diqu" if number % 2 else "bumen")
        office.publish()
        for day in story:
            for name, number in day:
                _act(office, name, number % len(office.numbers) + 1, attachment)
            office.publish()
            assert verify_site(database, home, deep=True) == []
            hold_to_a_full_one(office)
            with pytest.MonkeyPatch.context() as patch:
                for limit in ("MANY", "WHOLE"):  # so that it is made in portions, beside the served one
                    patch.setattr(portions, limit, 3)
                hold_to_a_full_one(office)
            assert verify_site(database, home, deep=True) == []


def _act(office: Office, name: str, item: int, attachment: dict[str, Any]) -> None:
    state, column = _read_state(office, item)
    if name == "new":
        office.approve(office.write(attachments=[attachment] if item % 2 else []), "bumen")
    elif name in ("edit", "hold") and state in ("approved", "waiting"):
        office.write(item, title=f"改过的第{item}条，第{office.numbers[item] + 1}稿")
        office.approve(
            item, column, hold=195 if name == "hold" else 0
        )  # over at the next day's first publish
    elif name == "withdraw" and state == "approved":
        office.decide(item, "withdraw")
    elif name in ("return", "move") and state == "withdrawn" and not _is_blocked(office, item):
        office.decide(item, "reopen")
        other = "diqu" if column == "bumen" else "bumen"
        office.approve(item, other if name == "move" else column)
    elif name == "block" and state == "approved":
        with office.database.write() as connection:
            query = text("SELECT public_revision FROM items WHERE id = :item")
            revision = connection.execute(query, {"item": item}).scalar_one()
            add_findings(connection, revision, [Found("secret", "1", "block", "html", "秘密★")])


def _is_blocked(office: Office, item: int) -> bool:
    query = (
        "SELECT count(*) FROM findings JOIN revisions ON revisions.id = findings.revision "
        "WHERE revisions.item = :item AND level = 'block'"
    )
    with office.database.read() as connection:
        return bool(connection.execute(text(query), {"item": item}).scalar_one())


def _read_state(office: Office, item: int) -> tuple[str, str]:
    query = "SELECT state, column_key FROM reviews WHERE item = :item ORDER BY revision DESC LIMIT 1"
    with office.database.read() as connection:
        row = connection.execute(text(query), {"item": item}).one()
    return row[0], row[1]


def test_most_of_those_releases_were_narrow(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    wide: list[int] = []
    plain: Callable[..., Any] = publish.prepare._plan_wide

    def count(*words: Any) -> Any:
        wide.append(1)
        return plain(*words)

    monkeypatch.setattr(publish.prepare, "_plan_wide", count)
    office.approve(office.write())
    office.publish()
    office.decide(2, "withdraw")
    office.publish()
    assert wide == []
    item = office.approve(office.write(), "tongzhi")  # a column that had nothing
    office.publish()
    assert wide == []
    office.decide(item, "withdraw")  # and has nothing again
    office.publish()
    assert wide == [1]


def test_a_column_that_comes_to_be_is_named_wherever_a_full_release_names_it(office: Office) -> None:
    for number in range(3):
        office.approve(office.write(), "renshi" if number else "tongzhi")
        office.approve(office.write(), "diqu")
        office.publish()
        assert verify_site(office.database, office.home, deep=True) == []
        hold_to_a_full_one(office)
