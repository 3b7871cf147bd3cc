"""Masking before review: personal data leaves a form, so that what is reviewed is what is shown (N21).

The machine's unmasked value stays in the reading alone. Reprints are never rewritten (N26).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.folding import fold_plain
from pipelines.personal import find_private, mask
from store.forms import Form
from store.items import Found

FIELDS = ("title", "summary", "author", "topic", "list_name", "validity")
_ALT = re.compile(r'(\salt=")([^"]*)(")')
_TAKEN = re.compile(r"转载自|转自|（转载）|\(转载\)|本文转载")
_DIVISION = re.compile(r"[^省市州县区局厅委]{1,6}(?:处|科|科室|办公室)")
_EDGE = 80  # characters at the head and at the foot that say where a text was taken from
KINDS = {
    "identity-number": "身份证号",
    "mobile-number": "手机号码",
    "bank-card": "银行卡号",
    "home-address": "住址",
}


@dataclass(frozen=True)
class Masked:
    """A form as it may be shown, and the notes that say what was masked where."""

    form: Form
    found: list[Found]


def mask_form(form: Mapping[str, Any], public: Collection[str], version: str) -> Masked:
    """Mask personal data in every field that is text; `public` numbers stay whole."""
    new = dict(form)
    found: list[Found] = []

    def put(field: str, text: str, markup: bool = False) -> str:
        hits = find_private(text, markup, public)
        for hit in hits:
            told = f"已遮盖{KINDS[hit.rule]}，原值只在采集记录里"
            found.append(Found("masked", version, "note", field, hit.shown, hit.shown, told))
        return mask(text, hits, markup) if hits else text

    for name in FIELDS:
        if new[name]:
            new[name] = put(name, new[name])
    if new["html"]:
        html = put("body", new["html"], markup=True)
        new["html"] = _ALT.sub(lambda alt: f"{alt[1]}{put('images', alt[2])}{alt[3]}", html)
    new["images"] = [{**one, "alt": put("images", one["alt"] or "")} for one in new["images"]]
    new["attachments"] = [{**one, "name": put("attachments", one["name"])} for one in new["attachments"]]
    return Masked(new, list(dict.fromkeys(found)))


def is_reprint(form: Mapping[str, Any], text: str, own: Iterable[str]) -> bool:
    """Say whether a form is taken over from somebody who is none of `own`: by its credit, or its own words.

    A division that names itself alone (职成处) is the provider's own.
    """
    credit = fold_plain(form["credit"] or "")
    if _TAKEN.search(credit) or _TAKEN.search(text[:_EDGE]) or _TAKEN.search(text[-_EDGE:]):
        return True
    names = [fold_plain(name) for name in own]
    if not credit or _DIVISION.fullmatch(credit):
        return False
    return not any(name in credit or credit in name for name in names if len(name) > 1)
