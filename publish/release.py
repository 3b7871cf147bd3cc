"""One release on its way: rendered, made a tree, switched; each step can be killed without harm."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from errors import PublishError
from publish.former import list_assets
from publish.gather import Overtaken, Stores, prepare_file
from publish.holdings import INDEX
from publish.inspect_site import begin_inspection, refuse_flawed
from publish.inspection import Inspection
from publish.listing import Draft
from publish.plan import pair_files
from publish.prepare import Plan
from publish.render import Renderer, render_all
from publish.trees import Served, TreeStore
from store.aside import adopt, count_gone
from store.filings import save_filings
from store.publishing import (
    PageRecord,
    begin_release,
    drop_pages,
    find_next_release,
    mark_released,
    mark_served,
    read_pages,
    read_withdrawn_since,
    save_pages,
    save_placements,
    save_publications,
    trust_pages,
)
from store.shown import drop_touched, read_shown, save_frame, save_shown

INDEXED = "search"  # what the index is made from, instead of a hash: it is changed, not compared
ATTEMPTS = 5
OVERTAKEN = f"items were withdrawn during each of {ATTEMPTS} attempts: publish again"
Progress = Callable[[int, int], None]


def ignore(done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class PublishReport:
    """What a publish did: files `written`, `articles` that stand, articles `removed`, and what it names."""

    release: int
    written: int
    articles: int
    removed: int
    empty_columns: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A part of a release that is made aside: its tree, the files written, links that lead nowhere yet."""

    tree: str
    written: int
    owed: Mapping[str, str]


@dataclass(frozen=True)
class Build:
    """One release on its way: everything is decided, nothing is written yet.

    With `full` every file is made anew; `owed` are links of earlier portions, which must lead somewhere now.
    A `removal` leaves a search index alone that was made in another way: to make it anew would take long.
    """

    stores: Stores
    trees: TreeStore
    base: Served | None
    plan: Plan
    progress: Progress = ignore
    full: bool = False
    anyway: bool = False
    removal: bool = False
    owed: Mapping[str, str] = field(default_factory=dict)

    def run(self, now: datetime) -> PublishReport:
        """Write it down, make the files, switch; or do nothing when nothing changed."""
        plan, former = self.plan, self.stores.former
        if former is None and self.base is not None and not (plan.wanted or plan.gone or plan.steps):
            self._settle_alone()
            return self._report(self.base.release)
        with self.stores.database.write() as connection:
            release = max([find_next_release(connection), *(n + 1 for n in self.trees.list_releases())])
            begin_release(connection, release, plan.gathered.head, now)
            self._save_steps(connection)
        inspection = begin_inspection(self.stores.site, self.owed)
        made = self._make(inspection)
        if not self.anyway:
            refuse_flawed(inspection.settle(self._find_there))
        more, tree = self._lay_out(made)
        self.trees.point(release, tree)
        self.trees.sync()
        removed = self._switch(release, tree, made, more)
        return self._report(release, removed)

    def run_aside(self) -> Part:
        """Do all of it but the switch, beside the served release; a link may lead to what comes later."""
        with self.stores.database.write() as connection:
            self._save_steps(connection)
        inspection = begin_inspection(self.stores.site)
        made = self._make(inspection)
        owed = inspection.put_off(self._find_there)
        if not self.anyway:
            refuse_flawed(inspection.settle(self._find_there))
        more, tree = self._lay_out(made)
        self.trees.sync()
        with self.stores.database.note() as connection:
            self._write_down(connection, 0, made, more)
        return Part(tree, len(self.plan.wanted), owed)

    def _save_steps(self, connection: Connection) -> None:
        save_publications(connection, self.plan.steps.publications)
        save_placements(connection, self.plan.steps.taken, self.plan.steps.left)

    def _lay_out(self, made: Mapping[str, Draft]) -> tuple[dict[str, Draft | None], str]:
        """Make the tree; gives it and the files in it that no layout knows: the index, older style sheets."""
        more = {**self._keep_assets(made), **self._index()}
        from_base = None if self.base is None or self.full else self.base.tree
        changes = {**self._choose_changes(made), **more}
        return more, self.trees.change(from_base, changes, sure=self.stores.former is not None)

    def _make(self, inspection: Inspection) -> dict[str, Draft]:
        plan, drafts = self.plan, dict[str, Draft]()
        known = self._find_like()
        renderer = Renderer(self.stores.site, plan.shelf, plan.layout, plan.known.rows)
        pairs = pair_files(plan.layout, plan.wanted)
        for file, raw in render_all(self.stores, renderer, pairs, self._read_file, plan.known.rows.clear):
            if raw is None:  # its form was changed since it was checked a moment ago
                raise Overtaken
            drafts[file.path] = self.trees.draft(raw, file.path, known)
            if file.path.endswith(".html"):
                inspection.look(file.path, raw.decode(), len(raw))
            self.progress(len(drafts), len(plan.wanted))
        return drafts

    def _find_like(self) -> str | None:
        """Give the tree in which most of what is made anew stands already."""
        former = self.stores.former
        if former is not None:
            return former.served.tree
        return self.base.tree if self.full and self.base is not None else None

    def _find_there(self, wanted: Collection[str]) -> set[str]:
        """Say which files the new release has: made now, or served and not taken away."""
        plan = self.plan
        there = {path for path in wanted if path in plan.layout.files}
        unknown = set(wanted) - there - set(plan.gone) - plan.gathered.stale
        with self.stores.database.read() as connection:
            return there | read_pages(connection, unknown).keys()

    def _read_file(self, path: str) -> bytes:
        """Read a file as it will be served; where its original is kept no more, as it is served."""
        raw, former = prepare_file(self.stores, path), self.stores.former
        if raw is None and former is not None:
            raw = former.read(path)
        record = self.plan.gathered.records.get(path)
        if raw is None and record is not None and self.base is not None:
            raw = self.trees.read_whole(self.base.tree, path, record.output_hash)
        if raw is None:
            raise PublishError(f"{path}: is neither among the kept files nor in the served release")
        return raw

    def _choose_changes(self, made: Mapping[str, Draft]) -> dict[str, Draft | None]:
        if self.full or self.base is None:
            return dict(made)
        records = self.plan.gathered.records
        changes: dict[str, Draft | None] = {
            path: draft
            for path, draft in made.items()
            if path not in records or records[path].output_hash != draft.hash
        }
        return {**changes, **dict.fromkeys(self.plan.gone)}

    def _keep_assets(self, made: Mapping[str, Draft]) -> dict[str, Draft | None]:
        """Take older style sheets into a tree that is made from nothing: they outlive their releases."""
        tree, kept = self._find_like(), dict[str, Draft | None]()
        if tree is None or not (self.full or self.base is None):
            return kept
        for path, digest in list_assets(self.trees, tree):
            raw = self.trees.read_whole(tree, path, digest) if path not in made else None
            if raw is not None:
                kept[path] = self.trees.draft(raw)
        return kept

    def _index(self) -> dict[str, Draft | None]:
        """Bring the search index along; where the served one is not to be trusted, it is made anew."""
        if not self.stores.site.search:
            return {}
        from publish.search import index_release, is_indexed  # with lxml, which no other part needs

        if self.removal and not is_indexed(self.stores, self.trees, self.base):
            return {}
        anew = self.full or bool(self.plan.gathered.stale)
        return index_release(self.stores, self.trees, self.base, self.plan, anew)

    def _switch(
        self, release: int, tree: str, made: Mapping[str, Draft], more: Mapping[str, Draft | None]
    ) -> int:
        """Look once more who was withdrawn, then switch, inside the transaction that says so.

        Gives how many articles are gone.
        """
        former, removed = self.stores.former, sum(path.startswith("/articles/") for path in self.plan.gone)
        with self.stores.database.write() as connection:
            self._look_who_left(connection)
            mark_served(connection, release, tree)
            mark_released(connection, self._list_fresh(), release)
            self._write_down(connection, release, made, more)
            if former is not None:
                removed = count_gone(connection, former.records)
                adopt(connection, former.records, release)
            self.trees.switch(release)
        return removed

    def _write_down(
        self,
        connection: Connection,
        release: int,
        made: Mapping[str, Draft],
        more: Mapping[str, Draft | None],
    ) -> None:
        plan = self.plan
        drop_pages(connection, {*made, *more, *plan.gone, *plan.gathered.stale})
        save_pages(connection, release, self._record(made, more))
        self._settle(connection)

    def _record(
        self, made: Mapping[str, Draft], more: Mapping[str, Draft | None]
    ) -> Iterator[tuple[str, PageRecord]]:
        """Say what each file was made from; one at a time, since there may be a hundred thousand."""
        files = self.plan.layout.files
        for path, draft in made.items():
            yield path, PageRecord(files[path].inputs_hash, draft.hash)
        for path, one in more.items():
            if one is not None:
                yield path, PageRecord(INDEXED if path.startswith(INDEX) else "", one.hash)

    def _look_who_left(self, connection: Connection) -> None:
        """Raise where somebody who would stand in this release was withdrawn since its view was read."""
        plan = self.plan
        left = read_withdrawn_since(connection, plan.gathered.head.seq)
        untouched = left - (plan.dealt if plan.dealt is not None else left)
        if left & plan.shelf.live.keys() or read_shown(connection, untouched):
            raise Overtaken

    def _settle(self, connection: Connection) -> None:
        """Write down what this release shows, so that the next one looks at what is touched from now on."""
        plan = self.plan
        files = {item: paths for item, paths in plan.known.files.items() if plan.see_shown(item)}
        filings = [one for one in plan.layout.annex.filings if plan.see_shown(one.item)]
        save_shown(connection, plan.dealt, plan.list_shown(), files)
        save_filings(connection, plan.dealt, filings)
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

    def _report(self, release: int, removed: int = 0) -> PublishReport:
        plan = self.plan
        return PublishReport(
            release=release,
            written=len(plan.wanted),
            articles=plan.layout.racks.total,
            removed=removed,
            empty_columns=tuple(column.name for column in plan.layout.empty),
            refused=tuple(text for _, text in sorted(plan.gathered.refused.items())),
        )
