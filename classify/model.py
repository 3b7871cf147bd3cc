"""What editors' decisions taught: a linear model over characters and facts, and how it labels.

Labelling needs numpy alone; scikit-learn is imported only where a model is made or read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classify.rules import Facts, Label, label
from classify.vectors import Array, Row, Vectors
from portal import Portal

_REASONS = 3
_SUREST = 0.995  # nothing is certain before a person has looked

Item = tuple[Facts, str]  # the facts and the text


@dataclass(frozen=True)
class Model:
    """A trained model: a weight of each column for each feature, calibrated by `heat` and `slip`.

    Heat above 1 makes every label less sure; slip is the share of decisions that follow no pattern.
    """

    version: str
    vectors: Vectors
    weights: Array
    offsets: Array
    columns: tuple[str, ...]
    heat: float
    slip: float
    decisions: int

    def label(self, items: Sequence[Item], portal: Portal) -> list[Label]:
        """Propose a column for each item; one that portal.yaml no longer has is never proposed."""
        names = {column.key: column.name for column in portal.columns}
        gone = [at for at, key in enumerate(self.columns) if key not in names]
        labels = []
        for facts, text in items:
            ruled = label(facts, portal)
            row = self.vectors.transform(facts, text, ruled.column)
            shares = cool(self.score(row), self.heat, self.slip)
            shares[gone] = 0.0
            best = int(shares.argmax())
            told = self._tell(row, best, float(shares[best]), ruled, names)
            labels.append(told if shares[best] > 0 else ruled)
        return labels

    def score(self, row: Row) -> Array:
        """Give an item's score of each column."""
        places, values = row
        scores: Array = self.weights[:, places] @ values + self.offsets
        return scores

    def _tell(self, row: Row, best: int, share: float, ruled: Label, names: dict[str, str]) -> Label:
        reasons = [f"从编辑的 {self.decisions} 次决定中学到：{self._find_words(row, best)}"]
        if ruled.column == self.columns[best]:
            reasons += ruled.reasons
        elif ruled.column is not None:
            reasons.append(f"与规则不同：规则建议“{names[ruled.column]}”（{'；'.join(ruled.reasons)}）")
        return Label(self.columns[best], round(min(share, _SUREST), 4), tuple(reasons))

    def _find_words(self, row: Row, best: int) -> str:
        """Name what spoke most for the column."""
        places, values = row
        speaks = self.weights[best, places] * values
        first = np.argsort(-speaks)[:_REASONS]
        told = [self.vectors.tell(int(places[at])) for at in first if speaks[at] > 0]
        return "、".join(told) or "整体用词"


def cool(scores: Array, heat: float, slip: float) -> Array:
    """Make probabilities of scores, along the last axis."""
    scaled = scores / heat
    raised: npt.NDArray[np.float64] = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: Array = (1 - slip) * raised / raised.sum(axis=-1, keepdims=True) + slip / scores.shape[-1]
    return shares
