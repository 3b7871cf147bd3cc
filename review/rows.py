"""One row of the queue as it is shown: title, column, agency, date, and why it stands where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clock import tell_minute
from publish.fields import clean, see_date
from review.grouping import Entry
from review.setting import Setting
from review.words import LEVELS, RULES, name_field, name_reason
from store.desk import Details, Standing
from store.moves import Actor


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


def see_entry(
    entry: Entry,
    standing: dict[int, Standing],
    details: dict[int, Details],
    here: Setting,
    actor: Actor,
    now: datetime,
) -> Row:
    """Show one entry of the queue with its reposts."""

    def see(revision: int, reposts: tuple[Row, ...] = ()) -> Row:
        return _see(standing[revision], details[revision], here, actor, now, reposts)

    return see(entry.head.revision, tuple(see(one.revision) for one in entry.reposts))


def _see(
    one: Standing,
    details: Details,
    here: Setting,
    actor: Actor,
    now: datetime,
    reposts: tuple[Row, ...] = (),
) -> Row:
    date = see_date(details.form["published"])
    other = one.claimed(now)
    return Row(
        which=one.which,
        seen=f"{one.which}:{one.version}",
        item=one.item,
        number=one.number,
        title=clean(details.form["title"]) or "（没有标题）",
        column=here.name_column(one.column),
        percent=round(one.probability * 100) if one.column == details.suggested and one.column else None,
        agency=here.name_agency(one.agency) or clean(details.form["credit"]),
        date=date or "没有日期",
        stated=(date or "").replace(" ", "T"),
        state=one.state,
        flagged=bool(one.levels.get("block")),
        returnable=one.kind == "submitted",
        claimed=other if other is not None and other != actor.id else "",
        whys=tuple(_explain(one, details, here, actor)),
        reposts=reposts,
    )


def _explain(one: Standing, details: Details, here: Setting, actor: Actor) -> list[Why]:
    whys = []
    if one.state == "second" and one.passed_by is not None and one.passed_at is not None:
        mine = "（您本人一审，请他人二审）" if one.passed_by == actor.id else ""
        whys.append(Why("", "", "一审", f"{one.passed_by} {tell_minute(one.passed_at)} 通过{mine}"))
    for found in details.findings:
        if not found.cleared:
            tone = "" if found.level == "note" else "red"
            tag = "" if found.level == "note" else LEVELS[found.level]
            head = f"{RULES.get(found.rule, found.rule)}（{name_field(found.field)}）"
            whys.append(Why(tone, tag, head, found.span, marked=True))
    if one.cause == "source-changed":
        whys.append(
            Why("warn", "已修改", "来源", "来源改了这一条" + ("，门户仍是旧版" if one.public else ""))
        )
    if one.cause == "edit":
        whys.append(Why("", "", "改稿", f"{one.made_by} 改过，请另一位编辑审"))
    whys += [Why("warn", "", name_field(field), word) for field, word in details.doubts]
    if one.column is None:
        whys.append(Why("warn", "", "栏目", "没有合适的栏目，请选一个"))
    elif one.probability < here.floor and one.column == details.suggested:
        whys.append(
            Why(
                "warn",
                "",
                "栏目",
                f"把握 {one.probability:.0%}：{name_reason(details.reasons) or '没有依据'}",
            )
        )
    return whys
