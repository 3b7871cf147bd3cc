"""Corrections that show a pattern become a rule to paste into portal.yaml; no file is written here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from classify.rules import Facts, find_reasons, label
from classify.training import Lesson
from portal import Portal, Rule, When

_LEAST = 6  # corrections before a pattern is spoken of
_NEWEST = 12  # decisions with the same mark that are looked at: policies change
_CLEAR = 0.95
_HARMFUL = 0.02  # share of the other decisions that a rule may not break


@dataclass(frozen=True)
class Proposal:
    """A rule that would have mended `mends` past decisions and broken `breaks` of `total`."""

    rule: Rule
    mends: int
    breaks: int
    total: int
    words: str
    overruled: str | None = None  # the source whose own column comes before every rule


def propose_rules(lessons: Sequence[Lesson], portal: Portal) -> list[Proposal]:
    """Propose a rule for each clear pattern, what mends most first; none that adds nothing to those."""
    ruled = [label(one.facts, portal).column for one in lessons]
    found: list[Proposal] = []
    for conditions, places in _gather(lessons).items():
        newest = places[-_NEWEST:]
        column, count = Counter(lessons[at].column for at in newest).most_common(1)[0]
        wrong = [at for at in newest if lessons[at].column == column and ruled[at] != column]
        if len(wrong) < _LEAST or count / len(newest) < _CLEAR:
            continue
        if proposal := _weigh(dict(conditions), column, count, len(newest), lessons, ruled, portal):
            found.append(proposal)
    found.sort(key=lambda one: (one.breaks - one.mends, len(str(one.rule.when)), one.rule.name))
    return _drop_covered(found, lessons, ruled)


def write_yaml(proposals: Sequence[Proposal], portal: Portal) -> str:
    """Write proposals as a block to paste at the head of `rules:` in portal.yaml."""
    lines = ["rules:"]
    for one in proposals:
        effect = f"改对 {one.mends} 次，改错 {one.breaks} 次"
        lines += [f"  # {one.words}", f"  # 对以往 {one.total} 次决定：{effect}"]
        if one.overruled:
            lines.append(f"  # sources.yaml 为 {one.overruled} 指定了 column，先于一切规则：请先在那里去掉")
        name = portal.column(one.rule.column).name
        lines += [f"  - name: {_quote(one.rule.name)}", f"    column: {one.rule.column}    # {name}"]
        lines += [f"    probability: {one.rule.probability:g}", "    when:"]
        lines += [f"      {key}: {_quote(value)}" for key, value in _given(one.rule.when).items()]
    return "\n".join(lines) + "\n"


def _quote(value: Any) -> str:
    """Words of a site may hold anything: JSON's strings and lists are YAML's too."""
    return json.dumps(value, ensure_ascii=False)


def _gather(lessons: Sequence[Lesson]) -> dict[tuple[tuple[str, str], ...], list[int]]:
    gathered: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for at, lesson in enumerate(lessons):
        for conditions in _mark(lesson.facts):
            gathered.setdefault(conditions, []).append(at)
    return gathered


def _mark(facts: Facts) -> Iterator[tuple[tuple[str, str], ...]]:
    """What a rule could ask for, the plainest first."""
    if facts.source:
        yield (("source", facts.source),)
        if facts.doc_type:
            yield (("source", facts.source), ("doc_type", facts.doc_type))
    if facts.agency:
        yield (("agency", facts.agency),)
        if facts.list_name:
            yield (("agency", facts.agency), ("list_name", facts.list_name))
    if facts.group and facts.doc_type:
        yield (("group", facts.group), ("doc_type", facts.doc_type))


def _weigh(
    conditions: dict[str, str],
    column: str,
    count: int,
    of: int,
    lessons: Sequence[Lesson],
    ruled: Sequence[str | None],
    portal: Portal,
) -> Proposal | None:
    when = When.model_validate(conditions)
    fits = [at for at, one in enumerate(lessons) if find_reasons(when, one.facts) is not None]
    mends = sum(1 for at in fits if lessons[at].column == column != ruled[at])
    breaks = sum(1 for at in fits if lessons[at].column == ruled[at] != column)
    if breaks > _HARMFUL * len(lessons) or mends <= breaks:
        return None
    told = "、".join(f"{key} {value}" for key, value in conditions.items())
    name = portal.column(column).name
    rule = Rule(
        column=column,
        name=f"编辑的更正：{told} 归入{name}",
        probability=round(min(0.95, count / (of + 1)), 2),
        when=when,
    )
    own = {lessons[at].facts.source for at in fits if lessons[at].facts.source_column}
    overruled = next(iter(sorted(filter(None, own))), None)
    words = f"最近 {of} 次决定中有 {count} 次归入“{name}”（{told}）"
    return Proposal(rule, mends, breaks, len(lessons), words, overruled)


def _drop_covered(
    found: list[Proposal], lessons: Sequence[Lesson], ruled: Sequence[str | None]
) -> list[Proposal]:
    """Keep those that mend something which the ones before them do not."""
    kept, mended = [], set[int]()
    for one in found:
        places = {
            at
            for at, lesson in enumerate(lessons)
            if lesson.column == one.rule.column != ruled[at]
            and find_reasons(one.rule.when, lesson.facts) is not None
        }
        if len(places - mended) >= _LEAST:
            kept.append(one)
            mended |= places
    return kept


def _given(when: When) -> dict[str, Any]:
    told = when.model_dump(exclude_defaults=True, mode="json")
    return {name: value[0] if len(value) == 1 else value for name, value in told.items()}
