"""Dates in every form that Chinese sites write; an impossible one is none, and none is made more exact."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from clock import PORTAL_ZONE

# One character for one, so that places in the text stay the same.
_PLAIN = str.maketrans(
    "０１２３４５６７８９：∶︰﹕ː．／－–—−‐‑〇○ＯOo零\u3000\xa0\u2002\u2003\u2009Ｔ",
    "0123456789:::::./------〇〇〇〇〇〇     T",
)
_CLOCK = (
    r"(?:\s*[,，|]?\s*(?:T|[(（]?(?:星期|周)[一二三四五六日天][)）]?)?\s*(?P<half>上午|下午|晚上|晚|早上|凌晨|中午)?\s*"
    r"(?P<h>[01]?\d|2[0-3])\s*[:时点]\s*(?P<min>[0-5]\d|\d(?=分))"
    r"(?:\s*[:分]\s*(?P<s>[0-5]\d)(?:\.\d{1,9})?)?(?![\d:])"
    r"(?P<zone>\s*Z\b|\s*[+-]\d\d:?\d\d(?!\d))?)?"
)
_MONTH = r"(?P<m>1[0-2]|0?[1-9])"
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9])"
_ENDS = r"(?!\d)"
_YEAR = r"(?<![\d.])(?P<y>(?:19|20)\d\d)"
_CLOCK_OR_END = rf"(?:(?={_ENDS})|(?=\d?\d[:时点]\d))" + _CLOCK
_WHOLE = re.compile(rf"{_YEAR}\s*(?P<sep>[-/.])\s*{_MONTH}\s*(?P=sep)\s*{_DAY}{_CLOCK_OR_END}")
_WORDED = re.compile(rf"{_YEAR}\s*年\s*{_MONTH}\s*月\s*{_DAY}(?:\s*[日号]|{_ENDS}){_CLOCK}")
_SPELLED = re.compile(
    r"(?P<y>[一二][〇一二三四五六七八九]{3})\s*年\s*(?P<m>[一二三四五六七八九十]{1,2})\s*月"
    r"\s*(?P<d>[一二三四五六七八九十廿卅]{1,3})\s*[日号]"
)
_SHORT = re.compile(
    rf"(?<![\d./:-])(?P<y>\d\d)(?P<sep>[-/])(?P<m>\d\d)(?P=sep)(?P<d>\d\d){_CLOCK_OR_END}(?![-/])"
)
_MONTHLY = re.compile(
    rf"{_YEAR}\s*年\s*{_MONTH}\s*月(?!\s*\d)|"
    r"(?P<cy>[一二][〇一二三四五六七八九]{3})\s*年\s*(?P<cm>[一二三四五六七八九十]{1,2})\s*月(?!\s*[一二三四五六七八九十])"
)
_YEARLESS = re.compile(
    rf"(?<![\d./:年-])(?<!年\s)(?:(?P<m>1[0-2]|0?[1-9])\s*月\s*{_DAY}\s*[日号]?|(?P<m2>1[0-2]|0[1-9])[-/](?P<d2>3[01]|[12]\d|0[1-9])(?![-/.]))"
    rf"{_CLOCK_OR_END}"
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:(?P<h>[01]\d|2[0-3])(?P<min>[0-5]\d)(?P<s>[0-5]\d)?)?(?!\d)"
)
_ENGLISH_MONTHS = ("", *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))
_ENGLISH = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?(?:(?P<d2>\d{1,2})\s+)?"
    r"(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+"
    r"(?:(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+)?"
    r"(?:(?P<y>(?:19|20)\d\d)|(?P<h>\d\d):(?P<min>\d\d):(?P<s>\d\d)\s+(?:[A-Z]{3,4}\s+)?(?P<y2>(?:19|20)\d\d))",
    re.I,
)
_RELATIVE = re.compile(
    rf"(?P<word>今天|昨天|前天|刚刚)(?:{_CLOCK[3:-2]})?|(?P<n>\d{{1,4}})\s*(?P<unit>秒钟?|分钟|个?小时|天|日)(?:之|以)?前"
)
_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")}
_BACK = {"今天": 0, "刚刚": 0, "昨天": 1, "前天": 2}


@dataclass(frozen=True)
class Found:
    """A date of a text: ISO `value` as exact as stated, and where it stands."""

    value: str
    start: int
    end: int


def read_date(text: str, fetched: datetime | None = None, year: int | None = None) -> str | None:
    """Read the first date of a text as ISO (`2026-11-05`, `2026-11-05T10:08`, `2026-11`), else None.

    `fetched` (aware) is what relative words (昨天, 3天前) count from; without it they are none.
    `year` is the page's own year, for `11-05`; a day later than `fetched` then belongs to the year before.
    """
    found = find_dates(text, fetched, year)
    return found[0].value if found else None


def read_stamp(text: str) -> str | None:
    """Read the date of a meta tag or a field: as `read_date`, and `20261105101500` too."""
    plain = text.strip().translate(_PLAIN)
    found = _COMPACT.fullmatch(plain)
    if found:
        return _build(found, int(found["y"]), int(found["m"]), int(found["d"]))
    if found := re.fullmatch(rf"{_YEAR}-{_MONTH}", plain):
        return f"{found['y']}-{int(found['m']):02d}"
    return read_date(text)


def read_bare(text: str) -> str | None:
    """Read what stands behind a label of publication and is no date to a reader of prose.

    `20261105` in one piece, and the day as Java or an English form prints it (Thu Nov 05 10:08:00 CST 2026).
    """
    plain = text.strip().translate(_PLAIN)
    if found := _COMPACT.match(plain):
        return _build(found, int(found["y"]), int(found["m"]), int(found["d"]))
    if found := _ENGLISH.match(text.strip()):
        year, day = found["y"] or found["y2"], found["d"] or found["d2"]
        return day and _build(found, int(year), _ENGLISH_MONTHS.index(found["mon"].lower()), int(day))
    return None


def find_dates(text: str, fetched: datetime | None = None, year: int | None = None) -> list[Found]:
    """Find the dates of a text, in order, none inside another; impossible ones (30 February) are left out."""
    plain = text.translate(_PLAIN)
    found: list[Found] = []
    for form, read in _forms(plain, fetched, year):
        plain = form.sub(lambda m, read=read: _note(m, read(m), found), plain)  # type: ignore[misc]
    return sorted(found, key=lambda one: one.start)


def _note(m: re.Match[str], value: str | None, found: list[Found]) -> str:
    """Keep a date; what stands in its place afterwards keeps other forms from reading its parts."""
    if value:
        found.append(Found(value, m.start(), m.end()))
    return "\0" * len(m[0])


def _forms(
    plain: str, fetched: datetime | None, year: int | None
) -> Iterator[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]]:
    """The forms to look for, the most exact first, each with its reader (None: no such day)."""
    if "年" in plain:
        yield _WORDED, lambda m: _build(m, int(m["y"]), int(m["m"]), int(m["d"]))
        yield _SPELLED, lambda m: _build(m, _spelled_year(m["y"]), _spelled(m["m"]), _spelled(m["d"]))
        yield _MONTHLY, _month
    yield _WHOLE, lambda m: _build(m, int(m["y"]), int(m["m"]), int(m["d"]))
    yield _SHORT, lambda m: _build(m, _century(int(m["y"]), fetched), int(m["m"]), int(m["d"]))
    if year is not None:
        yield _YEARLESS, lambda m: _yearless(m, year, fetched)
    if fetched is not None:
        yield _RELATIVE, lambda m: _relative(m, fetched)


def _build(m: re.Match[str], year: int, month: int, day: int) -> str | None:
    try:
        base = date(year, month, day)
    except ValueError:
        return None
    parts = m.groupdict()
    if parts.get("h") is None:
        return base.isoformat()
    hour = int(parts["h"])
    if parts.get("half") in ("下午", "晚上", "晚") and hour < 12:
        hour += 12
    moment = datetime(year, month, day, hour, int(parts["min"]), int(parts["s"] or 0))
    moment = _at_home(moment, parts.get("zone"))
    return moment.isoformat(timespec="seconds" if parts["s"] else "minutes")


def _at_home(moment: datetime, zone: str | None) -> datetime:
    """A time with a zone of its own, told in the portal's zone; without one it is that already."""
    if not zone:
        return moment
    offset = timedelta(0)
    if zone.strip() != "Z":
        sign, digits = zone.strip()[0], re.sub(r"\D", "", zone)
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if sign == "-" else 1)
    try:
        return (moment - offset).replace(tzinfo=UTC).astimezone(PORTAL_ZONE).replace(tzinfo=None)
    except OverflowError:
        return moment


def _month(m: re.Match[str]) -> str | None:
    if m["y"]:
        return f"{m['y']}-{int(m['m']):02d}"
    month = _spelled(m["cm"])
    return f"{_spelled_year(m['cy'])}-{month:02d}" if 1 <= month <= 12 else None


def _spelled_year(text: str) -> int:
    return int("".join(_DIGITS[c] for c in text))


def _spelled(text: str) -> int:
    """A number below 40 in Chinese: 五, 十, 十二, 二十, 二十三, 廿三; 0 for anything else."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, mark, ones = text.partition("十")
    if not mark:
        return int(_DIGITS[text]) if text in _DIGITS else 0
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return 0
    return 10 * int(_DIGITS[tens] if tens else 1) + int(_DIGITS[ones] if ones else 0)


def _century(short: int, fetched: datetime | None) -> int:
    newest = (fetched.year if fetched else 2069) % 100 + 1
    return 2000 + short if short <= newest else 1900 + short


def _yearless(m: re.Match[str], year: int, fetched: datetime | None) -> str | None:
    month, day = int(m["m"] or m["m2"]), int(m["d"] or m["d2"])
    value = _build(m, year, month, day)
    if (
        value
        and fetched
        and value[:10] > (fetched.astimezone(PORTAL_ZONE) + timedelta(days=1)).date().isoformat()
    ):
        return _build(m, year - 1, month, day)
    return value


def _relative(m: re.Match[str], fetched: datetime) -> str | None:
    """昨天 10:20 has a minute; 3天前 and 5小时前 have a day, since they say no more."""
    now = fetched.astimezone(PORTAL_ZONE)
    if m["word"]:
        then = now.date() - timedelta(days=_BACK[m["word"]])
        return _build(m, then.year, then.month, then.day)
    count, unit = int(m["n"]), m["unit"]
    ago = timedelta(days=count) if unit in ("天", "日") else timedelta(hours=count)
    if unit == "分钟" or unit.startswith("秒"):
        ago = timedelta(minutes=count if unit == "分钟" else 0)
    return (now - ago).date().isoformat()
