"""Who may do what: every route says it by a decorator, and with a silent one nothing starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue

from errors import ConfigurationError, Fault
from review.visits import visit

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
        if session.must_change and request.endpoint not in _BEFORE_CHANGE:
            return redirect("/password", 303)
        if SIGNED_IN not in allowed and not session.actor.roles & allowed:
            abort(403)
        # after the question who asks: nobody else fills the disk
        most = getattr(app.view_functions[request.endpoint], "most", None)
        if most is not None:
            request.max_content_length = most
        return None


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method in ("GET", "HEAD") and request.headers.get("X-Desk") is None:
        path = request.full_path.rstrip("?")
        return redirect("/login" if path == "/" else f"/login?next={quote(path, safe='/')}", 303)
    return abort(401)
