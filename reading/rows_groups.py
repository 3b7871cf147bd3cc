"""Which elements of a list page are its rows: blocks that repeat under one parent, gathered into lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise

from reading.rows_dates import DateMark
from reading.rows_scan import Link, Scan

_PASSING = re.compile(
    r"odd|even|first|last|on|cur|current|active|hover|top|bg\w?|line|item|no|mr\w?|ml\w?", re.I
)
_DIGITS = re.compile(r"[-_]?\d+")
_ROWS = frozenset(("li", "tr", "dd", "dl", "article"))
_LISTS = frozenset(("ul", "ol", "dl", "table", "tbody", "tr"))


@dataclass(frozen=True)
class Candidate:
    """An element taken for a row, with the links and the dates inside it (all, in document order)."""

    node: int
    links: tuple[Link, ...]
    dates: tuple[DateMark, ...]


@dataclass(frozen=True)
class Group:
    """Rows of one list, in document order; `container` is the element that holds (the first of) them."""

    container: int
    rows: tuple[Candidate, ...]
    flat: bool = False


@dataclass
class _Shape:
    container: int
    rows: set[int]
    path: tuple[str, ...]


def group_dated(scan: Scan, strength: int) -> list[Group]:
    """Find the lists whose rows show a date of at least `strength`."""
    blocks = find_blocks(scan, [date for date in scan.dates if date.strength >= strength])
    flat = {node: group for node, dates in blocks.items() if (group := _split_flat(scan, node, dates))}
    leaves = [node for node in blocks if node not in flat]
    return _join_flat(scan, list(flat.values())) + group_blocks(scan, leaves)


def _join_flat(scan: Scan, groups: list[Group]) -> list[Group]:
    """Lines of one table or list that each hold several rows are one list."""
    joined: dict[tuple[object, ...], Group] = {}
    for group in groups:
        key = (scan.parent[group.container], scan.tags[group.container])
        before = joined.get(key)
        rows = before.rows + group.rows if before else group.rows
        joined[key] = Group(before.container if before else group.container, rows, flat=True)
    return list(joined.values())


def find_blocks(scan: Scan, dates: Iterable[DateMark]) -> dict[int, list[DateMark]]:
    """For each date the smallest element that also holds a link; none around another such one."""
    blocks: dict[int, list[DateMark]] = {}
    for date in dates:
        for node in (date.owner, *scan.above(date.owner)):
            if scan.has_link(node):
                blocks.setdefault(node, []).append(date)
                break
    order = sorted(blocks)
    outer = {one for one, following in pairwise(order) if following < scan.end[one]}
    return {node: blocks[node] for node in order if node not in outer}


def group_blocks(scan: Scan, leaves: list[int]) -> list[Group]:
    """Widen each block to its row (as far as no other block comes in), and gather rows by their parent.

    Containers of one shape are one list (groups of five); a block alone in its container joins the
    list whose shape it has.
    """
    many: dict[int, list[tuple[int, int]]] = {}
    for row, leaf in _widen(scan, leaves):
        many.setdefault(scan.parent[row], []).append((row, leaf))
    unlike = {box for box, rows in many.items() if len(rows) == 1 or not _is_alike(scan, box, rows)}
    alone = [leaf for box in unlike for _, leaf in many[box]]
    shapes = _merge(scan, {box: rows for box, rows in many.items() if box not in unlike})
    left = [leaf for leaf in alone if not _absorb(scan, shapes, leaf)]
    shapes += [_Shape(scan.parent[leaf], {leaf}, ()) for leaf in left]
    return [
        Group(shape.container, tuple(candidate(scan, row) for row in sorted(shape.rows))) for shape in shapes
    ]


def candidate(scan: Scan, node: int) -> Candidate:
    """Take an element for a row."""
    return Candidate(node, tuple(scan.links_of(node)), tuple(scan.dates_of(node)))


def _widen(scan: Scan, leaves: list[int]) -> list[tuple[int, int]]:
    counts = [0] * (len(scan.nodes) + 1)
    for leaf in leaves:
        counts[leaf + 1] += 1
    before = list(accumulate(counts))
    widened = []
    for leaf in leaves:
        row = leaf
        for above in scan.above(leaf):
            if before[scan.end[above]] - before[above] > 1:
                break
            row = above
        widened.append((row, leaf))
    return widened


def _is_alike(scan: Scan, box: int, rows: list[tuple[int, int]]) -> bool:
    """Rows of a list or a table, or of which two share one shape; unlike blocks side by side are no list."""
    tags = {scan.tags[row] for row, _ in rows}
    if len(tags) == 1 and tags <= _ROWS:
        return True
    inside = Counter(_tag_path(scan, leaf)[: scan.depth[leaf] - scan.depth[box]] for _, leaf in rows)
    return inside.most_common(1)[0][1] > 1


def _merge(scan: Scan, many: dict[int, list[tuple[int, int]]]) -> list[_Shape]:
    shapes: list[_Shape] = []
    known: dict[tuple[object, ...], _Shape] = {}
    for box, rows in many.items():
        row_tag = Counter(scan.tags[row] for row, _ in rows).most_common(1)[0][0]
        keys: list[tuple[object, ...]] = [(signature(scan, box), row_tag)]
        if scan.tags[box] in _LISTS:
            keys.append((scan.parent[box], scan.tags[box], row_tag))
        shape = next((known[key] for key in keys if key in known), None)
        if shape is None:
            shape = _Shape(box, set(), _tag_path(scan, rows[0][1]))
            shapes.append(shape)
        shape.rows.update(row for row, _ in rows)
        for key in keys:
            known.setdefault(key, shape)
    return shapes


def _absorb(scan: Scan, shapes: list[_Shape], leaf: int) -> bool:
    """Let a lone block join a list whose containers look like the one around it at the same depth."""
    path = _tag_path(scan, leaf)
    for shape in shapes:
        box = scan.ancestor(leaf, scan.depth[shape.container])
        if path != shape.path or scan.tags[box] != scan.tags[shape.container]:
            continue
        beside = scan.parent[box] == scan.parent[shape.container]
        if beside or signature(scan, box) == signature(scan, shape.container):
            shape.rows.add(scan.ancestor(leaf, scan.depth[shape.container] + 1))
            return True
    return False


def _split_flat(scan: Scan, node: int, dates: list[DateMark]) -> Group | None:
    """A list without elements for its rows: links and dates in turn (`dl`, or `a` and `br`)."""
    links = scan.links_of(node)
    if len(dates) < 2 or len(links) < 2 or scan.within_link[node] >= 0:
        return None
    marks: list[tuple[tuple[float, int], Link | DateMark]] = [((link.node, 0), link) for link in links]
    marks += [(date.place, date) for date in dates]
    turns = [mark for _, mark in sorted(marks, key=lambda one: one[0])]
    kinds = [isinstance(mark, Link) for mark in turns]
    if sum(one != two for one, two in pairwise(kinds)) < 3:
        return None
    date_first = not kinds[0] and kinds[-1]
    rows: list[Candidate] = []
    for run_links, run_dates in _runs(turns, date_first):
        if run_links and run_dates:
            rows.append(Candidate(node, tuple(run_links), tuple(run_dates)))
    return Group(node, tuple(rows), flat=True) if len(rows) > 1 else None


def _runs(turns: list[Link | DateMark], date_first: bool) -> list[tuple[list[Link], list[DateMark]]]:
    """Cut the turns where a new row begins: at a link after a date, or at a date after a link."""
    runs: list[tuple[list[Link], list[DateMark]]] = [([], [])]
    for mark in turns:
        links, dates = runs[-1]
        if isinstance(mark, Link):
            if dates and not date_first:
                runs.append(([], []))
            runs[-1][0].append(mark)
        else:
            if links and date_first:
                runs.append(([], []))
            runs[-1][1].append(mark)
    return runs


def _tag_path(scan: Scan, node: int) -> tuple[str, ...]:
    return (scan.tags[node], *(scan.tags[above] for above in scan.above(node)))


def signature(scan: Scan, node: int) -> tuple[str, ...]:
    """An element's shape: tags, classes and ids of it and all around it, without numbers and states."""
    return tuple(_name(scan, one) for one in (node, *scan.above(node)))


def _name(scan: Scan, node: int) -> str:
    element = scan.nodes[node]
    words = _DIGITS.sub("", f"{element.get('class') or ''} {element.get('id') or ''}").split()
    return " ".join([scan.tags[node], *(word for word in words if not _PASSING.fullmatch(word))])
