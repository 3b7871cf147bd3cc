"""What a run knows of its sources' pages: taken from the store, taught by each page, and given back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reading.learning import NOTHING, Learned, Lesson, read_learned, tell_learned, tell_version
from store.shapes import KeptShapes, Shapes


class Ledger:
    """What was learned of each source; lessons come from the workers, one a page."""

    def __init__(self, store: Shapes) -> None:
        self._store = store
        self._kept = store.load(tell_version())
        self._before = {source: read_learned(kept.learned) for source, kept in self._kept.items()}
        self._learned = dict(self._before)

    def ask(self, source: str) -> Learned:
        """Say what is known of a source by now."""
        return self._learned.get(source, NOTHING)

    def take(self, source: str, lesson: Lesson) -> None:
        """Learn from one page of a source."""
        self._learned[source] = self.ask(source).take(lesson)

    def save(self, source: str, now: datetime) -> None:
        """Give a source's row to the store where it says something new; a quiet night writes nothing."""
        learned = self.ask(source)
        if learned == self._before.get(source, NOTHING):
            return
        kept = self._kept.get(source)
        since = kept.since if kept is not None and kept.since is not None else now
        version, told = tell_version(), tell_learned(learned)
        self._store.save(KeptShapes(source, version, told, since if learned.is_trusted else None))
        self._before[source] = learned

    def forget(self, source: str) -> None:
        """Let go of what was learned of a source whose run is over."""
        for known in (self._learned, self._before, self._kept):
            known.pop(source, None)


def describe_shapes(kept: Mapping[str, KeptShapes]) -> dict[str, str]:
    """Say of each source how its pages are read, and since which day (UTC)."""
    return {source: _describe(read_learned(one.learned), one.since) for source, one in kept.items()}


def _describe(learned: Learned, since: datetime | None) -> str:
    trusted = [shape for shape in learned.shapes if shape.is_trusted]
    if not trusted or since is None:
        return "slow, learning"
    pages = sum(shape.agreed for shape in trusted)
    families = sorted({shape.family for shape in trusted if shape.family})
    named = f" of {', '.join(families)}" if families else ""
    shapes = f"{_count(len(trusted), 'shape')}{named}"
    return f"fast since {since.date().isoformat()}, {shapes}, {_count(pages, 'page')} agreed"


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'s' if number != 1 else ''}"
