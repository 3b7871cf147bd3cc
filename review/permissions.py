"""Who may do what: every route says it by a decorator, and with a silent one nothing starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue

from errors import ConfigurationError, Fault
from review.setting import setting
from review.visits import visit
from store.faces import find_column
from store.moves import Actor
from store.sessions import Session

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"  # without signing in
SIGNED_IN = "signed in"  # whatever the role
LOOK = ("editor", "chief", "auditor")
DECIDE = ("editor", "chief")

_HIGHEST = 2**31 - 1  # of any number in an address, on either database
# What somebody whose password must be changed can still reach.
_BEFORE_CHANGE = frozenset({"password", "logout", "static_file"})


def allow(*roles: str) -> Callable[[View], View]:
    """Say who may call a view: roles, or PUBLIC, or SIGNED_IN."""

    def mark(view: View) -> View:
        view.allowed = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def sized(most: int) -> Callable[[View], View]:
    """Say that a view takes requests of up to `most` bytes, such as uploads."""

    def mark(view: View) -> View:
        view.most = most  # type: ignore[attr-defined]
        return view

    return mark


def read_allowed(app: Flask, endpoint: str) -> frozenset[str]:
    """Give what a route declares, nobody where it says nothing."""
    return getattr(app.view_functions[endpoint], "allowed", frozenset())


def check_routes(app: Flask) -> None:
    """Refuse to start with a route that says nothing; raises ConfigurationError naming each."""
    silent = [rule for rule in app.url_map.iter_rules() if not read_allowed(app, rule.endpoint)]
    if silent:
        raise ConfigurationError([Fault("review", 1, 1, f"{rule} declares no permission") for rule in silent])


def guard(app: Flask) -> None:
    """Ask before every request whether this person may make it."""

    @app.before_request
    def ask() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None  # no such address: 404 for everybody
        if any(isinstance(value, int) and value > _HIGHEST for value in (request.view_args or {}).values()):
            abort(404)
        allowed = read_allowed(app, request.endpoint)
        if PUBLIC in allowed:
            return None
        session = visit().session
        if session is None:
            return _ask_to_sign_in()
        if _is_to_change(session) and request.endpoint not in _BEFORE_CHANGE:
            return redirect("/password", 303)
        if SIGNED_IN not in allowed and not session.actor.roles & allowed:
            abort(403)
        if session.actor.columns is not None and not _is_own(session.actor):
            abort(403)
        # after the question who asks: nobody else fills the disk
        most = getattr(app.view_functions[request.endpoint], "most", None)
        if most is not None:
            request.max_content_length = most
        return None


def _is_to_change(session: Session) -> bool:
    """Whether the password was given by somebody else, or has grown too old (S31)."""
    here = setting()
    return session.must_change or session.is_old(here.portal.settings.password_days, here.clock())


def _is_own(actor: Actor) -> bool:
    """Whether the item in the address stands in a column of this editor's, or in none yet."""
    named = request.view_args or {}
    if "item" not in named:
        return True
    with setting().database.read() as connection:
        return actor.may_see(find_column(connection, named["item"], named.get("number")))


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method in ("GET", "HEAD") and request.headers.get("X-Desk") is None:
        path = request.full_path.rstrip("?")
        return redirect("/login" if path == "/" else f"/login?next={quote(path, safe='/')}", 303)
    return abort(401)
