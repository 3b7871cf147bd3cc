"""Single strokes on the disk of the portal: each is done or not done, whenever it is killed."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from errors import PublishError

NO_LINK = {errno.EMLINK, errno.EXDEV, errno.EPERM, errno.ENOTSUP}


def link_file(source: str, target: str) -> None:
    """Put a file under another name too: a hard link, a copy where there is none; raises PublishError."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileNotFoundError as error:
        raise PublishError(f"{source}: is missing: run `publish --full`") from error
    except OSError as error:
        if error.errno not in NO_LINK:
            raise
        shutil.copyfile(source, target)
        Path(target).chmod(0o444)


def replace_by_link(place: Path, target: Path) -> None:
    """Put a link to `target` in a place, at once, whatever stood there."""
    spare = place.with_name(f".{place.name}.new")
    spare.unlink(missing_ok=True)
    spare.symlink_to(target)
    remove_directory(place)
    spare.replace(place)


def remove_directory(place: Path) -> None:
    """Remove a directory; what is none stays."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)


def remove(place: Path) -> None:
    """Remove whatever stands there."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink()


def read_file(file: str, how: int = 0) -> bytes:
    """Read a small file: of hundreds, which a publish reads, paths and buffers cost more than they do."""
    handle = os.open(file, os.O_RDONLY | how)
    try:
        parts = [os.read(handle, os.fstat(handle).st_size + 1)]
        while parts[-1]:
            parts.append(os.read(handle, 1 << 16))
        return b"".join(parts)
    finally:
        os.close(handle)


def is_same(file: str, raw: bytes) -> bool:
    """Say whether a file is there with these bytes, itself and not by a link."""
    try:
        return read_file(file, os.O_NOFOLLOW) == raw
    except OSError:
        return False


def write_new(file: str, raw: bytes) -> None:
    """Write a read-only file that is not there yet."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    try:
        left = memoryview(raw)
        while left:
            left = left[os.write(handle, left) :]
    finally:
        os.close(handle)


def write_whole(file: Path, raw: bytes) -> None:
    """Write a file that a reader finds as it was or as it will be, never half."""
    spare = file.with_name(f".{file.name}.new")
    spare.write_bytes(raw)
    spare.replace(file)


def sync_path(path: str) -> None:
    """Make a file, or the names in a directory, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
