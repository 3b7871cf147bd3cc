"""The texts of a form that the screen looks at: every field, and the words inside its attachments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path

from clock import tell_day
from pipelines.documents import DocumentReader
from pipelines.screen import Screened, screen_age, screen_texts
from store.files import read_bytes
from store.forms import Form
from store.items import Found

_BLOCK_END = re.compile(r"<br>|<hr>|</(?:p|h[2-6]|li|d[td]|t[dhr]|caption|figcaption|blockquote|pre|div)>")
_TAG = re.compile(r"<[^>]*>")
_FIELDS = ("title", "credit", "author", "doc_number", "index_number", "issuer", "topic", "summary", "validity", "correction")


@dataclass(frozen=True)
class Checked:
    """What the screen found, and the doubts about files that it could not look into."""

    found: list[Found]
    doubts: list[tuple[str, str]]


def screen_form(
    form: Form, text: str, home: Path, reader: DocumentReader, now: datetime, old_after_days: int
) -> Checked:
    """Screen a whole form: its fields, its text, the names and the words of its files."""
    texts = [Screened(name, form[name]) for name in _FIELDS if form[name]]
    texts.append(Screened("body", text))
    texts.append(Screened("body", read_words(form["html"])))
    texts += [Screened("images", one["alt"]) for one in form["images"] if one["alt"]]
    doubts: list[tuple[str, str]] = []
    for file in form["attachments"]:
        field = f"附件：{file['name']}"
        texts.append(Screened(field, file["name"]))
        words = reader.read(read_bytes(home, "attachment", file["hash"]), "." + file["type"])
        texts.append(Screened(field, words.text))
        if words.fault is not None:
            doubts.append(("attachments", f"{field}：{words.fault}"))
    found = screen_texts(_non_empty(texts))
    found += screen_age(form["published"], tell_day(now), old_after_days)
    return Checked(found, doubts)


def read_words(html: str) -> str:
    """Give the words that clean markup shows, a line a block; tags inside a line leave no gap."""
    lines = _BLOCK_END.sub("\n", html)
    return unescape(_TAG.sub("", lines))


def _non_empty(texts: Iterable[Screened]) -> list[Screened]:
    return [one for one in texts if one.text]
