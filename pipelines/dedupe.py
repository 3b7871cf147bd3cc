"""The same text: what it is compared by, and when two pages with one text are one item."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from store.forms import hash_text

# A text shorter than this says too little to be the same item by itself: one-line notices share their words.
_SHORTEST = 60
# The same words a season apart are an old item put out again (N8), which an editor must see, not a repost.
_APART = 45  # days
_GAPS = re.compile(r"[\W_]+")
# Blanks and the marks of Chinese texts, which are no letters in any width: without them most texts are in one
# width already, which is asked in a tenth of the time that writing them so takes.
_MARKS = re.compile(
    r"[\t\n\r -/:-@\[-`{-~\u00a0\u00b7\u2013-\u201d\u2026\u3000-\u3002\u3008-\u3011\u3014\u3015"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff5e]+"
)
# What those who pass an item on put before or behind its title.
_PUT_BEFORE = re.compile(
    r"^\s*(?:[【\[（(〔]?(?:转发|转载|转|图|组图|图文|视频|公告|通知|原创|置顶|热点|要闻|快讯)[】\])）〕]|(?:转发|转载|转)\s*[:：|丨])\s*"
)
_PUT_BEHIND = re.compile(r"\s*(?:[（(\[【](?:转载|转发|转|图|组图|图文|视频|附图)[)）\]】]|(?:…|\.{3})+)\s*$")
_OWN_NUMBER = re.compile(
    r"^\s*([^\W\d_]{1,12}\s?[〔\[(【]\s?(?:19|20)\d\d\s?[〕\])】]\s?第?\s?\d{1,5}\s?号)\s*$", re.MULTILINE
)


@lru_cache(maxsize=16)  # a page's own words are asked for twice
def squash(text: str | None) -> str:
    """Letters and digits only, in one width: what is left must agree."""
    words = _MARKS.sub("", text or "")
    if not unicodedata.is_normalized("NFKC", words):
        words = unicodedata.normalize("NFKC", text or "")
    return _GAPS.sub("", words)


def core_title(title: str | None) -> str:
    """Give a title without what copies put before and behind it, squashed."""
    words = unicodedata.normalize("NFKC", title or "")
    while (shorter := _PUT_BEHIND.sub("", _PUT_BEFORE.sub("", words))) != words:
        words = shorter
    return squash(words)


def find_number(text: str | None) -> str | None:
    """Find the document number that stands alone on one of the first lines, squashed; cited ones are none."""
    found = _OWN_NUMBER.search(unicodedata.normalize("NFKC", (text or "")[:300]))
    return squash(found[1]) if found else None


def hash_words(title: str | None, text: str, attachments: Iterable[str]) -> str:
    """Hash what an item says: its title, its text, the names of its attachments; no spaces or marks."""
    names = "|".join(squash(name) for name in attachments)
    return hash_text(f"{squash(title)}\n{squash(text)}\n{names}")


def is_same_item(mine: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether two readings with the same words are one item.

    They stay apart when the text is too short to tell, when one document number or attachment differs,
    or when they were published long after each other.
    """
    if len(squash(mine.get("text"))) < _SHORTEST and not mine.get("attachments"):
        return False
    for name in ("doc_number", "index_number"):
        if mine.get(name) and other.get(name) and squash(mine[name]) != squash(other[name]):
            return False
    if _hashes(mine) != _hashes(other):
        return False
    return _days_apart(mine.get("published"), other.get("published")) <= _APART


def _hashes(fields: Mapping[str, Any]) -> list[str]:
    return [str(file.get("hash")) for file in fields.get("attachments", ())]


def _days_apart(one: str | None, other: str | None) -> int:
    if not one or not other or len(one) < 10 or len(other) < 10:
        return 0
    return abs((date.fromisoformat(one[:10]) - date.fromisoformat(other[:10])).days)
