"""What a page says of itself in its head: meta tags (N13 and the press's own), and its <title>."""

from __future__ import annotations

import re

from lxml.etree import _Element

from reading.clean import clean_text, squash
from reading.dates import read_stamp
from reading.tree import join_words

Metas = dict[str, str]
_TITLES = ("articletitle", "og:title", "twitter:title", "dc.title", "title", "headline")
_DATES = (
    "pubdate",
    "publishdate",
    "article:published_time",
    "datepublished",
    "og:time",
    "og:release_date",
    "publish_date",
    "publishtime",
    "weibo: article:create_at",
    "dc.date",
    "dateupdate",
)
_CREDITS = ("contentsource", "source", "mediaid", "article:source", "dc.source")
_LEAD = re.compile(r"(?:信息|文章|稿件|新闻)?来源\s*[:：]\s*")
_MARKUP = re.compile(r"[<>{}]|&\w+;|\bfont\b|://|^null$|^undefined$", re.I)


def read_metas(root: _Element) -> Metas:
    """Read the meta tags by lower-case name, the first that is not empty; `<title>` is under `<title>`."""
    metas: Metas = {}
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop") or ""
        content = clean_text(meta.get("content") or "")
        if name and content:
            metas.setdefault(" ".join(name.lower().split()), content)
    title = root.find(".//title")
    if title is not None:
        metas["<title>"] = clean_text(join_words(title))
    return metas


def tell_title(metas: Metas) -> str | None:
    """The title of the meta tags, when it is one: whole, no markup, not the site's name or the column's."""
    for name in _TITLES:
        title = metas.get(name)
        if not title or not is_title(title) or title.endswith(("...", "…")) or title == metas.get("sitename"):
            continue
        if title != metas.get("columnname") or len(title) > 12:
            return title
    return None


def is_title(text: str) -> bool:
    """Tell whether words can be a title: seen `<font color=`, `null` and a lone number."""
    return not _MARKUP.search(text) and len(squash(text)) >= 4 and len(text) <= 300 and not text.isdigit()


def tell_date(metas: Metas) -> str | None:
    """The publication of the meta tags as ISO, when it can be read."""
    for name in _DATES:
        if found := read_stamp(metas.get(name, "")):
            return found
    return None


def tell_credit(metas: Metas) -> str | None:
    """The source of the meta tags."""
    for name in _CREDITS:
        words = metas.get(name)
        if words and len(words) <= 200 and not _MARKUP.search(words) and not words.isdigit():
            return _LEAD.sub("", words, count=1) or None
    return None
