"""Signing in and out."""

from __future__ import annotations

from flask import redirect, request
from flask.typing import ResponseReturnValue

from review.drawing import draw
from review.permissions import PUBLIC, SIGNED_IN, allow
from review.protection import is_own_path
from review.setting import setting
from review.visits import read_now, read_visitor, sign_in, signed_in, take_cookie, visit
from store.log import Entry, append
from store.logins import Refused, log_in
from store.sessions import end_session


@allow(PUBLIC)
def login() -> ResponseReturnValue:
    """Sign in by name and password; the page asked for before comes next, when it is one of the desk's."""
    target = request.values.get("next", "/")
    target = target if is_own_path(target) else "/"
    if request.method != "POST":
        if visit().session is not None:
            return redirect(target, 303)
        return draw("login.html", told=None, name="", target=target)
    here = setting()
    name = request.form.get("user", "").strip()
    password = request.form.get("password", "")
    found = log_in(here.database, name, password, read_visitor(request, name), read_now())
    if isinstance(found, Refused):
        told = "账号或口令不对。"
        if found.wait:
            told = f"尝试次数太多，请 {found.wait // 60 + 1} 分钟后再试。"
        return draw("login.html", 429 if found.wait else 401, told=told, name=name[:64], target=target)
    response = redirect("/password" if found.must_change else target, 303)
    old = visit().session
    if old is not None:
        with here.database.write() as connection:
            end_session(connection, old, read_now())
    return sign_in(response, name, found.token)


@allow(SIGNED_IN)
def logout() -> ResponseReturnValue:
    """Sign out: the session ends in the database, not only in this browser."""
    here, session, now = setting(), signed_in(), read_now()
    with here.database.write() as connection:
        end_session(connection, session, now)
        append(connection, Entry(session.actor.id, "desk", "logout"), now)
    response = redirect("/login", 303)
    take_cookie(response, "desk")
    return response


@allow(SIGNED_IN)
def awake() -> ResponseReturnValue:
    """Take the word of a page that somebody types there: being asked is enough to keep the session."""
    return "", 204
