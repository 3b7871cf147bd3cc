"""Taking back the last thing that this session did, also a bulk."""

from __future__ import annotations

from datetime import datetime

from flask import jsonify, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from errors import NotAllowed, NotFound, Stale
from review.drawing import wants_json
from review.outcomes import name_item
from review.permissions import DECIDE, allow
from review.protection import is_own_path
from review.setting import Setting, setting
from review.visits import read_now, signed_in
from store.clearing import recall_finding
from store.desk import choose_column, find_standing
from store.doubts import recall_doubt
from store.moves import Wish
from store.reviews import decide, undo_approval
from store.sessions import Session, drop_act, find_act, set_notice

_AT_ONCE = 4  # decisions taken back in one transaction


@allow(*DECIDE)
def undo() -> ResponseReturnValue:
    """Take the newest act back; what a release holds already, or somebody changed since, is named."""
    here, session, now = setting(), signed_in(), read_now()
    with here.database.read() as connection:
        act = find_act(connection, session)
    kept: list[str] = []
    parts = act.parts if act is not None else ()
    for at in range(0, max(1, len(parts)), _AT_ONCE):
        with here.database.write() as connection:
            for item, number, action in parts[at : at + _AT_ONCE]:
                why = _take_back(connection, here, session, item, number, action, now)
                if why is not None:
                    kept.append(f"{name_item(connection, item, number)}：{why}")
            if at + _AT_ONCE >= len(parts):
                if act is not None:
                    drop_act(connection, session)
                told = "没有可以撤销的操作。" if act is None else _tell(act.told, len(parts), kept)
                set_notice(connection, session, told)
    if wants_json():
        return jsonify({"told": told, "items": [part[:2] for part in parts]})
    target = request.form.get("back", "/")
    return redirect(target if is_own_path(target) else "/", 303)


def _take_back(
    connection: Connection,
    here: Setting,
    session: Session,
    item: int,
    number: int,
    action: str,
    now: datetime,
) -> str | None:
    actor = session.actor
    try:
        if action == "approve":
            undo_approval(connection, item, number, actor, now, via="desk")
        elif action.startswith("column="):
            one = find_standing(connection, item, number)
            choose_column(connection, one, action.partition("=")[2], actor, "desk", now)
        elif action.startswith("resolve="):
            one, doubt = find_standing(connection, item, number), int(action.partition("=")[2])
            recall_doubt(connection, one.revision, doubt, actor, "desk", now)
        elif action.startswith("confirm="):
            recall_finding(connection, item, number, int(action.partition("=")[2]), actor, now, via="desk")
        elif action in ("hold", "reject", "return"):
            decide(connection, item, number, Wish("reopen"), actor, here.desk, now, via="desk")
        elif action == "unhold":
            decide(connection, item, number, Wish("hold"), actor, here.desk, now, via="desk")
        else:
            return "这个操作不能撤销，请在稿件页处理"
    except NotAllowed as error:
        if "release holds it" in str(error):
            return "已经发布：要撤下请在稿件页写明理由"
        return "后来有人处理过，不能撤销"
    except (Stale, NotFound):
        return "后来有了新版，不能撤销"
    return None


def _tell(told: str, count: int, kept: list[str]) -> str:
    if not kept:
        return f"已撤销：{told}。"
    named = "；".join(kept[:5])
    done = f"撤销了 {count - len(kept)} 条，" if len(kept) < count else ""
    return f"{done}{len(kept)} 条没有撤销。{named}。"
