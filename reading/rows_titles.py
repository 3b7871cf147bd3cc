"""Of a row: which link is its own, what its whole title is, which date is its publication."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from clock import PORTAL_ZONE
from reading.dates import read_date, read_stamp
from reading.page import Row
from reading.rows_dates import DateMark
from reading.rows_groups import Candidate, Group
from reading.rows_scan import Link, Scan, is_title, squeeze

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "dt"))
_TITLED = re.compile(r"tit|bt|subject|headline|name", re.I)
_DATED = re.compile(r"date|time|rq|sj|fbrq|pub", re.I)
_NOT_WORD = re.compile(r"[\W_]+")
_CLIPPED = re.compile(r"\s*(?:…+|\.{2,}|。{3})\s*$")
_MARK = re.compile(r"^\s*[\[【(（]?(?:置顶|最新|NEW|热)[\]】)）]\s*|^[·•●■◆▪>»\-\s]+(?=\w|[《“\[【（(〔])")
_LABELLED = re.compile(
    r"(?:文章|信息)?标\s*题\s*[:：]\s*(.+?)\s*(?:[\r\n]|"
    r"(?:发\s*布|发\s*表|更\s*新|录\s*入|作\s*者|时\s*间|日\s*期|点\s*击|来\s*源|浏\s*览)[^:：]{0,6}[:：]|$)"
)
# What a `title` says behind the title: when it was published, how its link opens.
_BEHIND = re.compile(
    r"\s+(?:发布|发表|更新|添加|录入)?(?:时间|日期)\s*[:：]\s*[\d年月日:：./\s-]+$|\s*[（(【]?在?新窗口中?打开[）)】]?$"
)
_STUCK = re.compile(r"\s*[\[【]?(?:置顶|推荐|热|热门|热点|头条|最新|新|NEW|HOT|TOP)[\]】]?\s*", re.I)
_AT_END = re.compile(
    r"(?:\s*[\[(（【]\s*|\s+|(?<=[^\d/.-]))(?P<date>(?:19|20)\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?|\d\d[-./月]\d\d日?|(?:今天|昨天|前天)"
    r")(?:\s*\d\d:\d\d(?::\d\d)?)?\s*[\])）】]?$"
)
_DATE_WORDS = re.compile(r"[\W\d年月日号_]+")
_IN_ADDRESS = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/_]?(?:1[0-2]|0?[1-9])(?!\d{5})")
_CELL = re.compile(r"t[dh](\d+)")
_LONG = 40


@dataclass
class _Place:
    """What stands at one place in the rows: in how many, how long, leading to how many pages."""

    first: int
    rows: int = 0
    length: int = 0
    urls: set[str] = field(default_factory=set)


def read_rows(scan: Scan, group: Group, fetched: datetime) -> list[Row]:
    """Read the rows of a list: the title of each, its address, its date or None."""
    link_places = _rank_links(scan, group)
    date_places = _rank_dates(scan, group)
    rows = []
    for one in group.rows:
        link = _choose_link(scan, one, link_places)
        if link is None:
            continue
        date = _choose_date(scan, one, link, date_places, fetched)
        title = _drop_date(read_title(scan, link), date, _year_of(link.url, fetched), fetched)
        if is_title(title):
            rows.append(Row(title, link.url, date))
    return rows


def _drop_date(title: str, date: str | None, year: int, fetched: datetime) -> str:
    """The title without the row's own date at its end."""
    found = _AT_END.search(title)
    if date is None or found is None or found.start() < 5:
        return title
    end = read_date(found["date"], fetched, year)
    return title[: found.start()].rstrip() if end and end[:10] == date[:10] else title


def _path(scan: Scan, row: int, node: int) -> tuple[str, ...]:
    """The way from a row down to an element: tags, with the column's number in a table."""
    steps = []
    while node > row:
        tag = scan.tags[node]
        if tag in ("td", "th"):
            tag += str(sum(1 for _ in scan.nodes[node].itersiblings("td", "th", preceding=True)))
        steps.append(tag)
        node = scan.parent[node]
    return tuple(reversed(steps))


def _placed(scan: Scan, one: Candidate) -> list[tuple[tuple[str, ...], Link]]:
    """The links of a row with their places; the second link of one place is another place."""
    seen: Counter[tuple[str, ...]] = Counter()
    placed = []
    for link in one.links:
        path = _path(scan, one.node, link.node)
        placed.append(((*path, str(seen[path])), link))
        seen[path] += 1
    return placed


def _rank_links(scan: Scan, group: Group) -> dict[tuple[str, ...], float]:
    """Weigh the places where links stand: in many rows, long, different in each, in a heading."""
    places: dict[tuple[str, ...], _Place] = {}
    same: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for one in group.rows:
        seen = dict(_placed(scan, one))
        for order, (path, link) in enumerate(seen.items()):
            place = places.setdefault(path, _Place(order))
            place.rows += 1
            place.length += min(len(link.text or link.title), _LONG)
            place.urls.add(link.url)
            same[path] |= {other for other, its in seen.items() if its.url == link.url}
    weights = {path: _weigh(scan, path, place, len(group.rows)) for path, place in places.items()}
    for path, place in places.items():
        twins = [other for other in same[path] if other != path and places[other].first < place.first]
        # The same address under a title and again under its summary: the first one is the title.
        if any(
            places[other].length >= 6 * places[other].rows and places[other].rows >= place.rows
            for other in twins
        ):
            weights[path] *= 0.2
    return weights


def _weigh(scan: Scan, path: tuple[str, ...], place: _Place, rows: int) -> float:
    distinct = len(place.urls) / place.rows
    heading = 1.3 if any(tag in _HEADINGS for tag in path) else 1.0
    return (place.rows / rows) ** 2 * (place.length / place.rows) * distinct * heading - 0.001 * place.first


def _choose_link(scan: Scan, one: Candidate, places: dict[tuple[str, ...], float]) -> Link | None:
    """The link at the place where the list's titles stand; in a row without that place, the longest one."""
    best = max(places, key=lambda path: places[path], default=None)
    placed = _placed(scan, one)
    named = [(path, link) for path, link in placed if link.text or link.title] or placed
    at_best = next((link for path, link in named if path == best), None)
    return at_best or max((link for _, link in named), key=lambda link: _length(scan, link), default=None)


def _length(scan: Scan, link: Link) -> float:
    heading = any(scan.tags[above] in _HEADINGS for above in (*scan.above(link.node),)[:3])
    return min(len(link.text or link.title), _LONG) * (1.3 if heading else 1.0)


def _rank_dates(scan: Scan, group: Group) -> dict[tuple[str, ...], float]:
    count: dict[tuple[str, ...], float] = defaultdict(float)
    order: dict[tuple[str, ...], int] = {}
    for one in group.rows:
        for number, date in enumerate(one.dates):
            path = _path(scan, one.node, date.owner)
            count[path] += date.strength
            order.setdefault(path, number)
    heads = _read_heads(scan, group)
    return {path: weight + 0.1 * order[path] + _rank_head(path, heads) for path, weight in count.items()}


def _read_heads(scan: Scan, group: Group) -> list[str]:
    """The column names of a table, from its first row."""
    table = group.container
    if not group.rows or scan.tags[group.rows[0].node] != "tr":
        return []
    first = next((i for i in range(table, scan.end[table]) if scan.tags[i] == "tr"), None)
    if (
        scan.tags[table] == "tbody"
        and (head := next(scan.nodes[table].itersiblings("thead", preceding=True), None)) is not None
    ):
        return [squeeze("".join(map(str, cell.itertext()))) for cell in head.iter("th", "td")]
    return (
        [scan.text_of(i) for i in range(first, scan.end[first]) if scan.tags[i] in ("td", "th")]
        if first
        else []
    )


def _rank_head(path: tuple[str, ...], heads: list[str]) -> float:
    cell = next((found for tag in path if (found := _CELL.fullmatch(tag))), None)
    number = int(cell[1]) if cell else -1
    if not 0 <= number < len(heads):
        return 0.0
    if re.search(r"发布|公布|公开", heads[number]):
        return 1000.0
    return -1000.0 if re.search(r"成文|签发|实施|失效|截止|有效|更新", heads[number]) else 0.0


def _choose_date(
    scan: Scan,
    one: Candidate,
    link: Link,
    places: dict[tuple[str, ...], float],
    fetched: datetime,
) -> str | None:
    def weigh(date: DateMark) -> tuple[int, bool, float]:
        named = bool(_DATED.search(scan.nodes[date.owner].get("class") or ""))
        return date.rank, named, places.get(_path(scan, one.node, date.owner), 0.0)

    year = _year_of(link.url, fetched)
    for date in sorted(one.dates, key=weigh, reverse=True):
        if value := read_date(date.text, fetched, year) or read_stamp(date.text):
            return value
    return None


def _year_of(url: str, fetched: datetime) -> int:
    """The year for a date without one: the one in the row's own address, else the year of the fetch."""
    found = _IN_ADDRESS.search(url.partition("//")[2].partition("/")[2])
    now = fetched.astimezone(PORTAL_ZONE).year
    return int(found[1]) if found and 1990 <= int(found[1]) <= now + 1 else now


def read_title(scan: Scan, link: Link) -> str:
    """The whole title of a link: its own words, or its `title` where the words are cut or in pieces."""
    text = _own_words(scan, link) or link.text
    told = _tell(link.title)
    if not text:
        return _tidy(told or link.alt)
    if told and _agrees(text, told):
        return _tidy(told)
    return _tidy(_unstick(scan, link, text))


def _unstick(scan: Scan, link: Link, text: str) -> str:
    """A title without the mark that stands in an element of its own before it."""
    chunks = scan.chunks_of(link.node)
    if len(chunks) < 2 or chunks[0].owner == link.node or not _STUCK.fullmatch(chunks[0].text):
        return text
    return text.removeprefix(chunks[0].text.strip())


def _tell(title: str) -> str:
    labelled = _LABELLED.match(title)
    return labelled[1] if labelled else _BEHIND.sub("", title)


def _agrees(text: str, told: str) -> bool:
    """Say whether `title` is the same title in full; a hint like 点击查看 is not."""
    here, there = _NOT_WORD.sub("", text), _NOT_WORD.sub("", told)
    if _CLIPPED.search(told) and len(there) <= len(here):
        return False
    return bool(there) and (
        here in there or (len(here) > 6 and there[: len(here) - 2] == here[: len(here) - 2])
    )


def _own_words(scan: Scan, link: Link) -> str:
    """The title in a link that holds a whole row: its heading, else its first run that is no date."""
    inside = range(link.node + 1, scan.end[link.node])
    for wanted in (_is_heading, _is_titled):
        for i in inside:
            if wanted(scan, i) and len(words := scan.text_of(i)) > 3 and not _is_date(words):
                return words
    blocks = [i for i in inside if scan.tags[i] in ("p", "div", "li", "dd", "span", "em", "i", "time")]
    if not blocks or not scan.dates_of(link.node):
        return ""
    return _first_run(scan, link)


def _first_run(scan: Scan, link: Link) -> str:
    owners = {date.owner for date in scan.dates_of(link.node)}
    runs = [
        chunk.text for chunk in scan.chunks_of(link.node) if chunk.owner not in owners or len(chunk.text) > 30
    ]
    return next((run for run in runs if len(run) > 3), "")


def _is_date(words: str) -> bool:
    return len(_DATE_WORDS.sub("", words)) < 3 and any(map(str.isdigit, words))


def _is_heading(scan: Scan, node: int) -> bool:
    return scan.tags[node] in _HEADINGS and scan.tags[node] not in ("b", "strong")


def _is_titled(scan: Scan, node: int) -> bool:
    return bool(_TITLED.search(scan.nodes[node].get("class") or ""))


def _tidy(title: str) -> str:
    return squeeze(_MARK.sub("", title))
