"""Text as people see it: without the characters that hide, turn round or split words."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

# Controls, soft hyphens, zero width, bidirectional marks, fillers, tags and private use (reliability.md 9).
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ue000-\uf8ff\ud800-\udfff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_MARKS = re.compile(r"[\W_]+")
_SHORT = 200  # characters of a text that is kept in mind
_T = TypeVar("_T")


def keep_short(look: Callable[[str], _T]) -> Callable[[str], _T]:
    """Keep what a function says of short texts, since a site's pages have the same ones again and again."""
    kept = lru_cache(4096)(look)

    @wraps(look)
    def ask(text: str) -> _T:
        return kept(text) if len(text) <= _SHORT else look(text)

    return ask


def clean_text(text: str) -> str:
    """Take out what is not seen, and make every run of blanks one space; doing it twice changes nothing."""
    if not text.isascii() or not text.isprintable():
        text = _UNSEEN.sub("", text)
    return " ".join(text.split())


@keep_short
def squash(text: str) -> str:
    """Keep letters and digits only: what two writings of the same words share."""
    return _MARKS.sub("", text)
