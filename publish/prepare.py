"""Decide a whole release: the gate, numbers and places, what must be made, what is not right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from errors import NotFound
from publish.annex import fill_annex, narrow_annex
from publish.gather import Gathered, Known, Stores, gather, read_known, read_order, read_papers
from publish.holdings import Holdings
from publish.narrow import narrow_racks
from publish.plan import (
    File,
    Layout,
    choose,
    lay_out,
    lay_out_assets,
    lay_out_files,
    see_frame,
    see_makings,
)
from publish.portions import is_same_making, tell_many
from publish.shelf import Shelf, Steps, Stock, fill_shelf
from publish.sitemap import name_block
from publish.trees import Served, TreeStore
from store.filings import count_filed
from store.publishing import list_addressed, read_pages
from store.shown import Shown, find_last_slot, find_other_users, list_touched, read_files, read_frame


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before anything is written; the layout has the files to make, maybe more."""

    gathered: Gathered
    shelf: Shelf
    steps: Steps
    layout: Layout
    wanted: tuple[File, ...]
    gone: tuple[str, ...]
    known: Known
    makings: str | None

    @property
    def dealt(self) -> frozenset[int] | None:
        """The items that this release deals with, None when it is all of them."""
        return self.gathered.scope

    def list_settled(self) -> list[int]:
        """Give the signs that are dealt with: who waits for a hold, or was refused, is looked at again."""
        open_ones = self.gathered.pending | self.gathered.refused.keys()
        return [row for row, item in self.gathered.touched.items() if item not in open_ones]

    def list_shown(self) -> Iterator[Shown]:
        """Give the items of this release, of those that it deals with, one at a time."""
        found = map(self.see_shown, self.shelf.live)
        return (row for row in found if row is not None)

    def see_shown(self, item: int) -> Shown | None:
        """Say how an item that this release deals with stands in it, None where it does not."""
        live = self.shelf.live.get(item)
        if live is None or item not in self.gathered.rows:
            return None
        return Shown(
            item=item,
            revision=live.gated.revision,
            public_no=live.publication.number,
            column_key=live.gated.column_key,
            slot=live.slot,
            agency=self.gathered.agencies.get(item),
            updated=live.updated,
        )


def plan_release(
    stores: Stores,
    trees: TreeStore,
    base: Served | None,
    trusted: bool,
    now: datetime,
    full: bool,
    rollback: int | None,
    portion: frozenset[int] | None = None,
) -> Plan:
    """Decide what the release holds and which files are made; an item whose form is not right is dropped.

    Where the served release is known and was made in the same way, from the touched items alone, or from a
    `portion` of them.
    """
    if base is not None and trusted and not full and rollback is None and _is_settled(stores, portion):
        plan = _plan_narrow(stores, trees, base, now, portion)
        if plan is not None:
            return plan
        portion = _widen(stores, portion)
    elif base is not None:
        portion = None
    return _plan_wide(stores, trees, base, trusted, now, full, rollback, portion)


def plan_removal(
    stores: Stores, trees: TreeStore, base: Served, now: datetime, changed: frozenset[int]
) -> Plan | None:
    """Decide a release that is the served one but for items of it that `changed`, however it was made.

    Their signs stay, since more may have changed. None where it cannot be said from these items alone.
    """
    with stores.database.read() as connection:
        filed = 0 if stores.site.has_directory else count_filed(connection, changed)
    plan = _plan_narrow(stores, trees, base, now, changed, removal=True) if not filed else None
    if plan is None:
        return None
    held = Holdings(stores, trees, base, sure=True, full=False)
    assets = {path: file for path, file in lay_out_assets().items() if not held.has(path)}
    layout = replace(plan.layout, files={**plan.layout.files, **assets})
    with stores.database.read() as connection:
        makings = read_frame(connection)
    gathered = replace(plan.gathered, touched={})
    wanted = (*plan.wanted, *assets.values())
    return replace(plan, gathered=gathered, layout=layout, wanted=wanted, makings=makings)


def _widen(stores: Stores, portion: frozenset[int] | None) -> frozenset[int] | None:
    """Add all that has an address already to a portion that cannot be planned from its own change."""
    if portion is None:
        return None
    with stores.database.read() as connection:
        return portion | list_addressed(connection)


def _is_settled(stores: Stores, portion: frozenset[int] | None) -> bool:
    """Say whether the served release was made in the same way, and few items are touched now."""
    with stores.database.read() as connection:
        few = portion is not None or len(list_touched(connection)) <= tell_many(stores.site)
        return few and is_same_making(connection, stores.site)


def _plan_narrow(
    stores: Stores,
    trees: TreeStore,
    base: Served,
    now: datetime,
    portion: frozenset[int] | None,
    removal: bool = False,
) -> Plan | None:
    gathered = gather(stores, now, base.release, narrow=True, portion=portion)
    if removal:  # places that a release on its way has given are none of the served one's
        gathered = replace(gathered, stock=_see_slots_before(stores, gathered.stock, now))
    order, bad = read_order(stores, gathered)
    papers, altered = read_papers(stores, gathered.rows.values())
    bad |= altered
    scope, held = gathered.scope or frozenset(), Holdings(stores, trees, base, sure=True, full=False)
    while bad.keys() <= scope:
        _refuse(gathered, bad)
        touched, steps = fill_shelf(gathered.rows, gathered.stock, order, now)
        with stores.database.read() as connection:
            annex = narrow_annex(connection, scope, touched, papers, gathered.agencies, stores.site)
            found = narrow_racks(connection, scope, touched, stores.site, annex.items)
            if found is None:
                return None
            racks, shelf = found
            layout = lay_out(shelf, stores.site, racks, annex)
            blocks = [*(name_block(block) for block in racks.blocks), *annex.vanished]
            before = read_files(connection, scope)
            records = read_pages(connection, {*gathered.records, *layout.files, *blocks, *before})
        wanted = choose(layout, records)
        known = _look_closer(stores, gathered, shelf, wanted, False, held.has)
        bad = known.bad
        if not bad:
            return _finish(stores, replace(gathered, records=records), (shelf, steps), layout, known, before)
    return None  # something is wrong with an item that nobody touched


def _see_slots_before(stores: Stores, stock: Stock, now: datetime) -> Stock:
    with stores.database.read() as connection:
        slots = {column.key: find_last_slot(connection, column.key, now) for column in stores.site.columns}
    return replace(stock, last_slots=slots)


def _finish(
    stores: Stores,
    gathered: Gathered,
    shelved: tuple[Shelf, Steps],
    layout: Layout,
    known: Known,
    before: set[str],
) -> Plan:
    """Add the items' files: those that came are made, those that no other item names go."""
    named = {path for item in gathered.rows for path in known.files.get(item, ())}
    with stores.database.read() as connection:
        records = {**gathered.records, **read_pages(connection, named)}
        kept = find_other_users(connection, before - named, gathered.scope or ())
    layout = replace(layout, files={**layout.files, **lay_out_files(named)})
    wanted = choose(layout, records)
    gone = [path for path in records if path not in layout.files and path not in kept]
    makings = see_makings(stores.site)
    return Plan(
        replace(gathered, records=records), *shelved, layout, tuple(wanted), tuple(gone), known, makings
    )


def _refuse(gathered: Gathered, bad: Mapping[int, str]) -> None:
    for item, reason in bad.items():
        gathered.rows.pop(item, None)
        gathered.refused[item] = reason


def _plan_wide(
    stores: Stores,
    trees: TreeStore,
    base: Served | None,
    trusted: bool,
    now: datetime,
    full: bool,
    rollback: int | None,
    portion: frozenset[int] | None,
) -> Plan:
    held = Holdings(stores, trees, base, trusted and not full, full)
    gathered = gather(stores, now, base.release if base else None, narrow=False, portion=portion)
    gathered = replace(gathered, stale=held.find_stale())
    if rollback is not None:
        _keep_only(gathered, trees, rollback)
    order, bad = read_order(stores, gathered)
    papers, altered = read_papers(stores, gathered.rows.values())
    bad |= altered
    highest = held.find_highest()
    while True:
        _refuse(gathered, bad)
        shelf, steps = fill_shelf(gathered.rows, gathered.stock, order, now, highest)
        annex = fill_annex(shelf, papers, gathered.agencies, stores.site)
        layout = lay_out(shelf, stores.site, annex=annex)
        pages = held.compare(layout.files)
        known = _look_closer(stores, gathered, shelf, pages.wanted, full, held.has)
        if not known.bad:
            break
        bad = known.bad
    named = lay_out_files({path for paths in known.files.values() for path in paths})
    files = held.compare(named, of_items=True)
    wanted, gone = (*pages.wanted, *files.wanted), (*pages.gone, *files.gone)
    # What is decided is let go: there may be a hundred thousand places, and twice as many pages that stay.
    kept = {path: layout.files[path] for file in pages.wanted for path in (file.path, file.of) if path}
    layout = replace(layout, files={**kept, **named})
    stock = replace(gathered.stock, placements=())
    gathered = replace(gathered, records={**pages.records, **files.records}, stock=stock)
    # after a rollback the next release looks at every page; it makes none anew for that
    makings = see_makings(stores.site) if rollback is None else see_frame(stores.site)
    return Plan(gathered, shelf, steps, layout, wanted, gone, known, makings)


def _keep_only(gathered: Gathered, trees: TreeStore, rollback: int) -> None:
    tree = trees.find_release(rollback)
    if tree is None:
        kept = ", ".join(map(str, trees.list_releases()))
        raise NotFound(f"release {rollback} is not kept any more; there are {kept}")
    shown = {path for path, _ in trees.walk(tree)}
    for item in list(gathered.rows):
        one = gathered.stock.publications.get(item)
        if one is None or one.path not in shown:
            del gathered.rows[item]


def _look_closer(
    stores: Stores,
    gathered: Gathered,
    shelf: Shelf,
    wanted: list[File],
    full: bool,
    is_kept: Callable[[str], bool],
) -> Known:
    """Read the forms that the wanted files show, and those of all items whose files count."""
    items = {item for file in wanted for item in file.subject.shown}
    lives = [
        live
        for item, live in shelf.live.items()
        if full or item in items or (item in gathered.rows and live.gated.revision in gathered.filed)
    ]
    return read_known(stores, lives, wanted, is_kept)
