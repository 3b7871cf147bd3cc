"""Large directories made from old ones: ten thousand hard links cost as much as a short publish renders.

What a removed release leaves of a large directory, less what is not served any more, is kept as the spare of
its path. The next change of that path begins with it and links only what differs; what lies in it is compared
with the served directory by inode, so that nothing comes back that is not served. A spare holds nothing but
what is served: whatever changes its path takes it, or drops it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Collection
from pathlib import Path

NO_LINK = {errno.EMLINK, errno.EXDEV, errno.EPERM, errno.ENOTSUP}
LARGE = 1000  # names; fewer are linked in a few milliseconds


class Spares:
    """The spares below one folder, one for each path of the portal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folder, and clear away what a kill left half made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)

    def begin(self, path: str, source: Path, made: Path, wanted: Collection[str]) -> set[str]:
        """Make the directory `made`, of a spare of its path if there is one.

        Gives the names that are in it already: those of `wanted` that are the very files of `source`.
        """
        spare = self._find(path)
        if not spare.is_dir() or not source.is_dir():
            self.drop(path)
            made.mkdir()
            return set()
        spare.rename(made)
        served = {entry.name: entry.inode() for entry in os.scandir(source)}
        kept = set()
        for entry in list(os.scandir(made)):
            if entry.name in wanted and served.get(entry.name) == entry.inode():
                kept.add(entry.name)
            elif entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                Path(entry.path).unlink()
        return kept

    def copy(self, path: str, folder: Path, names: Collection[str]) -> None:
        """Make a spare of the files of a directory that was made anew."""
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
        self.drop(path)
        half.rename(self._find(path))

    def keep(self, path: str, folder: Path, stale: Collection[str]) -> None:
        """Take over a directory of a removed release, without the names that are not served any more."""
        half = self.folder / f".half-{self._find(path).name}"
        folder.rename(half)
        for name in stale:
            half.joinpath(name).unlink(missing_ok=True)
        self.drop(path)
        half.rename(self._find(path))

    def drop(self, path: str) -> None:
        """Remove the spare of a path, if there is one."""
        spare = self._find(path)
        if spare.is_dir():
            shutil.rmtree(spare)

    def clear(self) -> None:
        """Remove every spare."""
        for spare in list(self.folder.iterdir()):
            shutil.rmtree(spare)

    def _find(self, path: str) -> Path:
        return self.folder / hashlib.sha256(path.encode()).hexdigest()[:32]
