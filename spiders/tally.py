"""What one source's run adds up to, counted as it happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pipelines.messages import Saved
from spiders.claims import Outcome
from spiders.faults import Fault
from spiders.frontier import Cause
from spiders.health import Counts

# A row that leads to an item of another address is new to this source, though the item is not.
OUTCOMES: dict[Saved, Outcome] = {
    Saved.NEW: "new",
    Saved.DUPLICATE: "new",
    Saved.CHANGED: "changed",
    Saved.SAME: "known",
    Saved.SEEN: "known",
    Saved.FAILED: "failed",
    Saved.GONE: "changed",
}


@dataclass
class Tally:
    """The counts of one source while it runs; `counts` makes them final.

    `shared_rows` are new to this source, though another one has brought their items already.
    """

    rows: set[str] = field(default_factory=set)
    unchanged_rows: int = 0
    known_rows: int = 0
    shared_rows: int = 0
    fresh: int = 0
    first: int | None = None
    before: int = 0
    pages: int = 0
    promised: int | None = None
    list_status: str = "ok"
    list_fault: Fault | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    read: int = 0
    undated: int = 0
    cut: str | None = None
    whole: bool = False

    def add_outcome(self, cause: Cause, outcome: Outcome | None) -> None:
        """Count how one wanted address ended; a re-check that finds nothing new is no row of this run."""
        if outcome is not None and (cause, outcome) != ("recheck", "known"):
            self.outcomes[outcome] += 1

    def add_cut(self, words: str) -> None:
        """Note why something was left for later; the first reason is the one that is told."""
        self.cut = self.cut or words

    def counts(self, stored: int) -> Counts:
        """Add up; `stored` is the number of rows that the source's lists ever showed."""
        return Counts(
            found=len(self.rows) + self.unchanged_rows,
            first=self.first or 0,
            before=self.before,
            promised=self.promised,
            stored=stored,
            fresh=self.fresh,
            new=self.outcomes["new"] + self.shared_rows,
            changed=self.outcomes["changed"],
            known=self.known_rows + self.unchanged_rows + self.outcomes["known"],
            failed=self.outcomes["failed"],
            read=self.read,
            undated=self.undated,
            pages=self.pages,
            list_status=self.list_status,
            list_fault=self.list_fault,
            failures=dict(self.failures),
            cut=self.cut,
            whole=self.whole,
        )
