"""The list of what a backup holds: every file with its hash, every link, and the head of the log."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from errors import StoreError, UserFault
from store.forms import hash_text, write_json
from store.log import Head

NAME = "MANIFEST.json"
FORMAT = 1
_PIECE = 1 << 20


@dataclass(frozen=True)
class KeptFile:
    """One file of a backup: its path below the backup, its size, the SHA-256 of its bytes."""

    path: str
    bytes: int
    hash: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    `database` is `sqlite` or `postgresql`, `version` that of its tables, `head` the newest row of its log,
    `release` the number of the release that it serves; `links` are symbolic, path and target; `damaged` are
    the paths that were not whole when the backup was made.
    """

    at: str
    database: str
    version: str
    head: Head
    release: int | None
    files: tuple[KeptFile, ...]
    links: tuple[tuple[str, str], ...]
    damaged: tuple[str, ...] = ()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the list into a backup, sealed by its own hash."""
    content = {"format": FORMAT, **asdict(manifest)}
    text = json.dumps({**content, "seal": hash_text(write_json(content))}, ensure_ascii=False, indent=0)
    (folder / NAME).write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read the list of a backup; raises StoreError when it is missing, cut or was edited."""
    place = folder / NAME
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
        seal = content.pop("seal")
        if seal != hash_text(write_json(content)):
            raise StoreError(f"{place} was edited: its content does not match its seal")
        if content.pop("format") != FORMAT:
            raise StoreError(f"{place} is of another format: a newer caibian wrote it")
        return Manifest(
            **{
                **content,
                "head": Head(**content["head"]),
                "files": tuple(KeptFile(**one) for one in content["files"]),
                "links": tuple((path, target) for path, target in content["links"]),
                "damaged": tuple(content["damaged"]),
            }
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{place}: cannot be read as the list of a backup: {error}") from error


def find_backup(place: Path) -> Path:
    """Find the backup that a folder is, or the newest one in it; raises UserFault where there is none."""
    if (place / NAME).is_file():
        return place
    found = list_backups(place)
    if not found:
        raise UserFault(
            f"{place} is no backup and holds none: name the folder that `caibian backup` was given"
        )
    return found[-1]


def list_backups(place: Path) -> list[Path]:
    """List the whole backups in a folder, the oldest first; drafts that a kill left are none."""
    if not place.is_dir():
        return []
    folders = (one for one in place.iterdir() if not one.name.startswith("."))
    return sorted(one for one in folders if (one / NAME).is_file())


def check_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Compare every file of a backup with its list, byte by byte; give what is wrong, path first."""
    for path in (*(one.path for one in manifest.files), *(path for path, _ in manifest.links)):
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            yield f"{path}: leads out of the backup"
    for one in manifest.files:
        place = folder / one.path
        if not place.is_file() or place.is_symlink():
            yield f"{one.path}: is missing"
        elif hash_file(place) != one.hash:
            yield f"{one.path}: was changed or is damaged"


def hash_file(place: Path) -> str:
    """Give the SHA-256 of a file's bytes."""
    with place.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def copy_file(source: Path, target: Path) -> KeptFile:
    """Copy bytes and compute their hash on the way; the path given back is the target's."""
    digest, count = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as read, target.open("xb") as out:
        while piece := read.read(_PIECE):
            digest.update(piece)
            count += len(piece)
            out.write(piece)
    target.chmod(0o444)
    return KeptFile(str(target), count, digest.hexdigest())


def sync_folder(folder: Path) -> None:
    """Make a folder's own entries durable, such as a new name."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
