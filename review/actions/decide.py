"""Deciding about one or many: approve, return, reject, hold, reopen, withdraw."""

from __future__ import annotations

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from review.deciding import Outcome, carry_out, read_seen
from review.drawing import go, wants_json
from review.permissions import DECIDE, allow
from review.protection import is_own_path
from review.requests import read_reason
from review.setting import setting
from review.visits import read_now, signed_in
from store.moves import Wish


@allow(*DECIDE)
def decide_items() -> ResponseReturnValue:
    """Carry out a decision about what is named; several at once, or a whole group, are a bulk."""
    here, session, form = setting(), signed_in(), request.form
    group = form.get("bulk")
    seen = read_seen(form.getlist(f"seen-{group}") if group else form.getlist("which"))
    action = "approve" if group else form.get("action", "")
    bulk = bool(group) or len(seen) > 1
    column = None if bulk else form.get("column")  # one column for many would be a guess
    wish = Wish(action, column or None, read_reason() or None)
    folds = {one: read_seen(form.getlist(f"fold-{one.which}:{one.version}")) for one in seen}
    outcome = carry_out(here, session, seen, wish, bulk, read_now(), folds, every="every" in form)
    if wants_json():
        return _answer(outcome)
    target = form.get("go" if outcome.done else "back", "/")
    return go(target if is_own_path(target) else "/", outcome.told)


def _answer(outcome: Outcome) -> ResponseReturnValue:
    body = {
        "told": outcome.told,
        "done": [f"{one.item}@{one.number}" for one in outcome.done],
        "left": [{"which": one.which, "title": one.title, "why": one.why} for one in outcome.left],
    }
    return jsonify(body), 200 if outcome.done else 409
