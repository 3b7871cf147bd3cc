"""What a JSON answer is made of: lists of objects, and which members of them say title, address and date."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clock import PORTAL_ZONE
from reading.dates import read_stamp

Scalar = str | int | float | bool | None
Place = tuple[str, ...]

_NODES = 100_000
_OBJECTS = 20_000
_MEMBERS = 80
_DEPTH = 3
_SAMPLE = 50
_LINK = re.compile(
    r"(?:https?:)?//\S+|\.{0,2}/\S*|[^\s<>]+\.(?:s?html?|jsp|jspx|do|php|aspx?|pdf|docx?|xlsx?)(?:[?#]\S*)?",
    re.I,
)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|bmp|webp|svg|mp4|mp3)(?:$|\?)", re.I)
_WORDS = re.compile(r"[\u3400-\u9fff]{2}|[A-Za-z]{3,}\s+[A-Za-z]{2,}")
_LIST_NAMES = re.compile(r"list|rows|data|records?|items?|result|content|docs?|info|array", re.I)
_EPOCH = re.compile(r"(?:/Date\()?(\d{10}|\d{12,13})(?:[+-]\d{4})?(?:\)/)?")
# How much a member's name says: the first that fits; what is named so but holds something else is no member.
_TITLE_NAMES = (
    (re.compile(r"(?:^|\.)(?:title|bt|biaoti|subject|headline)$"), 4.0),
    (re.compile(r"sub_?title|short_?title|site|channel|column|category|author|source|dept|unit|user"), -1.0),
    (re.compile(r"summary|abstract|content|desc|remark|intro|text|keyword|body|memo"), -2.0),
    (re.compile(r"title|subject|headline|biaoti"), 3.0),
    (re.compile(r"name$|mc$|bt$|caption|topic"), 2.0),
)
_LINK_NAMES = (
    (re.compile(r"pic|img|image|thumb|cover|logo|icon|video|photo|audio"), -3.0),
    (re.compile(r"file|attach|download|column|channel|site|parent|list|more"), -1.0),
    (re.compile(r"(?:^|\.)(?:url|link|href)$"), 4.0),
    (re.compile(r"url|link|href|ljdz|uri"), 3.0),
    (re.compile(r"path|address|page"), 2.0),
)
_DATE_NAMES = (
    (
        re.compile(r"updat|modif|edit|expire|end|begin|start|effect|valid|sxrq|ssrq|implement|delet|close"),
        -1.0,
    ),
    (re.compile(r"pub|fbrq|fbsj|release|issue_?date|reltime|show_?(?:date|time)|display"), 4.0),
    (re.compile(r"creat|write|cwrq|qfrq|sign|input|add"), 1.0),
    (re.compile(r"(?:^|\.)(?:date|time|rq|sj|day)$"), 3.0),
    (re.compile(r"date|time|rq$|sj$|day"), 2.0),
)


@dataclass(frozen=True)
class Members:
    """The members of a row that hold its title, its address and its date, by their dotted names."""

    title: str
    link: str
    date: str | None


@dataclass(frozen=True)
class Rows:
    """A list of objects; `place` is where it stands (`*` for any number), `objects` are flattened."""

    place: Place
    objects: tuple[Mapping[str, Scalar], ...]


def flatten(value: Mapping[str, Any], before: str = "", depth: int = _DEPTH) -> dict[str, Scalar]:
    """Write an object as one mapping of dotted names to plain values, three objects deep."""
    flat: dict[str, Scalar] = {}
    for name, inner in value.items():
        path = f"{before}{name}"
        if isinstance(inner, dict) and depth > 1:
            flat |= flatten(inner, f"{path}.", depth - 1)
        elif inner is None or isinstance(inner, str | int | float):
            flat[path] = inner
        if len(flat) >= _MEMBERS:
            break
    return flat


def walk(tree: Any, kinds: tuple[type, ...] = (dict, list)) -> Iterator[tuple[Place, Any]]:
    """Walk over the objects and lists of a tree with their places, and its texts where `kinds` has `str`.

    The outer ones come first, in order; a tree without end is left after a hundred thousand.
    """
    waiting: list[tuple[Place, Any]] = [((), tree)]
    for _ in range(_NODES):
        if not waiting:
            return
        place, value = waiting.pop()
        yield place, value
        if isinstance(value, dict):
            named = [
                ((*place, str(name)), inner) for name, inner in value.items() if isinstance(inner, kinds)
            ]
            waiting += reversed(named)
        elif isinstance(value, list):
            step = (*place, "*")
            waiting += [(step, inner) for inner in reversed(value) if isinstance(inner, kinds)]


def find_lists(tree: Any) -> list[Rows]:
    """Find the lists of objects of a tree; lists at the same place of several objects are one."""
    found: dict[Place, list[Mapping[str, Scalar]]] = {}
    left = _OBJECTS
    for place, value in walk(tree):
        if isinstance(value, list) and (inner := [one for one in value if isinstance(one, dict)][:left]):
            found.setdefault(place, []).extend(map(flatten, inner))
            left -= len(inner)
    return [Rows(place, tuple(objects)) for place, objects in found.items()]


def find_members(objects: Sequence[Mapping[str, Scalar]]) -> tuple[Members, float] | None:
    """Find the members that are like a title, a link and a date, with how sure that is; None without one."""
    sample = objects[:_SAMPLE]
    title, sure = _choose(sample, _TITLE_NAMES, is_title_like)
    link, linked = _choose(sample, _LINK_NAMES, is_link_like)
    date, dated = _choose(sample, _DATE_NAMES, lambda value: read_day(value) is not None)
    if title is None or link is None or date is None:
        return None
    return Members(title, link, date), sure + linked + dated


def find_member(objects: Sequence[Mapping[str, Scalar]], part: str) -> str | None:
    """Find the member for one part (`title`, `link`, `date`) of rows."""
    names, fits = {
        "title": (_TITLE_NAMES, is_title_like),
        "link": (_LINK_NAMES, is_link_like),
        "date": (_DATE_NAMES, lambda value: read_day(value) is not None),
    }[part]
    return _choose(objects[:_SAMPLE], names, fits)[0]


def _choose(
    objects: Sequence[Mapping[str, Scalar]],
    names: Sequence[tuple[re.Pattern[str], float]],
    fits: Callable[[Scalar], bool],
) -> tuple[str | None, float]:
    """The member that most rows have in the wanted form, by its name, then by how much its values differ."""
    weights: dict[str, float] = {}
    for member in dict.fromkeys(name for one in objects for name in one):
        values = [one.get(member) for one in objects]
        good = [value for value in values if fits(value)]
        if 5 * len(good) < 3 * len(objects):
            continue
        named = next((weight for form, weight in names if form.search(member.lower())), 0.0)
        weights[member] = named + len(set(good)) / len(objects) + len(good) / len(objects)
    best = max(weights, key=lambda member: weights[member], default=None)
    return (best, weights[best]) if best is not None and weights[best] > 0 else (None, 0.0)


def is_title_like(value: Scalar) -> bool:
    """Words of Chinese, or a few English ones; no address, no markup of a page, no date."""
    if not isinstance(value, str) or not 3 < len(value) < 400 or _LINK.fullmatch(value.strip()):
        return False
    return _WORDS.search(html.unescape(value)) is not None and value.count("<p") < 2


def is_link_like(value: Scalar) -> bool:
    """An address, whole or relative, that is no picture."""
    return isinstance(value, str) and bool(_LINK.fullmatch(value.strip())) and not _PICTURE.search(value)


def read_day(value: Scalar) -> str | None:
    """Read a date of JSON: text in any form, or seconds or milliseconds since 1970, in the portal's time."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    if found := _EPOCH.fullmatch(text):
        return _tell_moment(int(found[1]) / (1 if len(found[1]) == 10 else 1000), isinstance(value, str))
    return read_stamp(text) if isinstance(value, str) and 5 < len(text) < 40 else None


def _tell_moment(seconds: float, written: bool) -> str | None:
    """A moment as a day where it is midnight, else to the minute; written digits may be something else."""
    if not (600_000_000 if not written else 900_000_000) < seconds < 4_000_000_000:
        return None
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(PORTAL_ZONE).replace(tzinfo=None)
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment.date().isoformat()
    return moment.isoformat(timespec="minutes")


def has_empty_list(tree: Any) -> bool:
    """Say whether a list that is named like one of rows is there and empty."""
    return any(
        value == [] and (not place or _LIST_NAMES.search(place[-1]) is not None)
        for place, value in walk(tree)
    )
