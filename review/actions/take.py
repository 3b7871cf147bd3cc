"""By hand (人工采集): paste an address or press the bookmark, watch it come, correct it, queue it."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Connection

from errors import NotFound, ReadingError
from reading.address import canonical
from review.drawing import draw, go
from review.permissions import DECIDE, PUBLIC, allow
from review.setting import setting
from review.visits import read_now, signed_in
from review.words import STATES
from store.jobs import Asked, add_job, find_job, list_asked
from store.taking import Known, find_taken

_LONGEST = 2000  # characters of an address
_SHOWN = 10
# What the fetch calls a fault -> what the desk says.
_FAULTS = {
    "guarded": "地址指向内部网络，不允许采集",
    "robots": "对方网站的 robots.txt 不允许采集",
    "barred": "对方网站拒绝访问（可能要验证）",
    "retry-after": "对方网站要求稍后再来",
    "http": "对方网站没有给出网页",
    "page": "页面上没有读出文章",
    "dns": "域名解析不了",
    "refused": "对方网站连不上",
    "tls": "对方网站的证书有问题",
    "time-out": "对方网站太久没有回应",
    "lost": "连接断了",
    "too-large": "页面太大",
    "redirects": "跳转太多",
}


@allow(*DECIDE)
def take() -> ResponseReturnValue:
    """Show the form for an address, with the bookmark and what was taken lately."""
    here = setting()
    with here.database.read() as connection:
        asked = list_asked(connection, "take", _SHOWN)
        rows = [(one, find_taken(connection, _address(one))) for one in asked]
    return draw(
        "take.html",
        url=request.args.get("url", "")[:_LONGEST],
        rows=[_see(one, known) for one, known in rows],
        bookmark=_write_bookmark(),
    )


@allow(*DECIDE)
def take_page() -> ResponseReturnValue:
    """Ask for a page to be fetched; the desk itself connects to nobody."""
    here, session, now = setting(), signed_in(), read_now()
    given = request.form.get("url", "").strip()
    back = f"/take?url={quote(given[:_LONGEST], safe='')}"
    try:
        address = canonical(given) if len(given) <= _LONGEST else ""
    except ReadingError:
        address = ""
    if not address.startswith(("http://", "https://")) or len(address.split()) != 1:
        return go(back, "这不是网页地址：要以 http:// 或 https:// 开头。")
    with here.database.write() as connection:
        known = find_taken(connection, address)
        missing = known is None or known.item is None
        job = _order(connection, address, session.actor.id, now) if missing else None
    if job is None and known is not None:
        return go(
            f"/items/{known.which}", f"这一页已经在这里了：{known.which}，{STATES[known.state or '']}。"
        )
    if here.hurry is not None:
        here.hurry()
    return redirect(f"/take/{job}", 303)


@allow(*DECIDE)
def taking(job: int) -> ResponseReturnValue:
    """Show how far a page is; once it is here, lead to its fields."""
    with setting().database.read() as connection:
        asked = find_job(connection, job)
        if asked is None or asked.kind != "take":
            raise NotFound(f"there is no job {job} that takes a page")
        known = find_taken(connection, _address(asked))
    if known is not None and known.item is not None:
        return go(f"/items/{known.which}", "取来了：请核对字段，改好再审。")
    row = _see(asked, known)
    answer = draw("taking.html", row=row)
    if not asked.done:
        answer.headers["Refresh"] = "2"
    return answer


@allow(PUBLIC)
def bring() -> ResponseReturnValue:
    """Lead from the bookmark to the form; nothing is done by it.

    Cookies here are for this site alone, and a browser coming from another site sends none. This step is the
    desk's own, so that the next one is asked with the cookie.
    """
    answer = Response("", mimetype="text/html")
    answer.headers["Refresh"] = f"0; url=/take?url={quote(request.args.get('url', '')[:_LONGEST], safe='')}"
    return answer


def _order(connection: Connection, address: str, who: str, now: datetime) -> int:
    """Give the job for a page: the one that waits for it already, else a new one."""
    waiting = (one for one in list_asked(connection, "take", 50) if not one.done)
    same = next((one.id for one in waiting if _address(one) == address), None)
    return same or add_job(connection, "take", f"{address} {who}", who, now)


def _address(asked: Asked) -> str:
    """The page that a job is for; behind it stands who wants it."""
    return asked.argument.partition(" ")[0]


def _write_bookmark() -> Markup:
    """Write the bookmark's address: it only opens the form, with the address of the page that one is on."""
    base = request.host_url.rstrip("/")
    return Markup("javascript:location.href='{}/bring?url='+encodeURIComponent(location.href)").format(base)


def _see(asked: Asked, known: Known | None) -> dict[str, str | None]:
    """Say how far one page is."""
    link, failed = None, None
    if known is not None and known.item is not None:
        told, link = STATES[known.state or ""], f"/items/{known.which}"
    elif asked.done:
        failed = _tell_fault(known)
        told = f"没有取到：{failed}"
    else:
        told, link = ("正在取" if asked.running else "排着队"), f"/take/{asked.id}"
    return {"address": _address(asked), "who": asked.made_by, "told": told, "link": link, "failed": failed}


def _tell_fault(known: Known | None) -> str:
    return tell_error(known.error if known is not None else None)


def tell_error(error: str | None) -> str:
    """Say why a page did not come; of the fetch's own words an editor needs the status alone."""
    kind, _, words = (error or "").partition(": ")
    if kind not in _FAULTS:
        return "取的过程出错了，请再试一次"
    status = re.fullmatch(r"answers (\d{3})", words)
    return _FAULTS[kind] + (f"（{status[1]}）" if status else "")
