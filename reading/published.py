"""When a page was published: what it shows beside its title, held against what its head says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clock import PORTAL_ZONE
from reading.clean import squash
from reading.dates import find_dates, read_bare, read_stamp
from reading.labels import Value, find_label, find_spans, is_event
from reading.lines import Sheet
from reading.page import Doubt
from reading.words import FIELDS, TOO_COMMON

NO_PUBLICATION = re.compile(
    r"成文|生成|实施|施行|失效|废止|生效|截止|截至|有效期|开始|结束|通过|修订|修正|印发|签发|批准|会议|报名|申请|更新|活动|"
    r"文号|索引|〔|生日|出生|今天|现在是|欢迎|当前时间|拍?摄|农历|℃|°C|自\s*(?:19|20)\d\d|决定|会议|版权|copyright|©|备案|上一|下一",
    re.I,
)
_BRACKETED = re.compile(r"[(（][^()（）]{6,14}[日号][)）]")
_WEEKDAY = re.compile(r"星期[一二三四五六日天]")
_LABEL_BEFORE = re.compile(r"([\u4e00-\u9fff][\u4e00-\u9fff\s]{0,14})[】\]\s]{0,3}[:：]\s*[\[【(（]?\s*$")
_CHANGED = re.compile(r"[\s【\[(（]*(?:最[后近])?更新(?:时间|日期|于)?")
_TIMES = re.compile(r"(?:时间|日期|期限|期至|时段|期)$")
# A label of some date or other in a cell or line of its own.
_DATE_LABEL = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff\s]{0,11}(?:时\s*间|日\s*期|期\s*限)\s*[:：]?")
_TO = re.compile(r"\s*(?:起)?\s*(?:至|到|[-~～—–－―]+)\s*(?:(?:19|20)\d\d|\d{1,2}\s*[-月./])")
_MONTH_DAY = re.compile(r"(?<![\d/:年.-])(\d{2})-(\d{2})(?!\d{3}|[-/.])\s*(?:(\d{2}):(\d{2}))?")


@dataclass(frozen=True)
class Published:
    """The publication as ISO, its origin, and the doubts it leaves."""

    value: str | None
    origin: str
    doubts: tuple[Doubt, ...] = ()


def read_published(
    sheet: Sheet,
    beside: Sequence[int],
    below: Sequence[int],
    values: Sequence[Value],
    told: str | None,
    fetched: datetime,
    title: str = "",
) -> Published:
    """Read the publication: a label's, a date alone beside the title, a by-line's below the text, the head's.

    `beside` are the numbers of the lines between title and text, `below` those right behind the text; `told`
    is the head's date, which leaves a doubt. A date in the `title` is of what the article tells.
    """
    doubts: tuple[Doubt, ...] = ()
    value, origin = _labelled(sheet, values, "published"), "label"
    if value is None:
        value, origin = _alone(sheet, beside, squash(title)), "beside the title"
    if value is None and (value := _below(sheet, below)):
        origin = "below the text"
    if value is None and (value := _labelled(sheet, values, "updated") or _changed(sheet, beside)):
        origin, doubts = "label", (Doubt("published", "网页只写明更新时间，没有发布日期"),)
    if value is None and told:
        value, origin = _yearless(sheet, beside, told), "label"
    if value is None and told:
        doubt = Doubt("published", "网页没有写明发布日期，取自网页头部信息")
        return Published(told, "meta", (doubt, *_future(told, fetched)))
    if value is None:
        return Published(None, "")
    return Published(value, origin, (*doubts, *_compare(value, told), *_future(value, fetched)))


def _labelled(sheet: Sheet, values: Sequence[Value], wanted: str) -> str | None:
    """The first whole date that stands with a label of this field."""
    for one in values:
        if one.field != wanted or is_event(sheet.lines, one.line):
            continue
        found = find_dates(one.words)
        if found and found[0].start < 12 and len(found[0].value) > 7:
            if _TO.match(one.words, found[0].end):
                continue  # a term, from one day to another
            return found[0].value
        if not found and (bare := read_bare(one.words)):
            return bare
    return None


def _alone(sheet: Sheet, beside: Sequence[int], title: str) -> str | None:
    """A date without a label on a short line beside the title."""
    for number in beside:
        line = sheet.lines[number]
        if (
            len(line.text) > 160
            or line.linked > 0.7 * len(line.text)
            or NO_PUBLICATION.search(line.text[:100])
        ):
            continue
        parts = "\x1f".join(" ".join(part.split()) for part in line.parts)
        found = find_dates(line.text) or find_dates(parts.replace("\x1f", " "))
        if found and squash(line.text[found[0].start : found[0].end]) in title:
            found = found[1:] if title in squash(line.text) else found
        if not found or len(found[0].value) < 10:
            continue
        if _says_other(sheet, number) or is_event(sheet.lines, number):
            continue
        if is_other_date(line.text[: found[0].start]) and not _is_by_line(line.text, found[0].start):
            continue
        if _WEEKDAY.search(line.text) and (len(found[0].value) == 10 or number < beside[0]):
            continue  # a site's calendar
        if _TO.match(line.text, found[0].end):
            continue
        if len(found[0].value) == 10 and _BRACKETED.fullmatch(line.text):
            continue  # the document's own date, under its heading
        rest = line.text[: found[0].start] + line.text[found[0].end :]
        if len(rest) <= 60 or find_label(rest) or any(True for _ in find_spans(rest)):
            return found[0].value
    return _split(sheet, beside)


def _below(sheet: Sheet, numbers: Sequence[int]) -> str | None:
    """The date of a by-line under the text: a label of source, author or editor stands with it."""
    for number in numbers:
        line = sheet.lines[number]
        if len(line.text) > 120 or line.linked > 0.5 * len(line.text) or NO_PUBLICATION.search(line.text):
            continue
        found = find_dates(line.text)
        if not found or len(found[0].value) < 10:
            continue
        around = [sheet.lines[n].text for n in (number - 1, number + 1) if n in numbers]
        rest = line.text[: found[0].start] + line.text[found[0].end :]
        labels = [FIELDS[label] for _, _, label in find_spans(rest)] + [*map(find_label, around)]
        if len(rest) <= 60 and any(label in ("credit", "author", "editor") for label in labels):
            return found[0].value
    return None


def _changed(sheet: Sheet, beside: Sequence[int]) -> str | None:
    """A date of change whose label has no colon: 更新时间 2026年11月5日."""
    for number in beside:
        text = sheet.lines[number].text
        label = _CHANGED.match(text) if len(text) < 60 else None
        found = find_dates(text[label.end() :]) if label else ()
        if found and found[0].start < 4 and len(found[0].value) >= 10:
            return found[0].value
    return None


def is_other_date(before: str) -> bool:
    """Tell whether the words before a date end on a label of another date (受理时间：), known or not."""
    found = _LABEL_BEFORE.search(before)
    if not found:
        return False
    label = "".join(found[1].split())
    return FIELDS.get(label) not in ("published", "updated") and bool(_TIMES.search(label))


def _is_by_line(text: str, start: int) -> bool:
    """Tell whether an unknown label of a date (编稿时间：) stands in a by-line that names its source, too."""
    found = _LABEL_BEFORE.search(text[:start])
    label = "".join(found[1].split()) if found else ""
    endings = (label[place:] for place in range(len(label)))
    known = any(words in FIELDS and words not in TOO_COMMON for words in endings)
    return not known and any(FIELDS[label] == "credit" for _, _, label in find_spans(text))


def _says_other(sheet: Sheet, number: int) -> bool:
    """A cell or line after a label that is none of publication: its date is another."""
    line, above = sheet.lines[number], sheet.lines[max(0, number - 1)]
    if _DATE_LABEL.fullmatch(above.text) and find_dates(line.text)[:1]:
        named = FIELDS.get("".join(above.text.split()).rstrip(":："))
        return named not in ("published", "updated")
    label = FIELDS.get("".join(above.text.split())) or (
        find_label(above.text) if len(above.text) < 12 else None
    )
    return label in ("other_date", "issued", "validity", "index_number", "event") and line is not above


def _split(sheet: Sheet, beside: Sequence[int]) -> str | None:
    """A date over several lines (2024 / 07/22 / 14:52:26), as calendars draw it."""
    for number in beside:
        line = sheet.lines[number]
        if re.fullmatch(r"(?:19|20)\d\d\s*[年/.-]?", line.text):
            words = [other.text for other in sheet.lines[number : number + 3] if len(other.text) < 12]
            found = find_dates(
                re.sub(r"\s*([/.-])\s*", r"\1", "-".join(words[:2])).replace("/", "-").replace("--", "-")
            )
            if found and len(found[0].value) >= 10:
                return found[0].value[:10]
    return None


def _yearless(sheet: Sheet, beside: Sequence[int], told: str) -> str | None:
    """`10-08 12:00` beside the title, when the head says the year of the same day."""
    for number in beside:
        line = sheet.lines[number]
        for found in _MONTH_DAY.finditer(line.text) if len(line.text) < 80 else ():
            if told[5:10] == f"{found[1]}-{found[2]}":
                return told[:10] + (f"T{found[3]}:{found[4]}" if found[3] else "")
    return None


def _compare(value: str, told: str | None) -> tuple[Doubt, ...]:
    if not told or len(told) < 10 or len(value) < 10:
        return ()
    gap = abs((_day(value) - _day(told)).days)
    if gap <= 1:
        return ()
    return (Doubt("published", f"网页显示的发布日期（{value[:10]}）与头部信息（{told[:10]}）相差{gap}天"),)


def _future(value: str, fetched: datetime) -> tuple[Doubt, ...]:
    if len(value) < 10 or (_day(value) - fetched.astimezone(PORTAL_ZONE).date()).days <= 1:
        return ()
    return (Doubt("published", f"发布日期（{value[:10]}）晚于采集时间"),)


def _day(value: str) -> date:
    return date.fromisoformat(value[:10])


def read_issued(values: Sequence[Value]) -> str | None:
    """成文日期 as ISO."""
    for one in values:
        if one.field == "issued" and (found := find_dates(one.words)):
            return found[0].value
        if one.field == "issued" and (stamp := read_stamp(one.words)):
            return stamp
    return None
