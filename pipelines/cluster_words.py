"""Differences that copies of one item show, and what looks like a name and is no matter of style."""

from __future__ import annotations

import re

# Words that stand for each other when a text is passed on: who tells it has changed, not what is told.
_SWAPPED = (
    "日前 近日 昨日 昨天 今日 今天 当日 当天 近期 日内 连日来",
    "本报讯 本网讯 本台消息 讯 电 据悉",
    "我省 全省 本省 省内 我市 全市 本市 我州 全州 本州 我县 全县 本县 我区 全区",
    "我 全 本",
    "的 地 得",
    "和 与 及 以及 同 跟",
    "做 作 搞",
    "帐 账",
    "象 像",
    "其他 其它",
    "份 分",
    "至 到",
    "将 要 会",
    "已 已经 业已",
    "并 且 并且",
    "我厅 我局 我委 本厅 本局 本委",
    "召开 举行 举办",
    "开展 进行 实施 组织开展",
    "进一步 持续 不断",
    "约 近 超 超过 逾",
)
_FAMILIES = tuple(frozenset(row.split()) for row in _SWAPPED)
# What ends the name of an agency or a place, or stands beside a person's name.
_NAMED = re.compile(
    "(?:省|市|州|县|区|乡|镇|村|街道|厅|局|委|办|处|院|校|所|公司|集团|中心|站|某|同志|先生|女士|甲|乙|丙|丁|戊|己|庚|辛|壬|癸)$"
)


def excuse(one: str, other: str) -> bool:
    """Say whether two words in the same place are the same thing told by somebody else."""
    return any(one in family and other in family for family in _FAMILIES) or _is_day(one, other)


def is_name(word: str, after: str, titles: str) -> bool:
    """Say whether a word, with what stands behind it, looks like the name of anybody or anything."""
    ends = (word + after[:more] for more in range(3))
    return len(word) >= 8 or any(map(_NAMED.search, ends)) or (len(word) > 1 and word in titles)


def _is_day(one: str, other: str) -> bool:
    days = _FAMILIES[0]
    return (one in days and other.startswith("@")) or (other in days and one.startswith("@"))
