"""The queue: what waits, in the order of effort."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from clock import PORTAL_ZONE
from review.drawing import draw
from review.grouping import GONE, GROUPS, HELD, Entry, Group, sort_queue
from review.permissions import LOOK, allow
from review.rows import Row, Sheet, see_entry
from review.setting import Setting, setting
from review.visits import read_now, signed_in
from review.words import REASONS
from store.desk import count_done, read_standing
from store.faces import read_remarks
from store.gone import list_gone
from store.moves import Actor
from store.notes import count_notes
from store.sessions import find_act

# Rows of the first group that holds any, of each further one, and of a group by itself: a page is drawn at
# once, however much waits.
FIRST, FURTHER, ALONE = 30, 8, 100


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
        groups = sort_open(connection, here, session.actor)
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
        own=[here.name_column(key) for key in sorted(session.actor.columns or ())],
        back=request.full_path.rstrip("?"),
    )


def sort_open(connection: Connection, here: Setting, actor: Actor) -> dict[str, list[Entry]]:
    """Give the groups of everything that waits for this person: in any column, or in the person's own."""
    held = here.waiting.read(connection, here.floor)
    gone = list_gone(connection)
    if actor.columns is None:
        return {**held.groups, GONE: [Entry(one) for one in gone]}
    return sort_queue((one for one in (*held.rows, *gone) if actor.may_see(one.column)), here.floor)


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
    sheet = read_sheet(connection, here, [one.revision for one in shown])
    return [
        Section(
            group,
            len(groups[group.key]),
            tuple(
                see_entry(entry, sheet, here, actor, now)
                for entry in chosen[group.key]
                if entry.head.revision in sheet.standing
            ),
        )
        for group in (*GROUPS, HELD)
        if chosen.get(group.key)
    ]


def read_sheet(connection: Connection, here: Setting, wanted: Collection[int]) -> Sheet:
    """Read what the rows of these revisions are drawn from."""
    standing = read_standing(connection, wanted)
    faces = here.faces.read(connection, standing)
    notes = count_notes(connection, {one.item for one in standing.values()})
    return Sheet(standing, faces, read_remarks(connection, tuple(standing.values())), notes)
