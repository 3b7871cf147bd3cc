"""What a directory of a release must hold: names and hashes, written so that it has a hash itself."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from errors import PublishError


class Entry(NamedTuple):  # thousands of them: a tuple is made in a third of the time
    """One name in a directory: a `file` or a `tree`, by its hash."""

    kind: str
    hash: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Bytes on disk: not yet in any tree, or `served` there already, which a full build finds of most."""

    hash: str
    folder: str
    served: str = ""

    @property
    def file(self) -> str:
        """Where they lie: a word and no path, since there are thousands."""
        return self.served or f"{self.folder}/{self.hash}"


_TREE = re.compile(rb"^tree ([0-9a-f]{64}) (.*)$", re.MULTILINE)

Changes = dict[str, "Draft | Changes | None"]


class Listing:
    """What a directory must hold: a line a name, sorted by name, as its hash is taken of.

    It stays bytes, since a directory may hold a hundred thousand names of which a change touches a few: they
    are found by halving, and all between them is copied as it is.
    """

    __slots__ = ("text",)

    def __init__(self, text: bytes = b"") -> None:
        self.text = text

    @property
    def hash(self) -> str:
        """What a directory with this listing is called."""
        return hashlib.sha256(self.text).hexdigest()

    @property
    def size(self) -> int:
        """How many names there are."""
        return self.text.count(b"\n")

    def find(self, name: str) -> Entry | None:
        """Give what stands under a name, None for none."""
        start, end = self._locate(name.encode())
        return _read_line(self.text[start:end])[1] if end > start else None

    def items(self) -> Iterator[tuple[str, Entry]]:
        """Give every name and what stands under it."""
        return (_read_line(line) for line in self.text.split(b"\n")[:-1])

    def change(self, edits: Mapping[str, Entry | None]) -> Listing:
        """Give the listing with these names put there, or for None taken away."""
        parts, done = [], 0
        for name, entry in sorted((name.encode(), entry) for name, entry in edits.items()):
            start, end = self._locate(name)
            parts.append(self.text[done:start])
            if entry is not None:
                parts.append(b"%s %s %s\n" % (entry.kind.encode(), entry.hash.encode(), name))
            done = end
        return Listing(b"".join([*parts, self.text[done:]]))

    def list_trees(self) -> dict[str, str]:
        """Give the directories alone: their names and hashes."""
        if not self.text.startswith(b"tree ") and b"\ntree " not in self.text:
            return {}  # thousands of files: the pattern would look at each
        return {name.decode(): digest.decode() for digest, name in _TREE.findall(self.text)}

    def _locate(self, name: bytes) -> tuple[int, int]:
        """Give where the line of a name begins and ends; where it would stand when there is none."""
        text, low, high = self.text, 0, len(self.text)
        while low < high:
            middle = (low + high) // 2
            start = text.rfind(b"\n", low, middle) + 1 or low
            end = text.index(b"\n", middle) + 1
            found = text[start : end - 1].split(b" ", 2)[2]
            if found == name:
                return start, end
            low, high = (end, high) if found < name else (low, start)
        return low, low


def compare(old: Listing, new: Listing) -> Iterator[tuple[str, Entry | None, Entry | None]]:
    """Give each name that does not stand for the same in two listings: the name, what stood, what stands."""
    one, two, at, place = old.text, new.text, 0, 0
    while True:
        same = _count_same(one, at, two, place)
        start = one.rfind(b"\n", at, at + same) + 1 or at
        at, place = start, place + start - at
        if at == len(one) and place == len(two):
            return
        before, after = _read_at(one, at), _read_at(two, place)
        if after is None or (before is not None and before.name < after.name):
            assert before is not None
            yield before.name.decode(), before.entry, None
            at = before.end
        elif before is None or after.name < before.name:
            yield after.name.decode(), None, after.entry
            place = after.end
        else:
            yield after.name.decode(), before.entry, after.entry
            at, place = before.end, after.end


class _Line(NamedTuple):
    name: bytes
    entry: Entry
    end: int


def _read_at(text: bytes, at: int) -> _Line | None:
    if at == len(text):
        return None
    end = text.index(b"\n", at)
    kind, digest, name = text[at:end].split(b" ", 2)
    return _Line(name, Entry(kind.decode(), digest.decode()), end + 1)


def _read_line(line: bytes) -> tuple[str, Entry]:
    kind, digest, name = line.decode().rstrip("\n").split(" ", 2)
    return name, Entry(kind, digest)


def _count_same(one: bytes, at: int, two: bytes, place: int) -> int:
    """Count the bytes that two texts share from a place of each on, by growing steps and then halving."""
    most = min(len(one) - at, len(two) - place)
    low, step = 0, 256
    while low < most:
        high = min(low + step, most)
        if one[at + low : at + high] != two[place + low : place + high]:
            break
        low, step = high, step * 2
    else:
        return most
    while high - low > 1:
        middle = (low + high) // 2
        if one[at + low : at + middle] == two[place + low : place + middle]:
            low = middle
        else:
            high = middle
    return low


def nest(changes: Mapping[str, Draft | None]) -> Changes:
    """Order changes by directory; raises PublishError for a path that would leave the release."""
    nested: Changes = {}
    for path, change in changes.items():
        *folders, name = path.strip("/").split("/")
        if any(part in ("", ".", "..") or "\n" in part or "\0" in part for part in (*folders, name)):
            raise PublishError(f"{path!r} is no path of the portal")
        level = nested
        for folder in folders:
            below = level.setdefault(folder, {})
            if not isinstance(below, dict):
                raise PublishError(f"{path!r}: {folder} is a file already")
            level = below
        level[name] = change
    return nested


def is_whole(file: Path, digest: str) -> bool:
    """Say whether a file is there with the bytes that its hash promises."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == digest
    except OSError:
        return False


def is_in_place(draft: Draft, place: Path) -> bool:
    """Say whether a draft's bytes stand in a place; what was compared as it is served is looked up only."""
    if draft.served:
        try:
            return os.path.samestat(os.lstat(draft.served), place.lstat())
        except OSError:
            return False
    return not place.is_symlink() and is_whole(place, draft.hash)
