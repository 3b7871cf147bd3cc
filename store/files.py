"""Files by their hash: raw pages, attachments, images; a file is durable on disk before its row exists."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, bindparam, select

from errors import StoreError
from store.chunks import cut_names
from store.tables import files

_ADD = files.insert()
_KNOWN = select(files.c.hash).where(files.c.hash.in_(bindparam("of_hashes", expanding=True)))


@dataclass(frozen=True)
class StoredFile:
    """One kept file: `hash` is of its bytes as fetched, `path` is where the portal shows it."""

    hash: str
    kind: str
    sniffed_type: str
    extension: str
    bytes: int
    width: int | None = None
    height: int | None = None

    @property
    def path(self) -> str:
        """The address below the portal's root, permanent since it is made of the content."""
        return f"/files/{self.hash[:2]}/{self.hash}{self.extension}"


def hash_bytes(raw: bytes) -> str:
    """Give the SHA-256 of the bytes."""
    return hashlib.sha256(raw).hexdigest()


def locate(home: Path, kind: str, digest: str) -> Path:
    """Say where the bytes of a file lie below the working folder; raw pages are compressed."""
    ending = ".gz" if kind == "page" else ""
    return home / "files" / kind / digest[:2] / (digest + ending)


def read_bytes(home: Path, kind: str, digest: str) -> bytes:
    """Give the bytes of a kept file; raises StoreError when it is missing or is not what its name says."""
    target = locate(home, kind, digest)
    try:
        content = target.read_bytes()
        raw = gzip.decompress(content) if kind == "page" else content
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise StoreError(f"{target}: cannot be read: {error}") from error
    if hash_bytes(raw) != digest:
        raise StoreError(f"{target}: its content does not match its name")
    return raw


def save_file(connection: Connection, file: StoredFile) -> None:
    """Make the row of a file whose bytes are kept already; a file that is known stays as it is."""
    save_files(connection, [file])


def save_files(connection: Connection, kept: Iterable[StoredFile]) -> None:
    """Make the rows of files whose bytes are kept already; those that are known stay as they are."""
    new = {file.hash: file for file in reversed(list(kept))}  # the first of its hash tells what it is
    for part in cut_names(sorted(new)):
        known = set(connection.execute(_KNOWN, {"of_hashes": part}).scalars())
        rows = [{**new[digest].__dict__} for digest in part if digest not in known]
        if rows:
            connection.execute(_ADD, rows)


def find_file(connection: Connection, digest: str) -> StoredFile | None:
    """Look a kept file up by its hash."""
    row = connection.execute(select(files).where(files.c.hash == digest)).mappings().first()
    if row is None:
        return None
    return StoredFile(**{name: row[name] for name in StoredFile.__dataclass_fields__})
