"""False alarms that a chief editor allowed: a finding of an allowed phrase is kept, and cleared at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from pipelines.folding import fold_plain
from pipelines.masking import KINDS
from store.allowances import Allowance, list_allowances
from store.items import Found


def allow_found(connection: Connection, found: Sequence[Found]) -> list[Found]:
    """Name, on each finding that somebody allowed, the row of the log that did."""
    return allow_many(connection, [found])[0]


def allow_many(connection: Connection, many: Sequence[Sequence[Found]]) -> list[list[Found]]:
    """Do the same for the findings of several revisions, with one look into the store."""
    asking = [any(one.level != "note" for one in found) for found in many]
    allowances = list_allowances(connection) if any(asking) else []
    known = (allowances if asks else () for asks in asking)
    return [
        [replace(one, allowed_by=find_allowed(one, given)) for one in found]
        for found, given in zip(many, known, strict=True)
    ]


def find_allowed(one: Found, allowances: Iterable[Allowance]) -> int | None:
    """Give the row of the log that allows a finding: its span holds the phrase, and the phrase its words.

    Where the span holds the words a second time, outside of the phrase, nobody allowed that. What is shown
    masked (`KINDS`) is only looked for as the span, since a phrase cannot hold the number itself.
    """
    span, words = fold_plain(one.span), fold_plain(one.words or "")
    for allowance in allowances:
        if allowance.rule != one.rule:
            continue
        phrase = fold_plain(allowance.phrase)
        meant = one.rule in KINDS or (words in phrase and words not in span.replace(phrase, "\0"))
        if meant and phrase and phrase in span:
            return allowance.made_log
    return None
