"""What is to be looked at on an item: findings first, then doubts, numbered as in the preview. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from review.marking import Spot
from review.words import LEVELS, name_field, name_finding
from store.desk import Finding
from store.doubts import Doubt
from store.editing import DATES

_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2}(?:[ T]\d{2}:\d{2})?)?")


@dataclass(frozen=True)
class Look:
    """One thing to look at; `choices` are the values that a doubt names, for the field to be set to."""

    number: int
    field: str
    head: str
    words: str
    tone: str  # red, warn or note
    level: str
    finding: int | None = None
    doubt: int | None = None
    choices: tuple[str, ...] = ()
    exact: str = ""  # the very words that were found, where they may be shown
    told: str = ""
    asks: str = ""  # block or confirm, while nobody dealt with it
    settled: bool = False
    mine: bool = False  # a doubt that the person who looks has resolved

    @property
    def phrase(self) -> str:
        """What an allowance begins from: the words with what stands right beside them."""
        at = self.words.find(self.exact) if self.exact else -1
        return self.words[max(0, at - 2) : at + len(self.exact) + 2] if at >= 0 else self.exact or self.words

    @property
    def spot(self) -> Spot:
        """Where the preview shows it; a doubt speaks about its whole field."""
        words = self.exact or self.words if self.finding is not None else ""
        return Spot(self.number, self.field, words, self.tone)


def list_looks(
    findings: Sequence[Finding], doubts: Sequence[Doubt], resolved: Sequence[Doubt] = ()
) -> list[Look]:
    """List findings and doubts in the order of their numbers, and last what somebody resolved already."""
    found = [
        Look(
            number=number,
            field=one.field,
            head=name_finding(one.rule, one.field),
            words=one.span,
            tone="note" if one.level == "note" or one.cleared else "red",
            level="已放行" if one.cleared else LEVELS[one.level],
            finding=one.id,
            exact=one.words or "",
            told=one.told or "",
            asks="" if one.cleared or one.level == "note" else one.level,
            settled=one.cleared and one.level != "note",
        )
        for number, one in enumerate(findings, 1)
    ]
    found += [
        Look(
            number=number,
            field=one.field,
            head=name_field(one.field),
            words=one.word,
            tone="warn",
            level="存疑",
            doubt=one.id,
            choices=tuple(dict.fromkeys(_DATE.findall(one.word))) if one.field in DATES else (),
        )
        for number, one in enumerate(doubts, len(found) + 1)
    ]
    return found + [
        Look(
            number=number,
            field=one.field,
            head=name_field(one.field),
            words=one.word,
            tone="note",
            level="已核对",
            doubt=one.id,
            settled=True,
            mine=one.mine,
        )
        for number, one in enumerate(resolved, len(found) + 1)
    ]
