"""Trained models as files below the working folder: versions side by side, and which one is in use."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from errors import StoreError
from store.files import hash_bytes

_KEPT = 10
_LARGEST = 128 << 20  # bytes of a model file
_IN_USE = "current.json"


@dataclass(frozen=True)
class ModelRecord:
    """What is known of a version: the hash of its file, when and on how many decisions it was made, how well.

    `right`, `rules_right` (shares) and `ece` are those of unseen decisions.
    """

    version: str
    hash: str
    at: str
    decisions: int
    tested: int
    right: float
    rules_right: float
    ece: float


def keep_model(home: Path, record: ModelRecord, raw: bytes) -> None:
    """Write a version and put it to use; the newest ones stay. Raises StoreError when the disk refuses."""
    folder = home / "models"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / f"{record.version}.skops", raw)
        _write(folder / f"{record.version}.json", json.dumps(asdict(record)).encode())
        _write(folder / _IN_USE, json.dumps(asdict(record)).encode())
        for old in sorted(folder.glob("*.skops"))[:-_KEPT]:
            old.unlink()
            old.with_suffix(".json").unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: the model cannot be written: {error.strerror}") from error


def read_record(home: Path) -> ModelRecord | None:
    """Say which version is in use, None before the first; raises StoreError for a record that is broken."""
    path = home / "models" / _IN_USE
    if not path.exists():
        return None
    try:
        told: Any = json.loads(path.read_bytes())
        return ModelRecord(**told)
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{path}: no record of a model: run `caibian train`, or remove the file") from error


def read_model(home: Path, record: ModelRecord) -> bytes:
    """Give the bytes of a version; raises StoreError where they are missing or not as they were written."""
    path = home / "models" / f"{Path(record.version).name}.skops"
    try:
        raw = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}: run `caibian train`") from error
    if hash_bytes(raw) != record.hash:
        raise StoreError(f"{path}: not the file that `caibian train` wrote: run it again")
    return raw


def _write(path: Path, raw: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
