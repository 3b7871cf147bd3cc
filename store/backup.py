"""Backups: the database, the kept files, the served release, in one folder a backup with a list of hashes.

A backup is written under a temporary name and renamed when it is whole. What the backup before holds already
is linked, the rest is copied: never linked to the working folder, whose bytes somebody might change.
"""

from __future__ import annotations

import gzip
import logging
import os
import shutil
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, select, text

from clock import write_time
from errors import StoreError
from store.database import Database
from store.dump import copy_database
from store.files import hash_bytes, locate
from store.locks import hold
from store.log import Head, read_head
from store.manifest import (
    KeptFile,
    Manifest,
    copy_file,
    hash_file,
    list_backups,
    read_manifest,
    sync_folder,
    write_manifest,
)
from store.marks import drop_mark, read_mark, set_mark
from store.tables import files, releases

logger = logging.getLogger(__name__)

_MARK = "backup-head"
_ATTEMPTS = 3
_FOLDERS = ("models",)  # of the working folder, taken as they are; what can be made again is not


@dataclass(frozen=True)
class Backup:
    """What a backup did: files `copied` and `linked`, what it found `damaged`, older ones `removed`."""

    place: str
    files: int
    copied: int
    linked: int
    release: int | None
    log: int
    damaged: tuple[str, ...]
    removed: tuple[str, ...]


class _Overtaken(Exception):  # no error: the work is done again
    """A publish took away the release while it was copied."""


def make_backup(
    database: Database, target: Path, configuration: Sequence[Path], now: datetime, keep: int | None = None
) -> Backup:
    """Make a backup of the store and of `configuration` in the folder `target`; others may write meanwhile.

    `keep` is how many backups stay in the folder, all for None. Raises AlreadyRunning while another
    piece of housekeeping works, StoreError when the disk is full or the database damaged, UserFault when
    PostgreSQL's pg_dump is missing; a backup that failed leaves nothing.
    """
    with hold(database.home, "housekeeping"):
        try:
            target.mkdir(parents=True, exist_ok=True)
            for left in target.glob(".new-*"):
                shutil.rmtree(left)
            before, known = _read_before(target)
            for _ in range(_ATTEMPTS):
                draft = _Draft(target / f".new-{os.getpid()}", before, known)
                try:
                    manifest = _write(draft, database, configuration, now)
                    return _finish(draft, manifest, database, target, keep)
                except _Overtaken:
                    continue
                finally:
                    shutil.rmtree(draft.folder, ignore_errors=True)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise StoreError(f"{where}{error.strerror}; no backup was made") from error
    raise StoreError(f"a publish overtook each of {_ATTEMPTS} attempts: run the backup again")


def list_backup_heads(connection: Connection) -> list[Head]:
    """Give the head of the log that the newest backup recorded, so that a cut tail is noticed."""
    value = read_mark(connection, _MARK)
    if value is None:
        return []
    seq, _, this = value.partition(" ")
    return [Head(int(seq), this)]


def note_head(connection: Connection, head: Head) -> None:
    """Write down the head of the log that a backup holds."""
    if head.seq:
        drop_mark(connection, _MARK)
        set_mark(connection, _MARK, f"{head.seq} {head.this}")


def _read_before(target: Path) -> tuple[Path | None, dict[str, KeptFile]]:
    """Find the newest backup and what of it can be linked: nothing that was damaged already."""
    older = list_backups(target)
    if not older:
        return None, {}
    try:
        manifest = read_manifest(older[-1])
    except StoreError as error:
        logger.warning("%s; nothing of that backup is linked", error)
        return None, {}
    return older[-1], {one.path: one for one in manifest.files if one.path not in manifest.damaged}


# --- one backup on its way ---


@dataclass
class _Draft:
    """A backup that is being written into `folder`, and what the one `before` it holds."""

    folder: Path
    before: Path | None
    known: dict[str, KeptFile]
    files: list[KeptFile] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)  # path -> what is wrong
    linked: int = 0
    places: dict[str, str] = field(default_factory=dict)  # hash -> the path where this backup has such bytes

    def take(self, source: Path, path: str) -> bool:
        """Take a file whose name says its content: linked where a backup has it, else copied.

        Gives whether it was copied; raises FileNotFoundError when it is nowhere.
        """
        known = self.known.get(path)
        if known is not None and self._link_known(source, known):
            self.add(known)
            return False
        kept = replace(copy_file(source, self.folder / path), path=path)
        twin = self.places.get(kept.hash)
        if twin is not None:
            (self.folder / path).unlink()
            if not self._link(self.folder / twin, path):
                copy_file(source, self.folder / path)
        self.add(kept)
        return True

    def copy(self, source: Path, path: str) -> None:
        """Take a file whose content may change under its name; one that is gone by now is left out."""
        if source.is_file():
            with suppress(FileNotFoundError):
                self.add(replace(copy_file(source, self.folder / path), path=path))

    def add(self, kept: KeptFile) -> None:
        """Put a file that lies in the folder on the list."""
        self.files.append(kept)
        self.places.setdefault(kept.hash, kept.path)

    def _link_known(self, source: Path, known: KeptFile) -> bool:
        """Link what the backup before has; also of a file that is gone, since that is the better copy."""
        if self.before is None or (source.exists() and source.stat().st_size != known.bytes):
            return False
        return self._link(self.before / known.path, known.path)

    def _link(self, source: Path, path: str) -> bool:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:  # another file system, too many links, gone: a copy does as well
            return False
        self.linked += 1
        return True


def _write(draft: _Draft, database: Database, configuration: Sequence[Path], now: datetime) -> Manifest:
    draft.folder.mkdir()
    with copy_database(database, draft.folder) as connection:
        head = read_head(connection)
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        release = _find_served(connection)
        _take_files(draft, connection, database.home)
    for copy in sorted(draft.folder.glob("database.*")):
        draft.add(KeptFile(copy.name, copy.stat().st_size, hash_file(copy)))
    if release is not None:
        _take_release(draft, database, *release)
    for file in configuration:
        draft.copy(file, f"configuration/{file.name}")
    for folder in _FOLDERS:
        for file in sorted((database.home / folder).rglob("[!.]*")):
            draft.copy(file, str(file.relative_to(database.home)))
    manifest = Manifest(
        at=write_time(now),
        database=database.engine.dialect.name,
        version=str(version),
        head=head,
        release=None if release is None else release[0],
        files=tuple(draft.files),
        links=tuple(draft.links),
        damaged=tuple(draft.damaged),
    )
    write_manifest(draft.folder, manifest)
    return manifest


def _find_served(connection: Connection) -> tuple[int, str] | None:
    query = select(releases.c.id, releases.c.tree_hash).where(releases.c.state == "served")
    row = connection.execute(query).first()
    return None if row is None else (row.id, row.tree_hash)


def _take_files(draft: _Draft, connection: Connection, home: Path) -> None:
    """Take every kept file that the copied database names: each was durable before its row."""
    query = select(files.c.hash, files.c.kind).where(files.c.dropped_at.is_(None)).order_by(files.c.hash)
    for digest, kind in connection.execute(query):
        source = locate(home, kind, digest)
        path = str(source.relative_to(home))
        try:
            if draft.take(source, path) and not _is_whole(draft.folder / path, kind, digest):
                draft.damaged[path] = f"{source}: its content does not match its name"
        except FileNotFoundError:
            draft.damaged[path] = f"{source}: is missing"


def _is_whole(file: Path, kind: str, digest: str) -> bool:
    if kind != "page":
        return hash_file(file) == digest
    try:
        return hash_bytes(gzip.decompress(file.read_bytes())) == digest
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return False


def _take_release(draft: _Draft, database: Database, release: int, tree: str) -> None:
    """Take the release that the copied database says is served, with all its trees and their listings."""
    site = database.home / "site"
    draft.links += [
        ("site/current", f"releases/{release}"),
        (f"site/releases/{release}", f"../trees/{tree}"),
    ]
    waiting, seen = [tree], {tree}
    try:
        while waiting:
            one = waiting.pop()
            draft.take(site / "listings" / one, f"site/listings/{one}")
            for entry in sorted((site / "trees" / one).iterdir()):
                path = f"site/trees/{one}/{entry.name}"
                if not entry.is_symlink():
                    draft.take(entry, path)
                    continue
                draft.links.append((path, str(entry.readlink())))
                below = entry.readlink().name
                waiting += [below] if below not in seen else []
                seen.add(below)
    except FileNotFoundError as error:
        with database.read() as connection:
            if _find_served(connection) != (release, tree):
                raise _Overtaken from error
        draft.damaged["site"] = f"{error.filename}: is missing: run `caibian publish --full`"


def _finish(draft: _Draft, manifest: Manifest, database: Database, target: Path, keep: int | None) -> Backup:
    """Make it durable, give it its name, note its head, and let older ones go."""
    os.sync()
    place = _name_place(target, manifest.at)
    draft.folder.rename(place)
    sync_folder(target)
    with database.write() as connection:
        note_head(connection, manifest.head)
    older = [one for one in list_backups(target) if one != place]
    removed = older[: max(0, len(older) + 1 - keep)] if keep is not None else []
    for folder in removed:
        shutil.rmtree(folder.rename(target / f".new-{folder.name}"))
    return Backup(
        place=str(place),
        files=len(draft.files),
        copied=len(draft.files) - draft.linked,
        linked=draft.linked,
        release=manifest.release,
        log=manifest.head.seq,
        damaged=tuple(draft.damaged.values()),
        removed=tuple(folder.name for folder in removed),
    )


def _name_place(target: Path, at: str) -> Path:
    """Name a backup by its second, `2026-11-05T020000Z`, and by a number where that second has one."""
    name = at[:19].replace(":", "") + "Z"
    places = (target / (name if number == 1 else f"{name}.{number}") for number in count(1))
    return next(place for place in places if not place.exists())
