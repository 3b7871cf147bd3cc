"""The JSON Schema of both configuration files, so that editors complete and check them while one types."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Literal

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Which = Literal["sources", "portal"]


def describe_file(which: Which) -> str:
    """Give the schema of sources.yaml or portal.yaml as JSON text, generated from its model."""
    from portal import Portal
    from sources import Sources

    model = Sources if which == "sources" else Portal
    schema = {"$schema": DRAFT, **_ease(model.model_json_schema())}
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _ease(part: Any) -> Any:
    """Say what the file may hold, not only what the model keeps: a word for a list, `1d` for a day."""
    if isinstance(part, list):
        return [_ease(one) for one in part]
    if not isinstance(part, dict):
        return part
    eased = {
        name: _ease(value) for name, value in part.items() if name != "title" or not isinstance(value, str)
    }
    if isinstance(eased.get("default"), str) and str(eased["default"]).startswith("P"):
        eased["default"] = _write_period(str(eased["default"]))
    if eased.get("type") == "array" and "string" in _list_types(eased.get("items")):
        note = {name: eased.pop(name) for name in ("description", "default") if name in eased}
        return {"anyOf": [eased, eased["items"]], **note}
    return eased


def _list_types(items: Any) -> set[str]:
    return {str(items.get("type"))} if isinstance(items, dict) else set()


def _write_period(iso: str) -> str:
    from pydantic import TypeAdapter

    from entries import write_period

    return write_period(TypeAdapter(timedelta).validate_python(iso))
