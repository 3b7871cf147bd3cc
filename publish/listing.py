"""What a directory of a release must hold: names and hashes, written so that it has a hash itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
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
    """Bytes on disk, not yet in any tree."""

    hash: str
    folder: str

    @property
    def file(self) -> str:
        """Where they lie: a word and no path, since there are thousands."""
        return f"{self.folder}/{self.hash}"


_TREE = re.compile(rb"^tree ([0-9a-f]{64}) (.*)$", re.MULTILINE)

Listing = dict[str, Entry]
Changes = dict[str, "Draft | Changes | None"]


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


def write_listing(listing: Listing) -> bytes:
    """Write a listing as its hash is taken of: a line a name, sorted."""
    return "".join(f"{one.kind} {one.hash} {name}\n" for name, one in sorted(listing.items())).encode()


def read_listing(text: bytes) -> Listing:
    """Read what `write_listing` wrote."""
    listing = {}
    for line in text.decode().split("\n")[:-1]:
        kind, digest, name = line.split(" ", 2)
        listing[name] = Entry(kind, digest)
    return listing


def list_trees(text: bytes) -> dict[str, str]:
    """Give the directories alone of a listing: their names and hashes."""
    return {name.decode(): digest.decode() for digest, name in _TREE.findall(text)}


def is_whole(file: Path, digest: str) -> bool:
    """Say whether a file is there with the bytes that its hash promises."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == digest
    except OSError:
        return False
