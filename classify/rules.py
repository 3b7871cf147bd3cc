"""Labels by rules: the source's own column, the rules of portal.yaml in their order, the group's column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from portal import Portal, When
from sources import GROUP_NAMES, LEVEL_NAMES, Group, Level

# How sure a label is that ops gave by hand, and one that says only which kind of agency an item is from.
SOURCE_PROBABILITY = 0.95
GROUP_PROBABILITY = 0.5

_DOC_TYPE = re.compile(
    "(通知|公告|公示|通告|通报|公报|意见|办法|决定|决议|规定|条例|细则|规则|方案|规划|计划|要点"
    "|函|批复|令|纪要|议案|报告|解读|答复|说明|指南|目录|清单|名单|讲话)$"
)
_BRACKETED = re.compile(r"[（(〔\[【][^（()）〔〕\[\]【】]*[）)〕\]】]")
_BRACKETS = str.maketrans("[](){}［］（）【】", "〔〕〔〕〔〕〔〕〔〕〔〕")


@dataclass(frozen=True)
class Facts:
    """What the rules look at: the agency and source of an item, and what was read of it."""

    agency: str | None
    group: Group | None
    level: Level | None
    source: str | None
    source_column: str | None
    list_name: str | None
    title: str
    doc_number: str | None = None
    doc_type: str | None = None
    place: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class Label:
    """A proposed column with its probability (0 to 1) and its reasons in an editor's words.

    A column of None proposes nothing.
    """

    column: str | None
    probability: float
    reasons: tuple[str, ...]


def label(facts: Facts, portal: Portal) -> Label:
    """Propose a column: the one that ops gave the source, else the first rule that fits, else the group's."""
    names = {column.key: column.name for column in portal.columns}
    if facts.source_column in names:
        reason = f"采集地址已指定归入“{names[facts.source_column]}”"
        return Label(facts.source_column, SOURCE_PROBABILITY, (reason,))
    for rule in portal.rules:
        reasons = find_reasons(rule.when, facts)
        if reasons is not None:
            return Label(rule.column, rule.probability, (f"规则“{rule.name}”", *reasons))
    column = portal.group_columns.get(facts.group) if facts.group else None
    if facts.group and column in names:
        reason = f"没有规则适用；来自{GROUP_NAMES[facts.group]}，一般归入“{names[column]}”"
        return Label(column, GROUP_PROBABILITY, (reason,))
    return Label(None, 0.0, ("没有规则适用，请选择栏目",))


def find_reasons(when: When, facts: Facts) -> tuple[str, ...] | None:
    """Say in an editor's words why the conditions of a rule hold for an item, or None where one does not."""
    reasons = []
    for condition, check in _CHECKS.items():
        if getattr(when, condition) in ((), None):
            continue
        reason = check(when, facts)
        if reason is None:
            return None
        reasons.append(reason)
    return tuple(reasons)


def find_failing(when: When, facts: Facts) -> tuple[str, ...]:
    """Name the conditions of a rule that do not hold for an item."""
    given = (name for name in _CHECKS if getattr(when, name) not in ((), None))
    return tuple(name for name in given if _CHECKS[name](when, facts) is None)


def read_doc_type(title: str) -> str | None:
    """Read the kind of document (文种) from the end of a title, what stands in brackets there left out."""
    text = title.strip()[-120:]
    while (shorter := _BRACKETED.sub("", text)) != text:
        text = shorter
    match = _DOC_TYPE.search(text.rstrip("》”。！… \u3000"))
    return match[1] if match else None


@lru_cache(maxsize=4096)
def _fold(text: str | None) -> str:
    """Write words so that full width, spaces and kinds of brackets make no difference."""
    plain = unicodedata.normalize("NFKC", text or "")
    return re.sub(r"\s+", "", plain).translate(_BRACKETS).casefold()


def _find_word(words: tuple[str, ...], text: str | None) -> str | None:
    folded = _fold(text)
    return next((word for word in words if _fold(word) in folded), None)


def _check_agency(when: When, facts: Facts) -> str | None:
    return f"单位是“{facts.agency}”" if facts.agency in when.agency else None


def _check_group(when: When, facts: Facts) -> str | None:
    return f"来自{GROUP_NAMES[facts.group]}" if facts.group and facts.group in when.group else None


def _check_level(when: When, facts: Facts) -> str | None:
    return f"单位是{LEVEL_NAMES[facts.level]}" if facts.level and facts.level in when.level else None


def _check_source(when: When, facts: Facts) -> str | None:
    return f"采集地址是“{facts.source}”" if facts.source in when.source else None


def _check_address(when: When, facts: Facts) -> str | None:
    part = next((part for part in when.address if part in (facts.address or "")), None)
    return part and f"采集地址含“{part}”"


def _check_list_name(when: When, facts: Facts) -> str | None:
    word = _find_word(when.list_name, facts.list_name)
    return word and f"原栏目“{facts.list_name}”含“{word}”"


def _check_title(when: When, facts: Facts) -> str | None:
    word = _find_word(when.title, facts.title)
    return word and f"标题含“{word}”"


def _check_not_title(when: When, facts: Facts) -> str | None:
    if _find_word(when.not_title, facts.title):
        return None
    return f"标题不含{'、'.join(f'“{word}”' for word in when.not_title)}"


def _check_doc_type(when: When, facts: Facts) -> str | None:
    kind = facts.doc_type or read_doc_type(facts.title)
    return f"文种是“{kind}”" if kind in when.doc_type else None


def _check_doc_number(when: When, facts: Facts) -> str | None:
    word = _find_word(when.doc_number, facts.doc_number)
    return word and f"发文字号“{facts.doc_number}”含“{word}”"


def _check_numbered(when: When, facts: Facts) -> str | None:
    numbered = bool(facts.doc_number)
    if numbered is not when.numbered:
        return None
    return f"有发文字号“{facts.doc_number}”" if numbered else "没有发文字号"


def _check_place(when: When, facts: Facts) -> str | None:
    word = _find_word(when.place, facts.place or facts.title)
    return word and f"涉及地区“{word}”"


_CHECKS: dict[str, Callable[[When, Facts], str | None]] = {
    "agency": _check_agency,
    "group": _check_group,
    "level": _check_level,
    "source": _check_source,
    "address": _check_address,
    "list_name": _check_list_name,
    "title": _check_title,
    "not_title": _check_not_title,
    "doc_type": _check_doc_type,
    "doc_number": _check_doc_number,
    "numbered": _check_numbered,
    "place": _check_place,
}
