"""The form of a revision: its canonical JSON, and the hash that a decision names it by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

Form = dict[str, Any]

# What a form holds; every form has every key, None or empty where nothing is known.
EMPTY: Form = {
    "title": None,
    "html": "",
    "published": None,
    "issued": None,
    "credit": None,
    "author": None,
    "doc_number": None,
    "index_number": None,
    "issuer": None,
    "topic": None,
    "validity": None,
    "correction": None,
    "summary": None,
    "list_name": None,
    "address": None,
    "attachments": [],
    "images": [],
}


def write_json(value: Any) -> str:
    """Write canonical JSON: sorted keys, no spaces, characters as they are, no NaN."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def hash_text(text: str) -> str:
    """Give the SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def hash_form(form: Mapping[str, Any]) -> str:
    """Give the hash that decisions name a form by: of the canonical JSON of all of it."""
    return hash_text(write_json(form))


def merge_form(machine: Mapping[str, Any], person: Mapping[str, Any]) -> Form:
    """Lay what a person set over what the machine read; raises KeyError for a field that no form has."""
    for name in (*machine, *person):
        if name not in EMPTY:
            raise KeyError(name)
    return {**EMPTY, **machine, **person}
