"""What the proposals of columns are worth, what corrections suggest, and a rule tried on past decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from classify.accuracy import measure_accuracy
from classify.proposals import propose_rules, write_yaml
from classify.trial import Trial, read_rule, try_rule
from errors import ConfigurationError
from pipelines.cluster_hot import list_hot
from pipelines.lessons import make_lessons
from publish.fields import clean
from review.drawing import draw
from review.faults import tell_fault
from review.permissions import LOOK, allow
from review.setting import Setting, setting
from review.visits import read_now
from store.bands import read_texts
from store.decisions import Decision, find_since, list_decisions

# Decisions that are looked at: months of a busy office, and a page that still opens at once.
_NEWEST = 2000
_LONGEST = 4000  # characters of a rule
_HOT = 20


@allow(*LOOK)
def learning() -> ResponseReturnValue:
    """Show how often the proposed column was the chosen one, hot topics, and rules to paste."""
    here = setting()
    decisions = _read_decisions(here)
    account = measure_accuracy(decisions)
    proposals = propose_rules(make_lessons(decisions, here.sources), here.portal)
    wrong = {pair: count for pair, count in account.confusion.items() if pair[0] != pair[1]}
    return draw(
        "learning.html",
        account=account,
        wrong=sorted(wrong.items(), key=lambda one: -one[1])[:20],
        proposals=proposals,
        yaml=write_yaml(proposals, here.portal) if proposals else "",
        hot=_see_hot(here, read_now()),
        name_column=here.name_column,
        name_source=here.name_source,
    )


@allow(*LOOK)
def trial() -> ResponseReturnValue:
    """Try a rule on past decisions; nothing is written anywhere."""
    here = setting()
    text = request.form.get("rule", "")[:_LONGEST]
    tried: Trial | None = None
    faults: list[str] = []
    try:
        rule = read_rule(text, here.portal)
    except ConfigurationError as error:
        names = {column.key: column.name for column in here.portal.columns}
        faults = [
            f"第 {one.line} 行第 {one.column} 列：{tell_fault(one.message, names)}。" for one in error.faults
        ]
    else:
        tried = try_rule(rule, make_lessons(_read_decisions(here), here.sources), here.portal)
    return draw("trial.html", text=text, faults=faults, trial=tried, name_column=here.name_column)


def _read_decisions(here: Setting) -> list[Decision]:
    with here.database.read() as connection:
        return list_decisions(connection, find_since(connection, _NEWEST))


def _see_hot(here: Setting, now: datetime) -> list[dict[str, Any]]:
    with here.database.read() as connection:
        found = list_hot(connection, here.sources, now)[:_HOT]
        stored = read_texts(connection, [one.item for one in found])
    return [
        {"item": one.item, "title": clean(stored[one.item].fields["title"]), "reasons": one.reasons}
        for one in found
        if one.item in stored
    ]
