"""What foreign sites say, made fit for both databases: text without NUL, counts that fit a column."""

from __future__ import annotations

import re
from typing import overload

# NUL, which PostgreSQL refuses, and halves of characters, which neither database takes.
_UNKEPT = re.compile("[\0\ud800-\udfff]")
_HIGHEST = 2**31 - 1  # PostgreSQL's integer


@overload
def keep_words(words: str) -> str: ...
@overload
def keep_words(words: str | None) -> str | None: ...
def keep_words(words: str | None) -> str | None:
    """Take out of a text what no database keeps; None stays None."""
    return None if words is None else _UNKEPT.sub("", words)


def keep_count(count: int | None) -> int | None:
    """Give a count that a site claims, None for one that no site can mean."""
    return count if count is not None and 0 <= count <= _HIGHEST else None
