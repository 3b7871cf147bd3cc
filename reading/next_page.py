"""The next page of an article that its site cut into several."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from reading.address import join
from reading.clean import clean_text
from reading.lines import Element
from reading.tree import join_words

_NEXT = re.compile(r"^[\s\[【<(（]*(?:下一?页|后一页|余下全文|阅读全文|next)[\s>»\]】)）]*$", re.I)
_HINT = re.compile("[页文next]")
_CALL = "createPageHTML("
_SCRIPTED = re.compile(
    re.escape(_CALL) + r"\s*(\d+)\s*,\s*(\d+)\s*,\s*[\"']([\w-]+)[\"']\s*,\s*[\"'](\w+)[\"']"
)


def find_next(links: Iterable[Element], markup: str, url: str) -> str | None:
    """Find the next page: a link that says so and keeps this page's name, or TRS's createPageHTML."""
    for link in links:
        if not len(link) and not _HINT.search(link.text or ""):
            continue
        words = clean_text(join_words(link))
        if len(words) < 12 and _NEXT.match(words):
            target = join(url, link.get("href"))
            if target and target != url and _is_sibling(url, target):
                return target
    return _next_by_script(markup, url)


def _is_sibling(url: str, target: str) -> bool:
    """The same host and folder, and the same name up to a page number."""
    mine, other = urlsplit(url), urlsplit(target)
    if mine.netloc != other.netloc:
        return False
    return _stem(mine.path) == _stem(other.path) or (mine.path == other.path and mine.query != other.query)


def _stem(path: str) -> str:
    return re.sub(r"(?:[_-]\d{1,3})?(?:\.s?html?|\.jhtml|/)?$", "", path)


def _next_by_script(markup: str, url: str) -> str | None:
    at = markup.find(_CALL)  # in a tenth of the pattern's time
    found = _SCRIPTED.search(markup, at) if at >= 0 else None
    if not found or found[3] == "index":
        return None
    count, current = int(found[1]), int(found[2])
    if current + 1 >= count or not url:
        return None
    return join(url, f"{found[3]}_{current + 1}.{found[4]}")
