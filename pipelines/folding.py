"""Text as the screen reads it: letters and digits alone, in one width, one case and one script.

What a word can be split with (blanks, line ends, tags, marks, characters that do not show) is left out, and
entities, full width, compatibility forms and traditional forms are written in the one form that lists are
written in. A table of places leads from each sign back to where it stands in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape

# Comments, tags and what pretends to be one. A `<` in front of anything else is a sign like others.
_TAG = re.compile(r"<(?:!--.*?(?:-->|$)|[!/?]?[A-Za-z][^<>]*>)", re.DOTALL)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});?")
# All that is no letter and no digit; then letters that have no shape, and the marks of Chinese sounds.
_GAPS = re.compile(r"[\W_\u115f\u1160\u3164\uffa0\u02b0-\u02ff\u17b4\u17b5]+")
_TOKEN = re.compile(f"({_TAG.pattern})|({_ENTITY.pattern})|(.[\u0300-\u036f\u20d0-\u20f0]*)", re.DOTALL)
# Letters that count as signs: radicals, circled, squared and other forms for compatibility.
_SQUARED = re.compile("[\u2100-\u214f\u2460-\u24ff\u2e80-\u2fdf\u3200-\u33ff\U0001f100-\U0001f2ff]")
_BLOCK = re.compile(
    r"</?(?:p|div|h[1-6]|li|ul|ol|t[rdh]|table|caption|br|hr|d[tdl]|figcaption|figure|blockquote|pre)\b", re.I
)
_BLOCK_TAG = re.compile(rf"{_BLOCK.pattern}[^<>]*>", re.I)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0300-\u036f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u20d0-\u20f0\u3164\ufe00-\ufe0f\ufeff\U000e0001-\U000e01ef]+"
)
_HIDDEN = ("Cc", "Cf", "Mn", "Me", "Cs")
# Radicals that look like the character of which they are a part, and that no normal form takes for it.
_RADICALS = dict(
    zip(
        "⺠⻄⻓⻅⻋⻔⻛⻢⻩⻁⻘⻬⻰⺟⻆⻉⻚⻜⻝⻥⻦⻧⻨⻮⻤⺩⻊⻌⻍⺗⺌⺇⻎⻑⻒⻙⻣⻪⻫⻭⻯",
        "民西长见车门风马黄虎青齐龙母角贝页飞食鱼鸟卤麦齿鬼王足辶辶心小几辶长长韦骨黾齐齿龙",
        strict=True,
    )
)


@dataclass(frozen=True)
class Folded:
    """What is left of a text, and for each sign of it where it begins and ends there."""

    text: str
    places: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in the text of signs from `start` to before `end`."""
        return self.places[start][0], self.places[end - 1][1]


def fold(text: str) -> str:
    """Give the letters and digits of a text as lists are written; tags and entities are read as markup."""
    if "&" in text:
        text = unescape(text)
    if "<" in text:
        text = _TAG.sub("", text)
    return fold_plain(text)


def fold_plain(text: str) -> str:
    """Fold a text in which `<` and `&` mean themselves."""
    if _SQUARED.search(text):
        text = unicodedata.normalize("NFKC", to_simplified(text))
    text = _GAPS.sub("", text)
    if not unicodedata.is_normalized(
        "NFKC", text
    ):  # asked of what is left: 全角 punctuation is in every text
        text = _GAPS.sub("", unicodedata.normalize("NFKC", text))
    return to_simplified(text.lower())


def to_simplified(text: str) -> str:
    """Write traditional characters as simplified ones, sign by sign, so that places stay."""
    return text.translate(_read_table()) if _old_forms().search(text) else text


def fold_places(text: str, markup: bool = True) -> Folded:
    """Fold a text sign by sign, keeping where each stands: for where something was found."""
    signs: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end, piece in _list_pieces(text, markup):
        for sign in piece:
            signs.append(sign)
            places.append((start, end))
    return Folded("".join(signs), tuple(places))


def lighten(text: str, markup: bool = True) -> str:
    """Give the text that `lighten_places` would, without the places."""
    if markup:
        text = unescape(_TAG.sub("", _BLOCK_TAG.sub("\n", text)))
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def show_markup(text: str) -> str:
    """Give what one reads of markup, in its own width and script, a line a block."""
    return _UNSEEN.sub("", unescape(_TAG.sub("", _BLOCK_TAG.sub("\n", text))))


def lighten_places(text: str, markup: bool = True) -> Folded:
    """Write a text in one width without what does not show, keeping blanks; a block's edge ends a line."""
    signs: list[str] = []
    places: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(text) if markup else re.finditer("(?s)()()(.)", text):
        if token[1]:
            piece = "\n" if _BLOCK.match(token[1]) else ""
        else:
            piece = _lighten(unescape(token[2]) if token[2] else token[3])
        for sign in piece:
            signs.append(sign)
            places.append((token.start(), token.end()))
    return Folded("".join(signs), tuple(places))


def drop_tags(text: str) -> str:
    """Take the tags out of markup, leaving no gap."""
    return _TAG.sub("", text)


def _list_pieces(text: str, markup: bool) -> Iterator[tuple[int, int, str]]:
    if not markup:
        yield from ((at, at + 1, _fold_sign(sign)) for at, sign in enumerate(text))
        return
    for token in _TOKEN.finditer(text):
        if token[1] is None:
            sign = unescape(token[2]) if token[2] is not None else token[3]
            yield token.start(), token.end(), _fold_sign(sign)


@cache
def _lighten(sign: str) -> str:
    plain = unicodedata.normalize("NFKC", sign)
    kept = (one for one in plain if one in "\n\t" or unicodedata.category(one) not in _HIDDEN)
    return _UNSEEN.sub("", "".join(kept))


@cache
def _fold_sign(sign: str) -> str:
    return fold_plain(sign)


@cache
def _read_table() -> dict[int, str]:
    from opencc import OpenCC

    every = [chr(code) for first, last in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF)) for code in range(first, last)]
    plain = OpenCC("t2s").convert("\n".join(every)).split("\n")
    table = {ord(old): new for old, new in zip(every, plain, strict=True) if old != new}
    return table | {ord(old): new for old, new in _RADICALS.items()}


@cache
def _old_forms() -> re.Pattern[str]:
    return re.compile("[" + "".join(map(chr, _read_table())) + "]")
