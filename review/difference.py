"""What changed between two forms of one item, word by word, as editors read it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from pipelines.screening import read_words
from publish.fields import clean, see_date, tell_size
from store.editing import DATES, EDITABLE

Kind = Literal["same", "gone", "new", "fold"]

# A number or a Latin word is one word; of Chinese, each character, which are put together again below.
_WORD = re.compile(r"[0-9]+(?:[.,:：-][0-9]+)*%?|[A-Za-z]+|\s+|.", re.DOTALL)
_ISLAND = 2  # characters that stayed between two changes and are too few to be read apart
_LONGEST = 6000  # words of a text laid side by side; a longer one is shown as old and new
_AROUND = 12  # unchanged characters kept on each side of a change


@dataclass(frozen=True)
class Piece:
    """A stretch of text: it stayed, went, came, or was long and unchanged and is left out (`fold`)."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Change:
    """One field that is not what it was."""

    field: str
    pieces: tuple[Piece, ...]


def compare_forms(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Say field by field what changed; the text by what it shows, files by name and content."""
    found = [
        Change(name, compare_words(_read(old, name), _read(new, name)))
        for name in EDITABLE
        if name != "html" and _read(old, name) != _read(new, name)
    ]
    before, after = read_words(clean(old["html"])), read_words(clean(new["html"]))
    if before != after:
        found.append(Change("html", fold_same(_compare_lines(before, after))))
    elif clean(old["html"]) != clean(new["html"]):
        found.append(Change("html", (Piece("new", "文字没有变，排版、链接或图片变了"),)))
    files = tuple(_compare_files(old["attachments"], new["attachments"]))
    if files:
        found.append(Change("attachments", files))
    return tuple(found)


def compare_words(old: str, new: str) -> tuple[Piece, ...]:
    """Lay two lines side by side; what stayed between two changes and is too short to read goes with them."""
    left, right = _WORD.findall(old), _WORD.findall(new)
    if len(left) * len(right) > _LONGEST * _LONGEST // 4:
        return tuple(_write([(old, new, False)]))
    steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    parts = [("".join(left[a:b]), "".join(right[c:d]), name == "equal") for name, a, b, c, d in steps]
    return tuple(_write(_merge(parts)))


def fold_same(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Leave out what stayed, but for a few characters beside each change."""
    found: list[Piece] = []
    given = list(pieces)
    for place, piece in enumerate(given):
        if piece.kind != "same" or len(piece.text) <= 3 * _AROUND:
            found.append(piece)
            continue
        head = piece.text[:_AROUND] if place else ""
        tail = piece.text[-_AROUND:] if place < len(given) - 1 else ""
        folded = (Piece("same", head), Piece("fold", ""), Piece("same", tail))
        found += [one for one in folded if one.text or one.kind == "fold"]
    return tuple(found)


def _read(form: Mapping[str, Any], name: str) -> str:
    return (see_date(form[name]) or "") if name in DATES else clean(form[name])


def _compare_lines(old: str, new: str) -> Iterator[Piece]:
    """Lay paragraphs side by side first, and words within those that changed."""
    left, right = old.split("\n"), new.split("\n")
    for name, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if name == "equal":
            yield Piece("same", "\n".join(left[a:b]) + "\n")
        else:
            yield from compare_words("\n".join(left[a:b]), "\n".join(right[c:d]))
            yield Piece("same", "\n")


def _merge(parts: Sequence[tuple[str, str, bool]]) -> list[tuple[str, str, bool]]:
    merged: list[tuple[str, str, bool]] = []
    for place, (old, new, same) in enumerate(parts):
        island = same and 0 < place < len(parts) - 1 and len(old.strip()) <= _ISLAND
        if (not same or island) and merged and not merged[-1][2]:
            before = merged.pop()
            merged.append((before[0] + old, before[1] + new, False))
        else:
            merged.append((old, new, same))
    return merged


def _write(parts: Iterable[tuple[str, str, bool]]) -> Iterator[Piece]:
    for old, new, same in parts:
        if same:
            yield Piece("same", old)
        else:
            yield from (piece for piece in (Piece("gone", old), Piece("new", new)) if piece.text)


def _compare_files(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[Piece]:
    before = {clean(file["name"]): file for file in old}
    after = {clean(file["name"]): file for file in new}
    for name, file in before.items():
        if name not in after:
            yield Piece("gone", f"{name}（{_size(file)}）")
        elif after[name].get("path") != file.get("path"):
            yield Piece("gone", f"{name}（{_size(file)}）")
            yield Piece("new", f"{name}（{_size(after[name])}，内容换了）")
    yield from (
        Piece("new", f"{name}（{_size(file)}）") for name, file in after.items() if name not in before
    )


def _size(file: Mapping[str, Any]) -> str:
    return tell_size(int(file.get("bytes") or 0)) or "大小不明"
