"""Decisions at the desk: what was seen is held against what is, and each refusal has its words."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from errors import NotAllowed, NotFound, Stale, UserFault
from review.grouping import is_clean, is_flagged
from review.outcomes import Done, Left, name_act, name_item, tell
from review.refusals import KEEP, explain
from review.setting import Setting
from review.words import STATES
from store.desk import Standing, check_seen, find_standing, list_history
from store.gone import keep_gone
from store.moves import Wish
from store.reviews import decide
from store.sessions import Act, Session, push_act

logger = logging.getLogger(__name__)
_SEEN = re.compile(r"(\d{1,9})@(\d{1,6}):(\d{1,9})")
MOST = 500  # revisions in one request
_AT_ONCE = 12  # decisions in one transaction, some 20 ms of it


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
class Outcome:
    """What a request did: decisions, what was left, and the words that the desk says about it."""

    done: tuple[Done, ...]
    left: tuple[Left, ...]
    told: str


@dataclass(frozen=True)
class _Order:
    """What somebody wants done with all that was named; `every` is for the reposts under an original."""

    here: Setting
    session: Session
    wish: Wish
    bulk: bool
    every: bool
    now: datetime


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
    here: Setting,
    session: Session,
    seen: list[Seen],
    wish: Wish,
    bulk: bool,
    now: datetime,
    folds: Mapping[Seen, Sequence[Seen]] | None = None,
    every: bool = False,
) -> Outcome:
    """Decide about each of these, a few in a transaction; with `bulk`, approval takes only what is clean.

    What is refused is left as it is and named with its reason, and never stops the others. Of `folds`, the
    reposts under an original go with it: an approval of the original settles them as doubles, or approves
    them too with `every`; any other decision is theirs as well.
    """
    order = _Order(here, session, wish, bulk, every, now)
    done: list[Done] = []
    left: list[Left] = []
    for some in _slice([(one, (folds or {}).get(one, ())) for one in seen]):
        before = len(done)
        with here.database.write() as connection:
            for one, reposts in some:
                _settle(connection, order, one, reposts, done, left)
            if len(done) > before:
                parts = tuple(one.part for one in done)
                act = Act(name_act(connection, here, done, bulk), parts)
                push_act(connection, session, act, replace_last=before > 0)
    with here.database.read() as connection:
        told = tell(connection, here, done, left, bulk)
    return Outcome(tuple(done), tuple(left), told)


def explain_stale(connection: Connection, one: Seen, session: Session, now: datetime) -> str:
    """Say who was faster: who looks at it now, or who changed it and to what."""
    standing = find_standing(connection, one.item, one.number)
    other = standing.claimed(session.actor.id, now)
    if other is not None and standing.version == one.version:
        return f"{other} 正在看这一条"
    last = next((step.actor for step in list_history(connection, one.item)), "别人")
    return f"{last} 先处理了，现在是“{STATES[standing.state]}”"


def _slice(work: list[tuple[Seen, Sequence[Seen]]]) -> Iterator[list[tuple[Seen, Sequence[Seen]]]]:
    """A few decisions at a time, so that nobody waits for a bulk; one fold stays together."""
    some: list[tuple[Seen, Sequence[Seen]]] = []
    size = 0
    for one in work:
        some.append(one)
        size += 1 + len(one[1])
        if size >= _AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _settle(
    connection: Connection,
    order: _Order,
    one: Seen,
    reposts: Sequence[Seen],
    done: list[Done],
    left: list[Left],
) -> None:
    """Decide about one, and about what is folded under it once that was done."""
    wish = order.wish
    follow = replace(wish, column_key=None)
    if wish.action == "approve" and not order.every:
        follow = Wish("reject", reason=f"与稿件 {one.item} 重复（转载）")
    for place, (this, its) in enumerate([(one, wish), *((repost, follow) for repost in reposts)]):
        found = _try(connection, order, this, its, strict=order.bulk)
        if isinstance(found, Done):
            done.append(found)
            continue
        left.append(Left(this.which, name_item(connection, this.item, this.number), found))
        if place == 0:
            return


def _try(connection: Connection, order: _Order, one: Seen, wish: Wish, strict: bool) -> Done | str:
    """Decide about one, or give the reason why not; nothing is written before every check has passed."""
    here, actor, now = order.here, order.session.actor, order.now
    try:
        standing = check_seen(connection, one.item, one.number, one.version, actor, now)
    except Stale:
        return explain_stale(connection, one, order.session, now)
    except NotFound:
        return "没有这一条"
    if strict and wish.action == "approve" and not is_clean(standing, here.floor):
        return _explain_floor(standing, here.floor)
    refused = explain(standing, wish, actor, here.desk.columns)
    if refused is not None:
        return refused
    try:
        if wish.action == KEEP:
            keep_gone(connection, standing, actor, wish.reason, now)
            return Done(one.item, one.number, KEEP, standing.state, standing.column, None)
        did = decide(connection, one.item, one.number, wish, actor, here.desk, now, via="desk")
    except (NotAllowed, Stale) as error:  # what `explain` knows, it has said in an editor's words
        logger.warning("the desk let %s of %s through: %s", wish.action, one.which, error)
        return "现在不能这样做，请刷新页面再看"
    return Done(
        one.item, one.number, wish.action, did.to_state, did.column_key, did.release_after, standing.state
    )


def _explain_floor(one: Standing, floor: float) -> str:
    """Say what kept a review out of a bulk approval."""
    if is_flagged(one):
        return "有标记，要逐条看"
    if one.doubts:
        return f"有 {one.doubts} 处存疑"
    if one.public:
        return "已发布的信息改了，要逐条看"
    if one.edited:
        return f"{one.made_by} 改过稿，要逐条看"
    if one.column is None:
        return "还没有栏目"
    return f"栏目把握 {one.probability:.0%}，低于 {floor:.0%}"
