"""False alarms that a chief editor allowed: a finding of an allowed phrase is kept, and cleared at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from pipelines.folding import fold_plain
from store.allowances import Allowance, list_allowances
from store.items import Found

# What is shown masked: the phrase cannot hold the number itself.
_MASKED = frozenset({"identity-number", "mobile-number", "bank-card", "home-address"})


def allow_found(connection: Connection, found: Sequence[Found]) -> list[Found]:
    """Name, on each finding that somebody allowed, the row of the log that did."""
    allowances = list_allowances(connection) if any(one.level != "note" for one in found) else []
    return [replace(one, allowed_by=find_allowed(one, allowances)) for one in found]


def find_allowed(one: Found, allowances: Iterable[Allowance]) -> int | None:
    """Give the row of the log that allows a finding: its span holds the phrase, and the phrase its words.

    Where the span holds the words a second time, outside of the phrase, nobody allowed that.
    """
    span, words = fold_plain(one.span), fold_plain(one.words or "")
    for allowance in allowances:
        phrase = fold_plain(allowance.phrase)
        meant = one.rule in _MASKED or (words in phrase and words not in span.replace(phrase, "\0"))
        if allowance.rule == one.rule and meant and phrase and phrase in span:
            return allowance.made_log
    return None
