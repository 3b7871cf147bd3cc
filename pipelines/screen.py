"""The screen: secret marks and identity numbers block an item; what merely sounds like one is a note.

Rules: requirements S29, S30, N8, N23. Text is matched in one width, without characters that do not show.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from store.items import Found

LIST_VERSION = "1"
_EDGE = 240  # characters at the head and at the foot in which a mark is a mark
_CONTEXT = 12  # characters kept around a word

_STARRED = re.compile(r"(绝密|机密|秘密)\s*[★☆*⭐]")
_EDGE_MARK = re.compile(
    r"^\W*(绝密|机密|秘密)\W*(\d+\s*[年月]|长期)?\W*$"
    r"|^.{0,12}(内部资料|内部文件|注意保存|不得公开|不得外传|禁止公开).{0,12}$",
    re.MULTILINE,
)
_BARE = re.compile(r"绝密|机密|秘密")
# An identity number of 18 places (GB 11643): region, day of birth, order, check place.
_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(frozen=True)
class Screened:
    """One text of an item: the field it stands in (`title`, `body`, `附件：名称`), and its words."""

    field: str
    text: str


def screen_texts(texts: Iterable[Screened]) -> list[Found]:
    """Find what must not go out, or must be looked at, in each text of an item."""
    found: list[Found] = []
    for one in texts:
        plain = fold_width(one.text)
        found += _find_marks(one.field, plain)
        found += _find_identities(one.field, plain)
    return list(dict.fromkeys(found))


def screen_age(published: str | None, today: date, old_after_days: int) -> list[Found]:
    """Note an item whose source dates it long ago: old items put out as new are named in circulars (N8)."""
    if published is None or len(published) < 10:
        return []
    age = (today - date.fromisoformat(published[:10])).days
    if age <= old_after_days:
        return []
    return [Found("old-item", LIST_VERSION, "note", "published", f"{published[:10]}，距今 {age} 天")]


def fold_width(text: str) -> str:
    """Write text in one width and without characters that do not show, keeping its lines."""
    lines = unicodedata.normalize("NFKC", text).split("\n")
    return "\n".join(line if line.isprintable() else _drop_hidden(line) for line in lines)


def _drop_hidden(line: str) -> str:
    """Take out what does not show; most lines hold nothing of it, and are not looked at sign by sign."""
    return "".join(char for char in line if unicodedata.category(char) not in ("Cc", "Cf", "Cn", "Co"))


def is_identity(number: str) -> bool:
    """Check the last place of an 18-place identity number (ISO 7064, MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    return _CHECKS[total % 11] == number[17].upper()


def _find_marks(field: str, text: str) -> list[Found]:
    found = [_found("secret-mark", "block", field, text, mark) for mark in _STARRED.finditer(text)]
    edges = text if len(text) <= 2 * _EDGE else text[:_EDGE] + "\n" + text[-_EDGE:]
    found += [_found("secret-mark", "block", field, edges, mark) for mark in _EDGE_MARK.finditer(edges)]
    if not found:
        found = [_found("secret-word", "note", field, text, word) for word in _BARE.finditer(text)]
    return found


def _find_identities(field: str, text: str) -> list[Found]:
    # once as it stands, once with the blanks taken out: numbers are split to slip through
    texts = dict.fromkeys((text, re.sub(r"\s+", "", text)))
    numbers = {match[0] for one in texts for match in _IDENTITY.finditer(one) if is_identity(match[0])}
    return [
        Found("identity-number", LIST_VERSION, "block", field, f"{number[:6]}********{number[-4:]}")
        for number in sorted(numbers)
    ]


def _found(rule: str, level: str, field: str, text: str, match: re.Match[str]) -> Found:
    words = text[max(0, match.start() - _CONTEXT) : match.end() + _CONTEXT]
    return Found(rule, LIST_VERSION, level, field, " ".join(words.split()))
