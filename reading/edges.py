"""The edges of the text in its block: title and by-line before it, editors and share bars behind it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import takewhile

from reading.body import COPY
from reading.clean import squash
from reading.frames import (
    is_document_line,
    is_end,
    is_frame,
    is_heading,
    is_info,
    is_link,
    is_notice,
    is_row_date,
    is_sentence,
    is_tail,
)
from reading.labels import is_event, is_value
from reading.lines import Element, Line, Sheet

_INSIDE = re.compile(r"\s*(?:分享到|【?字体|上一[篇页]|下一[篇页]|打印本页|关闭窗口)")


@dataclass(frozen=True)
class Body:
    """The article's lines: `first` to `last` (exclusive) of the sheet, without `dropped`, inside `block`."""

    block: Element
    first: int
    last: int
    dropped: frozenset[int]
    origin: str
    worth: float

    def numbers(self) -> list[int]:
        """The kept lines' numbers."""
        return [n for n in range(self.first, self.last) if n not in self.dropped]


def find_start(sheet: Sheet, block: Element, worths: list[float]) -> int:
    """The first line of the block that is surely text: after the labels at its head, and long enough."""
    first, last = sheet.spans[block]
    first = _skip_info(sheet, first, last)
    sure = next((n for n in range(first, last) if worths[n] >= 45), None)
    return first if sure is None else sure


def _skip_info(sheet: Sheet, first: int, last: int) -> int:
    """The line after the last by-line near the block's head, as long as no text came before it."""
    after = first
    for n in range(first, min(last, first + 15)):
        text = sheet.lines[n].text
        if is_event(sheet.lines, n) or len(text) > 120 or ("。" in text and len(text) > 20):
            break
        if is_info(sheet.lines[n]):
            after = n + 1
        elif text.endswith(("：", ":")) and len(text) > 6:
            break
    return after


def trim(
    sheet: Sheet, block: Element, title: str | None, origin: str, worth: float, worths: list[float]
) -> Body:
    """Cut the head (title, labels, tools) and the foot (editors, related, share bars) off a block."""
    first, last = sheet.spans[block]
    key = squash(title or "")
    first = _skip_head(sheet, first, last, key, worths)
    last = _skip_foot(sheet, first, last, worths)
    copies = _find_copies(sheet, first, last, worths)
    tools = {n for n in range(first, last) if _is_dropped(sheet.lines[n])}
    boxes = _find_boxes(sheet, first, last)
    return Body(block, first, last, frozenset(tools | copies | boxes), origin, worth)


def _skip_head(sheet: Sheet, first: int, last: int, key: str, worths: list[float]) -> int:
    """Up to the line after the title's last copy before the text, then over labels and tools."""
    head = _skip_info(sheet, first, last)
    total, passed = sum(w for w in worths[first:last] if w > 0), 0.0
    for n in range(first, min(last, first + 40)):
        passed += max(0.0, worths[n])
        if passed > 150 and passed > 0.3 * total:
            break
        mine = squash(sheet.lines[n].text)
        if (
            key
            and mine
            and len(mine) >= 4
            and (
                mine == key
                or (len(mine) > 8 and mine in key and n < first + 6)
                or (len(key) > 8 and mine.endswith(key) and len(mine) <= len(key) + 4)
            )
        ):
            head = max(head, n + 1)
    while head < last and _is_head(sheet, head, key):
        head += 1
    return head


def _is_head(sheet: Sheet, number: int, key: str) -> bool:
    """Tell whether a line at the block's head is of the frame: a by-line, a tool, a field's value."""
    if is_event(sheet.lines, number):
        return False
    return is_frame(sheet.lines[number], key) or is_value(sheet.lines, number)


def _skip_foot(sheet: Sheet, first: int, last: int, worths: list[float]) -> int:
    """Back over tools; then before the first end mark after which little reading matter stands."""
    total = sum(w for w in worths[first:last] if w > 0) or 1.0
    last = _skip_lists(sheet, first, last, worths)
    aside = sum(line.plain for line in sheet.lines[first:last] if line.aside)
    few = aside < 0.3 * sum(line.plain for line in sheet.lines[first:last])
    rest = 0.0
    end = last
    for n in range(last - 1, first - 1, -1):
        line = sheet.lines[n]
        rest += max(0.0, worths[n])
        if rest > 0.35 * total and rest > 150:
            break
        marked = is_end(line.text) and (len(line.text) < 60 or n > last - 4)
        if (
            marked
            or is_notice(line.text)
            or (n == end - 1 and (is_tail(line) or is_document_line(line) or (line.aside and few)))
        ):
            end, rest = n, 0.0
    return end


def _skip_lists(sheet: Sheet, first: int, last: int, worths: list[float]) -> int:
    """Up to the end mark (an editor, a heading of a list) behind which many of the lines are links.

    Under a heading of recommendations rows may have summaries and dates of their own, and outweigh the text.
    """
    rows = [is_link(line) or is_row_date(line.text) for line in sheet.lines[first:last]]
    left, before, behind = sum(rows), 0.0, sum(w for w in worths[first:last] if w > 0)
    for n in range(first, last):
        listed = left >= 4 and left >= 0.4 * (last - n)
        if listed and before >= 80 and is_end(sheet.lines[n].text):
            most = left >= 0.5 * (last - n) and any(rows[-2:]) and is_heading(sheet.lines[n].text)
            if most or before > behind:
                return n
        before, behind = before + max(0.0, worths[n]), behind - max(0.0, worths[n])
        left -= rows[n - first]
    return last


def _find_boxes(sheet: Sheet, first: int, last: int) -> set[int]:
    """The boxes of related articles in the midst of the text: their heading and the links that follow it."""
    boxes: set[int] = set()
    for n in range(first, last - 2):
        if n in boxes:
            continue
        line = sheet.lines[n]
        if len(line.text) < 30 and is_end(line.text) and all(map(is_link, sheet.lines[n + 1 : n + 3])):
            box = [n, *takewhile(lambda m: is_link(sheet.lines[m]), range(n + 1, last))]
            boxes.update(box)
    return boxes


def _is_dropped(line: Line) -> bool:
    """Tools and menus inside the text."""
    if is_link(line) and line.aside:
        return True
    return len(line.text) < 30 and bool(_INSIDE.match(line.text)) and not is_sentence(line.text)


def _find_copies(sheet: Sheet, first: int, last: int, worths: list[float]) -> set[int]:
    """Lines of a second copy of the text (for telephones); a sentence said twice is no copy."""
    long = [n for n in range(first, last) if len(sheet.lines[n].text) > 30]
    copies = {n for n in long if worths[n] == COPY}
    if len(copies) < 0.35 * len(long) or (len(copies) < 2 and len(long) != 2):
        return set()
    return copies | _find_short_copies(sheet, first, last, copies)


def _find_short_copies(sheet: Sheet, first: int, last: int, copies: set[int]) -> set[int]:
    """The short lines of a second copy: they stand as far behind their likes as its long lines do."""
    places: dict[str, int] = {}
    for n in range(first, last):
        places.setdefault(sheet.lines[n].text, n)
    gaps = Counter(n - places[sheet.lines[n].text] for n in copies)
    gap, _ = gaps.most_common(1)[0]
    pairs = range(first + gap, last) if gap else ()
    return {n for n in pairs if sheet.lines[n].text == sheet.lines[n - gap].text}
