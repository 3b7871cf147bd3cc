"""Where the article stands: the block that holds the most reading matter."""

from __future__ import annotations

import re

from reading.clean import squash
from reading.frames import has_date, is_info, weigh_frame
from reading.lines import Element, Line, Sheet

_POINTS = re.compile(r"[，。；！？、：]")


# What a line weighs that was read before: the page holds its text twice.
COPY = -1.0


def weigh(sheet: Sheet, head: str = "") -> list[float]:
    """What each line is worth as reading matter; links, frames and second copies weigh against.

    `head` is the page's `<title>`: a line whose words it holds is a title, worth nothing.
    """
    seen: set[str] = set()
    key = squash(head)
    worths = []
    for line in sheet.lines:
        worth = _weigh_line(line)
        if worth > 3 and len(line.text) < 120 and squash(line.text) in key:
            worth = 0.0
        if worth > 20 or (worth > 0 and len(line.text) > 30):
            if line.text in seen:
                worth = COPY
            seen.add(line.text)
        worths.append(worth)
    return worths


def _weigh_line(line: Line) -> float:
    framed = weigh_frame(line)
    if framed is not None:
        return framed
    size, points = len(line.text), len(_POINTS.findall(line.text))
    worth = line.plain + 8.0 * points if points or size >= 30 else size * 0.4
    if line.linked > 0.3 * size:
        worth *= 0.3
    if line.aside:
        worth *= 0.25
    if line.hidden:
        worth *= 0.6
    if line.block.tag == "h1" and size < 80:
        return 0.0
    return min(worth, 1500.0)


def find_block(sheet: Sheet, worths: list[float]) -> tuple[Element, float]:
    """The smallest block of the greatest worth: the one that holds least else."""
    sums = [0.0]
    for worth in worths:
        sums.append(sums[-1] + worth)
    best, best_worth, best_size = sheet.root, sums[-1], len(worths) + 1
    for block, (first, last) in sheet.spans.items():
        worth = sums[last] - sums[first]
        if (worth, -(last - first)) > (best_worth, -best_size):
            best, best_worth, best_size = block, worth, last - first
    return best, best_worth


def find_under(sheet: Sheet, worths: list[float], least: float) -> Element | None:
    """The block worth most among those that begin right under a heading and its dated by-line.

    A short text there goes before a longer one elsewhere, as long as it is worth `least`.
    """
    starts: set[int] = set()
    heading = -9
    for n, line in enumerate(sheet.lines):
        if line.block.tag in ("h1", "h2") and not line.linked and not line.aside:
            heading = n
        if n - heading <= 3 and n > heading >= 0 and has_date(line) and is_info(line):
            starts.update(range(n + 1, n + 4))
    best, best_worth = None, least
    for block, (first, last) in sheet.spans.items() if starts else ():
        if first in starts and last - first < 200 and (worth := sum(worths[first:last])) > best_worth:
            best, best_worth = block, worth
    return best


def worth_of(sheet: Sheet, worths: list[float], block: Element) -> float:
    """The worth of one block."""
    first, last = sheet.spans.get(block, (0, 0))
    return sum(worths[first:last])
