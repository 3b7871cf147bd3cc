"""Decide a whole release: the gate, numbers and places, what must be made, what is not right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from errors import NotFound, PublishError
from publish.gather import Gathered, Known, Stores, gather, read_known, read_order
from publish.plan import File, Layout, add_files, choose, lay_out
from publish.shelf import Shelf, Steps, fill_shelf
from publish.trees import Served, TreeStore
from store.publishing import PageRecord

_NUMBER = re.compile(r"(?:/gone)?/articles/\d{4}/\d{2}/(\d+)\.html")


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before anything is written."""

    gathered: Gathered
    shelf: Shelf
    steps: Steps
    layout: Layout
    wanted: tuple[File, ...]
    gone: tuple[str, ...]
    known: Known


def plan_release(
    stores: Stores,
    trees: TreeStore,
    base: Served | None,
    trusted: bool,
    now: datetime,
    full: bool,
    rollback: int | None,
) -> Plan:
    """Decide what the release holds and which files are made; an item whose form is not right is dropped."""
    gathered = gather(stores, now, base.release if base else None)
    if not trusted or full:
        records = _reconcile(trees, base, gathered.records, full)
        stale = frozenset(gathered.records.keys() - records.keys())
        gathered = replace(gathered, records=records, stale=stale)
    if rollback is not None:
        _keep_only(gathered, trees, rollback)
    order, bad = read_order(stores, gathered)
    while True:
        for item, reason in bad.items():
            gathered.rows.pop(item, None)
            gathered.refused[item] = reason
        shelf, steps = fill_shelf(gathered.rows, gathered.stock, order, now, _find_highest(gathered.records))
        layout = lay_out(shelf, stores.site)
        wanted = choose(layout, gathered.records, full)
        known = _look_closer(stores, gathered, shelf, layout, wanted, full)
        if not known.bad:
            break
        bad = known.bad
    layout = add_files(layout, {path for paths in known.files.values() for path in paths})
    wanted = choose(layout, gathered.records, full)
    gone = [p for p in gathered.records if p not in layout.files and not p.startswith("/static/")]
    return Plan(gathered, shelf, steps, layout, tuple(wanted), tuple(gone), known)


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
    try:
        on_disk = dict(trees.walk(base.tree))
    except PublishError:
        if not full:
            raise
        return {}
    return {
        path: records[path]
        if path in records and records[path].output_hash == digest
        else PageRecord("", digest)
        for path, digest in on_disk.items()
    }


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
    """Read the forms that the wanted files show; when an article came, changed or went, all with files."""
    items = {item for file in wanted for item in file.subject.shown}
    moved = any(file.subject.kind == "article" for file in wanted) or any(
        path.startswith("/articles/") and path not in layout.files for path in gathered.records
    )
    lives = [
        live
        for item, live in shelf.live.items()
        if full or item in items or (moved and live.gated.revision in gathered.filed)
    ]
    known = read_known(stores, lives, wanted, gathered.records)
    if moved or full:
        return known
    return replace(known, files={0: tuple(path for path in gathered.records if path.startswith("/files/"))})
