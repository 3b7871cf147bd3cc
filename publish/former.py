"""The release that is served while one of everything is made beside it, and what may be taken from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from errors import PublishError
from publish.trees import Served, TreeStore

ASSETS = "/static/"  # an older style sheet outlives the release that used it
_NUMBER = re.compile(r"(?:/gone)?/articles/\d{4}/\d{2}/(\d+)\.html")


@dataclass(frozen=True)
class Former:
    """The served release; its records are in the room `records`, `highest` is the last number that it has.

    The records are `trusted`, or may be of another release.
    """

    served: Served
    trees: TreeStore
    records: str
    trusted: bool
    highest: int

    def find(self, path: str) -> str | None:
        """Give the hash of one of its files, None where it has none or where its listing was changed."""
        try:
            entry = self.trees.find(self.served.tree, path)
        except PublishError:
            return None
        return entry.hash if entry is not None and entry.kind == "file" else None

    def read(self, path: str) -> bytes | None:
        """Read one of its files, None where that is not as it was published."""
        digest = self.find(path)
        return self.trees.read_whole(self.served.tree, path, digest) if digest is not None else None


def list_assets(trees: TreeStore, tree: str) -> Iterator[tuple[str, str]]:
    """Give the style sheets and scripts of a tree: each one's address and hash; none of a changed listing."""
    try:
        room = trees.find(tree, ASSETS)
        if room is not None:
            yield from trees.walk(room.hash, ASSETS.rstrip("/"))
    except PublishError:
        return


def find_highest(paths: Iterable[str]) -> int:
    """Give the highest public number in addresses: a database that was restored may not know it."""
    numbers = (_NUMBER.fullmatch(path) for path in paths)
    return max((int(found[1]) for found in numbers if found), default=0)
