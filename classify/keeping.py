"""Models in files of skops, never pickle.

skops writes them; here they are read by hand, since a model is texts and arrays alone: whatever else a file
holds is never made, and a crawl need not carry scikit-learn, which skops imports.
"""

from __future__ import annotations

import io
import json
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
    """Read a model's parts: texts, figures and arrays. Nothing else in the file is made into anything."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _LARGEST:
                raise StoreError(f"model {version}: the file is larger than any model")
            nodes = json.loads(packed.read("schema.json"))["content"]
            parts = {name: _read_part(packed, nodes[name]) for name in sorted(_PARTS)}
    except (zipfile.BadZipFile, EOFError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise StoreError(f"model {version}: the file is no model of caibian: run `caibian train`") from error
    if not _is_model(parts):
        raise StoreError(f"model {version}: the file is no model of caibian: run `caibian train`")
    return parts


def _read_part(packed: zipfile.ZipFile, node: Any) -> Any:
    """Read one node of the two kinds that a model has; ValueError for any other."""
    if node["__loader__"] == "JsonNode":
        return json.loads(node["content"])
    if node["__loader__"] == "NdArrayNode" and node["type"] == "numpy":
        return np.load(io.BytesIO(packed.read(node["file"])), allow_pickle=False)
    raise ValueError(f"{node['__module__']}.{node['__class__']} is no part of a model")


def _is_model(parts: dict[str, Any]) -> bool:
    arrays = (parts[name] for name in _ARRAYS)
    return (
        all(isinstance(parts[name], str) for name in _TEXTS)
        and all(isinstance(parts[name], float) for name in _FIGURES)
        and parts["heat"] > 0
        and all(isinstance(one, np.ndarray) and one.dtype == np.float64 for one in arrays)
    )
