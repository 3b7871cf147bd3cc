"""What is learned of a source's pages: shapes that are proposed, agreed to, trusted, and dropped again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from reading.families.known import FAMILIES, family_named
from reading.outside import Outside
from reading.shape import Shape

# Raised when what is learned changes its meaning.
VERSION = 1
# A source's lists lead to few kinds of pages.
_MOST = 3
# So many pages in a row that are not read by a shape, and it is dropped.
_MISSES = 5
# Each so-many-th page is read both ways; fewer, once so many pages of a shape were read the same both ways.
CHECK = 20
CHECK_PROVED = 50
_PROVED = 5

Way = Literal["slow", "fast", "agreed", "doubted", "differed"]


@dataclass(frozen=True)
class Lesson:
    """What one page teaches: how it was read, by which shape, and the shape as it should be from now on.

    `slow`: no shape was found on it; `shape` is proposed. `fast`: the guard had no doubt. `agreed`: both ways
    say the same; `shape` is widened. `doubted`: the guard hesitated; where both ways say the same (`missed`
    is None) `shape` is widened, else proposed. `differed`: the guard saw nothing, and `missed` is the field.
    """

    way: Way
    key: tuple[str, ...] | None
    shape: Shape | None = None
    missed: str | None = None


@dataclass(frozen=True)
class Learned:
    """All that is learned of one source; `fast` pages were read the fast way since the last check."""

    shapes: tuple[Shape, ...] = ()
    fast: int = 0

    @property
    def is_trusted(self) -> bool:
        """Whether pages are read the fast way."""
        return any(shape.is_trusted for shape in self.shapes)

    @property
    def wants_check(self) -> bool:
        """Whether the next page is to be read both ways."""
        proved = bool(self.shapes) and all(shape.agreed >= _PROVED for shape in self.shapes)
        return self.fast + 1 >= (CHECK_PROVED if proved else CHECK)

    def take(self, lesson: Lesson) -> Learned:
        """Learn from one more page."""
        shapes = [_judge(shape, lesson) for shape in self.shapes]
        kept = [shape for shape in shapes if shape is not None]
        known = {shape.key for shape in self.shapes}
        proposed = lesson.shape
        if proposed is not None and lesson.way != "agreed" and proposed.key not in known:
            kept = [*_make_room(kept), proposed]
        count = {"fast": self.fast + 1, "slow": self.fast}
        return Learned(tuple(kept), count.get(lesson.way, 0))


NOTHING = Learned()


def _judge(shape: Shape, lesson: Lesson) -> Shape | None:
    """What becomes of one shape; None when it is dropped."""
    if lesson.key != shape.key:
        missed = shape.missed + (shape.is_trusted and lesson.way in ("slow", "doubted", "differed"))
        return None if missed >= _MISSES else replace(shape, missed=missed)
    if lesson.way == "fast":
        return replace(shape, missed=0) if shape.missed else shape
    if lesson.missed is None and lesson.shape is not None:
        return replace(shape.widen(lesson.shape), agreed=shape.agreed + 1, missed=0)
    if lesson.way == "differed" or shape.missed + 1 >= _MISSES:
        return None
    return replace(shape, missed=shape.missed + 1)


def _make_room(shapes: Sequence[Shape]) -> list[Shape]:
    """Leave out the shape that fewest pages agreed to, where there are too many."""
    if len(shapes) < _MOST:
        return list(shapes)
    least = min(shapes, key=lambda shape: shape.agreed)
    return [shape for shape in shapes if shape is not least]


def tell_version() -> str:
    """The version of the reader and its families: what another one learned is dropped."""
    return " ".join([str(VERSION), *(f"{one.name}{one.version}" for one in FAMILIES if one.version > 1)])


def tell_learned(learned: Learned) -> dict[str, Any]:
    """Write down what was learned, as JSON keeps it."""
    return {"shapes": [asdict(shape) for shape in learned.shapes], "fast": learned.fast}


def read_learned(told: Mapping[str, Any]) -> Learned:
    """Read what `tell_learned` wrote; shapes of a family whose declaration is gone are left out."""
    shapes = [
        Shape(
            **{
                **one,
                "path": tuple(one["path"]),
                "titles": tuple(one["titles"]),
                "ways": tuple(one["ways"]),
                "outside": Outside(**one["outside"]),
            }
        )
        for one in told["shapes"]
        if one["family"] is None or family_named(one["family"]) is not None
    ]
    return Learned(tuple(shapes), int(told["fast"]))
