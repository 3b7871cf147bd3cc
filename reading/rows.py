"""The rows of an HTML list page without selectors: by structure, the list that the page is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from urllib.parse import urlsplit

from reading.page import Row
from reading.rows_groups import Group, candidate, group_blocks, group_dated
from reading.rows_scan import Link, Scan
from reading.rows_titles import read_rows

_BESIDE = frozenset(
    (
        *(
            "side",
            "sidebar",
            "aside",
            "rightbar",
            "rightside",
            "menu",
            "submenu",
            "nav",
            "topnav",
            "breadcrumb",
        ),
        *("hot", "rank", "ranking", "recommend", "related", "relate", "relevant", "header", "footer", "foot"),
        *("friend", "friendlink", "friendlinks", "link", "links", "crumb", "crumbs", "location", "path"),
        *("swiper", "slide", "slider", "banner", "carousel", "marquee", "copyright", "bottom"),
        *("tuijian", "redian", "phb", "paihang", "yqlj", "xgyd", "xglj", "dqwz"),
    )
)
_BESIDE_TAGS = frozenset(("aside", "nav", "footer", "header"))
_BESIDE_HEADS = re.compile(
    r"(?:热点|热门|热文|推荐|排行|相关|点击|阅读|图片|专题|友情|快速|常用|最新|更多|48小时|24小时).{0,6}"
)
_PAGER = re.compile(r"page|pag(?:er|ination)|fenye|fanye|pagenav|pages", re.I)
_WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*|[A-Z]+")
_ARTICLE = re.compile(
    r"\d{4,}|/\d+\.s?html?|[0-9a-f]{16,}|\.(?:pdf|docx?|xlsx?|wps|ofd|zip)$|[?&](?:\w*id|article|news)\w*=\w+",
    re.I,
)
_COLUMN = re.compile(r"/(?:index|list|node_?\d*|col\d+|channel)[\w-]*(?:\.s?html?|\.jsp|\?|/)|/\?$", re.I)
_PLAIN_ROWS = 3
_MOST_STEPS = 800_000
_BARE_TITLE = 6


@dataclass(frozen=True)
class Found:
    """A list; `beside` where it stands beside the page's matter, `dated` where its rows show dates."""

    weight: float = 0.0
    rows: tuple[Row, ...] = ()
    beside: bool = False
    dated: bool = True


def find_rows(scan: Scan, fetched: datetime, url: str) -> Found:
    """Find the rows of the list that a page is about, in the page's order; none where there is none.

    Rows with a date that stands apart come first; then rows whose date ends other words; then, where
    no row has a date, at least three long links to articles, or fewer on a page that holds nothing else.
    A list beside the main one is left out.
    """
    pagers = _find_pagers(scan)
    for strength in (2, 1):
        groups = _cap(scan, group_dated(scan, strength))
        weighed = [_weigh(scan, group, full, pagers, fetched, url) for group, full in groups]
        best = max(weighed, key=lambda one: one.weight, default=None)
        if best and best.weight > 0:
            return best
    return _find_plain(scan, pagers, fetched, url)


def _cap(scan: Scan, groups: Iterable[Group]) -> list[tuple[Group, Group]]:
    """Give each group with its full rows, without the largest ones where lists stand a hundred deep in lists.

    What a row costs is its links by its links and their depth; real pages are far below.
    """
    filled = [(group, _fill(scan, group)) for group in groups]
    costs = [
        sum(len(row.links) * (len(row.links) + scan.depth[row.node]) for row in full.rows)
        for _, full in filled
    ]
    if sum(costs) <= _MOST_STEPS:
        return filled
    cheap = sorted(range(len(filled)), key=costs.__getitem__)
    sums = accumulate(costs[at] for at in cheap)
    kept = sorted(at for at, spent in zip(cheap, sums, strict=True) if spent <= _MOST_STEPS)
    return [filled[at] for at in kept]


def _weigh(scan: Scan, group: Group, full: Group, pagers: list[int], fetched: datetime, url: str) -> Found:
    """Weigh a list by the words of its titles and by where it stands."""
    rows = _unique(read_rows(scan, full, fetched))
    dated = sum(row.date is not None for row in rows)
    if not rows or 2 * dated < len(rows) or (len(rows) == 1 and not _is_lone_row(scan, group, rows[0])):
        return Found()
    return _found(scan, group, rows, pagers, url, dated=True)


def _found(scan: Scan, group: Group, rows: list[Row], pagers: list[int], url: str, dated: bool) -> Found:
    weight = float(sum(min(len(row.title), 30) for row in rows))
    beside = _stands_beside(scan, group.container) or _is_headed_beside(scan, group.container)
    if beside:
        weight *= 0.2
    if _has_pager(scan, group.container, pagers):
        weight *= 2.0
    own = urlsplit(url).path.rpartition("/")[0]
    if own and sum(urlsplit(row.url).path.startswith(own + "/") for row in rows) * 2 > len(rows):
        weight *= 1.3
    return Found(weight, tuple(rows), beside, dated)


def _fill(scan: Scan, group: Group) -> Group:
    """Add the siblings of the rows that show no date but are rows in all else."""
    if group.flat or len(group.rows) < 3:
        return group
    nodes = {row.node for row in group.rows}
    boxes = {scan.parent[node] for node in nodes}
    tags = {scan.tags[node] for node in nodes}
    classes = {scan.nodes[node].get("class") for node in nodes}
    bare = _is_bare(scan)
    more = [
        i
        for box in boxes
        for i in range(box + 1, scan.end[box])
        if scan.parent[i] == box
        and i not in nodes
        and scan.tags[i] in tags
        and scan.nodes[i].get("class") in classes
        and any(len(link.words) > 7 and (bare or _ARTICLE.search(link.url)) for link in scan.links_of(i))
    ]
    if not more or len(more) > len(nodes):
        return group
    return Group(group.container, tuple(candidate(scan, node) for node in sorted([*nodes, *more])))


def _is_lone_row(scan: Scan, group: Group, row: Row) -> bool:
    """A list of one row: the block is small, stands in a list or a table, and is no part of head or foot."""
    node = group.rows[0].node
    kinds = {
        scan.tags[node],
        *(scan.tags[above] for above, _ in zip(scan.above(node), range(2), strict=False)),
    }
    return (
        bool(kinds & {"li", "tr", "dl", "dd"})
        and len(group.rows[0].links) <= 3
        and len(row.title) >= 6
        and (bool(_ARTICLE.search(row.url)) or _is_bare(scan))
        and not _stands_beside(scan, node)
        and len(scan.text_of(node)) < 300
    )


def _is_bare(scan: Scan) -> bool:
    """A page of nothing but rows: each of its links is long, leads to a page, and stands in a list."""
    return bool(scan.all_links) and all(
        len(link.words) >= _BARE_TITLE
        and not _COLUMN.search(urlsplit(link.url).path)
        and any(scan.tags[one] in ("li", "tr", "dd", "dl") for one in scan.above(link.node))
        for link in scan.all_links
    )


def _unique(rows: list[Row]) -> list[Row]:
    """Each row once: a picture and its words lead to one page under one title."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for row in rows:
        if (row.url, row.title) not in seen:
            seen.add((row.url, row.title))
            kept.append(row)
    return kept


def _stands_beside(scan: Scan, node: int) -> bool:
    for one in (node, *scan.above(node)):
        if scan.tags[one] in _BESIDE_TAGS:
            return True
        element = scan.nodes[one]
        words = f"{element.get('class') or ''} {element.get('id') or ''}"
        if any(word.lower() in _BESIDE for word in re.split(r"[\W_\d]+", words)):
            return True
    return False


def _is_headed_beside(scan: Scan, container: int) -> bool:
    """Say whether the short text just above a list calls it 热点, 推荐, 排行 and the like."""
    for node in (container, scan.parent[container]):
        first = scan.chunks_of(scan.parent[node])[:1] if scan.parent[node] > 0 else []
        if first and len(first[0].text) <= 10 and _BESIDE_HEADS.fullmatch(first[0].text):
            return True
    return False


def _find_pagers(scan: Scan) -> list[int]:
    """Where the page turns: an element named so, a link that says 下一页, a script that writes it."""
    return [i for i in range(len(scan.nodes)) if _turns(scan, i)]


def _turns(scan: Scan, i: int) -> bool:
    element = scan.nodes[i]
    words = f"{element.get('class') or ''} {element.get('id') or ''}"
    if words != " " and any(_PAGER.fullmatch(word) for word in re.split(r"[\W_\d]+", words)):
        return True
    text = element.text or ""
    return (scan.tags[i] == "a" and text.strip() in ("下一页", "下页")) or (
        scan.tags[i] == "script" and "createPage" in text
    )


def _has_pager(scan: Scan, container: int, pagers: list[int]) -> bool:
    for above, _ in zip((container, *scan.above(container)), range(4), strict=False):
        if any(container <= pager < scan.end[above] or above < pager < scan.end[above] for pager in pagers):
            return True
    return False


def _find_plain(scan: Scan, pagers: list[int], fetched: datetime, url: str) -> Found:
    """Lists without dates: links to articles, at least three, long on the whole, under one parent."""
    seen: set[str] = set()
    leaves = []
    bare = _is_bare(scan)
    for link in scan.links:
        if link.url not in seen and (bare or _is_article(link)):
            seen.add(link.url)
            leaves.append(link.node)
    best = Found()
    for group in group_blocks(scan, leaves):
        rows = _unique(read_rows(scan, group, fetched))
        if (
            (len(rows) < _PLAIN_ROWS and not bare)
            or not _is_long(rows)
            or _stands_beside(scan, group.container)
        ):
            continue
        found = _found(scan, group, rows, pagers, url, dated=False)
        best = max(best, found, key=lambda one: one.weight)
    return best


def _is_long(rows: list[Row]) -> bool:
    """Titles are longer than a menu's words; less so where all addresses are of one form."""
    forms = Counter(re.sub(r"[\d_a-f-]{2,}", "#", row.url) for row in rows)
    alike = forms.most_common(1)[0][1] >= 0.8 * len(rows)
    return sum(len(row.title) for row in rows) >= (7 if alike else 9) * len(rows)


def _is_article(link: Link) -> bool:
    parts = urlsplit(link.url)
    path = f"{parts.path}?{parts.query}"
    return len(link.words) >= 5 and bool(_ARTICLE.search(path)) and not _COLUMN.search(path)
