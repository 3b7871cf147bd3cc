"""Models in files of skops, never pickle: what is read holds known types only, or it is not read."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from classify.model import Model
from classify.training import Measured
from classify.vectors import Vectors, pack, unpack
from clock import write_time
from errors import StoreError
from store.files import hash_bytes
from store.models import ModelRecord, keep_model, read_model, read_record

_LARGEST = 512 << 20  # bytes, unpacked
_TEXTS = ("grams", "facts", "columns")
_ARRAYS = ("rarity", "weights", "offsets")
_FIGURES = ("heat", "slip")
_PARTS = {*_TEXTS, *_ARRAYS, *_FIGURES}


def save_model(home: Path, model: Model, measured: Measured, now: datetime) -> ModelRecord:
    """Keep a model and put it to use; raises StoreError when the disk refuses."""
    import skops.io

    parts = {
        "grams": pack(model.vectors.grams),
        "facts": pack(model.vectors.facts),
        "columns": pack(model.columns),
        "rarity": model.vectors.rarity,
        "weights": model.weights,
        "offsets": model.offsets,
        "heat": float(model.heat),
        "slip": float(model.slip),
    }
    raw: bytes = skops.io.dumps(parts, compression=zipfile.ZIP_DEFLATED)
    record = ModelRecord(
        version=model.version,
        hash=hash_bytes(raw),
        at=write_time(now),
        decisions=model.decisions,
        tested=measured.tested,
        right=measured.right,
        rules_right=measured.rules_right,
        ece=measured.ece,
    )
    keep_model(home, record, raw)
    return record


def load_model(home: Path) -> Model | None:
    """Read the model in use, None before the first one; raises StoreError for one that cannot be trusted."""
    record = read_record(home)
    if record is None:
        return None
    parts = _unpack(read_model(home, record), record.version)
    vectors = Vectors(unpack(parts["grams"]), parts["rarity"], unpack(parts["facts"]))
    columns = unpack(parts["columns"])
    shapes = (vectors.rarity.shape, parts["weights"].shape, parts["offsets"].shape)
    if shapes != ((len(vectors.grams),), (len(columns), vectors.count), (len(columns),)):
        raise StoreError(f"model {record.version}: its parts do not fit together: run `caibian train`")
    return Model(
        version=record.version,
        vectors=vectors,
        weights=parts["weights"],
        offsets=parts["offsets"],
        columns=columns,
        heat=parts["heat"],
        slip=parts["slip"],
        decisions=record.decisions,
    )


def find_fault(home: Path) -> str | None:
    """Say why the model in use does not label, None where it does or where there is none."""
    try:
        load_model(home)
    except StoreError as error:
        return str(error)
    return None


def _unpack(raw: bytes, version: str) -> dict[str, Any]:
    """Read a model's parts; a type that skops does not know as harmless is never made."""
    try:
        import skops.io
    except ImportError as error:
        raise StoreError(
            f"model {version}: the extra `ml` is not installed: pip install 'caibian[ml]'"
        ) from error
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _LARGEST:
                raise StoreError(f"model {version}: the file is larger than any model")
        foreign = skops.io.get_untrusted_types(data=raw)
        if foreign:
            raise StoreError(f"model {version}: holds {', '.join(foreign)}, which is no part of a model")
        parts = skops.io.loads(raw, trusted=[])
    except UntrustedTypesFoundException as error:
        raise StoreError(f"model {version}: {error}") from error
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        ImportError,
        OSError,
    ) as error:
        raise StoreError(f"model {version}: the file cannot be read: run `caibian train`") from error
    if not _is_model(parts):
        raise StoreError(f"model {version}: the file is no model of caibian")
    return dict(parts)


def _is_model(parts: object) -> bool:
    if not isinstance(parts, dict) or parts.keys() != _PARTS:
        return False
    texts = all(isinstance(parts[name], str) for name in _TEXTS)
    arrays = (parts[name] for name in _ARRAYS)
    return (
        texts
        and all(isinstance(parts[name], float) for name in _FIGURES)
        and parts["heat"] > 0
        and all(isinstance(one, np.ndarray) and one.dtype == np.float64 for one in arrays)
    )
