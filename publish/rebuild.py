"""A release of everything, made in portions beside the served one and switched when the last one is there.

Memory follows a portion, as it does in a first publish; but citizens see the old release whole until the new
one is whole, and the records of what is served stay as they are until then (store/aside.py). A publish that
is killed on the way has changed nothing that is served; the next one begins anew.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime

from errors import PublishError
from publish.apart import run_apart
from publish.former import Former
from publish.gather import Overtaken, Stores
from publish.holdings import Holdings
from publish.portions import cut_portions, list_waiting
from publish.prepare import plan_release, plan_removal
from publish.release import ATTEMPTS, OVERTAKEN, Build, Part, Progress, PublishReport
from publish.trees import Served, TreeStore
from store.aside import lay_aside, take_fresh
from store.database import Database
from store.shown import find_closed, list_touched, read_shown

logger = logging.getLogger(__name__)


@dataclass
class _Rebuild:
    """A release on its way beside the served one: the tree so far, and what its parts have told.

    `outer` are the stores of the served one, whose records are `trusted` or not.
    """

    stores: Stores
    outer: Stores
    trusted: bool
    trees: TreeStore
    now: datetime
    anyway: bool
    progress: Progress
    base: Served | None = None
    written: int = 0
    removed: int = 0
    owed: dict[str, str] = field(default_factory=dict)
    fresh: frozenset[int] = frozenset()  # who was touched since the last part

    def add(self, part: Part) -> None:
        """Go on from a part that was made."""
        self.base = Served(0, part.tree)  # no release: nobody is told of it
        self.written += part.written
        self.owed |= part.owed
        self.fresh = frozenset()

    def take_down(self) -> None:
        """Serve a release without what may not stand any more: that cannot wait until all is made anew.

        Where the records of the served one are not trusted it must, since nothing says what stands where.
        """
        self.fresh |= self._take_fresh()
        with self.outer.database.read() as connection:
            changed = read_shown(connection, list_touched(connection)).keys() if self.trusted else set()
            gone = find_closed(connection, changed)
        former = self.stores.former
        if not gone or former is None:
            return
        for _ in range(ATTEMPTS):
            try:
                report = self._remove(former.served, frozenset(changed))
            except Overtaken:
                continue
            except PublishError as error:  # such as a listing that was changed, for which all is made anew
                logger.warning("items %s go with the release that is being made: %s", sorted(gone), error)
                return
            self.written += report.written
            self.removed += report.removed
            self._follow(report.release)
            return

    def _remove(self, served: Served, changed: frozenset[int]) -> PublishReport:
        """Deal with all that is `changed` of what is served: it may stand on a page beside what goes."""
        from publish.search import is_indexed  # with lxml, which no other part needs

        plan = plan_removal(self.outer, self.trees, served, self.now, changed)
        if plan is None:
            raise PublishError("more than their own pages changes with them")
        if not is_indexed(self.outer, self.trees, served):  # today's script cannot read what is there
            plan = replace(plan, wanted=tuple(one for one in plan.wanted if one.subject.kind != "search"))
        return Build(self.outer, self.trees, served, plan, anyway=True, removal=True).run(self.now)

    def _follow(self, release: int) -> None:
        former, tree = self.stores.former, self.trees.find_release(release)
        if former is not None and tree is not None:
            self.stores = replace(self.stores, former=replace(former, served=Served(release, tree)))

    def make_part(self, portion: frozenset[int]) -> Part:
        """Make a portion's part of the tree."""
        for _ in range(ATTEMPTS):
            self.fresh |= self._take_fresh()
            waiting = list_waiting(self.stores, self.now)  # of now: a decision since may wait for its hold
            try:
                return self._begin(portion | self.fresh | waiting).run_aside()
            except Overtaken:
                continue
        raise PublishError(OVERTAKEN)

    def finish(self) -> PublishReport:
        """Make the last part, of all that bears a sign still, and switch."""
        for _ in range(ATTEMPTS):
            try:
                self._take_fresh()
                with self.stores.database.read() as connection:
                    left = frozenset(list_touched(connection))
                report = self._begin(left).run(self.now)
            except Overtaken:
                continue
            written, removed = self.written + report.written, self.removed + report.removed
            return replace(report, written=written, removed=removed)
        raise PublishError(OVERTAKEN)

    def _begin(self, portion: frozenset[int]) -> Build:
        first = self.base is None
        plan = plan_release(self.stores, self.trees, self.base, True, self.now, first, None, portion)
        return Build(
            self.stores, self.trees, self.base, plan, self.progress, first, self.anyway, owed=self.owed
        )

    def _take_fresh(self) -> frozenset[int]:
        former = self.stores.former
        with self.stores.database.note() as connection:
            return take_fresh(connection, former.records) if former is not None else frozenset()


def rebuild_site(
    stores: Stores,
    trees: TreeStore,
    served: Served,
    trusted: bool,
    now: datetime,
    anyway: bool,
    progress: Progress,
) -> PublishReport:
    """Make every page anew beside the `served` release, and serve them all at once.

    What is withdrawn meanwhile leaves the served one once the portion is made that is on its way. Raises
    PublishError and StoreError where all cannot be made; what was served stays.
    """
    with lay_aside(stores.database) as aside:
        highest = Holdings(stores, trees, served, sure=False, full=True).find_highest()
        former = Former(served, trees, aside.served, trusted, highest)
        inner = replace(stores, database=aside.database, former=former)
        work = _Rebuild(inner, stores, trusted, trees, now, anyway, progress)
        for portion in cut_portions(inner, first=True):
            work.take_down()
            _let_go(stores.database, aside.database)
            try:
                part = run_apart(lambda: work.make_part(portion))  # noqa: B023  # run at once
            finally:
                trees.prepare()  # what it left in the drafts is known to nobody
            work.add(part)
        work.take_down()
        return work.finish()


def _let_go(*databases: Database) -> None:
    """Close connections: none may be used on both sides of a fork."""
    for database in databases:
        database.engine.dispose()
