"""The title of an article: the one that head and page agree on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from reading.clean import clean_text, squash
from reading.dates import Found, find_dates
from reading.frames import is_frame, is_info
from reading.labels import find_label, find_spans
from reading.lines import Line, Sheet
from reading.metas import Metas, is_title, tell_title
from reading.words import FIELDS

_SEPARATORS = re.compile(
    r"\s*(?:[_|｜»›>]+|-{2,}|\s[-–—]\s|[-–—](?=[^-–—]*(?:网|政府|委员会|局|厅|平台|新闻|频道|客户端|中心|院|部)\s*$))\s*"
)
_TITLE_NAME = re.compile(r"title|headline|biaoti|\bbt\b|\btit\b|head", re.I)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_PATH = re.compile(r"首页|位置|>|＞|»|栏目|导航|菜单|搜索|热词")


# A mark in an element of its own before the title.
_TAG = re.compile(r"\s*[\[【]?(?:原创|转载|转发|置顶|头条|独家|热点|推荐|首发)[\]】]?\s*")
_VALUED = ("credit", "issuer", "author", "editor", "topic", "doc_number", "index_number")
# A 发文字号 or a date alone is no title.
_NUMBER = re.compile(
    r"^[^，。]{0,16}[〔\[（(【](?:19|20)\d\d[〕\]）)】]\s*第?\s*\d{1,5}\s*号$|^[\d\s年月日:：./-]+$"
)
_ISSUER = re.compile(r"(?:政府|委员会|办公室|办公厅|[局厅委办部院])$")
_SITE = re.compile(r"(?:网|网站|平台|政府|委员会|[局厅委办部院]|门户|公开|首页|专栏)$")


@dataclass(frozen=True)
class Title:
    """The title's words, where they were read, and the number of its line (None: it stands on no line)."""

    words: str | None
    origin: str
    line: int | None


def read_title(sheet: Sheet, metas: Metas, start: int, named: str | None = None) -> Title:
    """Choose the title among the lines before the text (which starts at line `start`).

    The selector's words; ArticleTitle where the page shows it; the line that `<title>` holds; ArticleTitle
    when `<title>` holds that; the first heading; the first part of `<title>`.
    """
    head = metas.get("<title>", "")
    if named:
        return Title(named, "selector", find_line(sheet, named, start))
    told = tell_title(metas)
    if told and (line := find_line(sheet, told, start)) is not None:
        return Title(told, "meta", line)
    above = _above_info(sheet, start)
    shown = _find_shown(sheet, head, start)
    if shown is not None and above is not None and _names_place(shown[1], head, sheet.lines[above].text):
        return Title(_cut(sheet.lines[above].text), "heading", above)
    first = _heading(sheet, start, _is_first)
    if shown is not None and first is not None and _is_site_in_text(sheet.lines[shown[0]], shown[1], head):
        return Title(_cut(sheet.lines[first].text), "heading", first)
    whole = told if told and squash(told) in squash(head) and not _has_tail(told, shown) else None
    if shown is not None and not (whole and len(whole) > len(shown[1]) + 8):
        return Title(_cut(shown[1], is_headed=True), "heading", shown[0])
    if told and squash(told) in squash(head):
        return Title(told, "meta", None)
    for number in (first, above, _heading(sheet, start, _is_heading)):
        if number is not None:
            return Title(_join_above(sheet, number), "heading", number)
    if told:
        return Title(told, "meta", None)
    part = strip_site(head, metas.get("sitename"))
    last = _last_line(sheet, start) if not part or _SITE.search(part) else None
    if last is not None:
        return Title(_cut(sheet.lines[last].text), "before the text", last)
    if part and is_title(part):
        return Title(part, "head", None)
    short = _find_short(sheet, part, start)
    return Title(part, "heading", short) if short is not None else Title(None, "", None)


def _find_short(sheet: Sheet, part: str, start: int) -> int | None:
    """The heading that says a title of two or three characters (公告), as `<title>` does."""
    if len(squash(part)) < 2:
        return None
    lines = enumerate(sheet.lines[:start])
    return next((n for n, line in lines if _is_heading(line) and squash(line.text) == squash(part)), None)


def _names_place(shown: str, head: str, above: str) -> bool:
    """Tell whether words name the site or column: all of `<title>`, or short beside what stands closer."""
    mine, other = squash(shown), squash(above)
    if mine == other or mine in other:
        return False
    if mine == squash(head) and _SITE.search(shown):
        return True
    return len(mine) <= 10 and len(other) > len(mine) + 4


def _has_tail(told: str, shown: tuple[int, str] | None) -> bool:
    """Tell whether the head's title is the shown one with column and site behind it."""
    words = shown[1] if shown else ""
    return len(squash(words)) >= 10 and told.startswith(words) and bool(_SEPARATORS.match(told[len(words) :]))


def _is_site_in_text(line: Line, shown: str, head: str) -> bool:
    """Tell whether `<title>` names the site alone, and a line names it in passing (as issuer, say)."""
    return not _is_heading(line) and bool(_SITE.search(shown)) and bool(_SITE.search(head.strip()))


def _cut(words: str, is_headed: bool = False) -> str:
    """A heading without the date and the labels that stand in it; a date that `<title>` has, too, stays."""
    dates = [] if is_headed else [found.start for found in find_dates(words) if _is_apart(words, found)]
    ends = [*dates[:1], *[start for start, _, label in find_spans(words) if start >= 8 and len(label) > 1]]
    if not ends:
        return words
    tail = words[min(ends) :]
    return words[: min(ends)].rstrip(" |[【(（") if not re.search(r"[，。]", tail) else words


def _is_apart(words: str, found: Found) -> bool:
    """Tell whether a date stands behind a title and not in its brackets."""
    return found.start >= 8 and len(found.value) >= 10 and words[: found.start].rstrip()[-1:] not in "（(《"


def find_line(sheet: Sheet, title: str, start: int) -> int | None:
    """The line of the title, the last before the text; or the first of some that make it together."""
    key = squash(title)
    whole: int | None = None
    begun: int | None = None
    for number, line in enumerate(sheet.lines[:start]):
        mine = squash(line.text)
        if mine == key and (whole is None or not _is_heading(sheet.lines[whole])):
            whole = number
        elif len(mine) >= 4 and key.startswith(mine) and _join_lines(sheet, number, key, start)[1] == key:
            begun = number
    return begun if whole is None else whole


def _join_lines(sheet: Sheet, number: int, key: str, start: int) -> tuple[str, str]:
    """A line's words and those of the next, as long as `key` holds them (a title of three lines)."""
    words = sheet.lines[number].text
    joined = squash(words)
    for line in sheet.lines[number + 1 : min(number + 4, start)]:
        more = joined + squash(line.text)
        if more == joined or more not in key:
            break
        words, joined = f"{words} {line.text}", more
    return words, joined


def _is_heading(line: Line) -> bool:
    if line.block.tag in _HEADINGS:
        return True
    name = f"{line.block.get('class') or ''} {line.block.get('id') or ''}"
    return len(name) > 2 and bool(_TITLE_NAME.search(name))


def _find_shown(sheet: Sheet, head: str, start: int) -> tuple[int, str] | None:
    """The line whose words `<title>` holds: a long one, a heading, one that begins it, near the text."""
    key = squash(head)
    best: tuple[float, int, str] | None = None
    for number, line in enumerate(sheet.lines[:start]):
        size = len(line.text)
        if not 4 <= size <= 200 or (line.linked > 0.5 * size and not _is_heading(line)):
            continue
        mine = squash(line.text)
        if len(mine) < 4 or mine not in key or find_label(line.text) or _is_value(sheet, number):
            continue
        words, joined = _join_lines(sheet, number, key, start)
        rank: float = min(len(joined), 40) + 15 * _is_heading(line) + 8 * key.startswith(joined)
        rank -= min(start - number, 40) * 0.3 + 20 * line.hidden
        if best is None or rank > best[0]:
            best = (rank, number, words)
    return best[1:] if best else None


def _join_above(sheet: Sheet, number: int) -> str:
    """A heading's words with those of the lines before it in the same element (a title broken by <br>)."""
    first = number
    while first and number - first < 3:
        above, line = sheet.lines[first - 1], sheet.lines[first]
        if above.linked or is_frame(above) or is_info(above):
            break
        if not (above.block is line.block and _is_heading(above)) and not _is_issuer_above(above, line):
            break
        first -= 1
    if first == number and _TAG.fullmatch(sheet.lines[number].parts[0]):
        return _cut(clean_text("".join(sheet.lines[number].parts[1:])))
    return _cut(" ".join(line.text for line in sheet.lines[first : number + 1]))


def _is_issuer_above(above: Line, line: Line) -> bool:
    """Tell whether a document's title stands in two lines: who issued it, and 关于… under it."""
    mine, other = line.block, above.block
    beside = mine.getparent() is other.getparent() and mine.tag == other.tag
    return (
        beside and line.text.startswith("关于") and len(above.text) <= 30 and bool(_ISSUER.search(above.text))
    )


def _last_line(sheet: Sheet, start: int) -> int | None:
    """The line that stands last before the text, where it can be a title."""
    for number in range(start - 1, max(-1, start - 4), -1):
        line = sheet.lines[number]
        if line.linked or line.aside or line.hidden or is_frame(line) or _is_value(sheet, number):
            continue
        fits = 8 <= len(line.text) <= 80 and not line.text.endswith(("。", "：", ":", "，", "；"))
        return number if fits and _may_be_title(line) else None
    return None


def _is_value(sheet: Sheet, number: int) -> bool:
    """Tell whether a line is the value of the label on the line before (发布机构, then its name)."""
    above = "".join(sheet.lines[number - 1].text.split()).rstrip(":：") if number else ""
    return FIELDS.get(above) in _VALUED


def _heading(sheet: Sheet, start: int, is_wanted: Callable[[Line], bool]) -> int | None:
    """The last heading of a kind before the text, one in a side column only where there is no other."""
    beside: int | None = None
    for number in range(start - 1, -1, -1):
        line = sheet.lines[number]
        if is_wanted(line) and not line.linked and not line.hidden and _may_be_title(line):
            if not line.aside:
                return number
            beside = number if beside is None else beside
    return beside


def _above_info(sheet: Sheet, start: int) -> int | None:
    """The line above the by-line (date, source) that stands last before the text."""
    infos = [number for number in range(max(0, start - 12), start) if is_info(sheet.lines[number])]
    while infos and infos[-1] - 1 in infos:
        infos.pop()
    for number in range(infos[-1] - 1, max(-1, infos[-1] - 6), -1) if infos else ():
        line = sheet.lines[number]
        if line.linked or len(line.text) < 6 or _is_value(sheet, number):
            continue
        if _may_be_title(line) and not is_frame(line):
            return number
    return None


def _may_be_title(line: Line) -> bool:
    return (
        is_title(line.text)
        and not _NUMBER.search(line.text)
        and not _PATH.search(line.text)
        and not find_label(line.text)
    )


def _is_first(line: Line) -> bool:
    return bool(line.block.tag == "h1")


def strip_site(head: str, site: str | None = None) -> str:
    """`<title>` without the site and the column that follow the title."""
    parts = [part for part in _SEPARATORS.split(head) if part.strip()]
    if not parts:
        return head
    if site and len(parts) > 1 and squash(parts[0]) == squash(site):
        return parts[-1]
    return parts[0].strip(" -_—|")
