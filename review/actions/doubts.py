"""Resolving a doubt with one click, somebody looked and the value stands; and taking that back."""

from __future__ import annotations

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from errors import NotAllowed, Stale
from review.permissions import DECIDE, allow
from review.requests import read_number
from review.setting import setting
from review.visits import read_now, signed_in
from review.words import name_field
from store.desk import find_standing
from store.doubts import recall_doubt, resolve_doubt
from store.sessions import Act, push_act, set_notice


@allow(*DECIDE)
def resolve(item: int, number: int) -> ResponseReturnValue:
    """Resolve one doubt of an open revision, or take one's word about it back; both stay in the log."""
    here, session = setting(), signed_in()
    wanted, recalled = read_number("doubt"), request.form.get("act") == "recall"
    with here.database.write() as connection:
        try:
            told = _settle(connection, item, number, wanted, recalled)
        except Stale:
            told = "没有办成：别人已经办了。"
        except NotAllowed as error:
            told = f"没有办成：{error}。"
        set_notice(connection, session, told)
    return redirect(f"/items/{item}@{number}#looks", 303)


def _settle(connection: Connection, item: int, number: int, wanted: int, recalled: bool) -> str:
    session, now = signed_in(), read_now()
    revision = find_standing(connection, item, number).revision
    if recalled:
        name = name_field(recall_doubt(connection, revision, wanted, session.actor, "desk", now).field)
        return f"{name}：已取回，还是存疑。"
    name = name_field(resolve_doubt(connection, revision, wanted, session.actor, "desk", now).field)
    push_act(connection, session, Act(f"核对{name}", ((item, number, f"resolve={wanted}"),)))
    return f"{name}已核对，存疑消除。"
