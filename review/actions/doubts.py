"""Resolving a doubt with one click: somebody looked, and the value stands."""

from __future__ import annotations

from flask import jsonify, redirect
from flask.typing import ResponseReturnValue

from review.drawing import wants_json
from review.permissions import DECIDE, allow
from review.requests import read_number
from review.setting import setting
from review.visits import read_now, signed_in
from review.words import name_field
from store.desk import find_standing
from store.doubts import resolve_doubt
from store.sessions import set_notice


@allow(*DECIDE)
def resolve(item: int, number: int) -> ResponseReturnValue:
    """Resolve one doubt of an open revision; the doubt, and who resolved it, stay in the log."""
    here, session, now = setting(), signed_in(), read_now()
    wanted = read_number("doubt")
    with here.database.write() as connection:
        one = find_standing(connection, item, number)
        doubt = resolve_doubt(connection, one.revision, wanted, session.actor, "desk", now)
        told = f"{name_field(doubt.field)}已核对，存疑消除。"
        if not wants_json():
            set_notice(connection, session, told)
    if wants_json():
        return jsonify({"told": told})
    return redirect(f"/items/{item}@{number}", 303)
