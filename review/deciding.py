"""Decisions at the desk: what was seen is held against what is, and each refusal has its words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from clock import tell_minute
from errors import NotAllowed, NotFound, Stale, UserFault
from publish.fields import clean
from review.grouping import is_clean, is_flagged
from review.refusals import explain
from review.setting import Setting
from review.words import STATES, next_publish
from store.desk import Standing, check_seen, find_standing, list_history, read_details
from store.moves import Wish
from store.reviews import Decided, decide
from store.sessions import Act, Session, push_act

_SEEN = re.compile(r"(\d{1,9})@(\d{1,6}):(\d{1,9})")
MOST = 500  # revisions in one request


@dataclass(frozen=True)
class Seen:
    """A revision as somebody looked at it: its item, number, and the review's version."""

    item: int
    number: int
    version: int

    @property
    def which(self) -> str:
        """The revision as editors write it, `12@1`."""
        return f"{self.item}@{self.number}"


@dataclass(frozen=True)
class Left:
    """What was not done, and why."""

    which: str
    title: str
    why: str


@dataclass(frozen=True)
class Outcome:
    """What a request did: decisions, what was left, and the words that the desk says about it."""

    done: tuple[Decided, ...]
    left: tuple[Left, ...]
    told: str


def read_seen(values: Iterable[str]) -> list[Seen]:
    """Read `12@1:3`, item, number and version, each once; raises UserFault for anything else."""
    found: dict[str, Seen] = {}
    for value in values:
        match = _SEEN.fullmatch(value)
        if match is None:
            raise UserFault("请求里的稿件编号不对，请刷新页面")
        found.setdefault(value, Seen(*map(int, match.groups())))
    if len(found) > MOST:
        raise UserFault(f"一次最多处理 {MOST} 条")
    return list(found.values())


def carry_out(
    here: Setting, session: Session, seen: list[Seen], wish: Wish, bulk: bool, now: datetime
) -> Outcome:
    """Decide about each of these in one transaction; with `bulk`, approval takes only what is clean.

    What is refused is left as it is and named with its reason, and never stops the others.
    """
    done: list[Decided] = []
    left: list[Left] = []
    with here.database.write() as connection:
        for one in seen:
            why = _try(connection, here, session, one, wish, bulk, now, done)
            if why is not None:
                left.append(Left(one.which, name_item(connection, one.item, one.number), why))
        told = _tell(connection, here, done, left, bulk)
        if done:
            parts = tuple((one.item, one.number, wish.action) for one in done)
            push_act(connection, session, Act(told.partition("，")[0], parts))
    return Outcome(tuple(done), tuple(left), told)


def explain_stale(connection: Connection, one: Seen, session: Session, now: datetime) -> str:
    """Say who was faster: who looks at it now, or who changed it and to what."""
    standing = find_standing(connection, one.item, one.number)
    other = standing.claimed(now)
    if other is not None and other != session.actor.id and standing.version == one.version:
        return f"{other} 正在看这一条"
    last = next((step.actor for step in list_history(connection, one.item)), "别人")
    return f"{last} 先处理了，现在是“{STATES[standing.state]}”"


def name_item(connection: Connection, item: int, number: int) -> str:
    """Give the title of a revision, in its brackets."""
    try:
        standing = find_standing(connection, item, number)
    except NotFound:
        return f"稿件 {item}"
    title = clean(read_details(connection, [standing.revision])[standing.revision].form["title"])
    return f"《{title}》" if title else f"稿件 {item}"


def _try(
    connection: Connection,
    here: Setting,
    session: Session,
    one: Seen,
    wish: Wish,
    bulk: bool,
    now: datetime,
    done: list[Decided],
) -> str | None:
    """Decide about one, or give the reason why not; nothing is written before every check has passed."""
    actor = session.actor
    try:
        standing = check_seen(connection, one.item, one.number, one.version, actor, now)
    except Stale:
        return explain_stale(connection, one, session, now)
    except NotFound:
        return "没有这一条"
    if bulk and wish.action == "approve" and not is_clean(standing, here.floor):
        return _explain_floor(standing, here.floor)
    refused = explain(standing, wish, actor, here.desk.columns)
    if refused is not None:
        return refused
    try:
        done.append(decide(connection, one.item, one.number, wish, actor, here.desk, now, via="desk"))
    except (NotAllowed, Stale) as error:
        return f"现在不能这样做（{error}）"
    return None


def _explain_floor(one: Standing, floor: float) -> str:
    """Say what kept a review out of a bulk approval."""
    if is_flagged(one):
        return "有标记，要逐条看"
    if one.doubts:
        return f"有 {one.doubts} 处存疑"
    if one.public:
        return "已发布的信息改了，要逐条看"
    if one.column is None:
        return "还没有栏目"
    return f"栏目把握 {one.probability:.0%}，低于 {floor:.0%}"


def _tell(connection: Connection, here: Setting, done: list[Decided], left: list[Left], bulk: bool) -> str:
    parts = []
    if len(done) == 1 and not bulk:
        parts.append(_tell_one(connection, here, done[0]))
    elif done:
        parts.append(_tell_many(here, done))
    elif not left:
        parts.append("没有选中任何一条。")
    if left:
        named = "；".join(f"{one.title}：{one.why}" for one in left[:5])
        more = f"；等 {len(left)} 条" if len(left) > 5 else ""
        parts.append(f"{'留下' if done or bulk else '没有办成'} {len(left)} 条。{named}{more}。")
    return "".join(parts)


def _tell_one(connection: Connection, here: Setting, one: Decided) -> str:
    title = name_item(connection, one.item, one.number)
    column = here.name_column(one.column_key)
    told = {
        "second": f"{title}一审通过，等另一位编辑二审（{column}）。",
        "rejected": f"{title}不用，理由已记下。",
        "held": f"{title}暂存，在左边“暂存”里。",
        "returned": f"{title}已退回，理由会告诉报送单位。",
        "waiting": f"{title}放回待审。",
        "withdrawn": f"{title}已撤下，下次发布时从门户消失，原址留说明。",
    }
    return told.get(one.to_state) or f"{title}已通过，进入“{column}”，{_tell_release(here, one)}。"


def _tell_many(here: Setting, done: list[Decided]) -> str:
    approved = [one for one in done if one.to_state == "approved"]
    second = sum(one.to_state == "second" for one in done)
    if not approved and not second:
        return f"{len(done)} 条已改为“{STATES[done[0].to_state]}”。"
    columns = "、".join(dict.fromkeys(here.name_column(one.column_key) for one in approved))
    told = (
        f"已通过 {len(approved)} 条，进入“{columns}”，{_tell_release(here, approved[0])}。"
        if approved
        else ""
    )
    return told + (f"{second} 条一审通过，等另一位编辑二审。" if second else "")


def _tell_release(here: Setting, one: Decided) -> str:
    if one.release_after is None:
        return "下次发布时上网"
    return f"{tell_minute(next_publish(one.release_after, here.portal.settings.publish_times))} 发布"
