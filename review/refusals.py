"""Why something cannot be done now, in an editor's words, before the table of moves says so in its own."""

from __future__ import annotations

from collections.abc import Mapping

from review import words
from review.words import STATES
from store.desk import Standing
from store.moves import ACTIONS, EDITORS, Actor, Wish

KEEP = "keep"  # a public item that vanished at its source: somebody looked, and it stays


def explain(one: Standing, wish: Wish, actor: Actor, columns: Mapping[str, int]) -> str | None:
    """Say why a wish is refused, None when nothing speaks against it; `decide_move` has the last word."""
    if wish.action not in ACTIONS and wish.action != KEEP:
        return "没有这个操作"
    if not actor.roles & EDITORS:
        return "只有编辑和主编可以决定"
    if not (actor.may_see(one.column) and actor.may_see(wish.column_key)):
        return "这个栏目不归您审，请交给它的编辑或主编"
    if wish.action == KEEP:
        return None if one.state == "approved" else f"它现在是“{STATES.get(one.state, one.state)}”"
    if one.state not in ACTIONS[wish.action]:
        return f"它现在是“{STATES.get(one.state, one.state)}”，不能{words.ACTIONS[wish.action]}"
    reason = (wish.reason or "").strip()
    if wish.action == "approve":
        return _explain_approval(one, wish.column_key or one.column, reason, actor, columns)
    if wish.action == "return" and one.kind != "submitted":
        return "采集来的信息没有报送单位可退：选“不用”或“暂存”"
    if wish.action in ("return", "reject", "withdraw") and not reason:
        return "要写明理由"
    return None


def _explain_approval(
    one: Standing, column: str | None, reason: str, actor: Actor, columns: Mapping[str, int]
) -> str | None:
    blocks, confirms = one.levels.get("block", 0), one.levels.get("confirm", 0)
    if column is None or column not in columns:
        return "还没有栏目：先选一个"
    if actor.id == one.made_by:
        return "这一版是您写的或改的：请另一位编辑审"
    if one.state == "second" and actor.id in one.passes:
        return (
            "一审是您通过的：二审请另一位编辑"
            if one.passes == (actor.id,)
            else "您已经审过一次：请另一位来审"
        )
    if blocks and "chief" not in actor.roles:
        return f"有 {blocks} 处不能公开的内容：只有主编写明理由才能放行"
    if blocks and not reason:
        return f"有 {blocks} 处不能公开的内容：看过后写明理由"
    if confirms:
        return f"有 {confirms} 处要再看一眼：打开逐处确认"
    if len(one.passes) + 1 == columns[column] == 3 and "chief" not in actor.roles:
        return "三审的最后一审由主编来审"
    return None
