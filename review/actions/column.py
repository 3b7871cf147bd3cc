"""Putting an open item into another column, without deciding about it."""

from __future__ import annotations

from flask import jsonify, redirect, request
from flask.typing import ResponseReturnValue

from errors import NotAllowed, Stale
from review.deciding import explain_stale
from review.drawing import wants_json
from review.permissions import DECIDE, allow
from review.requests import read_one
from review.setting import setting
from review.visits import read_now, signed_in
from store.desk import check_seen, choose_column
from store.sessions import Act, push_act, set_notice
from store.tables import OPEN_STATES


@allow(*DECIDE)
def set_column(item: int, number: int) -> ResponseReturnValue:
    """Choose the column of a review that is still open; the machine's suggestion stays in the log."""
    here, session, now = setting(), signed_in(), read_now()
    key = request.form.get("column", "")
    seen = read_one(item, number)
    if key not in here.desk.columns:
        raise NotAllowed("门户没有这个栏目")
    with here.database.write() as connection:
        try:
            one = check_seen(connection, item, number, seen.version, session.actor, now)
        except Stale as error:
            raise Stale(explain_stale(connection, seen, session, now)) from error
        if one.state not in OPEN_STATES:
            raise NotAllowed("已经决定过的不能改栏目，请先撤销或放回待审")
        told = f"改到“{here.name_column(key)}”"
        version = one.version
        if key != one.column:
            choose_column(connection, one, key, session.actor, "desk", now)
            version += 1
            if one.column is not None:
                push_act(connection, session, Act(told, ((item, number, f"column={one.column}"),)))
        if not wants_json():
            set_notice(connection, session, f"{told}。")
    if wants_json():
        return jsonify(
            {"told": f"{told}。", "seen": f"{item}@{number}:{version}", "name": here.name_column(key)}
        )
    return redirect(f"/items/{item}@{number}", 303)
