"""Editors' decisions as lessons for the model: what was known of each item, and the column that it got."""

from __future__ import annotations

from collections.abc import Iterable

from classify.training import Lesson
from pipelines.label import find_agency, find_source, gather_facts
from pipelines.screening import read_words
from sources import Sources
from store.decisions import Decision


def make_lessons(decisions: Iterable[Decision], sources: Sources) -> list[Lesson]:
    """Make a lesson of each decision, in their order; a source or agency that is gone leaves them out."""
    return [_make(one, sources) for one in decisions]


def _make(one: Decision, sources: Sources) -> Lesson:
    source = find_source(sources, one.source)
    agency = find_agency(sources, one.agency)
    text = one.text if one.text is not None else read_words(one.form["html"])
    return Lesson(gather_facts(one.form, source, agency), text, one.column)
