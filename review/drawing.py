"""Pages of the desk: the publisher's environment over this room's templates, with what every page shows."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_wtf.csrf import generate_csrf

from publish.templates import make_environment
from review.assets import read_own
from review.setting import setting
from review.visits import signed_in, visit
from review.words import ROLES
from store.moves import EDITORS
from store.sessions import set_notice


def warm() -> None:
    """Load every template, the publisher's for previews too, so that the first editor waits for none."""
    for room in ("review", "publish"):
        environment = make_environment(room)
        for name in environment.list_templates():
            environment.get_template(name)


def draw(template: str, status: int = 200, **values: Any) -> Response:
    """Render a page for this request's visitor; a notice that waits is told once."""
    here = setting()
    session = visit().session
    notice = session.notice if session is not None else None
    if session is not None and notice:
        with here.database.write() as connection:
            set_notice(connection, session, None)
    page = make_environment("review").get_template(template)
    shown = {
        "me": session.actor if session is not None else None,
        "chief": session is not None and "chief" in session.actor.roles,
        "role": next((name for role, name in ROLES.items() if session and role in session.actor.roles), ""),
        "decides": session is not None and bool(session.actor.roles & EDITORS),
        "csrf": generate_csrf(),
        "css": read_own()["desk.css"].path,
        "item_style": read_own()["item.css"].path,
        "script": read_own()["desk.js"].path,
        "typed_script": read_own()["typed.js"].path,
        "icon": here.site.icon,
        "portal_name": here.portal.identity.name,
        "banner": here.portal.identity.notice,
        "notice": notice,
        "here": request.path,
    }
    return make_response(page.render(**{**shown, **values}), status)


def go(path: str, told: str) -> ResponseReturnValue:
    """Lead to a page of the desk, which tells once what was done."""
    with setting().database.write() as connection:
        set_notice(connection, signed_in(), told)
    return redirect(path, 303)


def wants_json() -> bool:
    """Whether the desk's own script asks, which needs no page."""
    return request.headers.get("X-Desk") == "1"
