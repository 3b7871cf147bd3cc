"""One row of the queue as it is shown: title, column, agency, date, and why it stands where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from clock import tell_minute
from publish.fields import clean, see_date
from review.grouping import Entry
from review.setting import Setting
from review.words import LEVELS, name_field, name_finding, name_reason, name_title
from store.desk import Standing
from store.faces import Face, Remarks
from store.moves import EDITORS, Actor


@dataclass(frozen=True)
class Why:
    """One line under a title: its tone, a tag, and the words, some of them marked."""

    tone: str  # "", warn or red
    tag: str
    head: str
    words: str
    marked: bool = False


@dataclass(frozen=True)
class Row:
    """What a row of the queue shows; `seen` names the revision with the version that the editor looks at."""

    which: str
    seen: str
    item: int
    number: int
    title: str
    column: str
    percent: int | None
    agency: str
    date: str
    stated: str
    state: str
    flagged: bool
    returnable: bool
    claimed: str
    whys: tuple[Why, ...]
    reposts: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Everything that the rows of one page are drawn from, by revision."""

    standing: dict[int, Standing]
    faces: dict[int, Face]
    remarks: dict[int, Remarks]
    notes: Mapping[int, int] = field(default_factory=dict)  # by item


def see_entry(entry: Entry, sheet: Sheet, here: Setting, actor: Actor, now: datetime) -> Row:
    """Show one entry of the queue with its reposts; a repost that went meanwhile is left out."""
    reposts = tuple(
        _see(sheet, one.revision, here, actor, now) for one in entry.reposts if one.revision in sheet.standing
    )
    return _see(sheet, entry.head.revision, here, actor, now, reposts)


def _see(
    sheet: Sheet, revision: int, here: Setting, actor: Actor, now: datetime, reposts: tuple[Row, ...] = ()
) -> Row:
    one, face, remarks = sheet.standing[revision], sheet.faces[revision], sheet.remarks[revision]
    date = see_date(face.published)
    return Row(
        which=one.which,
        seen=f"{one.which}:{one.version}",
        item=one.item,
        number=one.number,
        title=name_title(face.title),
        column=here.name_column(one.column),
        percent=round(one.probability * 100) if one.column == remarks.suggested and one.column else None,
        agency=here.name_agency(one.agency) or clean(face.credit),
        date=date or "没有日期",
        stated=(date or "").replace(" ", "T"),
        state=one.state,
        flagged=bool(one.levels.get("block"))
        and "chief" in actor.roles,  # who may pass it is asked for a reason
        returnable=one.kind == "submitted",
        claimed=one.claimed(actor.id, now) or "",
        whys=(*_explain(one, remarks, here, actor), *_count(sheet.notes.get(one.item, 0), actor)),
        reposts=reposts,
    )


def _count(notes: int, actor: Actor) -> tuple[Why, ...]:
    """Say that editors left notes; nobody else is told."""
    return (Why("", "", "便条", f"{notes} 张"),) if notes and actor.roles & EDITORS else ()


def _explain(one: Standing, remarks: Remarks, here: Setting, actor: Actor) -> list[Why]:
    whys = []
    if one.state == "second" and one.passed_by is not None and one.passed_at is not None:
        mine = "（您本人一审，请他人二审）" if one.passed_by == actor.id else ""
        turn = "一审" if len(one.passes) < 2 else "二审"
        whys.append(Why("", "", turn, f"{one.passed_by} {tell_minute(one.passed_at)} 通过{mine}"))
    for found in remarks.findings:
        if not found.cleared:
            tone = "" if found.level == "note" else "red"
            tag = "" if found.level == "note" else LEVELS[found.level]
            head = name_finding(found.rule, found.field)
            whys.append(Why(tone, tag, head, found.span, marked=True))
    if one.cause == "source-changed":
        whys.append(
            Why("warn", "已修改", "来源", "来源改了这一条" + ("，门户仍是旧版" if one.public else ""))
        )
    if one.cause == "edit":
        whys.append(Why("", "", "改稿", f"{one.made_by} 改过，请另一位编辑审"))
    whys += [Why("warn", "", name_field(field), word) for field, word in remarks.doubts]
    if one.column is None:
        whys.append(Why("warn", "", "栏目", "没有合适的栏目，请选一个"))
    elif one.probability < here.floor and one.column == remarks.suggested:
        whys.append(
            Why(
                "warn",
                "",
                "栏目",
                f"把握 {one.probability:.0%}：{name_reason(remarks.reasons) or '没有依据'}",
            )
        )
    return whys
