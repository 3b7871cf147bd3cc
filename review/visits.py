"""Who asks: the session behind the cookie, and for who is not signed in yet, what signs the login form."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from flask import Flask, Request, current_app, session
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from review.setting import Setting, setting
from store.logins import Visitor
from store.sessions import LONGEST, Session, find_session, is_due, mark_seen

_DEVICE_DAYS = 180


class Visit(dict[str, Any], SessionMixin):
    """One request's visitor; Flask-WTF finds the secret of its forms under `csrf_token`."""

    def __init__(self, session: Session | None, nonce: str, fresh: bool) -> None:
        secret = session.csrf if session is not None else hashlib.sha256(nonce.encode()).hexdigest()
        super().__init__(csrf_token=secret)
        self.session = session
        self.nonce = nonce
        self.fresh = fresh


class Visits(SessionInterface):
    """Sessions live in the database; the browser holds a token that says nothing by itself."""

    def open_session(self, app: Flask, request: Request) -> Visit:
        """Look the cookie's session up, and write down once a minute that it is used."""
        here: Setting = app.extensions["desk"]
        token = request.cookies.get(here.cookie("desk"))
        found = None
        if token:
            now = here.clock()
            with here.database.read() as connection:
                found = find_session(connection, token, now)
            if found is not None and is_due(found, now):
                with here.database.write() as connection:
                    mark_seen(connection, found, now)
        nonce = request.cookies.get(here.cookie("visitor"))
        return Visit(found, nonce or secrets.token_urlsafe(24), fresh=nonce is None and found is None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Give a new visitor the cookie that the login form is signed for."""
        if isinstance(session, Visit) and session.fresh and response.mimetype == "text/html":
            give_cookie(response, "visitor", session.nonce, None)


def visit() -> Visit:
    """Give this request's visitor."""
    one = session._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(one, Visit)
    return one


def signed_in() -> Session:
    """Give this request's session; only for routes that the guard lets signed-in people reach."""
    found = visit().session
    assert found is not None
    return found


def give_cookie(response: Response, name: str, value: str, seconds: int | None) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send."""
    here = setting()
    response.set_cookie(
        here.cookie(name),
        value,
        max_age=seconds,
        httponly=True,
        samesite="Strict",
        secure=here.https,
        path="/",
    )


def take_cookie(response: Response, name: str) -> None:
    """Take a cookie away."""
    here = setting()
    response.delete_cookie(here.cookie(name), httponly=True, samesite="Strict", secure=here.https, path="/")


def sign_in(response: Response, account: str, token: str) -> Response:
    """Give the browser a session's token, and the device's cookie by which its own failures are counted."""
    give_cookie(response, "desk", token, int(LONGEST.total_seconds()))
    device = _devices().dumps([account, secrets.token_hex(8)])
    give_cookie(response, "device", str(device), _DEVICE_DAYS * 86400)
    take_cookie(response, "visitor")
    return response


def read_visitor(request: Request, account: str) -> Visitor:
    """Say who tries to sign in: the address, and the device where its cookie is of this account."""
    address = (request.remote_addr or "?")[:64]
    try:
        name, device = _devices().loads(request.cookies.get(setting().cookie("device"), ""))
    except (BadSignature, ValueError, TypeError):
        return Visitor(address)
    return Visitor(address, str(device)) if name == account else Visitor(address)


def _devices() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="device")


def read_now() -> datetime:
    """Say what time it is at the desk."""
    return setting().clock()
