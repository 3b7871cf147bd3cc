"""What editors decide is learned, and measured on what was not seen."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from school import DECISIONS, School

from classify.explain import explain
from classify.rules import label
from classify.training import (
    ENOUGH,
    FLOOR,
    Lesson,
    Trained,
    find_calibration_error,
    measure,
    train,
)
from errors import UserFault

# --- rules alone ---


def test_rules_alone_find_nine_of_ten_columns_of_the_sample_province(school: School) -> None:
    right = [label(school.lesson(one).facts, school.portal).column == one.column for one in school.truths]
    assert np.mean(right) >= 0.9


def test_even_without_the_columns_that_ops_gave_most_are_right(school: School) -> None:
    found = [label(school.lesson(one, bare=True).facts, school.portal).column for one in school.truths]
    told = [(column, one.column) for column, one in zip(found, school.truths, strict=True) if column]
    assert np.mean([mine == other for mine, other in told]) >= 0.9


def test_every_rule_says_what_it_found_or_what_failed(school: School) -> None:
    truth = next(one for one in school.truths if one.agency == "caizheng")
    facts = replace(school.lesson(truth).facts, address="http://caizheng.localhost/tzgg/")
    steps = explain(facts, school.portal)
    assert steps[0].rule == "（采集地址）"
    assert steps[0].fits
    assert len(steps) == len(school.portal.rules) + 1
    assert {one.words for one in steps if one.rule == "外省政府网站的动态"} == {("条件不符：group",)}
    gone = explain(replace(facts, source_column="gone"), school.portal)[0]
    assert not gone.fits


# --- learned ---


def test_a_shifted_policy_is_followed_after_five_hundred_decisions(
    school: School, lessons: list[Lesson], trained: Trained
) -> None:
    found = measure(trained.model, lessons[DECISIONS:], school.portal, DECISIONS)
    assert found.tested > 300
    assert found.right >= 0.97
    assert found.ece < 0.05
    assert found.rules_right < 0.9
    assert trained.accepted
    assert trained.measured.right >= 0.97


@pytest.mark.soak
def test_a_policy_that_changed_is_followed_though_the_old_one_was_taught_longer(
    school: School, lessons: list[Lesson]
) -> None:
    old = [school.lesson(one) for one in school.truths[:400]]
    found = train([*old, *lessons[400:800]], school.portal, "x").model
    assert measure(found, lessons[800:], school.portal, 800).right >= 0.93


@pytest.mark.soak
def test_noise_makes_the_model_less_sure(school: School, lessons: list[Lesson]) -> None:
    chance = Random(2)
    columns = sorted({one.column for one in lessons})
    noisy = [
        replace(one, column=chance.choice(columns)) if chance.random() < 0.15 else one for one in lessons
    ]
    found = train(noisy[:DECISIONS], school.portal, "x")
    assert measure(found.model, noisy[DECISIONS:], school.portal, 0).ece < 0.1


def test_a_label_says_what_taught_it_and_what_the_rules_say(
    school: School, lessons: list[Lesson], trained: Trained
) -> None:
    moved = next(one for one in lessons[DECISIONS:] if one.column == "duiwai")
    (found,) = trained.model.label([(moved.facts, moved.text)], school.portal)
    assert found.column == "duiwai"
    assert found.reasons[0].startswith("从编辑的 500 次决定中学到：")
    assert "donglan" in found.reasons[0]
    assert found.reasons[1].startswith("与规则不同：规则建议“外省传真”")
    assert trained.model.label([], school.portal) == []


def test_a_column_that_is_gone_is_never_proposed(
    school: School, lessons: list[Lesson], trained: Trained
) -> None:
    zones = tuple(
        zone.model_copy(update={"columns": tuple(one for one in zone.columns if one.key != "duiwai")})
        for zone in school.portal.zones
    )
    less = school.portal.model_copy(update={"zones": zones})
    less.__dict__.pop("columns", None)
    found = trained.model.label([(one.facts, one.text) for one in lessons[DECISIONS:]], less)
    assert "duiwai" not in {one.column for one in found}


def test_too_few_decisions_are_a_cold_start_that_says_so(school: School, lessons: list[Lesson]) -> None:
    with pytest.raises(UserFault, match=f"12 decisions so far, a model needs {ENOUGH}: rules alone label"):
        train(lessons[:12], school.portal, "x")
    one = [replace(lesson, column="bumen") for lesson in lessons[:ENOUGH]]
    with pytest.raises(UserFault, match="nothing to learn"):
        train(one, school.portal, "x")


def test_what_is_no_better_does_not_take_over(
    school: School, lessons: list[Lesson], trained: Trained
) -> None:
    chance = Random(1)
    columns = sorted({one.column for one in lessons})
    random = [replace(one, column=chance.choice(columns)) for one in lessons[:300]]
    refused = train(random, school.portal, "x")
    assert not refused.accepted
    assert f"below the floor of {FLOOR:.0%}" in refused.reason
    plain = [school.lesson(one) for one in school.truths[:300]]
    spoiled = [replace(one, column="bumen") if at % 4 else one for at, one in enumerate(plain[:180])]
    assert not train([*spoiled, *plain[180:]], school.portal, "x").accepted


def test_the_one_in_use_is_measured_on_what_neither_has_seen(
    school: School, lessons: list[Lesson], trained: Trained
) -> None:
    weaker = train(lessons[:ENOUGH], school.portal, "weak").model
    better = train(lessons[:DECISIONS], school.portal, "x", weaker)
    assert better.accepted
    assert "the one in use on" in better.reason
    none_new = train(lessons[:DECISIONS], school.portal, "x", trained.model)
    assert "too little is new" in none_new.reason


def test_the_calibration_error_is_what_was_said_against_what_came_true() -> None:
    sure, right = np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, True, True, False])
    assert find_calibration_error(sure, right) == pytest.approx(0.1)
