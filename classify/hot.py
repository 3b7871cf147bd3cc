"""What many speak of at once: proposed for 热点新闻 with the reasons, and never put there by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_WEIGHTS = {"central": 2.0, "province": 1.5, "prefecture": 1.0, "county": 0.7}
_LEVELS = {"central": "中央", "province": "省级", "prefecture": "市州", "county": "县区"}
_LEAST_AGENCIES = 3
_LEAST_SCORE = 4.0
_WINDOW = timedelta(days=3)


@dataclass(frozen=True)
class Carrier:
    """An agency or medium that carries the item, and when it was first seen there."""

    agency: str
    level: str
    at: datetime


@dataclass(frozen=True)
class Hot:
    """A proposal with its weight and the reasons in an editor's words."""

    item: int
    score: float
    reasons: tuple[str, ...]


def propose_hot(item: int, carriers: Sequence[Carrier], now: datetime) -> Hot | None:
    """Propose an item by how many independent agencies carry it, their level, and how fast it spread.

    `item` is the original of its cluster. What spread earlier than three days ago is no news any more.
    """
    first: dict[str, Carrier] = {}
    for one in sorted(carriers, key=lambda found: (found.at, found.agency)):
        first.setdefault(one.agency, one)
    recent = [one for one in first.values() if now - _WINDOW <= one.at <= now]
    if len(recent) < _LEAST_AGENCIES:
        return None
    hours = max(1.0, (max(one.at for one in recent) - min(one.at for one in recent)).total_seconds() / 3600)
    fast = 1.5 if hours <= 12 else 1.2 if hours <= 24 else 1.0
    score = round(sum(_WEIGHTS.get(one.level, 1.0) for one in recent) * fast, 2)
    if score < _LEAST_SCORE:
        return None
    levels = {level: sum(one.level == level for one in recent) for level in _LEVELS}
    told = "、".join(f"{_LEVELS[level]} {count} 家" for level, count in levels.items() if count)
    return Hot(item, score, (f"{len(recent)} 家单位都在报道（{told}）", f"{hours:.0f} 小时内传开"))
