"""Words cut for the index of the desk's search: every Chinese character a token of its own. Pure.

Brackets and quotes count for nothing, so that a document number is found in any form of its brackets; the end
of a sentence is a token, so that no word is found across it.
"""

from __future__ import annotations

import html
import re
import unicodedata

_BLOCK = re.compile(r"<(?:/?(?:p|div|li|ul|ol|tr|td|th|table|h[1-6]|blockquote|pre|br|hr)\b)[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_TOKEN = re.compile(
    r"[0-9a-z]+|[^\x00-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff〔〕【】〖〗《》〈〉「」『』“”‘’·—–]"
)
_END = "。"
_ENDS = "，；！？,;!?\n\r"
_NOTHING = "（）："  # common, so taken out before rarer forms are looked for


def read_text(markup: str) -> str:
    """Give the words of cleaned markup, a block a line."""
    return html.unescape(_TAG.sub("", _BLOCK.sub("\n", markup)))


def cut(text: str) -> list[str]:
    """Cut a text into tokens: characters, Latin words, numbers, ends of sentences."""
    for sign in _ENDS:
        text = text.replace(sign, _END)
    for sign in _NOTHING:
        text = text.replace(sign, " ")
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return _TOKEN.findall(text.lower())


def ask(words: str) -> str | None:
    """Write the words somebody looks for as a question of FTS5: all of them, each as it stands.

    None when there is nothing to look for, as in pure punctuation.
    """
    phrases = [phrase for word in words.split()[:8] if (phrase := _ask(word))]
    return " AND ".join(phrases) or None


def _ask(word: str) -> str | None:
    tokens = cut(word)
    while tokens and tokens[-1] == _END:
        tokens.pop()
    while tokens and tokens[0] == _END:
        tokens.pop(0)
    if not tokens:
        return None
    begun = " *" if tokens[-1].isascii() and tokens[-1].isalpha() else ""  # a Latin word may go on
    return '"' + " ".join(tokens) + '"' + begun
