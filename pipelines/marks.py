"""Marks of secrecy and of internal papers: at the head or foot of a text, or with their star, they block.

Rules: requirements S30 and N23. The bare word is a note (`BARE`), and where it stands by chance (司机密切) or
in the phrases of every notice (国家秘密的除外), nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wordlists import Listed

_EDGE = 240  # characters at the head and at the foot in which a mark is a mark
_STARRED = re.compile(r"(?<!商业)(?<!国家)(绝\s*密|机\s*密|秘\s*密)\s*[★☆⭐*]")
_LEVEL = re.compile(
    r"^\W*(?:密\s*级\W*)?(?:绝\s*密|机\s*密|秘\s*密)\W*(?:[0-9一二三五十]+\s*个?\s*[年月]|长\s*期)?\W*$",
    re.MULTILINE,
)
_WORD = (
    r"内\s*部\s*(?:资\s*料|文\s*件|材\s*料|刊\s*物)|注\s*意\s*保\s*[存密管]|妥\s*善\s*保\s*管"
    r"|不\s*得\s*(?:公\s*开|外\s*传)|禁\s*止\s*(?:公\s*开|外\s*传)|严\s*禁\s*外\s*传|(?:此|本)文?件不(?:予)?公开"
)
_INTERNAL = re.compile(rf"^.{{0,12}}(?:{_WORD}).{{0,14}}$", re.MULTILINE)
# Lines that speak about such papers instead of being one's mark.
_SPOKEN = re.compile(
    "性出版物|涉及|依法|依据|根据|按照|法律|规定|管理|办法|行为|信息|不属于|如何|应当|是否|清理|检查|泄露|属于|者不得|印刷|审批|的"
)
# In a title or another short field a mark stands by itself, or in brackets.
_FIELD = re.compile(
    rf"^\W*(?:绝密|机密|秘密)\W*(?:\d+\s*[年月]|长期)?\W*$|[（(【\[〔]\s*(?:绝密|机密|秘密|{_WORD})\s*[）)】\]〕]"
    rf"|^\W*(?:(?:{_WORD})\W*)+$"
)
_INNOCENT = {
    "机密": (
        "机密切",
        "机密集",
        "机密度",
        "机密封",
        "机密布",
        "机密闭",
        "机密码",
        "机密钥",
        "机密植",
        "机密林",
    ),
    "秘密": (
        *(
            "商业秘密",
            "技术秘密",
            "秘密的除外",
            "秘密室",
            "秘密集",
            "秘密切",
            "秘密度",
            "秘密投票",
            "秘密写票",
        ),
        *("秘密的不予公开", "秘密、商业", "秘密、个人", "秘密和商业", "秘密或者商业", "秘密、工作"),
    ),
    "绝密": ("绝密切", "绝密集", "绝密封", "绝密闭", "绝密谋"),
}
# Without any of these a folded text holds no mark.
MAY_HOLD = re.compile("[绝机秘]密|内部[资文材刊]|注意保|妥善保|不得[公外]|禁止[公外]|严禁外|不(?:予)?公开")
BARE = tuple(Listed(word, "", "note", unless) for word, unless in _INNOCENT.items())


def find_marks(text: str, short: bool) -> Iterator[tuple[int, int]]:
    """Give the places of marks in a text of one width, simplified, without hidden characters.

    `short` fields, such as a title, have no head and foot.
    """
    found = [match.span() for match in _FIELD.finditer(text)] if short else list(_find_at_edges(text))
    found += [match.span() for match in _STARRED.finditer(text)]
    told: list[tuple[int, int]] = []
    for start, end in found:
        if all(end <= first or start >= last for first, last in told):
            told.append((start, end))
            yield start, end


def _find_at_edges(text: str) -> Iterator[tuple[int, int]]:
    ends = [(0, len(text))]
    if len(text) > 2 * _EDGE:
        head = text.find("\n", _EDGE)
        foot = text.rfind("\n", 0, len(text) - _EDGE)
        ends = [
            (0, _EDGE if head < 0 else min(head, 2 * _EDGE)),
            (max(foot, len(text) - 2 * _EDGE), len(text)),
        ]
    for start, end in ends:
        part = text[start:end]
        for match in (*_LEVEL.finditer(part), *_INTERNAL.finditer(part)):
            if not _SPOKEN.search(match[0]):
                yield start + match.start(), start + match.end()
