"""Large directories made from old ones: ten thousand hard links cost as much as a short publish renders.

What a removed release leaves of a large directory, less what is not served any more, is kept as a spare of
its path; there are some, since the releases that are kept still need what they took. The next change of
that path begins with one and puts only what differs. A note beside the spare says of which served directory
it is a part and what is missing; it names the moment at which the kernel saw the spare changed last, so
that one into which somebody has put something else is not used. A spare holds nothing but what is served:
whatever changes its path takes it, takes away from it what changes, or drops it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from publish.disk import NO_LINK, link_file

LARGE = 100  # names; ten months of three hundred are linked in a fifth of the time that 100 changes take
MOST = 6  # spares of a path: as many as releases are kept, and the served one
HUGE = 1000  # names; a full build makes a spare of a directory with more, so that it costs it little


class _Note(NamedTuple):
    tree: str
    missing: list[str]
    moment: int


class Spares:
    """The spares below one folder, some for each path of the portal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folder, and clear away what a kill left half made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)

    def begin(
        self, path: str, base: str | None, tree: str, made: Path, changed: Collection[str]
    ) -> set[str] | None:
        """Make the directory `made`, of a spare of its path if one is a part of the tree `base`.

        Gives the names that are to be put into it, the `changed` ones among them; None for all of them. The
        other spares become parts of the new `tree`.
        """
        found = []
        for spare in self._list(path):
            told = _read_note(_name_note(spare))
            if told is None or told.tree != base or told.moment != see_change(spare):
                _remove(spare)
            else:
                found.append((len(told.missing), spare, told))
        if not found:
            made.mkdir()
            return None
        _, best, note = min(found)
        for _, spare, told in found:
            _name_note(spare).unlink()
            for name in changed:
                spare.joinpath(name).unlink(missing_ok=True)
            if spare is not best:
                _write_note(spare, tree, {*told.missing, *changed})
        best.rename(made)
        return {*note.missing, *changed}

    def copy(
        self, path: str, tree: str, folder: Path, names: Collection[str], others: Collection[str]
    ) -> None:
        """Make a spare of the files of a directory that was made anew; `others` stand in it besides."""
        half = self.folder / ".half"
        half.mkdir()
        try:
            for name in names:  # thousands of them: words, not paths
                os.link(f"{folder}/{name}", f"{half}/{name}", follow_symlinks=False)
        except OSError as error:
            shutil.rmtree(half)
            if error.errno not in NO_LINK:
                raise
            return  # no hard links here: nothing is gained by a spare
        self._put(path, half, tree, others)

    def keep(
        self,
        path: str,
        folder: Path,
        served: Path,
        stale: Collection[str],
        files: Collection[str],
        others: Collection[str],
    ) -> None:
        """Take over a directory of a removed release and make it a part of the `served` one.

        The `stale` names stand in it and are not served as they are; `files` are served and are linked now,
        which spares the next change as much; the `others` that are served will be missing.
        """
        half = self.folder / ".half"
        folder.rename(half)
        for name in stale:
            half.joinpath(name).unlink(missing_ok=True)
        for name in files:
            link_file(f"{served}/{name}", f"{half}/{name}")
        self._put(path, half, served.name, others)

    def has_room(self, path: str) -> bool:
        """Say whether a path has fewer spares than it may have."""
        return len(self._list(path)) < MOST

    def drop(self, path: str) -> None:
        """Remove the spares of a path, if there are any."""
        for spare in self._list(path):
            _remove(spare)

    def clear(self) -> None:
        """Remove every spare."""
        for left in sorted(self.folder.iterdir(), key=lambda one: one.suffix != ".json"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()

    def _put(self, path: str, half: Path, tree: str, missing: Collection[str]) -> None:
        taken = set(self._list(path))
        spare = next((one for one in self._name_all(path) if one not in taken), None)
        if spare is None:
            shutil.rmtree(half)
            return
        _name_note(spare).unlink(missing_ok=True)
        half.rename(spare)
        _write_note(spare, tree, missing)

    def _list(self, path: str) -> list[Path]:
        return [spare for spare in self._name_all(path) if spare.is_dir()]

    def _name_all(self, path: str) -> Iterator[Path]:
        digest = hashlib.sha256(path.encode()).hexdigest()[:32]
        return (self.folder / f"{digest}-{number}" for number in range(MOST))


def _name_note(spare: Path) -> Path:
    return spare.with_suffix(".json")


def _write_note(spare: Path, tree: str, missing: Collection[str]) -> None:
    _name_note(spare).write_text(json.dumps([tree, sorted(missing), see_change(spare)]))


def _remove(spare: Path) -> None:
    _name_note(spare).unlink(missing_ok=True)
    shutil.rmtree(spare)


def see_change(folder: Path) -> int | None:
    """Give the moment at which a name of a directory was changed last; unlike others, nobody can set it."""
    try:
        return folder.stat().st_ctime_ns
    except OSError:
        return None


def _read_note(note: Path) -> _Note | None:
    try:
        tree, missing, moment = json.loads(note.read_bytes())
    except (OSError, ValueError):
        return None  # none, or one that a kill left half written
    return _Note(str(tree), list(missing), int(moment))
