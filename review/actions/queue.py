"""The queue: what waits, in the order of effort."""

from __future__ import annotations

from datetime import datetime, time

from flask import request
from flask.typing import ResponseReturnValue

from clock import PORTAL_ZONE
from review.drawing import draw
from review.grouping import GROUPS, HELD, sort_queue
from review.permissions import LOOK, allow
from review.rows import see_entry
from review.setting import setting
from review.visits import read_now, signed_in
from review.words import REASONS
from store.desk import count_done, list_standing, read_details, search_revisions
from store.queue import WAITING
from store.sessions import find_act

SHOWN = 100  # rows of a group on the whole queue; a group by itself shows five times as many
STATES = (*WAITING, "held")


@allow(*LOOK)
def queue() -> ResponseReturnValue:
    """Show what waits: every group, or one (`?group=`), or what holds some words (`?q=`)."""
    here, session, now = setting(), signed_in(), read_now()
    wanted, words = request.args.get("group"), request.args.get("q", "").strip()[:100]
    with here.database.read() as connection:
        standing = list_standing(connection, STATES)
        if words:
            found = search_revisions(connection, words, STATES)
            standing = [one for one in standing if one.revision in found]
        groups = sort_queue(standing, here.floor)
        chosen = [one for one in (*GROUPS, HELD) if one.key == wanted] or list(GROUPS)
        chosen = [*chosen, HELD] if words and not wanted else chosen
        most = SHOWN if len(chosen) > 1 else 5 * SHOWN
        shown = {group.key: groups[group.key][:most] for group in chosen}
        entries = [entry for some in shown.values() for entry in some]
        details = read_details(
            connection, (one.revision for entry in entries for one in (entry.head, *entry.reposts))
        )
        done = count_done(connection, session.actor.id, begin_day(now))
        act = find_act(connection, session)
    sections = [
        {
            "group": group,
            "count": len(groups[group.key]),
            "rows": [see_entry(entry, details, here, session.actor, now) for entry in shown[group.key]],
        }
        for group in chosen
        if groups[group.key]
    ]
    waiting = sum(len(groups[group.key]) + sum(len(e.reposts) for e in groups[group.key]) for group in GROUPS)
    return draw(
        "queue.html",
        sections=sections,
        rail=[{"group": group, "count": len(groups[group.key])} for group in GROUPS],
        held={"group": HELD, "count": len(groups[HELD.key])},
        only=wanted if len(chosen) == 1 else None,
        waiting=waiting,
        done=done,
        words=words,
        undo=act.told if act is not None else None,
        columns=here.picks,
        reasons=REASONS,
        floor=round(here.floor * 100),
        returnable=any(one.kind == "submitted" for one in standing),
        decides=bool(session.actor.roles & {"editor", "chief"}),
        back=request.full_path.rstrip("?"),
    )


def begin_day(now: datetime) -> datetime:
    """Say when today began at the portal."""
    return datetime.combine(now.astimezone(PORTAL_ZONE).date(), time(), PORTAL_ZONE)
