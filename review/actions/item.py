"""One item: as it will be published, its fields with origin and doubts, what changed, its history."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from publish.fields import clean, see_date, see_files
from review.actions.mend import VALIDITY
from review.assets import read_own
from review.difference import Change, compare_forms
from review.drawing import draw
from review.looks import Look, list_looks
from review.neighbours import find_neighbours
from review.permissions import DECIDE, LOOK, allow
from review.refusals import explain
from review.setting import Setting, setting
from review.visits import read_now, signed_in
from review.whereabouts import tell_whereabouts
from review.words import (
    ACTIONS,
    MACHINES,
    REASONS,
    STATES,
    name_field,
    name_origin,
    name_reason,
    name_title,
    name_why,
)
from store.desk import (
    Details,
    Standing,
    Step,
    find_source,
    find_standing,
    list_history,
    read_details,
)
from store.doubts import list_doubts, list_resolved
from store.editing import DATES, EDITABLE
from store.forms import Form
from store.moves import Wish
from store.notes import list_notes
from store.reviews import count_lifted
from store.sessions import find_act
from store.versions import Version, list_versions, read_form
from store.whereabouts import find_whereabouts

_ALWAYS = ("title", "credit", "published")


@dataclass(frozen=True)
class Field:
    """One field of the panel: the value, where it was read, what the machine had, the doubts about it."""

    key: str
    name: str
    value: str
    origin: str
    machine: str | None
    doubts: tuple[Look, ...]

    @property
    def shown(self) -> bool:
        """Whether it stands among the fields at once: it has a value, a doubt, or every item has it."""
        return bool(self.value or self.doubts or self.machine) or self.key in _ALWAYS


@dataclass(frozen=True)
class Past:
    """How an item came to where it is, and the version numbered `against` that it is laid beside."""

    history: list[Step]
    versions: list[Version]
    form: Form
    against: int | None
    other: Form | None

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What is not as in the other version, nothing without one."""
        return compare_forms(self.other, self.form) if self.other is not None else ()


@allow(*LOOK)
def item(item: int, number: int) -> ResponseReturnValue:
    """Show one revision of an item, and where to go from it."""
    here, session, now = setting(), signed_in(), read_now()
    with here.database.read() as connection:
        one = find_standing(connection, item, number)
        details = read_details(connection, [one.revision])[one.revision]
        source = find_source(connection, one.revision)
        near = find_neighbours(connection, here, session.actor, one.revision, one, request.args.get("in"))
        act = find_act(connection, session)
        looks = list_looks(
            details.findings,
            list_doubts(connection, one.revision),
            list_resolved(connection, one.revision, session.actor),
        )
        lifted = count_lifted(connection, one.revision) if details.findings else 0
        notes = list_notes(connection, item) if session.actor.roles & set(DECIDE) else []
        stands = find_whereabouts(connection, [one.revision])[one.revision]
        past = _read_past(connection, one, details.form)
    origins = source[1] if source is not None else {}
    why, stuck = (
        explain(one, Wish(action, None, "x"), session.actor, here.desk.columns)
        for action in ("approve", "reopen")
    )
    return draw(
        "item.html",
        one=one,
        seen=f"{one.which}:{one.version}",
        title=name_title(details.form["title"]),
        state=STATES[one.state],
        agency=here.name_agency(one.agency),
        fields=_see_fields(details, origins, looks),
        looks=looks,
        notes=notes,
        past=past,
        name_field=name_field,
        name_why=name_why,
        whereabouts=tell_whereabouts(stands, here, now),
        validity=VALIDITY,
        item_script=read_own()["item.js"].path,
        files=see_files(details.form),
        original=clean(details.form["address"]),
        has_source=source is not None,
        column=one.column,
        columns=here.picks,
        suggestion=_tell_suggestion(one, details, here),
        needs=_count_persons(one, lifted, here),
        claimed=one.claimed(session.actor.id, now),
        why=why,
        reopens=stuck is None,
        reason_needed=bool(one.levels.get("block")),
        reasons=REASONS,
        actions=ACTIONS,
        machines=MACHINES,
        states=STATES,
        name_column=here.name_column,
        near=near,
        undo=act.told if act is not None else None,
        returnable=one.kind == "submitted",
        back=request.full_path.rstrip("?"),
    )


def _count_persons(one: Standing, lifted: int, here: Setting) -> int:
    """How many persons it takes: what the column asks for, and two where something blocks or did."""
    blocked = one.levels.get("block", 0) or lifted
    return max(here.desk.columns.get(one.column or "", 1), 2 if blocked or one.passes else 1)


def _read_past(connection: Connection, one: Standing, form: Form) -> Past:
    versions = list_versions(connection, one.item)
    against = _choose_other(versions, one.number)
    other = read_form(connection, one.item, against) if against is not None else None
    return Past(list_history(connection, one.item), versions, form, against, other)


def _choose_other(versions: list[Version], number: int) -> int | None:
    """The version that this one is laid beside: the one asked for, the public one, or the one before."""
    others = [one for one in versions if one.number != number]
    asked = request.args.get("against", type=int)
    wanted = [one for one in others if one.number == asked] or [one for one in others if one.public]
    wanted = wanted or [one for one in others if one.number < number]
    return wanted[0].number if wanted else None


def _see_fields(details: Details, origins: dict[str, str], looks: list[Look]) -> list[Field]:
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
                doubts=tuple(
                    one for one in looks if one.doubt is not None and not one.settled and one.field == key
                ),
            )
        )
    return fields


def _tell_origin(key: str, value: str | None, details: Details, origins: dict[str, str]) -> str:
    if key in details.person:
        return "编辑填写"
    return name_origin(origins.get(key)) if value else "页面没有"


def _tell_suggestion(one: Standing, details: Details, here: Setting) -> str:
    if details.suggested is None:
        return "系统没有合适的建议。"
    why = name_reason(details.reasons)
    return f"系统建议{here.name_column(details.suggested)} {one.probability:.0%}" + (
        f"：{why}。" if why else "。"
    )
