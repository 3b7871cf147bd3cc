"""The desk as one application: its routes, and what stands before and behind each of them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from errors import CaibianError, NotAllowed, NotFound, Stale, UserFault
from portal import Portal
from review.actions import (
    alike,
    attach,
    claim,
    column,
    decide,
    done,
    doubts,
    edit,
    files,
    findings,
    frames,
    item,
    learning,
    log,
    login,
    mend,
    notes,
    password,
    queue,
    search,
    take,
    timed,
    undo,
    write,
)
from review.drawing import draw, wants_json
from review.elsewhere import list_places
from review.permissions import check_routes, guard
from review.protection import protect
from review.requests import read_origin, read_typed
from review.setting import Setting
from review.visits import Visits, visit
from sources import Sources
from store.database import Database
from store.logins import read_key

logger = logging.getLogger(__name__)

_ITEM = "/items/<int:item>@<int:number>"
_ROUTES: tuple[tuple[str, str, Callable[..., ResponseReturnValue]], ...] = (
    ("GET", "/", queue.queue),
    ("GET", "/done", done.done),
    ("GET", "/search", search.search_all),
    ("POST", "/decide", decide.decide_items),
    ("POST", "/undo", undo.undo),
    ("GET", _ITEM, item.item),
    ("GET", f"{_ITEM}/preview", frames.preview),
    ("GET", f"{_ITEM}/source", frames.source_page),
    ("POST", f"{_ITEM}/edit", edit.edit_item),
    ("POST", f"{_ITEM}/column", column.set_column),
    ("POST", f"{_ITEM}/resolve", doubts.resolve),
    ("POST", f"{_ITEM}/findings", findings.settle_finding),
    ("GET", "/screened", findings.screened),
    ("POST", "/screened/end", findings.end_allowed),
    ("POST", f"{_ITEM}/notes", notes.leave_note),
    ("POST", f"{_ITEM}/timed", timed.decide_timed),
    ("POST", f"{_ITEM}/mend", mend.mend_item),
    ("POST", f"{_ITEM}/files", attach.attach_files),
    ("POST", f"{_ITEM}/claim", claim.claim_item),
    ("POST", f"{_ITEM}/release", claim.release_item),
    ("GET", "/alike/<int:item>", alike.alike),
    ("POST", "/alike/<int:item>", alike.order_alike),
    ("GET", "/learning", learning.learning),
    ("POST", "/learning/trial", learning.trial),
    ("GET", "/take", take.take),
    ("POST", "/take", take.take_page),
    ("GET", "/take/<int:job>", take.taking),
    ("GET", "/bring", take.bring),
    ("GET", "/write", write.write),
    ("POST", "/write", write.write_item),
    ("GET", "/pages", write.fixed_pages),
    ("GET", "/log", log.log),
    ("POST", "/log/export", log.export_log),
    ("POST", "/log/verify", log.verify_log),
    ("GET POST", "/login", login.login),
    ("POST", "/logout", login.logout),
    ("POST", "/awake", login.awake),
    ("GET POST", "/password", password.password),
    ("GET", "/files/<prefix>/<name>", files.kept_file),
    ("GET", "/static/<name>", files.static_file),
)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_TOLD = {
    400: "请求不完整，或者页面放得太久。请回到上一页刷新再试。",
    401: "登录已经过期，请重新登录。",
    403: "您的账号没有做这件事的权限。需要的话，请联系系统管理员。",
    404: "没有这个页面，或者稿件编号不对。",
    405: "这个地址不能这样访问。",
    413: "内容太大。",
    500: "系统出错，没有保存。请稍后再试；再出现请告诉运维。",
}


def create_app(
    database: Database,
    portal: Portal,
    sources: Sources,
    home: Path,
    clock: Callable[[], datetime],
    *,
    hosts: Collection[str] = ("127.0.0.1", "localhost", "[::1]"),
    https: bool = False,
    hurry: Callable[[], None] | None = None,
) -> Flask:
    """Make the desk; it answers to `hosts` only, and with `https` its cookies go over TLS alone.

    Raises ConfigurationError for a route that declares no permission, StoreError without its key.
    """
    app = Flask("review", static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=read_key(home),
        TRUSTED_HOSTS=list(hosts),
        MAX_CONTENT_LENGTH=2 << 20,
        MAX_FORM_MEMORY_SIZE=2 << 20,
        WTF_CSRF_TIME_LIMIT=None,  # a form lives as long as its session
        WTF_CSRF_METHODS=["POST", "PUT", "PATCH", "DELETE"],
    )
    app.extensions["desk"] = Setting(database, portal, sources, home, clock, https, hurry)
    app.session_interface = Visits()
    guard(app)
    CSRFProtect(app)
    protect(app)
    for methods, rule, view in _ROUTES:
        app.add_url_rule(rule, view.__name__, view, methods=methods.split())
    _name_faults(app)
    check_routes(app)
    return app


def _name_faults(app: Flask) -> None:
    """Tell every fault in an editor's words, as a page or to the desk's script."""

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> ResponseReturnValue:
        if wants_json():
            return _tell(400, "这一页放得太久，请刷新再办。")
        return _lose("这一页放得太久了", 400)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        if code == 403 and request.path == "/" and not wants_json() and (session := visit().session):
            return draw("elsewhere.html", 403, places=list_places(session.actor.roles))
        return _tell(code, _TOLD.get(code, "现在不能这样做。"))

    @app.errorhandler(CaibianError)
    def faulty(error: CaibianError) -> ResponseReturnValue:
        if isinstance(error, NotFound):
            return _tell(404, _TOLD[404])
        if isinstance(error, Stale | NotAllowed):
            return _tell(409, _say(error))
        if isinstance(error, UserFault):
            return _tell(400, _say(error))
        logger.error("the desk: %s", error)
        return _tell(500, _TOLD[500])


def _say(error: CaibianError) -> str:
    """Give a fault's own words where they are an editor's; those for a terminal go to the log."""
    if _CHINESE.search(str(error)):
        return f"{error}。"
    logger.info("the desk refused: %s", error)
    return "现在不能这样做，请刷新页面再看。"


def _tell(status: int, told: str) -> ResponseReturnValue:
    if wants_json():
        return jsonify({"told": told}), status
    if status == 401:
        return _lose("登录已经过期", status)
    if status >= 500:  # the store may be what is broken, so nothing is asked of it
        return told, status, {"Content-Type": "text/plain; charset=utf-8"}
    return draw("problem.html", status, told=told, status_code=status)


def _lose(head: str, status: int) -> ResponseReturnValue:
    """Say that a form came too late, lead back to its page, and show what was written there."""
    return draw("expired.html", status, head=head, back=read_origin(), typed=read_typed())
