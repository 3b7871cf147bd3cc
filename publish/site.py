"""The one writer of the portal: plan, render, make the tree, switch; each step can be killed without harm."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clock import tell_day
from errors import PublishError
from publish.apart import run_apart
from publish.disk import write_whole
from publish.gather import Overtaken, Stores
from publish.portions import cut_portions, is_made_aside, list_waiting
from publish.prepare import plan_release
from publish.rebuild import rebuild_site
from publish.redirects import write_maps
from publish.release import ATTEMPTS, OVERTAKEN, Build, Progress, PublishReport, ignore
from publish.site_view import Settled, settle
from publish.trees import Served, TreeStore
from publish.views import AgencyView
from store.aside import forget_room
from store.database import Database
from store.locks import hold
from store.log import read_head
from store.publishing import (
    are_doubted,
    begin_release,
    doubt_pages,
    mark_released,
    mark_removed,
    mark_served,
    read_publications,
    read_release_head,
    read_releases,
)
from store.redirects import read_redirects
from store.shown import begin_anew, find_last_sign, list_agency_names, list_touched_since

if TYPE_CHECKING:
    from portal import Portal

logger = logging.getLogger(__name__)


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
            forget_room(database)  # which a killed publish left
            _write_redirects(database, home)
            base, trusted = agree(database, trees, now)
            work = _Work(stores, trees, settled.keep_releases, now, anyway, progress or ignore)
            if base is not None and rollback is None and is_made_aside(stores, full):
                return work.publish_aside(base, trusted)
            may_be_cut = not full and rollback is None and (base is None or trusted)
            reports: list[PublishReport] = []
            for portion in _cut(stores, now, base is None) if may_be_cut else ():
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
                build = Build(self.stores, self.trees, base, plan, self.progress, full, self.anyway)
                report = build.run(self.now)
            except Overtaken:
                continue
            if base is not None and report.release == base.release:
                return report  # nothing changed
            if portion is None:
                self._prune(report.release)
            return report
        raise PublishError(OVERTAKEN)

    def publish_apart(self, base: Served | None, trusted: bool, portion: frozenset[int]) -> PublishReport:
        """Make the release of a portion in a process of its own, so that memory does not add up."""
        self.stores.database.engine.dispose()  # no connection may be used on both sides of a fork
        try:
            report = run_apart(lambda: self.publish(base, trusted, False, None, portion))
        finally:
            self.trees.prepare()  # what it left in the drafts is known to nobody
        self.passing.append(report.release)
        return report

    def publish_aside(self, served: Served, trusted: bool) -> PublishReport:
        """Make a release of everything beside the `served` one, and serve it when it is whole."""
        report = rebuild_site(self.stores, self.trees, served, trusted, self.now, self.anyway, self.progress)
        self._prune(report.release)
        return report

    def _prune(self, served: int) -> None:
        with self.stores.database.read() as connection:
            known = [one.id for one in read_releases(connection) if one.state in ("served", "kept")]
        kept = sorted(set(known) - set(self.passing))
        gone = self.trees.prune({*kept[-self.keep :], served})
        with self.stores.database.write() as connection:
            mark_removed(connection, gone)


def _cut(stores: Stores, now: datetime, first: bool) -> Iterator[frozenset[int]]:
    """Give the portions, each with what belongs to all, and with who was touched since.

    What is taken down does not wait for the last one.
    """
    with stores.database.read() as connection:
        sign = find_last_sign(connection)
    for portion in cut_portions(stores, first):
        with stores.database.read() as connection:
            fresh = list_touched_since(connection, sign)
        yield portion | fresh | list_waiting(stores, now)


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
