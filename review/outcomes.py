"""What the desk says about what was done: where it goes, when it goes out, what was left and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from clock import tell_minute
from publish.fields import clean
from review.refusals import KEEP
from review.setting import Setting
from review.words import ACTIONS, STATES, next_publish
from store.desk import find_standing
from store.faces import find_title


@dataclass(frozen=True)
class Done:
    """One decision: what was done, the state it led to, and when it may go out."""

    item: int
    number: int
    action: str
    to_state: str
    column_key: str | None
    release_after: datetime | None
    was: str = ""  # the state before

    @property
    def part(self) -> tuple[int, int, str]:
        """What an undo has to know of it."""
        return (
            self.item,
            self.number,
            "unhold" if (self.action, self.was) == ("reopen", "held") else self.action,
        )


@dataclass(frozen=True)
class Left:
    """What was not done, and why."""

    which: str
    title: str
    why: str


def name_item(connection: Connection, item: int, number: int) -> str:
    """Give the title of a revision, in its brackets."""
    title = clean(find_title(connection, item, number))
    return f"《{title}》" if title else f"稿件 {item}"


def tell(
    connection: Connection, here: Setting, done: Sequence[Done], left: Sequence[Left], bulk: bool
) -> str:
    """Say what was done and what was left; a repost settled under its original is told apart."""
    heads = [one for one in done if one.action == done[0].action]
    parts = []
    if len(heads) == 1 and not bulk:
        parts.append(_tell_one(connection, here, heads[0]))
    elif heads:
        parts.append(_tell_many(here, heads))
    elif not left:
        parts.append("没有选中任何一条。")
    if len(heads) < len(done):
        parts.append(f"转载 {len(done) - len(heads)} 条记为重复，不用。")
    if left:
        named = "；".join(f"{one.title}：{one.why}" for one in left[:5])
        more = f"；等 {len(left)} 条" if len(left) > 5 else ""
        parts.append(f"{'留下' if done or bulk else '没有办成'} {len(left)} 条。{named}{more}。")
    return "".join(parts)


def name_act(connection: Connection, here: Setting, done: Sequence[Done], bulk: bool) -> str:
    """Name what can be taken back: of one the beginning of what was told, of many how many."""
    heads = [one for one in done if one.action == done[0].action]
    if len(heads) > 1 or bulk:
        return f"{ACTIONS.get(done[0].action, done[0].action)} {len(heads)} 条"
    return tell(connection, here, done, (), bulk).partition("，")[0].rstrip("。")


def _tell_one(connection: Connection, here: Setting, one: Done) -> str:
    title = name_item(connection, one.item, one.number)
    if one.action == KEEP:
        return f"{title}核实过，保留；来源再有变化会再提示。"
    column = here.name_column(one.column_key)
    if one.to_state == "second" and here.desk.columns.get(one.column_key or "") == 3:
        first = len(find_standing(connection, one.item, one.number).passes) < 2
        return f"{title}{'一审通过，等另一位编辑二审' if first else '二审通过，等主编终审'}（{column}）。"
    told = {
        "second": f"{title}一审通过，等另一位编辑二审（{column}）。",
        "rejected": f"{title}不用，理由已记下。",
        "held": f"{title}暂存，在左边“暂存”里。",
        "returned": f"{title}已退回，理由会告诉报送单位。",
        "waiting": f"{title}放回待审。",
        "withdrawn": f"{title}已撤下，下次发布时从门户消失，原址留说明。",
    }
    return told.get(one.to_state) or f"{title}已通过，进入“{column}”，{_tell_release(here, one)}。"


def _tell_many(here: Setting, done: Sequence[Done]) -> str:
    if done[0].action == KEEP:
        return f"{len(done)} 条核实过，保留。"
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


def _tell_release(here: Setting, one: Done) -> str:
    if one.release_after is None:
        return "下次发布时上网"
    return f"{tell_minute(next_publish(one.release_after, here.portal.settings.publish_times))} 发布"
