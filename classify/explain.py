"""Why an item gets its column: every rule in its order, with what it found."""

from __future__ import annotations

from dataclasses import dataclass

from classify.rules import Facts, find_failing, find_reasons
from portal import Portal


@dataclass(frozen=True)
class Step:
    """A rule that was tried: whether it fits, and what it found or which condition failed."""

    rule: str
    column: str
    fits: bool
    words: tuple[str, ...]


def explain(facts: Facts, portal: Portal) -> list[Step]:
    """Try every rule, also those behind the first that fits; what ops gave the source stands first."""
    steps = []
    if facts.source_column:
        known = facts.source_column in {column.key for column in portal.columns}
        words = "sources.yaml 为这个采集地址指定的栏目" if known else "sources.yaml 指定的栏目已不存在"
        steps.append(Step("（采集地址）", facts.source_column, known, (words,)))
    for rule in portal.rules:
        reasons = find_reasons(rule.when, facts)
        if reasons is not None:
            steps.append(Step(rule.name, rule.column, True, reasons))
        else:
            failing = find_failing(rule.when, facts)
            steps.append(Step(rule.name, rule.column, False, (f"条件不符：{'、'.join(failing)}",)))
    return steps
