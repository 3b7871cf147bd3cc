"""The queue in the order of effort: which group a review stands in, and which reposts fold under it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from store.glance import Glance


@dataclass(frozen=True)
class Group:
    """One group of the queue, by the words that editors see."""

    key: str
    name: str
    note: str


@dataclass(frozen=True)
class Entry:
    """One row of the queue, with the reposts that are folded under it."""

    head: Glance
    reposts: tuple[Glance, ...] = ()


class Weighed(Protocol):
    """What is asked of a review to say where it stands; `marks` are findings that are no notes."""

    @property
    def state(self) -> str: ...
    @property
    def column(self) -> str | None: ...
    @property
    def public(self) -> bool: ...
    @property
    def probability(self) -> float: ...
    @property
    def marks(self) -> int: ...
    @property
    def doubts(self) -> int: ...
    @property
    def edited(self) -> bool: ...


CLEAN, FOLDED, DOUBTFUL, GONE = "clean", "folded", "doubtful", "gone"
GROUPS = (
    Group(CLEAN, "可直接通过", "字段齐全，没有标记，栏目有把握"),
    Group(FOLDED, "转载已折叠", "原文在前，转载在下；通过原文，转载就记为重复"),
    Group(DOUBTFUL, "存疑", "有字段或栏目拿不准，已标出；最没把握的在最后"),
    Group("flagged", "有标记", "密级标志或个人信息，逐条确认"),
    Group("changed", "来源已改", "已发布的信息有了新版，门户仍是旧版"),
    Group(GONE, "来源已删", "来源连续两次打不开原文，门户仍在：核实后撤下或保留"),
    Group("second", "待二审", "一审和二审不能是同一人"),
)
HELD = Group("held", "暂存", "先放着的，随时放回待审")
_SURE_FIRST = frozenset({CLEAN, FOLDED, DOUBTFUL})


def is_flagged(one: Weighed) -> bool:
    """Whether a finding that nobody cleared asks for more than a note."""
    return bool(one.marks)


def is_clean(one: Weighed, floor: float) -> bool:
    """Whether nothing speaks against it: no finding but notes, no doubt, a column that is sure enough.

    What a colleague rewrote is looked at by another person, never passed among many.
    """
    sure = one.column is not None and one.probability >= floor
    return sure and not is_flagged(one) and not one.doubts and not one.public and not one.edited


def find_group(one: Weighed, floor: float) -> str:
    """Say which group a review stands in by itself."""
    if one.state == "held":
        return HELD.key
    if one.state == "approved":
        return GONE
    if one.state == "second":
        return "second"
    if is_flagged(one):
        return "flagged"
    if one.public:
        return "changed"
    return CLEAN if is_clean(one, floor) else DOUBTFUL


def sort_queue(waiting: Iterable[Glance], floor: float) -> dict[str, list[Entry]]:
    """Sort what waits into the groups; a flagged or changed repost is never folded away.

    Where the machine's word counts, the surest stands first; else the oldest.
    """
    rows = [(one, find_group(one, floor)) for one in waiting]
    heads = _find_heads(one for one, _ in rows)
    folds: dict[int, list[Glance]] = {}
    for one, key in rows:
        head = heads.get(one.cluster) if one.cluster is not None else None
        if head is not None and head != one.item and key in (CLEAN, DOUBTFUL):
            folds.setdefault(head, []).append(one)
    folded = {one.revision for reposts in folds.values() for one in reposts}
    groups: dict[str, list[Entry]] = {group.key: [] for group in (*GROUPS, HELD)}
    for one, key in rows:
        if one.revision not in folded:
            entry = Entry(one, tuple(folds.get(one.item, ())))
            groups[FOLDED if entry.reposts and key == CLEAN else key].append(entry)
    for key in _SURE_FIRST:
        groups[key].sort(key=lambda entry: (-entry.head.probability, entry.head.item))
    return groups


def _find_heads(waiting: Iterable[Glance]) -> dict[int, int]:
    """The item under which each cluster is shown: its original, or its oldest that still waits."""
    heads: dict[int, int] = {}
    for one in waiting:
        if one.cluster is not None and one.state != "approved":
            before = heads.get(one.cluster)
            if before is None or one.item == one.original or (before != one.original and one.item < before):
                heads[one.cluster] = one.item
    return heads
