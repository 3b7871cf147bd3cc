"""One script to compare in: a repost in traditional characters tells what the simplified original tells."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

# Characters of which every traditional text of some length holds a few, and a simplified one none.
_TRADITIONAL = frozenset(
    "國會發這個學業對開關於與後動時經過們來說無實現為產種機務應區縣鄉鎮黨團軍醫藥農電車東長門問間見體點頭馬書買賣"
    "進運遠還達選長號廳廣處總統計議論證記設許調請課讀變讓認語誌營勞聯聽職臨舊萬號衛術衝規視覺觀"
)
_ENOUGH = 2  # different ones: a single 後 may be a name


def simplify(text: str) -> str:
    """Give a text in simplified characters; one that holds no traditional ones comes back as it is."""
    if len(_TRADITIONAL.intersection(text)) < _ENOUGH:
        return text
    return _load()(text)


@cache
def _load() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert
