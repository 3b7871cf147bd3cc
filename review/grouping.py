"""The queue in the order of effort: which group a review stands in, and which reposts fold under it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store.desk import Standing


@dataclass(frozen=True)
class Group:
    """One group of the queue, by the words that editors see."""

    key: str
    name: str
    note: str


@dataclass(frozen=True)
class Entry:
    """One row of the queue, with the reposts that are folded under it."""

    head: Standing
    reposts: tuple[Standing, ...] = ()


CLEAN = "clean"
GROUPS = (
    Group(CLEAN, "可直接通过", "字段齐全，没有标记，栏目有把握"),
    Group("folded", "转载已折叠", "原文在前，转载在下"),
    Group("doubtful", "存疑", "有字段或栏目拿不准，已标出"),
    Group("flagged", "有标记", "密级标志或个人信息，逐条确认"),
    Group("changed", "来源已改", "已发布的信息有了新版，门户仍是旧版"),
    Group("second", "待二审", "一审和二审不能是同一人"),
)
HELD = Group("held", "暂存", "先放着的，随时放回待审")


def is_flagged(one: Standing) -> bool:
    """Whether a finding that nobody cleared asks for more than a note."""
    return bool(one.levels.get("block") or one.levels.get("confirm"))


def is_clean(one: Standing, floor: float) -> bool:
    """Whether nothing speaks against it: no finding but notes, no doubt, a column that is sure enough."""
    sure = one.column is not None and one.probability >= floor
    return sure and not is_flagged(one) and not one.doubts and not one.public


def find_group(one: Standing, floor: float) -> str:
    """Say which group a review stands in by itself."""
    if one.state == "held":
        return HELD.key
    if one.state == "second":
        return "second"
    if is_flagged(one):
        return "flagged"
    if one.public:
        return "changed"
    return CLEAN if is_clean(one, floor) else "doubtful"


def sort_queue(standing: Iterable[Standing], floor: float) -> dict[str, list[Entry]]:
    """Sort what waits into the groups; a flagged or changed repost is never folded away."""
    rows = list(standing)
    open_items = {one.item for one in rows}
    folds: dict[int, list[Standing]] = {}
    for one in rows:
        head = _find_head(one, open_items)
        if head is not None and head != one.item and find_group(one, floor) in (CLEAN, "doubtful"):
            folds.setdefault(head, []).append(one)
    folded = {one.revision for reposts in folds.values() for one in reposts}
    groups: dict[str, list[Entry]] = {group.key: [] for group in (*GROUPS, HELD)}
    for one in rows:
        if one.revision not in folded:
            entry = Entry(one, tuple(folds.get(one.item, ())))
            key = find_group(one, floor)
            groups["folded" if entry.reposts and key == CLEAN else key].append(entry)
    return groups


def _find_head(one: Standing, open_items: set[int]) -> int | None:
    """The item under which a cluster is shown: its original, or its oldest that still waits."""
    if one.cluster is None:
        return None
    waiting = one.cluster.items & open_items
    return one.cluster.original if one.cluster.original in waiting else min(waiting)
