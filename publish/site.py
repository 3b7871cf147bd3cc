"""The one writer of the portal: plan, render, make the tree, switch; each step can be killed without harm."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from clock import tell_day
from errors import PublishError
from publish.apart import run_apart
from publish.disk import write_whole
from publish.gather import Stores, prepare_file
from publish.inspect_site import begin_inspection, refuse_flawed
from publish.inspection import Inspection
from publish.listing import Draft
from publish.plan import pair_files
from publish.portions import cut_portions
from publish.prepare import Plan, plan_release
from publish.redirects import write_maps
from publish.render import Renderer, render_all
from publish.site_view import Settled, settle
from publish.trees import Served, TreeStore
from publish.views import AgencyView
from store.database import Database
from store.filings import save_filings
from store.locks import hold
from store.log import read_head
from store.publishing import (
    PageRecord,
    are_doubted,
    begin_release,
    doubt_pages,
    drop_pages,
    find_next_release,
    mark_released,
    mark_removed,
    mark_served,
    read_pages,
    read_publications,
    read_release_head,
    read_releases,
    read_withdrawn_since,
    save_pages,
    save_placements,
    save_publications,
    trust_pages,
)
from store.redirects import read_redirects
from store.shown import (
    begin_anew,
    drop_touched,
    list_agency_names,
    read_shown,
    save_frame,
    save_shown,
)

if TYPE_CHECKING:
    from portal import Portal

logger = logging.getLogger(__name__)
ATTEMPTS = 5
INDEXED = "search"  # what the index is made from, instead of a hash: it is changed, not compared
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PublishReport:
    """What a publish did: files `written`, `articles` that stand, articles `removed`, and what it names."""

    release: int
    written: int
    articles: int
    removed: int
    empty_columns: tuple[str, ...]
    refused: tuple[str, ...]


class _Overtaken(Exception):  # no error: the work is done again
    """Somebody withdrew an item while its release was being built."""


def publish_site(
    database: Database,
    portal: Portal | Settled,
    home: Path,
    now: datetime,
    full: bool = False,
    rollback: int | None = None,
    anyway: bool = False,
    progress: Progress | None = None,
) -> PublishReport:
    """Make a release of what may stand on the portal now, and serve it.

    `full` makes every file anew and sets right what was changed on disk; `rollback` shows only items that the
    release of that number showed, through today's gate. Pages that do not pass the inspection are served only
    `anyway`. `progress` is told (files made, files to make).
    Raises AlreadyRunning while another publish works, NotFound for a release that is not kept, PublishError
    when the release cannot be made; the one before it stays served.
    """
    with database.read() as connection:
        agencies = tuple(AgencyView(*one) for one in list_agency_names(connection).items())
    settled = portal if isinstance(portal, Settled) else settle(portal, tell_day(now))
    stores = Stores(database, home, replace(settled.site, agencies=agencies))
    with hold(home, "publish"):
        trees = TreeStore(home / "site")
        try:
            trees.prepare()
            _write_redirects(database, home)
            base, trusted = agree(database, trees, now)
            work = _Work(stores, trees, settled.keep_releases, now, anyway, progress or _ignore)
            may_be_cut = not full and rollback is None and (base is None or trusted)
            reports: list[PublishReport] = []
            for portion in cut_portions(stores, base is None) if may_be_cut else ():
                reports.append(work.publish_apart(base, trusted, portion))
                base, trusted = agree(database, trees, now)
            reports.append(work.publish(base, trusted, full, rollback, None))
            return _add_up(reports)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise PublishError(f"{where}{error.strerror}; the release before stays served") from error
        finally:
            trees.clear()


@dataclass(frozen=True)
class _Work:
    """What the releases of one publish have in common; there is one, but for very many items."""

    stores: Stores
    trees: TreeStore
    keep: int
    now: datetime
    anyway: bool
    progress: Progress
    passing: list[int] = field(default_factory=list)  # releases of portions: nobody rolls back to one

    def publish(
        self,
        base: Served | None,
        trusted: bool,
        full: bool,
        rollback: int | None,
        portion: frozenset[int] | None,
    ) -> PublishReport:
        """Make one release; begin again where somebody withdrew an item meanwhile."""
        whole = full or base is None
        for _ in range(ATTEMPTS):
            try:
                plan = plan_release(
                    self.stores, self.trees, base, trusted, self.now, whole, rollback, portion
                )
                inspection = begin_inspection(self.stores.site)
                build = _Build(self.stores, self.trees, base, plan, self.progress, inspection)
                report = build.run(self.now, full, self.anyway)
            except _Overtaken:
                continue
            if base is not None and report.release == base.release:
                return report  # nothing changed
            if portion is None:
                self._prune(report.release)
            return report
        raise PublishError(f"items were withdrawn during each of {ATTEMPTS} attempts: publish again")

    def publish_apart(self, base: Served | None, trusted: bool, portion: frozenset[int]) -> PublishReport:
        """Make the release of a portion in a process of its own, so that memory does not add up."""
        self.stores.database.engine.dispose()  # no connection may be used on both sides of a fork
        try:
            report = run_apart(lambda: self.publish(base, trusted, False, None, portion))
        finally:
            self.trees.prepare()  # what it left in the drafts is known to nobody
        self.passing.append(report.release)
        return report

    def _prune(self, served: int) -> None:
        with self.stores.database.read() as connection:
            known = [one.id for one in read_releases(connection) if one.state in ("served", "kept")]
        kept = sorted(set(known) - set(self.passing))
        gone = self.trees.prune({*kept[-self.keep :], served})
        with self.stores.database.write() as connection:
            mark_removed(connection, gone)


def _add_up(reports: list[PublishReport]) -> PublishReport:
    """Make one report of all releases of a publish: the last one's, with all that was written and removed."""
    written = sum(report.written for report in reports)
    return replace(reports[-1], written=written, removed=sum(report.removed for report in reports))


def _write_redirects(database: Database, home: Path) -> None:
    """Write the maps of old addresses beside `current`, where nginx reads them when it is reloaded."""
    with database.read() as connection:
        maps = write_maps(read_redirects(connection))
    for name, text in maps.items():
        file = home / "site" / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            write_whole(file, text.encode())
            if text:
                logger.info("%s was written: reload nginx", file)


def _ignore(done: int, total: int) -> None:
    """Tell nobody."""


def agree(database: Database, trees: TreeStore, now: datetime) -> tuple[Served | None, bool]:
    """Make the database agree with what `current` points to, after a kill or a restored backup.

    Gives what is served, and whether the records of its pages can be trusted.
    """
    served = trees.find_served()
    with database.write() as connection:
        known = {one.id: one for one in read_releases(connection)}
        on_disk = set(trees.list_releases())
        mark_removed(connection, known.keys() - on_disk)
        if served is None:  # no folder yet, or it was lost: what bore a sign once is served by nobody
            begin_anew(connection)
            return None, False
        if served.release in known and known[served.release].state == "served":
            return served, known[served.release].tree_hash == served.tree and not are_doubted(connection)
        if read_release_head(connection, served.release) is None:
            begin_release(connection, served.release, read_head(connection), now)
        doubt_pages(connection)  # until a release was made from what is on disk: this one may be killed, too
        mark_served(connection, served.release, served.tree)
        shown = [
            item
            for item, one in read_publications(connection).items()
            if not one.released and trees.locate(served.tree, one.path).is_file()
        ]
        mark_released(connection, shown, served.release)
    return served, False


@dataclass(frozen=True)
class _Build:
    """One release on its way: everything is decided, nothing is written yet."""

    stores: Stores
    trees: TreeStore
    base: Served | None
    plan: Plan
    progress: Progress
    inspection: Inspection

    def run(self, now: datetime, full: bool, anyway: bool) -> PublishReport:
        """Write it down, make the files, switch; or do nothing when nothing changed."""
        plan = self.plan
        if self.base is not None and not (plan.wanted or plan.gone or plan.steps):
            self._settle_alone()
            return self._report(self.base.release)
        with self.stores.database.write() as connection:
            release = max([find_next_release(connection), *(n + 1 for n in self.trees.list_releases())])
            begin_release(connection, release, plan.gathered.head, now)
            save_publications(connection, plan.steps.publications)
            save_placements(connection, plan.steps.taken, plan.steps.left)
        made = self._make(full)
        if not anyway:
            refuse_flawed(self.inspection.settle(self._find_there))
        index = self._index(full)
        changes = {**self._choose_changes(made, full), **index}
        from_base = None if self.base is None or full else self.base.tree
        tree = self.trees.change(from_base, changes)
        self.trees.point(release, tree)
        self.trees.sync()
        self._switch(release, tree, made, index)
        return self._report(release)

    def _make(self, full: bool) -> dict[str, Draft]:
        plan, drafts = self.plan, dict[str, Draft]()
        known = self.base.tree if full and self.base is not None else None  # most of it stands there so
        renderer = Renderer(self.stores.site, plan.shelf, plan.layout, plan.known.rows)
        pairs = pair_files(plan.layout, plan.wanted)
        for file, raw in render_all(self.stores, renderer, pairs, self._read_file, plan.known.rows.clear):
            if raw is None:  # its form was changed since it was checked a moment ago
                raise _Overtaken
            drafts[file.path] = self.trees.draft(raw, file.path, known)
            if file.path.endswith(".html"):
                self.inspection.look(file.path, raw.decode(), len(raw))
            self.progress(len(drafts), len(plan.wanted))
        return drafts

    def _find_there(self, wanted: Collection[str]) -> set[str]:
        """Say which files the new release has: made now, or served and not taken away."""
        plan = self.plan
        there = {path for path in wanted if path in plan.layout.files}
        unknown = set(wanted) - there - set(plan.gone)
        if plan.dealt is None:
            return there | {path for path in unknown if path in plan.gathered.records}
        with self.stores.database.read() as connection:
            return there | read_pages(connection, unknown).keys()

    def _read_file(self, path: str) -> bytes:
        """Read a file as it will be served; where its original is kept no more, as it is served."""
        raw = prepare_file(self.stores, path)
        record = self.plan.gathered.records.get(path)
        if raw is None and record is not None and self.base is not None:
            raw = self.trees.read_whole(self.base.tree, path, record.output_hash)
        if raw is None:
            raise PublishError(f"{path}: is neither among the kept files nor in the served release")
        return raw

    def _choose_changes(self, made: Mapping[str, Draft], full: bool) -> dict[str, Draft | None]:
        records = self.plan.gathered.records
        if not full and self.base is not None:
            changes: dict[str, Draft | None] = {
                path: draft
                for path, draft in made.items()
                if path not in records or records[path].output_hash != draft.hash
            }
            return {**changes, **dict.fromkeys(self.plan.gone)}
        changes = dict(made)
        for path, record in records.items():  # an older style sheet outlives the release that used it
            if path.startswith("/static/") and path not in made and self.base is not None:
                raw = self.trees.read_whole(self.base.tree, path, record.output_hash)
                if raw is not None:
                    changes[path] = self.trees.draft(raw)
        return changes

    def _index(self, full: bool) -> dict[str, Draft | None]:
        """Bring the search index along; where the served one is not to be trusted, it is made anew."""
        if not self.stores.site.search:
            return {}
        from publish.search import index_release  # with lxml, which no other part of a publish needs

        anew = full or bool(self.plan.gathered.stale)
        return index_release(self.stores, self.trees, self.base, self.plan, anew)

    def _switch(
        self, release: int, tree: str, made: Mapping[str, Draft], index: Mapping[str, Draft | None]
    ) -> None:
        """Look once more who was withdrawn, then switch, inside the transaction that says so."""
        plan = self.plan
        with self.stores.database.write() as connection:
            self._look_who_left(connection)
            mark_served(connection, release, tree)
            mark_released(connection, self._list_fresh(), release)
            drop_pages(connection, {*made, *index, *plan.gone, *plan.gathered.stale})
            save_pages(connection, release, self._record(made, index))
            self._settle(connection)
            self.trees.switch(release)

    def _record(
        self, made: Mapping[str, Draft], index: Mapping[str, Draft | None]
    ) -> Iterator[tuple[str, PageRecord]]:
        """Say what each file was made from; one at a time, since there may be a hundred thousand."""
        files = self.plan.layout.files
        for path, draft in made.items():
            yield path, PageRecord(files[path].inputs_hash, draft.hash)
        for path, one in index.items():
            if one is not None:
                yield path, PageRecord(INDEXED, one.hash)

    def _look_who_left(self, connection: Connection) -> None:
        """Raise where somebody who would stand in this release was withdrawn since its view was read."""
        plan = self.plan
        left = read_withdrawn_since(connection, plan.gathered.head.seq)
        untouched = left - (plan.dealt if plan.dealt is not None else left)
        if left & plan.shelf.live.keys() or read_shown(connection, untouched):
            raise _Overtaken

    def _settle(self, connection: Connection) -> None:
        """Write down what this release shows, so that the next one looks at what is touched from now on."""
        plan = self.plan
        rows = plan.list_shown()
        items = {row.item for row in rows}
        files = {item: paths for item, paths in plan.known.files.items() if item in items}
        save_shown(connection, plan.dealt, rows, files)
        save_filings(connection, plan.dealt, [one for one in plan.layout.annex.filings if one.item in items])
        save_frame(connection, plan.makings)
        trust_pages(connection)
        drop_touched(connection, plan.list_settled())

    def _settle_alone(self) -> None:
        """Settle signs that led to no change, if there are any."""
        plan, base = self.plan, self.base
        if base is not None and (plan.dealt is None or plan.list_settled()):
            with self.stores.database.write() as connection:
                drop_pages(connection, plan.gathered.stale)
                self._settle(connection)

    def _list_fresh(self) -> list[int]:
        return [item for item, live in self.plan.shelf.live.items() if not live.publication.released]

    def _report(self, release: int) -> PublishReport:
        plan = self.plan
        return PublishReport(
            release=release,
            written=len(plan.wanted),
            articles=plan.layout.racks.total,
            removed=sum(path.startswith("/articles/") for path in plan.gone),
            empty_columns=tuple(column.name for column in plan.layout.empty),
            refused=tuple(text for _, text in sorted(plan.gathered.refused.items())),
        )
