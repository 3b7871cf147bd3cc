"""One item: as it will be published, its fields with origin and doubts, its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue

from publish.fields import clean, see_date, see_files
from review.drawing import draw
from review.grouping import GROUPS, HELD, Entry, find_group, sort_queue
from review.permissions import LOOK, allow
from review.refusals import explain
from review.setting import Setting, setting
from review.visits import read_now, signed_in
from review.words import ACTIONS, LEVELS, REASONS, RULES, STATES, name_field, name_origin, name_reason
from store.desk import (
    Details,
    Standing,
    find_publication,
    find_source,
    find_standing,
    list_history,
    list_standing,
    read_details,
)
from store.editing import DATES, EDITABLE
from store.moves import Actor, Wish
from store.queue import WAITING
from store.sessions import find_act

_ALWAYS = ("title", "credit", "published")


@dataclass(frozen=True)
class Field:
    """One field of the panel: the value, where it was read, what the machine had, the doubts about it."""

    key: str
    name: str
    value: str
    origin: str
    machine: str | None
    doubts: tuple[str, ...]

    @property
    def shown(self) -> bool:
        """Whether it stands among the fields at once: it has a value, a doubt, or every item has it."""
        return bool(self.value or self.doubts or self.machine) or self.key in _ALWAYS


@allow(*LOOK)
def item(item: int, number: int) -> ResponseReturnValue:
    """Show one revision of an item, and where to go from it."""
    here, session, now = setting(), signed_in(), read_now()
    with here.database.read() as connection:
        one = find_standing(connection, item, number)
        details = read_details(connection, [one.revision])[one.revision]
        source = find_source(connection, one.revision)
        history = list_history(connection, item)
        publication = find_publication(connection, item)
        queue = sort_queue(list_standing(connection, (*WAITING, "held")), here.floor)
        act = find_act(connection, session)
    group, place, count, before, after = _find_neighbours(queue, one, here)
    origins = source[1] if source is not None else {}
    wishes = {
        action: explain(one, Wish(action, None, "x"), session.actor, here.desk.columns)
        for action in ("approve", "return", "reject", "hold", "reopen", "withdraw")
    }
    return draw(
        "item.html",
        one=one,
        seen=f"{one.which}:{one.version}",
        title=clean(details.form["title"]) or "（没有标题）",
        state=STATES[one.state],
        agency=here.name_agency(one.agency),
        fields=_see_fields(details, origins),
        marks=_see_marks(details),
        files=see_files(details.form),
        original=clean(details.form["address"]),
        has_source=source is not None,
        column=one.column,
        columns=here.picks,
        suggestion=_tell_suggestion(one, details, here),
        needs=here.desk.columns.get(one.column or "", 1),
        claimed=_see_claim(one, session.actor, now),
        why=wishes["approve"],
        reason_needed=bool(one.levels.get("block") or one.levels.get("confirm")),
        wishes=wishes,
        reasons=REASONS,
        history=history,
        actions=ACTIONS,
        states=STATES,
        name_column=here.name_column,
        publication=publication,
        group=group,
        place=place,
        count=count,
        before=before,
        after=after,
        undo=act.told if act is not None else None,
        decides=bool(session.actor.roles & {"editor", "chief"}),
        returnable=one.kind == "submitted",
        back=request.full_path.rstrip("?"),
    )


def _find_neighbours(
    queue: dict[str, list[Entry]], one: Standing, here: Setting
) -> tuple[str, int, int, str | None, str | None]:
    """Say where an item stands in its group, and which stand before and after it."""
    wanted = request.args.get("in") or find_group(one, here.floor)
    names = {group.key: group.name for group in (*GROUPS, HELD)}
    entries = queue.get(wanted, [])
    order = [repost for entry in entries for repost in (entry.head, *entry.reposts)]
    place = next((at for at, other in enumerate(order) if other.revision == one.revision), None)
    if place is None:
        first = order[0].which if order else None
        return names.get(wanted, ""), 0, len(order), None, f"/items/{first}?in={wanted}" if first else None

    def link(at: int) -> str | None:
        return f"/items/{order[at].which}?in={wanted}" if 0 <= at < len(order) else None

    return names.get(wanted, ""), place + 1, len(order), link(place - 1), link(place + 1)


def _see_fields(details: Details, origins: dict[str, str]) -> list[Field]:
    fields = []
    for key in EDITABLE:
        value = details.form[key]
        machine = details.machine[key]
        shown = see_date(value) if key in DATES else value
        was = see_date(machine) if key in DATES else machine
        fields.append(
            Field(
                key=key,
                name=name_field(key),
                value=shown or "",
                origin=_tell_origin(key, value, details, origins),
                machine=(was or "空") if key in details.person else None,
                doubts=tuple(word for field, word in details.doubts if field == key),
            )
        )
    return fields


def _tell_origin(key: str, value: str | None, details: Details, origins: dict[str, str]) -> str:
    if key in details.person:
        return "编辑填写"
    return name_origin(origins.get(key)) if value else "页面没有"


def _see_marks(details: Details) -> list[dict[str, str]]:
    """List what is to be looked at: findings first, then doubts."""
    found = [
        {
            "tone": "" if one.level == "note" else "red",
            "head": f"{RULES.get(one.rule, one.rule)}（{name_field(one.field)}）",
            "words": one.span,
            "level": "已放行" if one.cleared else LEVELS[one.level],
        }
        for one in details.findings
    ]
    doubts = [
        {"tone": "warn", "head": name_field(field), "words": word, "level": "存疑"}
        for field, word in details.doubts
    ]
    return found + doubts


def _tell_suggestion(one: Standing, details: Details, here: Setting) -> str:
    if details.suggested is None:
        return "系统没有合适的建议。"
    why = name_reason(details.reasons)
    return f"系统建议{here.name_column(details.suggested)} {one.probability:.0%}" + (
        f"：{why}。" if why else "。"
    )


def _see_claim(one: Standing, actor: Actor, now: datetime) -> str | None:
    other = one.claimed(now)
    return other if other is not None and other != actor.id else None
