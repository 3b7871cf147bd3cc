"""The screen: what must not go out blocks an item, what somebody must look at again asks for it.

Rules: requirements S29, S30, N8, N23, N26. Everything here is pure: texts and lists in, findings out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from pipelines.folding import fold, fold_plain, lighten, show_markup, to_simplified
from pipelines.marks import BARE, MAY_HOLD, find_marks
from pipelines.personal import STARS, find_private
from pipelines.wording import Finder
from store.items import Found
from wordlists import NO_LISTS, Listed, Lists

# Raised whenever what the screen knows by itself changes, so that everything is screened again.
RULES_VERSION = "3"
_CONTEXT = 12  # characters kept around a word
_NEAR = 3  # characters on each side that tell one use of a word from another
_MOST = 60  # findings of one text: a page of nothing else is one to be looked at whole
_SIGNED = 180  # days between signature and publication from which on a paper is an old one
_YEAR = re.compile(r"(?:19|20)\d{2}")
_NUMBERED = re.compile(r"[〔［\[【(（]\s*((?:19|20)\d{2})\s*[〕］\]】)）]")


@dataclass(frozen=True)
class Screened:
    """One text of an item: the field it stands in (`title`, `body`, `附件：名称`), and its words.

    `markup` is of clean HTML; a `file`'s words cannot be masked, a `short` field has no head and foot.
    """

    field: str
    text: str
    markup: bool = False
    file: bool = False
    short: bool = False

    @cached_property
    def folded(self) -> str:
        """The text as lists are written, made once for all that look at it."""
        return fold(self.text)


def screen_texts(texts: Iterable[Screened], lists: Lists = NO_LISTS) -> list[Found]:
    """Find what must not go out, or must be looked at, in each text of an item."""
    found: list[Found] = []
    version = tell_version(lists)
    for one in texts:
        marks = list(_find_marks(one, version)) if MAY_HOLD.search(one.folded) else []
        found += marks
        found += _find_words(one, lists, version, spoken=not marks)
        found += _find_private(one, lists, version)
    return list(dict.fromkeys(found))


def tell_version(lists: Lists) -> str:
    """Name what is screened by: the rules of this module and the lists."""
    return f"{RULES_VERSION}-{lists.version}"


def screen_age(
    form: Mapping[str, Any], today: date, old_after_days: int, version: str = RULES_VERSION
) -> list[Found]:
    """Note an item whose source dates it long ago, and ask about one that is given a new date (N8)."""
    published = form["published"]
    if published is None or len(published) < 10:
        return []
    day = date.fromisoformat(published[:10])
    if (today - day).days > old_after_days:
        return [Found("old-item", version, "note", "published", published[:10], told="原文发布已久")]
    issued = form["issued"]
    if issued and len(issued) >= 10 and (day - date.fromisoformat(issued[:10])).days > _SIGNED:
        told = f"{issued[:10]} 成文，{published[:10]} 才发布，请核对是否旧稿新发"
        return [Found("old-as-new", version, "confirm", "issued", issued[:10], told=told)]
    number = _NUMBERED.search(form["doc_number"] or "")
    if number and int(number[1]) < day.year - 1:
        told = f"{number[1]} 年的文号，{published[:10]} 发布，请核对是否旧稿新发"
        return [Found("old-as-new", version, "confirm", "doc_number", form["doc_number"], told=told)]
    return []


def screen_reprint(form: Mapping[str, Any], reprint: bool, lists: Lists) -> list[Found]:
    """Block political news that is taken over from a unit which is not on the list (N26).

    Without a list of units or of political words nothing is said.
    """
    credit, title = form["credit"], form["title"] or ""
    if not (reprint and credit and lists.units and lists.political):
        return []
    hits = _finder(lists.political).find(title)
    named = fold_plain(credit)
    if not hits or any(fold_plain(unit) in named for unit in lists.units):
        return []
    told = "时政类稿件只能转载名单内单位的，须注明来源、不改原文"
    return [Found("political-reprint", tell_version(lists), "block", "credit", credit, credit, told)]


@lru_cache(maxsize=8)
def _finder(words: tuple[str, ...]) -> Finder:
    return Finder(Listed(word, "", "note") for word in words)


@lru_cache(maxsize=4)  # by identity: the lists of one loaded portal.yaml
def _list_finder(lists: Lists) -> Finder:
    return Finder((*BARE, *lists.words))


def _find_marks(one: Screened, version: str) -> Iterator[Found]:
    text = to_simplified(lighten(one.text, one.markup))
    for start, end in find_marks(text, one.short):
        words = text[start:end].strip()
        yield Found("secret-mark", version, "block", one.field, _context(text, start, end), words)


def _find_words(one: Screened, lists: Lists, version: str, spoken: bool) -> list[Found]:
    found: dict[tuple[str, str, str], Found] = {}  # a word in another neighbourhood is another finding
    text = one.text
    for hit in _list_finder(lists).find(text, plain=not one.markup, folded=one.folded):
        listed = hit.listed
        rule = "wrong-name" if listed.right else "word" if listed.list else "secret-word"
        near = text[max(0, hit.start - _NEAR) : hit.end + _NEAR]
        if (rule, listed.word, near) in found or len(found) >= _MOST:
            continue
        if rule == "secret-word" and not spoken:
            continue
        words = _show(text, hit.start, hit.end, one.markup)
        context = _show(text, max(0, hit.start - _CONTEXT), hit.end + _CONTEXT, one.markup)
        found[rule, listed.word, near] = Found(
            rule, version, listed.level, one.field, context, words, _tell(listed)
        )
    return list(found.values())


def _tell(listed: Listed) -> str | None:
    parts = [f"应为“{listed.right}”" if listed.right else None, listed.list or None, listed.note]
    return "；".join(filter(None, parts)) or None


def _show(text: str, start: int, end: int, markup: bool) -> str:
    """Give a stretch of a text as one reads it; of markup that is cut in a tag, only what is whole."""
    part = text[start:end]
    if markup:
        part = show_markup(re.sub(r"^[^<>]*>|<[^<>]*$", "", part))
    return " ".join(part.split())


def _find_private(one: Screened, lists: Lists, version: str) -> Iterator[Found]:
    text = one.text
    told = "附件里的个人信息遮盖不了，请联系来源单位" if one.file else "个人信息没有遮盖"
    for hit in find_private(text, one.markup, lists.numbers)[:_MOST]:
        before = _show(text, max(0, hit.start - _CONTEXT), hit.start, one.markup)
        words = None if one.file else _show(text, hit.start, hit.end, one.markup)
        span = re.sub(r"[\dXx]{4,}", STARS, before) + hit.shown
        yield Found(hit.rule, version, "block", one.field, span, words, told)


def _context(text: str, start: int, end: int) -> str:
    return " ".join(text[max(0, start - _CONTEXT) : end + _CONTEXT].split())
