"""Notes among editors beside an item; they are never published and never changed."""

from __future__ import annotations

from flask import redirect, request
from flask.typing import ResponseReturnValue

from errors import UserFault
from review.permissions import DECIDE, allow
from review.setting import setting
from review.visits import read_now, signed_in
from store.desk import find_standing
from store.notes import add_note
from store.sessions import set_notice


@allow(*DECIDE)
def leave_note(item: int, number: int) -> ResponseReturnValue:
    """Leave a note beside an item, for other editors."""
    here, session, now = setting(), signed_in(), read_now()
    with here.database.write() as connection:
        find_standing(connection, item, number)
        try:
            add_note(connection, item, request.form.get("text", ""), session.actor, now)
        except UserFault as error:
            set_notice(connection, session, f"没有保存：{error}。")
        else:
            set_notice(connection, session, "便条已留下。")
    return redirect(f"/items/{item}@{number}#notes", 303)
