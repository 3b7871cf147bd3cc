"""The queue: what waits, in the order of effort."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from clock import PORTAL_ZONE
from review.drawing import draw
from review.grouping import GROUPS, HELD, Entry, Group, sort_queue
from review.permissions import DECIDE, LOOK, allow
from review.rows import Row, see_entry
from review.setting import Setting, setting
from review.visits import read_now, signed_in
from review.words import REASONS
from store.desk import count_done, read_details, read_standing
from store.glance import Glance, glance
from store.gone import list_gone
from store.moves import Actor
from store.queue import WAITING
from store.sessions import find_act

# Rows of the first group that holds any, of each further one, and of a group by itself: a page is drawn at
# once, however much waits.
FIRST, FURTHER, ALONE = 40, 12, 100


@dataclass(frozen=True)
class Section:
    """A group with the rows of it that a page shows."""

    group: Group
    count: int
    rows: tuple[Row, ...]


@allow(*LOOK)
def queue() -> ResponseReturnValue:
    """Show what waits: every group from its top, or one page by page (`?group=`, `?page=`)."""
    here, session, now = setting(), signed_in(), read_now()
    only = next((one for one in (*GROUPS, HELD) if one.key == request.args.get("group")), None)
    page = max(1, request.args.get("page", 1, type=int))
    with here.database.read() as connection:
        groups = sort_queue(list_open(connection, session.actor), here.floor)
        chosen = _choose(groups, only, page)
        sections = _see(connection, here, session.actor, now, groups, chosen)
        done = count_done(connection, session.actor.id, begin_day(now))
        act = find_act(connection, session)
    waiting = sum(1 + len(entry.reposts) for group in GROUPS for entry in groups[group.key])
    return draw(
        "queue.html",
        sections=sections,
        rail=[{"group": group, "count": len(groups[group.key])} for group in GROUPS],
        held={"group": HELD, "count": len(groups[HELD.key])},
        only=only.key if only else None,
        page=page,
        pages=-(-len(groups[only.key]) // ALONE) if only else 1,
        waiting=waiting,
        done=done,
        undo=act.told if act is not None else None,
        columns=here.picks,
        reasons=REASONS,
        floor=round(here.floor * 100),
        returnable=any(row.returnable for section in sections for row in section.rows),
        decides=bool(session.actor.roles & set(DECIDE)),
        own=[here.name_column(key) for key in sorted(session.actor.columns or ())],
        back=request.full_path.rstrip("?"),
    )


def list_open(connection: Connection, actor: Actor) -> list[Glance]:
    """Give everything that waits for this person: in any column, or in the person's own."""
    rows = [*glance(connection, (*WAITING, "held")), *list_gone(connection)]
    return [one for one in rows if actor.may_see(one.column)]


def begin_day(now: datetime) -> datetime:
    """Say when today began at the portal."""
    return datetime.combine(now.astimezone(PORTAL_ZONE).date(), time(), PORTAL_ZONE)


def _choose(groups: dict[str, list[Entry]], only: Group | None, page: int) -> dict[str, list[Entry]]:
    """The entries that a page shows, by group."""
    if only is not None:
        return {only.key: groups[only.key][(page - 1) * ALONE : page * ALONE]}
    chosen: dict[str, list[Entry]] = {}
    for group in GROUPS:
        if groups[group.key]:
            chosen[group.key] = groups[group.key][: FURTHER if chosen else FIRST]
    return chosen


def _see(
    connection: Connection,
    here: Setting,
    actor: Actor,
    now: datetime,
    groups: dict[str, list[Entry]],
    chosen: dict[str, list[Entry]],
) -> list[Section]:
    shown = [one for some in chosen.values() for entry in some for one in (entry.head, *entry.reposts)]
    standing = read_standing(connection, (one.revision for one in shown))
    details = read_details(connection, standing)
    return [
        Section(
            group,
            len(groups[group.key]),
            tuple(see_entry(entry, standing, details, here, actor, now) for entry in chosen[group.key]),
        )
        for group in (*GROUPS, HELD)
        if chosen.get(group.key)
    ]
