"""The title of an article: the one that head and page agree on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reading.clean import squash
from reading.labels import find_label
from reading.lines import Sheet
from reading.metas import Metas, is_title, tell_title

_SEPARATORS = re.compile(
    r"\s*(?:[_|｜»›>]+|-{2,}|\s[-–—]\s|[-–—](?=[^-–—]*(?:网|政府|委员会|局|厅|平台|新闻|频道|客户端|中心|院|部)\s*$))\s*"
)
_TITLE_NAME = re.compile(r"title|headline|biaoti|\bbt\b|\btit\b|head", re.I)
_HEADINGS = ("h1", "h2", "h3")


@dataclass(frozen=True)
class Title:
    """The title's words, where they were read, and the number of its line (None: it stands on no line)."""

    words: str | None
    origin: str
    line: int | None


def read_title(sheet: Sheet, metas: Metas, named: str | None = None) -> Title:
    """Choose the title: the selector's, ArticleTitle where the page shows it, a heading that `<title>` holds,

    the longest line that `<title>` holds, the first heading, ArticleTitle alone, the first part of `<title>`.
    """
    head = metas.get("<title>", "")
    if named:
        return Title(named, "selector", find_line(sheet, named))
    told = tell_title(metas)
    if told and (line := find_line(sheet, told)) is not None:
        return Title(told, "meta", line)
    if told and squash(told) in squash(head) and squash(told) != squash(head):
        return Title(told, "meta", None)
    shown = _find_shown(sheet, head)
    if shown is not None and not (told and len(squash(told)) > len(squash(sheet.lines[shown].text)) + 8):
        return Title(sheet.lines[shown].text, "heading", shown)
    if told and (squash(told) in squash(head) or shown is None):
        heading = _first_heading(sheet)
        if heading is not None and squash(told) not in squash(head):
            return Title(sheet.lines[heading].text, "heading", heading)
        return Title(told, "meta", None)
    heading = _first_heading(sheet)
    if heading is not None:
        return Title(sheet.lines[heading].text, "heading", heading)
    part = strip_site(head, metas.get("sitename"))
    return Title(part, "head", None) if part and is_title(part) else Title(None, "", None)


def find_line(sheet: Sheet, title: str) -> int | None:
    """The line on which the title stands, a heading first; or the first of two or three that make it together."""
    key = squash(title)
    best: int | None = None
    for number, line in enumerate(sheet.lines):
        if line.text[:1] not in title and not key.startswith(squash(line.text[:2])):
            continue
        mine = squash(line.text)
        if mine == key:
            if _is_heading(line.block):
                return number
            best = number if best is None or line.linked < sheet.lines[best].linked else best
        elif best is None and len(mine) >= 4 and key.startswith(mine) and _goes_on(sheet, number, key):
            best = number
    return best


def _goes_on(sheet: Sheet, number: int, key: str) -> bool:
    words = "".join(squash(line.text) for line in sheet.lines[number : number + 3])
    return words.startswith(key)


def _is_heading(block: object) -> bool:
    tag = getattr(block, "tag", "")
    return tag in _HEADINGS


def _find_shown(sheet: Sheet, head: str) -> int | None:
    """The heading, or else the line, whose words `<title>` holds: the longest, then the first."""
    key = squash(head)
    best: tuple[int, int] | None = None
    for number, line in enumerate(sheet.lines):
        size = len(line.text)
        if not 4 <= size <= 200 or line.linked > 0.5 * size and not _is_heading(line.block):
            continue
        mine = squash(line.text)
        if len(mine) < 4 or mine not in key or find_label(line.text):
            continue
        if len(mine) < 0.3 * len(key) and not key.startswith(mine):
            continue
        if best is None or len(mine) > best[0]:
            best = (len(mine), number)
    return best[1] if best else None


def _first_heading(sheet: Sheet) -> int | None:
    """The first h1 with words, else the first block that is named as a title."""
    for tags in (("h1",), ("h2",)):
        for number, line in enumerate(sheet.lines):
            if line.block.tag in tags and not line.linked and not line.aside and is_title(line.text):
                return number
    for number, line in enumerate(sheet.lines):
        name = f"{line.block.get('class') or ''} {line.block.get('id') or ''}"
        if _TITLE_NAME.search(name) and not line.linked and len(line.text) >= 8 and is_title(line.text):
            return number
    return None


def strip_site(head: str, site: str | None = None) -> str:
    """`<title>` without the site and the column that follow the title."""
    parts = [part for part in _SEPARATORS.split(head) if part.strip()]
    if not parts:
        return head
    if site and len(parts) > 1 and squash(parts[0]) == squash(site):
        return parts[-1]
    return parts[0].strip(" -_—|")
