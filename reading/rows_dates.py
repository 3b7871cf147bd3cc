"""Dates that stand apart on a list page: not inside a title, whole or split over elements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reading.rows_scan import Scan

_YEAR = r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"{_YEAR}\s*[-./－—–年]\s*(?:1[0-2]|0?[1-9])\s*[-./－—–月]\s*(?:3[01]|[12]\d|0?[1-9])(?:(?!\d)|(?=\d\d:\d\d))\s*[日号]?"
    r"|[一二][〇○零Oo一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十廿]{1,3}日"
    r"|(?<![\d.-])\d\d[-/]\d\d[-/]\d\d(?![\d.-])"
    r"|\d+\s*(?:秒钟?|分钟|个?小时|天|日)(?:之|以)?前|(?:今天|昨天|前天|刚刚)"
    rf"|(?<!\d){_YEAR}(?:1[0-2]|0[1-9])(?:3[01]|[12]\d|0[1-9])(?!\d)"
)
_SHORT = re.compile(
    r"[(（\[【]?\s*(?P<m>1[0-2]|0?[1-9])(?:[-./]|月)(?P<d>3[01]|[12]\d|0?[1-9])日?"
    r"\s*(?P<time>\d\d:\d\d(?::\d\d)?)?\s*[)）\]】]?"
)
_CLOCK = re.compile(r"(?:上午|下午)?\s*\d{1,2}\s*[:：∶]\s*\d\d(?:\s*[:：∶]\s*\d\d)?(?:\.\d+)?|星期.|周.")
_LABEL = re.compile(
    r"(?:发布|更新|发文|公布|刊发|发表|添加|录入|时间|日期|于|date|time|[\s:：\[\]()（）【】|·/,，~-])+", re.I
)
_WORST = re.compile(r"成文|签署|印发|实施|施行|生效|失效|截止|开始|结束|开标|有效|更新|修改")
_BEST = re.compile(r"发布|公布|发文|刊发|发表|公开")
_YEAR_MONTH = re.compile(rf"[\[(（]?({_YEAR})\s*[-./年]\s*(1[0-2]|0?[1-9])\s*月?[\])）]?")
_MONTH_DAY = re.compile(r"(1[0-2]|0?[1-9])\s*[-./月]\s*(3[01]|[12]\d|0?[1-9])\s*日?")
_MONTH = re.compile(r"[-./]?\s*(1[0-2]|0?[1-9])\s*[月/]")
_DAY = re.compile(r"[-./]?(3[01]|[12]\d|0?[1-9])\s*日?")
_YEAR_ONLY = re.compile(rf"[-./]?({_YEAR})\s*年?")
_TODAY = re.compile(r"今天是|今日是|现在是|当前(?:时间|日期)|北京时间|today", re.I)
_HINT = re.compile(r"[\d前天刚年]")
_LONGEST = 400
_CELLS = frozenset(("td", "th", "tr", "li", "dt", "dd"))


@dataclass(frozen=True)
class DateMark:
    """Words that tell a date: `strength` 3 alone, 2 with a few words around, 1 at an end of other text.

    `rank` is the label's: 1 where it says 发布, -1 where it says 成文 or 截止, else 0.
    """

    place: tuple[float, int]
    owner: int
    text: str
    strength: int
    rank: int


def mark_dates(scan: Scan) -> list[DateMark]:
    """Find the dates of a page that are no part of a title, in document order."""
    marks: list[DateMark] = []
    for number, chunk in enumerate(scan.chunks):
        if len(chunk.text) > _LONGEST or not _HINT.search(chunk.text):
            continue
        if _TODAY.match(chunk.text):
            continue
        before = _label_before(scan.chunks[number - 1].text) if number else ""
        if scan.within_link[chunk.owner] >= 0 and not _may_stand_in_link(scan, number):
            if ended := _mark_end(chunk.text):
                marks.append(DateMark(chunk.place, chunk.owner, ended, 1, 0))
            continue
        found = _mark(chunk.text, before)
        if found:
            marks.append(DateMark(chunk.place, chunk.owner, *found))
        elif joined := _join_split(scan, number):
            marks.append(DateMark(chunk.place, chunk.owner, joined, 3, 0))
        elif found_month := _YEAR_MONTH.fullmatch(chunk.text):
            marks.append(
                DateMark(chunk.place, chunk.owner, f"{found_month[1]}-{int(found_month[2]):02d}", 2, -1)
            )
    return marks + _mark_scripts(scan)


def _label_before(text: str) -> str:
    """The words before a date where they can be its label: a title ends on 新闻发布会, too."""
    return text if len(text) <= 12 or text.endswith((":", "：")) else ""


def _may_stand_in_link(scan: Scan, number: int) -> bool:
    """A date inside a link counts when it is a run of its own beside the title."""
    chunk = scan.chunks[number]
    link = scan.links[scan.within_link[chunk.owner]]
    return len(link.text) > len(chunk.text) + 3


def _mark_end(text: str) -> str | None:
    """The date at the very end of a link's own words, set off by a blank or a bracket."""
    found = next((found for found in _DATE.finditer(text) if not _LABEL.sub("", text[found.end() :])), None)
    if not found or found.start() < 5 or text[found.start() - 1] not in " [(（【":
        return None
    return found[0]


def _mark(text: str, before: str) -> tuple[str, int, int] | None:
    if len(text) <= 20 and (short := _SHORT.fullmatch(text)) and _is_short_date(text, short):
        told = f"{int(short['m']):02d}-{int(short['d']):02d} {short['time'] or ''}"
        return told.strip(), 3, _rank(before[-8:])
    best = None
    for found in _DATE.finditer(text):
        head, tail = text[: found.start()], text[found.end() :]
        rest = len(_LABEL.sub("", _CLOCK.sub("", head + tail)))
        strength = 3 if rest <= 2 else 2 if rest <= 14 or "时间" in head[-4:] or "日期" in head[-4:] else 0
        if not strength and (not _LABEL.sub("", tail) or not _LABEL.sub("", head)):
            strength = 1
        if not strength:
            continue
        words = head[-8:] if len(_LABEL.sub("", head)) or len(head) > 1 else before[-8:]
        told = found[0] if found[0].isdigit() else text[found.start() :][:40]
        mark = (told, strength, _rank(words))
        if best is None or mark[1:] > best[1:]:
            best = mark
    return best


def _is_short_date(text: str, found: re.Match[str]) -> bool:
    """A lone 7-9 may be anything; 07-09, 7月9日 and 7-9 10:20 are dates."""
    return bool(found["time"]) or "月" in text or (len(found["m"]) == 2 and len(found["d"]) == 2)


def _rank(label: str) -> int:
    if _WORST.search(label):
        return -1
    return 1 if _BEST.search(label) else 0


def _join_split(scan: Scan, number: int) -> str | None:
    """A date in short runs side by side: day and year-month, year and month-day, year and month and day."""
    chunk = scan.chunks[number]
    if len(chunk.text) > 10:
        return None
    before, after = _beside(scan, number, -1), _beside(scan, number, 1)
    if found := _YEAR_MONTH.fullmatch(chunk.text):
        day = next(
            (day for near in (before[:1], after[:1]) for text in near if (day := _DAY.fullmatch(text))), None
        )
        return f"{found[1]}-{found[2]}-{day[1]}" if day else None
    if found := _YEAR_ONLY.fullmatch(chunk.text):
        for text in (*before[:1], *after[:1]):
            if rest := _MONTH_DAY.fullmatch(text):
                return f"{found[1]}-{rest[1]}-{rest[2]}"
        for pair in (after, before, before[::-1]):
            if len(pair) == 2 and (month := _MONTH.fullmatch(pair[0])) and (day := _DAY.fullmatch(pair[1])):
                return f"{found[1]}-{month[1]}-{day[1]}"
    return None


def _beside(scan: Scan, number: int, step: int) -> list[str]:
    """Up to two runs before or after one, as long as they stand close by, in no cell of their own."""
    found = []
    here = scan.chunks[number]
    for place in (number + step, number + 2 * step):
        if not 0 <= place < len(scan.chunks):
            break
        other = scan.chunks[place]
        if len(other.text) > 8 or not _is_close(scan, here.owner, other.owner):
            break
        found.append(other.text)
    return found


def _is_close(scan: Scan, one: int, two: int) -> bool:
    """The same element, parent and child, or children of one parent that are no cells or rows."""
    if one == two or scan.parent[one] == two or scan.parent[two] == one:
        return True
    return scan.parent[one] == scan.parent[two] and not {scan.tags[one], scan.tags[two]} & _CELLS


def _mark_scripts(scan: Scan) -> list[DateMark]:
    """The date that a short script of a row writes: `document.write("2026-11-05".substr(0, 10))`."""
    marks = []
    for i, tag in enumerate(scan.tags):
        if tag != "script" or scan.tags[scan.parent[i]] in ("head", "body", "html"):
            continue
        text = scan.nodes[i].text or ""
        if len(text) < _LONGEST and (found := _DATE.search(text)) and "write" in text:
            marks.append(DateMark((i, 0), i, found[0], 3, 0))
    return marks
