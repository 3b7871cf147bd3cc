"""The source that an article names (来源), with the tricks that pages play on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reading.clean import squash
from reading.dates import find_dates
from reading.labels import Value
from reading.lines import Sheet
from reading.metas import Metas, tell_credit
from reading.page import Doubt

_OURS = re.compile(r"^(?:本网|本站|本网站|本站原创|本网原创|原创|本网讯|本站讯|本网编辑|网站)$")
_NOTHING = re.compile(
    r"^(?:[-—_/\s.·无]*|null|undefined|未知|暂无|不详|其[他它]|网络|互联网|\d+次?|\{\{.*)$", re.I
)
_IN_TEXT = re.compile(
    r"[（(【\[]?\s*(?:信息|文章|稿件|新闻|内容|本文)?来\s*源\s*(?:于)?\s*[:：]\s*([^（()）\]】\s]{2,40})\s*[)）\]】]?\s*$"
)
_JOINED = re.compile(r"(?:\.{3}|…)$")


@dataclass(frozen=True)
class Credit:
    """The source's words, their origin, and the doubts."""

    words: str | None
    origin: str
    doubts: tuple[Doubt, ...] = ()


def read_credit(
    sheet: Sheet,
    values: Sequence[Value],
    near: Sequence[int],
    ends: Sequence[int],
    metas: Metas,
    site: str | None,
) -> Credit:
    """Read the source: a label, a name beside the date, the text's last line, the head.

    本网 and its like stand for `site`, where that is known. A clipped name is completed from the head.
    """
    told = tell_credit(metas)
    shown = _labelled(values)
    if not shown:
        shown = _at_end(sheet, ends)
    if not shown:
        shown = _beside_date(sheet, near)
    if not shown:
        if not told or _NOTHING.match(told):
            return Credit(None, "")
        doubt = Doubt("credit", "网页没有写明来源，取自网页头部信息")
        return Credit(_ours(told, site), "meta", (doubt,))
    if _JOINED.search(shown) and told and told.startswith(_JOINED.sub("", shown)):
        return Credit(told, "meta")
    return Credit(_ours(shown, site), "label", _compare(shown, told))


def _labelled(values: Sequence[Value]) -> str | None:
    for wanted in ("credit", "issuer"):
        for one in values:
            words = tidy_credit(one.words)
            if one.field == wanted and words:
                return words
    return None


def tidy_credit(words: str) -> str | None:
    """A source's name, or None when the words are none."""
    dates = find_dates(words)
    if dates:
        words = words[: dates[0].start].strip(" |:：-")
    words = re.sub(r"^(?:来源|转自|[:：])+\s*", "", words).strip(" \t;；，,。、|")
    if not 2 <= len(words) <= 120 or _NOTHING.match(words):
        return None
    return words


def _ours(words: str, site: str | None) -> str:
    return site if site and _OURS.match(words) else words


def _at_end(sheet: Sheet, ends: Sequence[int]) -> str | None:
    """`（来源：…）` at the end of the text."""
    for number in reversed(ends):
        found = _IN_TEXT.search(sheet.lines[number].text)
        if found and (words := tidy_credit(found[1])):
            return words
    return None


def _beside_date(sheet: Sheet, near: Sequence[int]) -> str | None:
    """A name without a label: a part of the line that holds the date, that looks like a publisher."""
    for number in near:
        line = sheet.lines[number]
        if len(line.text) > 120 or not find_dates(line.text):
            continue
        for part in "\x1f".join(line.parts).replace("\u3000", "\x1f").split("\x1f"):
            words = part.strip(" \t\r\n|:：·")
            if 2 <= len(words) <= 24 and _is_publisher(words):
                return words
    return None


def _is_publisher(words: str) -> bool:
    return bool(
        re.fullmatch(
            r"[\w·（）()\u4e00-\u9fff]*(?:日报|晚报|早报|晨报|时报|快报|商报|都市报|周刊|杂志|新闻网|日报社|通讯社|新华社|新华网|人民网|央视网|"
            r"广播网|电视台|客户端|公众号|融媒体中心|[局厅委部院办署社网])",
            words,
        )
    ) and not find_dates(words)


def _compare(shown: str, told: str | None) -> tuple[Doubt, ...]:
    if not told or _OURS.match(told) or _NOTHING.match(told):
        return ()
    mine, other = squash(shown), squash(told)
    if mine in other or other in mine:
        return ()
    return (Doubt("credit", f"网页显示的来源（{shown}）与头部信息（{told}）不一致"),)
