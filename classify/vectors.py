"""An item as numbers: the characters of its title and opening, and its facts, each with a weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from operator import add

import numpy as np
import numpy.typing as npt

from classify.rules import Facts

OPENING = 300  # characters of the text that are looked at, besides the title
_MOST = 30_000  # grams that are kept, the commonest first
_FACT = 2.0  # weight of a fact; all words of an item together have the length 1

Array = npt.NDArray[np.float64]
Row = tuple[npt.NDArray[np.intp], Array]  # places of features, and their values
Known = tuple[Facts, str, str | None]  # the facts, the text, the column that the rules propose


@dataclass(frozen=True)
class Vectors:
    """The features that are known: grams with how rare each is, and facts."""

    grams: tuple[str, ...]
    rarity: Array
    facts: tuple[str, ...]

    @classmethod
    def learn(cls, items: Sequence[Known]) -> Vectors:
        """Learn which features there are; a gram of one item only tells nothing."""
        seen: Counter[str] = Counter()
        facts: set[str] = set()
        for known, text, ruled in items:
            seen.update(set(list_grams(known.title, text)))
            facts.update(list_facts(known, ruled))
        kept = [gram for gram, count in seen.most_common(_MOST) if count > 1]
        rarity = [log((1 + len(items)) / (1 + seen[gram])) + 1 for gram in kept]
        return cls(tuple(kept), np.array(rarity, dtype=np.float64), tuple(sorted(facts)))

    @property
    def count(self) -> int:
        """How many features there are: grams first, then facts."""
        return len(self.grams) + len(self.facts)

    def transform(self, facts: Facts, text: str, ruled: str | None) -> Row:
        """Write an item as its features; unknown ones are left out."""
        found = [place for place in map(self._places.get, list_grams(facts.title, text)) if place is not None]
        grams, counts = np.unique(np.array(found, dtype=np.intp), return_counts=True)
        values = (1 + np.log(counts)) * self.rarity[grams]
        values /= float(np.sqrt(values @ values)) or 1.0
        known = [self._fact_places[fact] for fact in list_facts(facts, ruled) if fact in self._fact_places]
        places = np.concatenate((grams, np.array(known, dtype=np.intp)))
        return places, np.concatenate((values, np.full(len(known), _FACT)))

    def tell(self, place: int) -> str:
        """Name a feature in an editor's words."""
        if place < len(self.grams):
            return f"文字含“{self.grams[place].strip()}”"
        fact, _, value = self.facts[place - len(self.grams)].partition("=")
        return f"{_TOLD[fact]}“{value}”"

    @cached_property
    def _places(self) -> dict[str, int]:
        return {gram: at for at, gram in enumerate(self.grams)}

    @cached_property
    def _fact_places(self) -> dict[str, int]:
        return {fact: at for at, fact in enumerate(self.facts, len(self.grams))}


def list_grams(title: str, text: str) -> list[str]:
    """List the runs of one to three characters of a title and an opening, repeated ones too."""
    words = " ".join(f"{title} {text[:OPENING]}".lower().split())
    pairs = list(map(add, words, words[1:]))
    return [*words, *pairs, *map(add, pairs, words[2:])]


def list_facts(facts: Facts, ruled: str | None) -> list[str]:
    """List an item's facts as `name=value`; what the rules propose is one of them."""
    number = "有" if facts.doc_number else "无"
    told = {
        "rule": ruled,
        "source": facts.source,
        "agency": facts.agency,
        "group": facts.group,
        "level": facts.level,
        "list": facts.list_name,
        "kind": facts.doc_type,
        "number": number,
        # a source that carries two columns is told apart by the kind of document
        "source+kind": f"{facts.source}+{facts.doc_type}" if facts.source else None,
        "source+number": f"{facts.source}+{number}" if facts.source else None,
    }
    return [f"{name}={value}" for name, value in told.items() if value]


def pack(words: Iterable[str]) -> str:
    """Write words as one text; the sign between them is one that no page may hold."""
    return "\0".join(word.replace("\0", "") for word in words)


def unpack(text: str) -> tuple[str, ...]:
    """Read words back that `pack` wrote."""
    return tuple(text.split("\0")) if text else ()


_TOLD = {
    "rule": "规则的建议",
    "source": "采集地址",
    "agency": "单位",
    "group": "单位类别",
    "level": "单位级别",
    "list": "原栏目",
    "kind": "文种",
    "number": "发文字号",
    "source+kind": "采集地址和文种",
    "source+number": "采集地址和文号",
}
