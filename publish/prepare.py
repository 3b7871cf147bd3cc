"""Decide a whole release: the gate, numbers and places, what must be made, what is not right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from sys import intern

from errors import NotFound, PublishError
from publish.annex import fill_annex, narrow_annex
from publish.gather import Gathered, Known, Stores, gather, read_known, read_order, read_papers
from publish.narrow import narrow_racks
from publish.plan import File, Layout, add_files, choose, lay_out, see_makings
from publish.portions import is_same_making, tell_many
from publish.shelf import Shelf, Steps, fill_shelf
from publish.sitemap import name_block
from publish.trees import Served, TreeStore
from store.publishing import PageRecord, list_addressed, read_pages
from store.shown import Shown, find_other_users, list_touched, read_files

INDEX = "/search/"  # kept by itself, not laid out
_READ = ("/static/", "/files/")  # what even a full build may take from the served release
_ANEW = PageRecord("", "")  # of all that it makes anew: one, since there may be hundreds of thousands
_NUMBER = re.compile(r"(?:/gone)?/articles/\d{4}/\d{2}/(\d+)\.html")


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before anything is written; `files` are those that its items name."""

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

    def list_shown(self) -> list[Shown]:
        """Give the items of this release, of those that it deals with."""
        agencies = self.gathered.agencies
        return [
            Shown(
                item=item,
                revision=live.gated.revision,
                public_no=live.publication.number,
                column_key=live.gated.column_key,
                slot=live.slot,
                agency=agencies.get(item),
                updated=live.updated,
            )
            for item, live in self.shelf.live.items()
            if item in self.gathered.rows
        ]


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
        plan = _plan_narrow(stores, base, now, portion)
        if plan is not None:
            return plan
        portion = _widen(stores, portion)
    elif base is not None:
        portion = None
    return _plan_wide(stores, trees, base, trusted, now, full, rollback, portion)


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


def _plan_narrow(stores: Stores, base: Served, now: datetime, portion: frozenset[int] | None) -> Plan | None:
    gathered = gather(stores, now, base.release, narrow=True, portion=portion)
    order, bad = read_order(stores, gathered)
    papers, altered = read_papers(stores, gathered.rows.values())
    bad |= altered
    scope = gathered.scope or frozenset()
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
        wanted = choose(layout, records, full=False)
        known = _look_closer(stores, gathered, shelf, layout, wanted, full=False)
        bad = known.bad
        if not bad:
            return _finish(stores, replace(gathered, records=records), (shelf, steps), layout, known, before)
    return None  # something is wrong with an item that nobody touched


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
    layout = add_files(layout, named)
    wanted = choose(layout, records, full=False)
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
    gathered = gather(stores, now, base.release if base else None, narrow=False, portion=portion)
    if not trusted or full:
        records = _reconcile(trees, base, gathered.records, full)
        stale = frozenset(gathered.records.keys() - records.keys())
        gathered = replace(gathered, records=records, stale=stale)
    if rollback is not None:
        _keep_only(gathered, trees, rollback)
    order, bad = read_order(stores, gathered)
    papers, altered = read_papers(stores, gathered.rows.values())
    bad |= altered
    while True:
        _refuse(gathered, bad)
        shelf, steps = fill_shelf(gathered.rows, gathered.stock, order, now, _find_highest(gathered.records))
        annex = fill_annex(shelf, papers, gathered.agencies, stores.site)
        layout = lay_out(shelf, stores.site, annex=annex)
        wanted = choose(layout, gathered.records, full)
        known = _look_closer(stores, gathered, shelf, layout, wanted, full)
        if not known.bad:
            break
        bad = known.bad
    layout = add_files(layout, {path for paths in known.files.values() for path in paths})
    wanted = choose(layout, gathered.records, full)
    outside = ("/static/", INDEX) if stores.site.search else "/static/"  # assets outlive releases
    gone = [path for path in gathered.records if path not in layout.files and not path.startswith(outside)]
    makings = see_makings(stores.site) if rollback is None else None
    gathered = _forget(gathered)
    return Plan(gathered, shelf, steps, layout, tuple(wanted), tuple(gone), known, makings)


def _forget(gathered: Gathered) -> Gathered:
    """Let go of what is decided: every item has its place, and it is said which pages are made anew."""
    for path, one in gathered.records.items():
        if one.inputs_hash:
            gathered.records[path] = PageRecord("", one.output_hash)
    return replace(gathered, stock=replace(gathered.stock, placements=()))


def _find_highest(records: Mapping[str, PageRecord]) -> int:
    """The highest public number that was ever seen there, also when an older database was restored."""
    numbers = (_NUMBER.fullmatch(path) for path in records)
    return max((int(found[1]) for found in numbers if found), default=0)


def _reconcile(
    trees: TreeStore, base: Served | None, records: Mapping[str, PageRecord], full: bool
) -> dict[str, PageRecord]:
    """Hold the records of pages against the served tree: what does not fit was made from nothing known."""
    if base is None:
        return {}
    found: dict[str, PageRecord] = {}
    try:
        for path, digest in trees.walk(base.tree):
            if full and not path.startswith(_READ):
                found[intern(path)] = _ANEW
            elif not full and path in records and records[path].output_hash == digest:
                found[intern(path)] = records[path]
            else:
                found[intern(path)] = PageRecord("", digest)
    except PublishError:
        if not full:
            raise
        return {}
    return found


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
    stores: Stores, gathered: Gathered, shelf: Shelf, layout: Layout, wanted: list[File], full: bool
) -> Known:
    """Read the forms that the wanted files show, and those of all items whose files count."""
    items = {item for file in wanted for item in file.subject.shown}
    lives = [
        live
        for item, live in shelf.live.items()
        if full or item in items or (item in gathered.rows and live.gated.revision in gathered.filed)
    ]
    return read_known(stores, lives, wanted, lambda path: _is_served(stores, gathered, path))


def _is_served(stores: Stores, gathered: Gathered, path: str) -> bool:
    """Say whether the served release holds a file; the records of a narrow plan are not all."""
    if path in gathered.records or gathered.scope is None:
        return path in gathered.records
    with stores.database.read() as connection:
        return bool(read_pages(connection, [path]))
