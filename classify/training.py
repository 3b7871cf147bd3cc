"""How a model is made of decisions, measured on those that it has not seen, and when it takes over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from classify.model import Item, Model, cool
from classify.rules import Facts, label
from classify.vectors import Vectors
from errors import UserFault
from portal import Portal

ENOUGH = 200  # decisions: with fewer, rules alone label
FLOOR = 0.8  # share right on unseen decisions below which no model is used
_HALF = 600.0  # decisions after which one counts half: a policy changes, and the newest tells it
_LEAST = 0.05
_HEATS = (0.4, 4.0)
_SLIPS = (0.0, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3)


@dataclass(frozen=True)
class Lesson:
    """One decision: what was known of the item, and the column that a person gave it."""

    facts: Facts
    text: str
    column: str


@dataclass(frozen=True)
class Measured:
    """How a model does on unseen decisions, and the rules beside it; `ece` is its calibration error."""

    decisions: int
    tested: int
    right: float
    ece: float
    rules_right: float


@dataclass(frozen=True)
class Trained:
    """A model with its measure; `accepted` says whether it may label, `reason` why or why not."""

    model: Model
    measured: Measured
    accepted: bool
    reason: str


def train(lessons: Sequence[Lesson], portal: Portal, version: str, current: Model | None = None) -> Trained:
    """Train on decisions in the order of time; raises UserFault where there are too few of them yet.

    Three fifths teach, one fifth calibrates, the newest fifth measures. The model that is handed out was
    then taught by all. It is accepted where it is above the floor, no worse than the rules, and better than
    the model in use on the decisions that this one has not seen.
    """
    check_enough(lessons)
    ends = len(lessons) * 3 // 5, len(lessons) * 4 // 5
    first = fit(lessons[: ends[0]], portal, version)
    calibrated = _calibrate(first, lessons[ends[0] : ends[1]], portal)
    # measured as it will be used: taught by all that came before
    before = fit(lessons[: ends[1]], portal, version, calibrated)
    unseen = lessons[ends[1] :]
    measured = measure(before, unseen, portal, len(lessons))
    model = fit(lessons, portal, version, calibrated)
    accepted, reason = _judge(measured, before, current, unseen, portal)
    return Trained(model, measured, accepted, reason)


def check_enough(lessons: Sequence[Lesson]) -> None:
    """Raise UserFault where nothing can be learned yet, saying what is missing: the cold start."""
    if len(lessons) < ENOUGH:
        raise UserFault(
            f"{len(lessons)} decisions so far, a model needs {ENOUGH}: rules alone label until then"
        )
    if len({one.column for one in lessons[: len(lessons) * 3 // 5]}) < 2:
        raise UserFault("all decisions went to one column: there is nothing to learn, rules alone label")


def measure(model: Model, lessons: Sequence[Lesson], portal: Portal, total: int) -> Measured:
    """Measure a model on decisions, and the rules on the same ones."""
    items: list[Item] = [(one.facts, one.text) for one in lessons]
    found = model.label(items, portal)
    right = np.array([one.column == lesson.column for one, lesson in zip(found, lessons, strict=True)])
    ruled = [label(one.facts, portal).column == one.column for one in lessons]
    sure = np.array([one.probability for one in found])
    return Measured(
        decisions=total,
        tested=len(lessons),
        right=round(float(right.mean()), 4),
        ece=round(find_calibration_error(sure, right), 4),
        rules_right=round(float(np.mean(ruled)), 4),
    )


def find_calibration_error(
    sure: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], bins: int = 10
) -> float:
    """Give the expected calibration error: by how much what was said and what came true differ."""
    places = np.minimum((sure * bins).astype(int), bins - 1)
    error = 0.0
    for place in range(bins):
        inside = places == place
        if inside.any():
            error += float(inside.mean()) * abs(float(sure[inside].mean()) - float(right[inside].mean()))
    return error


def fit(
    lessons: Sequence[Lesson], portal: Portal, version: str, calibrated: tuple[float, float] = (1.0, 0.0)
) -> Model:
    """Teach a model by these decisions, the newest of which count most; nothing is measured here."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    known = [(one.facts, one.text, label(one.facts, portal).column) for one in lessons]
    vectors = Vectors.learn(known)
    rows = [vectors.transform(*one) for one in known]
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    places = np.concatenate([places for places, _ in rows])
    values = np.concatenate([values for _, values in rows])
    matrix = csr_matrix((values, places, ends), shape=(len(rows), vectors.count))
    classifier = LogisticRegression(C=20.0, max_iter=2000, tol=1e-3)
    ages = np.arange(len(lessons) - 1, -1, -1)
    with threadpool_limits(1):  # on a busy machine more threads only wait for each other
        classifier.fit(
            matrix, [one.column for one in lessons], sample_weight=np.maximum(0.5 ** (ages / _HALF), _LEAST)
        )
    weights, offsets = classifier.coef_, classifier.intercept_
    if len(weights) == 1:  # of two columns the classifier keeps one row
        weights, offsets = np.vstack((-weights, weights)) / 2, np.array((-offsets[0], offsets[0])) / 2
    columns = tuple(str(name) for name in classifier.classes_)
    return Model(version, vectors, weights, offsets, columns, *calibrated, len(lessons))


def _calibrate(model: Model, lessons: Sequence[Lesson], portal: Portal) -> tuple[float, float]:
    """Find heat and slip with which the probabilities come nearest to what was decided."""
    scores = np.array(
        [
            model.score(model.vectors.transform(one.facts, one.text, label(one.facts, portal).column))
            for one in lessons
        ]
    )
    places = {name: at for at, name in enumerate(model.columns)}
    truth = np.array([places.get(one.column, -1) for one in lessons])
    best, least = (1.0, 0.0), float("inf")
    for heat, slip in product(np.geomspace(*_HEATS, 31).tolist(), _SLIPS):
        shares = cool(scores, heat, slip)
        given = np.where(truth >= 0, shares[np.arange(len(truth)), truth], 1e-6)
        loss = float(-np.log(np.maximum(given, 1e-9)).mean())
        if loss < least - 1e-9:
            best, least = (heat, slip), loss
    return best


def _judge(
    measured: Measured, before: Model, current: Model | None, unseen: Sequence[Lesson], portal: Portal
) -> tuple[bool, str]:
    if measured.right < FLOOR:
        return False, f"right on {measured.right:.1%} of the unseen, below the floor of {FLOOR:.0%}"
    if measured.right < measured.rules_right:
        return False, f"right on {measured.right:.1%}, the rules alone on {measured.rules_right:.1%}"
    if current is None:
        return True, f"right on {measured.right:.1%} of {measured.tested} unseen decisions"
    # what the model in use was taught by it knows: only what came after is fair
    fair = unseen[max(0, current.decisions - (measured.decisions - measured.tested)) :]
    if len(fair) < 20:
        return True, f"right on {measured.right:.1%}; too little is new to compare with the one in use"
    mine, theirs = (measure(one, fair, portal, measured.decisions).right for one in (before, current))
    if mine < theirs:
        return False, f"right on {mine:.1%} of the newest {len(fair)}, the one in use on {theirs:.1%}"
    return True, f"right on {mine:.1%} of the newest {len(fair)}, the one in use on {theirs:.1%}"
