"""Changing one's own password; it ends every other session."""

from __future__ import annotations

from flask import redirect, request
from flask.typing import ResponseReturnValue

from errors import UserFault
from review.drawing import draw
from review.permissions import SIGNED_IN, allow
from review.setting import setting
from review.visits import read_now, sign_in, signed_in
from store.logins import SHORTEST, change_password


@allow(SIGNED_IN)
def password() -> ResponseReturnValue:
    """Show the form, or take the new password when the old one is right and the rules hold."""
    session = signed_in()
    if request.method != "POST":
        return _show(None)
    new = request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _show("两次输入的新口令不一样。", 400)
    try:
        token = change_password(
            setting().database, session.actor, request.form.get("old", ""), new, read_now()
        )
    except UserFault as error:
        return _show(f"{error}。", 400)
    if token is None:
        return _show("原口令不对。", 400)
    return sign_in(redirect("/", 303), session.actor.id, token)


def _show(told: str | None, status: int = 200) -> ResponseReturnValue:
    session, days = signed_in(), setting().portal.settings.password_days
    return draw(
        "password.html",
        status,
        told=told,
        shortest=SHORTEST,
        forced=session.must_change,
        days=days if session.is_old(days, read_now()) else None,
    )
