"""Editors complete and check both files by a JSON Schema that is generated from the models."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from commands.schema import Which, describe_file

ROOT = Path(__file__).parent.parent
FILES: list[Which] = ["sources", "portal"]


def _load(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(io.StringIO(text))


def _check(which: Which, text: str) -> list[str]:
    validator = Draft202012Validator(json.loads(describe_file(which)))
    return [error.message for error in validator.iter_errors(_load(text))]


@pytest.mark.parametrize("which", FILES)
def test_the_kept_schema_is_the_one_of_the_models(which: Which) -> None:
    """`caibian check --schema NAME > docs/schemas/NAME.schema.json` makes it anew."""
    kept = (ROOT / "docs" / "schemas" / f"{which}.schema.json").read_text(encoding="utf-8")
    assert kept == describe_file(which)
    Draft202012Validator.check_schema(json.loads(kept))


@pytest.mark.parametrize("which", FILES)
def test_the_shipped_files_pass_and_name_their_schema(which: Which) -> None:
    text = (ROOT / f"{which}.yaml").read_text(encoding="utf-8")
    assert f"$schema=docs/schemas/{which}.schema.json" in text.splitlines()[0]
    assert _check(which, text) == []


@pytest.mark.parametrize(
    ("which", "text"),
    [
        ("sources", "agencys: []"),
        ("sources", "agencies: [{key: jyt, name: 甲, group: departments, level: province}]"),
        ("sources", "agencies: []\nsources: [{id: jyt, agency: jyt, name: 甲, address: http://a.example/}]"),
        (
            "sources",
            "agencies: []\nsources: [{id: jyt-a, agency: jyt, name: 甲, pages: 0, address: http://a/}]",
        ),
        ("portal", "identity: {name: 甲}"),
        ("portal", "zones: [{key: A, name: 甲, columns: []}]"),
    ],
)
def test_a_fault_is_marked_while_one_types(which: Which, text: str) -> None:
    assert _check(which, text)


def test_every_key_is_described() -> None:
    for which in FILES:
        schema = json.loads(describe_file(which))
        for name, part in {**schema["$defs"], which: schema}.items():
            for key, value in part.get("properties", {}).items():
                assert value.get("description"), f"{name}.{key}"
