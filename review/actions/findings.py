"""Findings dealt with one by one: confirmed, cleared, taken back, or allowed as a false alarm for good."""

from __future__ import annotations

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from errors import NotAllowed, Stale, UserFault
from pipelines.allowing import find_allowed
from review.drawing import draw
from review.permissions import DECIDE, LOOK, allow
from review.requests import read_number, read_reason
from review.setting import setting
from review.visits import read_now, signed_in
from review.words import LEVELS, RULES, name_finding, name_title
from store.allowances import end_allowance, list_allowances, make_allowance
from store.clearing import clear_finding, recall_finding
from store.desk import Finding, find_standing, read_details
from store.screenings import list_raised
from store.sessions import Act, push_act, set_notice


@allow(*DECIDE)
def settle_finding(item: int, number: int) -> ResponseReturnValue:
    """Confirm or clear one finding, take one's word back, or allow its phrase from now on."""
    here, session = setting(), signed_in()
    wanted, act = read_number("finding"), request.form.get("act", "confirm")
    if act not in ("confirm", "recall", "allow"):
        abort(400)
    with here.database.write() as connection:
        one = find_standing(connection, item, number)
        details = read_details(connection, [one.revision])[one.revision]
        finding = next((found for found in details.findings if found.id == wanted), None)
        if finding is None:
            abort(404)
        why = _refuse(finding, act, one.made_by)
        told = why or _carry_out(connection, item, number, finding, act)
        set_notice(connection, session, f"没有办成：{why}。" if why else told)
    return redirect(f"/items/{item}@{number}#looks", 303)


@allow(*LOOK)
def screened() -> ResponseReturnValue:
    """Show what is public and was found by newer lists, and the phrases that are allowed."""
    here, session = setting(), signed_in()
    with here.database.read() as connection:
        raised = [row for row in list_raised(connection) if session.actor.may_see(row.column_key)]
        faces = here.faces.read(connection, {row.revision for row in raised})
        allowances = list_allowances(connection)
    rows = [
        {
            "which": f"{row.item}@{row.number}",
            "title": name_title(faces[row.revision].title),
            "level": LEVELS[row.level],
            "head": name_finding(row.rule, row.field),
            "span": row.span,
        }
        for row in raised
    ]
    return draw(
        "screened.html",
        rows=rows,
        allowances=allowances,
        rules=RULES,
        lists=here.portal.screen.lists,
    )


@allow("chief")
def end_allowed() -> ResponseReturnValue:
    """End an allowance: what it had cleared is screened again tonight."""
    here, session, now = setting(), signed_in(), read_now()
    number = read_number("allowance")
    with here.database.write() as connection:
        reason = request.form.get("reason", "")
        count = end_allowance(connection, number, reason, session.actor, now, via="desk")
        set_notice(connection, session, f"不再放行；它放行过的 {count} 条会重新筛查。")
    return redirect("/screened", 303)


def _refuse(finding: Finding, act: str, made_by: str) -> str | None:
    """Say why it cannot be done, in an editor's words, before the store says so in its own."""
    actor = signed_in().actor
    reason = request.form.get("reason", "").strip()
    if act == "recall":
        return None
    if actor.id == made_by:
        return "这一版是您写的或改的，请另一位编辑来看"
    if act == "allow" or finding.level == "block":
        if "chief" not in actor.roles:
            return "只有主编可以放行"
        if not reason:
            return "要写明理由"
    return None


def _carry_out(connection: Connection, item: int, number: int, finding: Finding, act: str) -> str:
    actor, now = signed_in().actor, read_now()
    reason = read_reason(300)
    head = name_finding(finding.rule, finding.field)
    try:
        if act == "recall":
            recall_finding(connection, item, number, finding.id, actor, now, via="desk")
            return f"{head}：已取回，还要再看。"
        if act == "allow":
            phrase = request.form.get("phrase", "")
            made, count = make_allowance(
                connection, finding.rule, phrase, reason, actor, find_allowed, now, via="desk"
            )
            return f"“{made.phrase}”以后放行，现有 {count} 处已一并放行。"
        clear_finding(connection, item, number, finding.id, reason, actor, now, via="desk")
        act_done = Act(f"确认{head}", ((item, number, f"confirm={finding.id}"),))
        push_act(connection, signed_in(), act_done)
    except Stale:
        return f"没有办成：{head}，别人已经办了。"
    except NotAllowed:
        return f"没有办成：{head}，现在不能这样做。"
    except UserFault:
        return f"没有办成：{head}，写一个 2 到 60 字的词句，包括找到的词。"
    return f"{head}：已{'放行' if finding.level == 'block' else '确认'}。"
