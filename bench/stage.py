"""What every group gets: a folder to work in, and how much to measure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class Stage:
    """`scale` 1 is the full count of each figure; a smaller one is for slow machines and smoke tests."""

    folder: Path
    day: date
    scale: float = 1.0

    @property
    def small(self) -> bool:
        """Whether only to see that it runs."""
        return self.scale < 0.1

    def count(self, full: int, least: int = 1) -> int:
        """Say how many of something, where the full count is so many."""
        return max(least, round(full * self.scale))
