"""How often the suggested column was the one that a person chose: by column, by source, over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from store.decisions import Decision

_TRUSTED = 0.9  # the share that must be right, at the least, for a column to be approved in bulk
_SURE = 1.96  # the deviation that 95 of 100 stay within


@dataclass(frozen=True)
class Share:
    """How many suggestions there were and how many were right; `floor` is what chance leaves of the share."""

    name: str
    count: int
    right: int

    @property
    def share(self) -> float:
        """The share that was right."""
        return self.right / self.count if self.count else 0.0

    @property
    def floor(self) -> float:
        """The lower end of Wilson's interval: few decisions prove little."""
        if not self.count:
            return 0.0
        square = _SURE**2 / self.count
        middle = self.share + square / 2
        spread = _SURE * sqrt(self.share * (1 - self.share) / self.count + square / (4 * self.count))
        return max(0.0, (middle - spread) / (1 + square))

    @property
    def trusted(self) -> bool:
        """Whether what is suggested for it may be approved in bulk."""
        return self.floor >= _TRUSTED


@dataclass(frozen=True)
class Accuracy:
    """The whole account; `confusion` counts (suggested, chosen), and `untrusted` names columns."""

    overall: Share
    columns: tuple[Share, ...]
    sources: tuple[Share, ...]
    months: tuple[Share, ...]
    confusion: dict[tuple[str, str], int]

    @property
    def untrusted(self) -> tuple[str, ...]:
        """The columns whose suggestions are not to be trusted for bulk approval."""
        return tuple(one.name for one in self.columns if not one.trusted)


def measure_accuracy(decisions: Sequence[Decision]) -> Accuracy:
    """Measure suggestions against decisions; a column's share is of what was suggested for it."""
    pairs = Counter((one.suggested or "", one.column) for one in decisions)
    return Accuracy(
        overall=Share("", len(decisions), sum(one.right for one in decisions)),
        columns=_share_by(decisions, lambda one: one.suggested),
        sources=_share_by(decisions, lambda one: one.source),
        months=_share_by(decisions, lambda one: one.at[:7]),
        confusion=dict(sorted(pairs.items())),
    )


def _share_by(decisions: Iterable[Decision], name: Callable[[Decision], str | None]) -> tuple[Share, ...]:
    counts: dict[str, list[int]] = {}
    for one in decisions:
        key = name(one)
        if key is not None:
            counts.setdefault(key, []).append(int(one.right))
    return tuple(Share(key, len(found), sum(found)) for key, found in sorted(counts.items()))
