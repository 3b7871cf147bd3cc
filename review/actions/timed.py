"""Decisions with a time of their own: publish now, at a moment, take down now."""

from __future__ import annotations

from datetime import datetime

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from clock import PORTAL_ZONE, tell_minute
from errors import UserFault
from review.deciding import carry_out, read_seen
from review.drawing import go
from review.outcomes import Done
from review.permissions import DECIDE, allow
from review.requests import read_reason
from review.setting import Setting, setting
from review.visits import read_now, signed_in
from store.jobs import add_job
from store.moves import Wish
from store.reviews import LONGEST_WAIT
from store.sessions import set_notice

_ACTIONS = ("approve", "withdraw")


@allow(*DECIDE)
def decide_timed(item: int, number: int) -> ResponseReturnValue:
    """Approve one revision for now or for a moment, or withdraw it now; a job publishes it then."""
    here, session, now = setting(), signed_in(), read_now()
    back = f"/items/{item}@{number}"
    try:
        wish = _read_wish(now)
    except UserFault as error:
        return go(back, f"没有办成：{error}。")
    seen = [
        one for one in read_seen(request.form.getlist("which")) if (one.item, one.number) == (item, number)
    ]
    outcome = carry_out(here, session, seen[:1], wish, False, now)
    told = outcome.told
    with here.database.write() as connection:
        for one in outcome.done:
            told = _order(connection, here, one, wish, session.actor.id, now) or told
        set_notice(connection, session, told)
    if outcome.done and wish.release_at is None and here.hurry is not None:
        here.hurry()
    return redirect(back, 303)


def read_moment(text: str, now: datetime) -> datetime:
    """Read what a browser's field for a time holds, at the portal; raises UserFault in an editor's words."""
    try:
        moment = datetime.fromisoformat(text.strip()).replace(tzinfo=PORTAL_ZONE)
    except ValueError as error:
        raise UserFault("时间没有填对，写成 2026-11-05T08:00") from error
    if moment <= now:
        raise UserFault("定的时间已经过了")
    if moment > now + LONGEST_WAIT:
        raise UserFault("定的时间太远，最多一年")
    return moment


def _read_wish(now: datetime) -> Wish:
    form = request.form
    action = form.get("action", "")
    if action not in _ACTIONS:
        raise UserFault("没有这个操作")
    reason = read_reason() or None
    if action == "approve" and form.get("when") == "at":
        return Wish(action, None, reason, read_moment(form.get("at", ""), now))
    return Wish(action, None, reason, at_once=True)


def _order(
    connection: Connection, here: Setting, one: Done, wish: Wish, who: str, now: datetime
) -> str | None:
    """Ask for the publish that the decision waits for; give the words about it."""
    column = here.name_column(one.column_key)
    if one.to_state == "withdrawn":
        add_job(connection, "publish", "now", who, now)
        return "已撤下，正在从门户、列表、订阅和搜索里拿掉，一分钟内生效；原址留说明，不重复标题。"
    if one.to_state == "approved" and one.release_after is not None:
        add_job(connection, "publish", "now", who, one.release_after)
        if wish.release_at is None:
            return f"已通过，进入“{column}”，马上发布。"
        return f"已通过，{tell_minute(one.release_after)} 在“{column}”发布。"
    return None
