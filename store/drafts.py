"""Bytes on their way to being kept: written at once, durable and in their places by the batch."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from isal import igzip

from errors import StoreError
from store.files import hash_bytes, locate

_MOST_OPEN = 200  # drafts that are held open at once
# A fifth of zlib's CPU for a twentieth more room: 0.14 ms a page of 104 KB (60 real pages).
_LEVEL = 2  # the time in its head is 0: the same page makes the same file


@dataclass(frozen=True)
class _Draft:
    path: Path
    target: Path
    handle: int


class Drafts:
    """The files of one batch; none of them is in its place before `settle`, all of them after.

    What is left when the block ends (it failed) is thrown away.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._open: dict[Path, _Draft] = {}
        self._made: set[Path] = set()  # folders whose own name must become durable too

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for draft in self._open.values():
            os.close(draft.handle)
            draft.path.unlink(missing_ok=True)
        self._open.clear()

    def keep(self, kind: str, raw: bytes) -> str:
        """Write bytes beside where they will lie, and give their hash; what is kept already stays as it is.

        Raises StoreError when the disk is full or refuses.
        """
        digest = hash_bytes(raw)
        target = locate(self._home, kind, digest)
        if target in self._open or target.exists():
            return digest
        if len(self._open) >= _MOST_OPEN:
            self.settle()
        content = igzip.compress(raw, _LEVEL, mtime=0) if kind == "page" else raw
        try:
            self._open[target] = self._write(target, content)
        except OSError as error:
            raise StoreError(f"{target}: cannot be kept: {error.strerror}") from error
        return digest

    def settle(self) -> None:
        """Make all of them durable, then put each in its place; raises StoreError when the disk refuses."""
        try:
            for draft in self._open.values():
                os.fsync(draft.handle)
            for draft in self._open.values():
                draft.path.replace(draft.target)
            _sync({target.parent for target in self._open} | {made.parent for made in self._made})
        except OSError as error:
            raise StoreError(f"{self._home}: files cannot be kept: {error.strerror}") from error
        for draft in self._open.values():
            os.close(draft.handle)
        self._open.clear()
        self._made.clear()

    def _write(self, target: Path, content: bytes) -> _Draft:
        path = target.with_name(f".{target.name}.{os.getpid()}")
        handle = self._create(path)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fchmod(handle, 0o444)
        except OSError:
            os.close(handle)
            path.unlink(missing_ok=True)
            raise
        return _Draft(path, target, handle)

    def _create(self, path: Path) -> int:
        """Open a draft; one that a killed process of the same number has left goes first."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            return os.open(path, flags, 0o600)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        except FileExistsError:
            path.unlink()
        return os.open(path, flags, 0o600)


def keep_bytes(home: Path, kind: str, raw: bytes) -> str:
    """Put bytes on disk, durable before this returns, and give their hash; the same bytes are kept once.

    Raises StoreError when the disk is full or refuses.
    """
    with Drafts(home) as drafts:
        digest = drafts.keep(kind, raw)
        drafts.settle()
    return digest


def _sync(folders: Iterable[Path]) -> None:
    """A name is durable when its folder is."""
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
