"""Numbers, places and files of a release, decided purely: what is given once stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clock import write_time
from errors import PublishError
from frontage import Identity
from portal import Column, Portal, Settings, Zone
from publish.plan import Layout, choose, lay_out
from publish.shelf import Shelf, Steps, Stock, fill_shelf
from publish.site_view import see_site
from publish.views import SiteView
from store.gate import Farewell, Gated
from store.publishing import PageRecord, Placement, Publication

START = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
SIZE = 3


def make_site(page_size: int = SIZE) -> SiteView:
    columns = tuple(
        Column(key=key, name=name, description=f"{name}的信息", keywords=(name,), type="动态信息")
        for key, name in (("a", "甲栏"), ("b", "乙栏"))
    )
    identity = Identity(
        name="样例",
        legal_name="样例门户网站",
        site_name="样例",
        site_domain="www.example.gov.cn",
        site_id_code="9900000000",
        base_url="https://www.example.gov.cn",
        organizer="样例办公厅",
        crawler_contact="portal@example.gov.cn",
    )
    zones = (Zone(key="dongtai", name="动态信息", columns=columns),)
    return see_site(
        Portal(identity=identity, zones=zones, settings=Settings(page_size=page_size, front_rows=2))
    )


def gate(item: int, column: str = "a", number: int = 1, at: datetime = START) -> Gated:
    return Gated(item, item * 100 + number, number, f"{item}-{number}".ljust(64, "0"), column, write_time(at))


@dataclass
class History:
    """What the database holds while releases follow each other."""

    rows: dict[int, Gated] = field(default_factory=dict)
    publications: dict[int, Publication] = field(default_factory=dict)
    placements: list[Placement] = field(default_factory=list)
    farewells: dict[int, Farewell] = field(default_factory=dict)
    now: datetime = START

    def release(self, order: Mapping[int, str] | None = None) -> tuple[Shelf, Steps, Layout]:
        self.now += timedelta(hours=7)
        stock = Stock(self.publications, tuple(self.placements), self.farewells)
        shelf, steps = fill_shelf(self.rows, stock, order or {}, self.now)
        for one in steps.publications:
            self.publications[one.item] = replace(one, released=True)
        for left in steps.left:
            places = [(one.column_key, one.slot) for one in self.placements]
            self.placements[places.index((left.column_key, left.slot))] = left
        self.placements += steps.taken
        return shelf, steps, lay_out(shelf, make_site())


def test_items_that_come_together_stand_in_the_order_of_their_stated_dates() -> None:
    history = History({item: gate(item) for item in (1, 2, 3)})
    shelf, _, _ = history.release({1: "2026-11-03", 2: "2026-10-01", 3: "2026-11-01"})
    assert sorted(shelf.live, key=lambda item: shelf.live[item].slot) == [2, 3, 1]


def test_an_address_is_the_month_of_the_first_release_at_the_portal_and_stays() -> None:
    history = History({1: gate(1)}, now=datetime(2026, 11, 30, 17, 0, tzinfo=UTC) - timedelta(hours=7))
    shelf, _, _ = history.release()
    assert shelf.live[1].publication.path == "/articles/2026/12/1.html"
    history.rows[1] = gate(1, number=2)
    shelf, steps, _ = history.release()
    assert shelf.live[1].publication.path == "/articles/2026/12/1.html"
    assert not steps


def test_what_no_release_ever_showed_is_dated_by_the_one_that_does() -> None:
    left = Publication(4, 1, "/articles/2026/10/4.html", "2026-10-31T00:00:00.000000Z", released=False)
    history = History({1: gate(1)}, {1: left}, [Placement("a", 1, 1, left.first_published)])
    shelf, _, _ = history.release()
    one = shelf.live[1].publication
    assert (one.number, one.path) == (4, "/articles/2026/11/4.html")
    assert one.first_published == write_time(history.now)


def test_a_withdrawn_item_gets_a_tombstone_and_comes_back_to_its_place() -> None:
    history = History({item: gate(item) for item in (1, 2)})
    before, _, _ = history.release()
    row = history.rows.pop(1)
    history.farewells[1] = Farewell("2026-11-05T10:00:00.000000Z", "来源撤回", True, False)
    shelf, _, layout = history.release()
    one = shelf.stones[1].publication
    assert (one.tombstone_at, one.tombstone_reason) == ("2026-11-05T10:00:00.000000Z", "来源撤回")
    assert f"/gone{one.path}" in layout.files
    assert one.path not in layout.files
    history.rows[1] = row
    shelf, _, layout = history.release()
    assert shelf.live[1].slot == before.live[1].slot
    assert f"/gone{one.path}" not in layout.files


def test_an_item_that_moves_takes_a_new_slot_and_leaves_its_old_one_empty() -> None:
    history = History({item: gate(item) for item in (1, 2)})
    history.release()
    history.rows[1] = gate(1, "b")
    shelf, steps, _ = history.release()
    assert [(one.column_key, one.slot) for one in steps.taken] == [("b", 1)]
    assert [(one.column_key, one.item) for one in steps.left] == [("a", 1)]
    history.rows[1] = gate(1, "a", number=3)
    shelf, _, _ = history.release()
    assert shelf.live[1].slot == 3


def test_numbers_go_on_from_the_highest_that_was_ever_served() -> None:
    shelf, _ = fill_shelf({1: gate(1)}, Stock({}, (), {}), {}, START, highest=41)
    assert shelf.live[1].publication.number == 42


def test_an_item_in_a_column_that_the_portal_lacks_stops_the_publish_by_name() -> None:
    shelf, _ = fill_shelf({1: gate(1, "zzz")}, Stock({}, (), {}), {}, START)
    with pytest.raises(PublishError, match="zzz"):
        lay_out(shelf, make_site())


def test_empty_columns_have_no_file_and_are_named() -> None:
    _, _, layout = History({1: gate(1)}).release()
    assert [column.name for column in layout.empty] == ["乙栏"]
    assert not [path for path in layout.files if path.startswith("/columns/b/")]


def test_only_what_is_made_from_something_else_is_made_again() -> None:
    history = History({item: gate(item) for item in range(1, 20)})
    _, _, layout = history.release()
    records = {path: PageRecord(file.inputs_hash, "") for path, file in layout.files.items()}
    history.rows[20] = gate(20)
    _, _, layout = history.release()
    made = {file.path for file in choose(layout, records)}
    assert made == {
        "/articles/2026/11/20.html",
        "/columns/a/feed.atom",
        "/columns/a/feed.json",
        "/columns/a/feed.rss",
        "/columns/a/index.html",
        "/columns/a/page-7.html",
        "/index.html",
        "/sitemap.xml",
        "/sitemaps/articles-1.xml",
    }
    assert {file.path for file in choose(layout, {})} == set(layout.files)


def test_another_page_size_or_frame_makes_pages_again() -> None:
    shelf, _, layout = History({1: gate(1)}).release()
    site = make_site()
    other = replace(site, identity=replace(site.identity, phone="0971-1"))
    path = shelf.live[1].publication.path
    assert lay_out(shelf, other).files[path].inputs_hash != layout.files[path].inputs_hash


steps = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["come", "edit", "move", "leave"]), st.integers(1, 12)),
        min_size=1,
        max_size=4,
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_whatever_happens_full_pages_addresses_and_places_stay(story: list[list[tuple[str, int]]]) -> None:
    history = History()
    shelf, _, before = history.release()
    for day in story:
        touched = {item for _, item in day}
        for act, item in day:
            _take_step(history, act, item)
        addresses = {item: (one.number, one.path) for item, one in history.publications.items()}
        newest = {key: -(-slot // SIZE) for key, slot in shelf.last_slots.items()}
        shelf, _, after = history.release()
        slots = [(one.column_key, one.slot) for one in history.placements]
        assert len(slots) == len(set(slots))
        assert all(
            (history.publications[item].number, history.publications[item].path) == known
            for item, known in addresses.items()
        )
        for path, file in before.files.items():
            subject = file.subject
            if subject.kind == "article" and not touched & set(subject.items):
                assert after.files[path].inputs_hash == file.inputs_hash
            older = subject.kind == "list" and subject.number and subject.number < newest[subject.key]
            if (
                older
                and path in after.files
                and not touched & {*subject.items, *after.files[path].subject.items}
            ):
                assert after.files[path].inputs_hash == file.inputs_hash
        _check_pages(shelf, after)
        before = after


def _take_step(history: History, act: str, item: int) -> None:
    row = history.rows.get(item)
    if act == "come" and row is None:
        history.rows[item] = gate(item)
    elif act == "leave":
        history.rows.pop(item, None)
    elif act == "edit" and row is not None:
        history.rows[item] = gate(item, row.column_key, row.number + 1)
    elif act == "move" and row is not None:
        history.rows[item] = gate(item, "b" if row.column_key == "a" else "a", row.number)


def _check_pages(shelf: Shelf, layout: Layout) -> None:
    """Every live item stands on one page, and page k holds slots (k-1)N+1 to kN, newest first."""
    shown: list[int] = []
    for file in layout.files.values():
        subject = file.subject
        if subject.kind == "list" and subject.number:
            slots = [shelf.live[item].slot for item in subject.items]
            low, high = (subject.number - 1) * SIZE, subject.number * SIZE
            assert slots == sorted(slots, reverse=True)
            assert all(low < slot <= high for slot in slots)
            shown += subject.items
    assert len(shown) == len(set(shown))
    paged = [live for live in shelf.live.values() if shelf.last_slots[live.gated.column_key] > SIZE]
    assert set(shown) == {live.item for live in paged}
