"""The traditional version: a page's words converted, its links kept within /zh-hant/, nothing else changed.

A page is converted as it was rendered, so that both versions have the same parts in the same order, and the
second one costs no second look at the database.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

PREFIX = "/zh-hant"
_GONE = "/gone"
_OWN = "(?!/|static/|files/|zh-hant/)"
# Links to pages: what ends with a stroke or .html; feeds, data and files are there once.
_LINK = re.compile(rf'(\s(?:href|action)=")(/{_OWN}(?:[^"#?]*(?:/|\.html))?(?:[#?][^"]*)?")')
_SELF = r'(<link rel="canonical" href="|<meta property="og:url" content="|<meta name="Url" content="|"url":")'
_TURN = re.compile(r'<a class="turn" href="/zh-hant(/[^"]*)" hreflang="zh-Hant" lang="zh-Hant">[^<]*</a>')
_BACK = r'<a class="turn" href="\1" hreflang="zh-Hans" lang="zh-Hans">简体版</a>'
_KEPT = re.compile(r'(\s(?:href|src|action)="[^"]*")')  # an address is no text, whatever is written in it
_FOREIGN = re.compile(r'\s(?:href|src|action)="[^"]*[^\x00-\x7f"][^"]*"')


def name_twin(path: str) -> str:
    """Give the address of a page's traditional version; that of a withdrawn one stands below /gone, too."""
    if path.startswith(f"{_GONE}/"):
        return f"{_GONE}{PREFIX}{path[len(_GONE) :]}"
    return f"{PREFIX}{path}"


def has_twin(path: str) -> bool:
    """Say whether a file of the portal has a traditional version: every page has."""
    return path.endswith(".html")


def convert_page(page: str, base: str) -> str:
    """Convert a rendered page; `base` is the portal's address, without a stroke at its end."""
    text = _convert(page)
    text = text.replace('<html lang="zh-CN">', '<html lang="zh-Hant">', 1)
    text = text.replace('"inLanguage":"zh-CN"', '"inLanguage":"zh-Hant"', 1)
    text = _LINK.sub(rf"\g<1>{PREFIX}\g<2>", text)
    text = re.sub(f"{_SELF}{re.escape(base)}/", rf"\g<1>{base}{PREFIX}/", text)
    return _TURN.sub(_BACK, text, count=1)


def _convert(page: str) -> str:
    converter = _make_converter()
    if _FOREIGN.search(page) is None:
        return str(converter.convert(page))
    parts = _KEPT.split(page)
    return "".join(part if at % 2 else converter.convert(part) for at, part in enumerate(parts))


@lru_cache(maxsize=1)
def _make_converter() -> OpenCC:
    from opencc import OpenCC  # loads its tables

    return OpenCC("s2tw")  # characters in the forms that most readers know (為, 群, 裡), words as they are
