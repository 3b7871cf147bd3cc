"""Mending what is public: a correction with its note, a mark that a document is repealed or changed (N16)."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from pipelines.normalize import clean_line
from review.actions.edit import save_changes
from review.drawing import go
from review.permissions import DECIDE, allow

# What a page can say of its own validity; the words are the beginning of the mark, its rest is free.
VALIDITY = ("现行有效", "已废止", "已失效", "已修改")


@allow(*DECIDE)
def mend_item(item: int, number: int) -> ResponseReturnValue:
    """Save a correction note, or what became of a document, as a new revision; another person approves it."""
    back = f"/items/{item}@{number}"
    changes: dict[str, str | None] = {}
    note = clean_line(request.form.get("correction"))
    if note is not None:
        changes["correction"] = note[:500]
    kind, more = request.form.get("validity", ""), clean_line(request.form.get("more"))
    if kind in VALIDITY:
        changes["validity"] = f"{kind}，{more}"[:300] if more else kind
    if not changes:
        return go(back, "没有保存：先写更正说明，或者选有效性。")
    told = "另一位编辑通过后，门户页面上会显示；原来的版本在那之前不变。"
    return save_changes(item, number, changes, told, cause="correct" if note else "edit")
