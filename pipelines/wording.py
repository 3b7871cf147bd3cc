"""Listed words in a text, however they are split: one pass over its folded signs for all lists together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from unicodedata import category

from ahocorasick_rs import AhoCorasick

from pipelines.folding import Folded, drop_tags, fold, fold_places, fold_plain
from wordlists import Listed

# Punctuation that ends or parts what is said: between two halves of a short word it is more likely to part
# two words than to hide one.
_PARTS = re.compile(r"[，。；：！？、,;:!?（）()《》“”\"'‘’\[\]【】]")
_SURE = 4  # characters from which on no punctuation makes a word innocent


@dataclass(frozen=True)
class Hit:
    """A listed word where it stands: from `start` to before `end` of the text."""

    listed: Listed
    start: int
    end: int


class Finder:
    """Looks for the words of lists; made once for all texts."""

    def __init__(self, words: Iterable[Listed]) -> None:
        self._words = [(key, one) for one in words if (key := fold_plain(one.word))]
        self._unless = {key: tuple(filter(None, map(fold_plain, one.unless))) for key, one in self._words}

    @cached_property
    def _machine(self) -> AhoCorasick:
        return AhoCorasick([key for key, _ in self._words])

    def find(self, text: str, plain: bool = True, folded: str | None = None) -> list[Hit]:
        """Give every listed word of a text as its markup would show it, and, when `plain`, as it is.

        `folded` is the text folded, where somebody has it already.
        """
        if not self._words or not text:
            return []
        hits: list[Hit] = []
        if self._machine.find_matches_as_indexes(fold(text) if folded is None else folded):
            hits = list(self._find_in(text, fold_places(text)))
        if plain and ("<" in text or "&" in text) and self._machine.find_matches_as_indexes(fold_plain(text)):
            hits += self._find_in(text, fold_places(text, markup=False))
        return list(dict.fromkeys(hits))

    def _find_in(self, text: str, folded: Folded) -> Iterator[Hit]:
        for number, start, end in self._machine.find_matches_as_indexes(folded.text, overlapping=True):
            key, listed = self._words[number]
            if _is_whole(key, folded, start, end) and self._is_meant(key, text, folded, start, end):
                yield Hit(listed, *folded.span(start, end))

    def _is_meant(self, key: str, text: str, folded: Folded, start: int, end: int) -> bool:
        for phrase in self._unless[key]:  # one that reaches from before the word to behind it
            if folded.text.find(phrase, max(0, end - len(phrase)), start + len(phrase)) != -1:
                return False
        places = folded.places[start:end]
        gaps = [_see(text[one[1] : other[0]]) for one, other in pairwise(places)]
        if key.isdigit():
            return not any(gaps)
        if key.isascii():
            return all(gaps) or not any(gaps)
        parted = [bool(_PARTS.search(gap)) for gap in gaps]
        return len(key) >= _SURE or not any(parted) or (len(gaps) > 1 and all(parted))


def _see(gap: str) -> str:
    """What one sees of a gap: no tags, no characters without a shape."""
    return "".join(sign for sign in drop_tags(gap) if not _is_hidden(sign)) if gap else ""


def _is_hidden(sign: str) -> bool:
    return category(sign) in ("Cf", "Mn", "Me") or sign in "\u115f\u1160\u3164\uffa0"


def _is_whole(key: str, folded: Folded, start: int, end: int) -> bool:
    """Latin words and figures count only where no letter or figure goes on at their ends."""
    text, places = folded.text, folded.places
    before = start > 0 and places[start - 1][1] == places[start][0] and text[start - 1].isascii()
    behind = end < len(text) and places[end - 1][1] == places[end][0] and text[end].isascii()
    return not (before and key[0].isascii()) and not (behind and key[-1].isascii())
