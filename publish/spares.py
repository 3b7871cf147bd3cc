"""Large directories made from old ones: ten thousand hard links cost as much as a short publish renders.

What a removed release leaves of a large directory, less what is not served any more, is kept as the spare of
its path. The next change of that path begins with it and puts only what differs. A note beside the spare says
of which served directory it is a part and what is missing; it names the moment at which the kernel saw the
spare changed last, so that one into which somebody has put something else is not used. A spare holds nothing
but what is served: whatever changes its path takes it, or drops it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection
from pathlib import Path

from publish.disk import NO_LINK, link_file

LARGE = 100  # names; ten months of three hundred are linked in a fifth of the time that 100 changes take
HUGE = 1000  # names; a full build makes a spare of a directory with more, so that it costs it little


class Spares:
    """The spares below one folder, one for each path of the portal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folder, and clear away what a kill left half made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)

    def begin(self, path: str, base: str | None, made: Path, changed: Collection[str]) -> set[str] | None:
        """Make the directory `made`, of the spare of its path if that is a part of the tree `base`.

        Gives the names that are to be put into it, the `changed` ones among them; None for all of them.
        """
        spare, note = self._find(path), self._find_note(path)
        told = _read_note(note)
        if told is None or told[0] != base or told[2] != see_change(spare):
            self.drop(path)
            made.mkdir()
            return None
        note.unlink()
        spare.rename(made)
        for name in changed:
            made.joinpath(name).unlink(missing_ok=True)
        return {*told[1], *changed}

    def copy(
        self, path: str, tree: str, folder: Path, names: Collection[str], others: Collection[str]
    ) -> None:
        """Make a spare of the files of a directory that was made anew; `others` stand in it besides."""
        half = self.folder / f".half-{self._find(path).name}"
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
        half = self.folder / f".half-{self._find(path).name}"
        folder.rename(half)
        for name in stale:
            half.joinpath(name).unlink(missing_ok=True)
        for name in files:
            link_file(f"{served}/{name}", f"{half}/{name}")
        self._put(path, half, served.name, others)

    def drop(self, path: str) -> None:
        """Remove the spare of a path, if there is one."""
        self._find_note(path).unlink(missing_ok=True)
        spare = self._find(path)
        if spare.is_dir():
            shutil.rmtree(spare)

    def clear(self) -> None:
        """Remove every spare."""
        for left in sorted(self.folder.iterdir(), key=lambda one: one.suffix != ".json"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()

    def _put(self, path: str, half: Path, tree: str, missing: Collection[str]) -> None:
        self.drop(path)
        spare = self._find(path)
        half.rename(spare)
        self._find_note(path).write_text(json.dumps([tree, sorted(missing), see_change(spare)]))

    def _find(self, path: str) -> Path:
        return self.folder / hashlib.sha256(path.encode()).hexdigest()[:32]

    def _find_note(self, path: str) -> Path:
        return self._find(path).with_suffix(".json")


def see_change(folder: Path) -> int | None:
    """Give the moment at which a name of a directory was changed last; unlike others, nobody can set it."""
    try:
        return folder.stat().st_ctime_ns
    except OSError:
        return None


def _read_note(note: Path) -> tuple[str, list[str], int] | None:
    try:
        tree, missing, moment = json.loads(note.read_bytes())
    except (OSError, ValueError):
        return None  # none, or one that a kill left half written
    return str(tree), list(missing), int(moment)
