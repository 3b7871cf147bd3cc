"""A rule tried before it is written down: what it would have done to decisions that were taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classify.rules import find_reasons, label
from classify.training import Lesson
from entries import Check
from errors import ConfigurationError, Fault
from portal import Portal, Rule
from yamlfile import parse_document

_EXAMPLES = 8
_FILE = "rule"


@dataclass(frozen=True)
class Example:
    """A decision that the rule speaks of: what was chosen, and what rules said without it."""

    title: str
    chosen: str
    before: str | None


@dataclass(frozen=True)
class Trial:
    """What a rule at the head of all would have done: of `total` decisions it fits `fits`."""

    rule: Rule
    total: int
    fits: int
    right: int
    mends: int
    breaks: int
    examples: tuple[Example, ...]


def read_rule(text: str, portal: Portal) -> Rule:
    """Read one rule as it would stand in portal.yaml, with or without its dash.

    Raises ConfigurationError with every fault and its line.
    """
    check = Check(parse_document(_unwrap(text).encode(), _FILE))
    rule = check.read(Rule)
    known = {column.key for column in portal.columns}
    if rule is not None and rule.column not in known:
        check.add(("column",), f"{rule.column!r} is no column, expected one of {', '.join(sorted(known))}")
    if rule is None or check.faults:
        raise ConfigurationError(check.faults or [Fault(_FILE, 1, 1, "the rule cannot be read")])
    return rule


def try_rule(rule: Rule, lessons: Sequence[Lesson], portal: Portal) -> Trial:
    """Lay a rule against decisions, the newest examples first; what it would break before all others."""
    fits = [one for one in lessons if find_reasons(rule.when, one.facts) is not None]
    told = [Example(one.facts.title, one.column, label(one.facts, portal).column) for one in fits]
    broken = [one for one in told if one.before == one.chosen != rule.column]
    mended = [one for one in told if one.chosen == rule.column != one.before]
    rest = [one for one in told if one not in broken and one not in mended]
    shown = [*broken[::-1], *mended[::-1], *rest[::-1]][:_EXAMPLES]
    right = sum(one.chosen == rule.column for one in told)
    return Trial(rule, len(lessons), len(fits), right, len(mended), len(broken), tuple(shown))


def _unwrap(text: str) -> str:
    """A rule is pasted as it stands in the list, or as `train --proposals` prints it: take off the dash."""
    lines = [line for line in text.replace("\t", "  ").splitlines() if line.strip() not in ("", "rules:")]
    first = next((line for line in lines if not line.lstrip().startswith("#")), "")
    if first.lstrip().startswith("- "):
        at = first.index("- ")
        lines = [" " * (at + 2) + line[at + 2 :] if line is first else line for line in lines]
    return "\n".join(lines)
