"""A learned model comes back as it was, and is never read from a foreign file."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from school import DECISIONS, School

from classify.keeping import find_fault, load_model, save_model
from classify.training import (
    Lesson,
    Trained,
)
from errors import StoreError
from pipelines.intake import Intake
from pipelines.messages import PageRead
from sample import NOW
from store.database import Database
from store.files import hash_bytes
from store.models import read_record
from store.queue import walk_waiting

MakePage = Callable[..., PageRead]

ROOT = Path(__file__).parent.parent


# --- files ---


@pytest.fixture
def kept(tmp_path: Path, trained: Trained) -> Path:
    save_model(tmp_path, trained.model, trained.measured, NOW)
    return tmp_path


def test_a_model_comes_back_as_it_was(
    kept: Path, school: School, lessons: list[Lesson], trained: Trained
) -> None:
    model = load_model(kept)
    items = [(one.facts, one.text) for one in lessons[:20]]
    assert model is not None
    assert model.label(items, school.portal) == trained.model.label(items, school.portal)
    assert find_fault(kept) is None
    record = read_record(kept)
    assert record is not None
    assert (record.version, record.decisions) == ("20261105T100000", DECISIONS)


def test_skops_reads_what_was_kept_and_finds_nothing_foreign(kept: Path, trained: Trained) -> None:
    import skops.io

    (file,) = (kept / "models").glob("*.skops")
    assert skops.io.get_untrusted_types(file=file) == []
    assert np.array_equal(skops.io.load(file)["weights"], trained.model.weights)


def test_reading_a_model_brings_in_neither_skops_nor_scikit_learn(kept: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from classify.keeping import load_model; "
        "assert load_model(Path(sys.argv[1])); print({'skops', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program, str(kept)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "set()\n"


def test_no_model_is_no_fault(tmp_path: Path) -> None:
    assert load_model(tmp_path) is None
    assert find_fault(tmp_path) is None


class Bomb:
    """What a pickle could run."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.target,)


def _forge(kept: Path, raw: bytes) -> None:
    """Put a file in the place of the model, with its hash, as one could who can write there."""
    record = json.loads((kept / "models" / "current.json").read_bytes())
    (kept / "models" / f"{record['version']}.skops").write_bytes(raw)
    record["hash"] = hash_bytes(raw)
    (kept / "models" / "current.json").write_text(json.dumps(record))


def _foreign(kept: Path) -> Iterator[bytes]:
    import skops.io

    yield b""
    yield b"no model"
    yield pickle.dumps(Bomb(kept / "ran"))
    yield skops.io.dumps({"grams": Bomb(kept / "ran"), "heat": 1.0})
    yield skops.io.dumps({"grams": Path.touch, "heat": 1.0})
    yield skops.io.dumps([1, 2])
    yield skops.io.dumps({"grams": "", "heat": "hot"})
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr(
            "schema.json",
            json.dumps(
                {
                    "__class__": "system",
                    "__module__": "os",
                    "__loader__": "FunctionNode",
                    "__id__": 1,
                    "content": f"touch {kept / 'ran'}",
                    "protocol": 2,
                    "_skops_version": "0.11",
                }
            ),
        )
    yield held.getvalue()


def test_a_foreign_file_runs_nothing_and_leaves_rules_only(kept: Path) -> None:
    for raw in _foreign(kept):
        _forge(kept, raw)
        with pytest.raises(StoreError):
            load_model(kept)
        assert "model" in (find_fault(kept) or "")
    assert not (kept / "ran").exists()


def test_a_file_that_was_changed_is_not_opened(kept: Path) -> None:
    (file,) = (kept / "models").glob("*.skops")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert "not the file that `caibian train` wrote" in (find_fault(kept) or "")
    file.unlink()
    assert "cannot be read" in (find_fault(kept) or "")
    (kept / "models" / "current.json").write_text("{}")
    assert "no record of a model" in (find_fault(kept) or "")


def test_pages_are_labelled_by_rules_when_the_model_is_broken(
    database: Database, intake: Intake, make_page: MakePage
) -> None:
    (database.home / "models").mkdir()
    (database.home / "models" / "current.json").write_text("{}")
    intake.take([make_page()])
    with database.read() as connection:
        assert next(walk_waiting(connection)).column == "bumen"
