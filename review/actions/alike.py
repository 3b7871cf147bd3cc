"""Items that tell the same: shown together with reason and score, split, merged, another original chosen."""

from __future__ import annotations

import re
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from errors import NotAllowed, NotFound, UserFault
from publish.fields import clean, see_date
from review.drawing import draw
from review.permissions import DECIDE, LOOK, allow
from review.setting import Setting, setting
from review.visits import read_now, signed_in
from review.words import STATES, name_title
from store.bands import read_texts
from store.clusters import Cluster, find_cluster, order_apart, order_original, order_together
from store.desk import find_standing
from store.faces import find_column
from store.items import find_latest
from store.moves import Actor
from store.sessions import set_notice

_LARGEST = 2**31 - 1  # of an item's number, on either database


@allow(*LOOK)
def alike(item: int) -> ResponseReturnValue:
    """Show what an item stands beside."""
    here = setting()
    actor = signed_in().actor
    with here.database.read() as connection:
        found = find_cluster(connection, item)
        rows = _see(connection, here, actor, item, found)
    return draw("alike.html", item=item, rows=rows, alone=found is None)


@allow(*DECIDE)
def order_alike(item: int) -> ResponseReturnValue:
    """Carry out an order: this item with another one, apart from its original, or as the original."""
    here, session = setting(), signed_in()
    order, by = request.form.get("order", ""), session.actor.id
    with here.database.write() as connection:
        if order == "original":
            told = _make_original(connection, item, by)
        elif order == "together":
            told = _join(connection, item, _read_number(request.form.get("other", "")), by)
        elif order == "apart":
            told = _split(connection, item, by)
        else:
            raise UserFault("没有这种操作")
        set_notice(connection, session, told)
    return redirect(f"/alike/{item}", 303)


def _make_original(connection: Connection, item: int, by: str) -> str:
    if find_cluster(connection, item) is None:
        return f"没有办成：稿件 {item} 没有和别的放在一起。"
    order_original(connection, item, by, read_now(), via="desk")
    return f"已把稿件 {item} 设为原件。"


def _join(connection: Connection, item: int, other: int, by: str) -> str:
    if other == item:
        return "没有办成：请填另一条稿件的编号。"
    if not signed_in().actor.may_see(find_column(connection, other, None)):
        return f"没有办成：稿件 {other} 在不归您审的栏目里，请交给它的编辑或主编。"
    try:
        order_together(connection, item, other, by, read_now(), via="desk")
    except NotAllowed as error:  # it names the pair that somebody parted
        pair = "、".join(re.findall(r"\d+", str(error)))
        return f"没有办成：稿件 {pair} 有人拆开过。要合，先把这两条放在一起。"
    return f"稿件 {item} 与 {other} 已放在一起，以后采集也照此办。"


def _split(connection: Connection, item: int, by: str) -> str:
    """Order an item apart from everything beside it: apart from one alone, the next night joins it again."""
    found = find_cluster(connection, item)
    if found is None:
        raise UserFault(f"稿件 {item} 没有和别的放在一起")
    for other in sorted(found.items - {item}):
        order_apart(connection, item, other, by, read_now(), via="desk")
    return f"稿件 {item} 已拆出，以后采集也不再合在一起。"


def _see(
    connection: Connection, here: Setting, actor: Actor, item: int, found: Cluster | None
) -> list[dict[str, Any]]:
    """Show each item; of one in another editor's column only that it is there, and how it stands."""
    members = {one.item: one for one in found.members} if found is not None else {}
    stored = read_texts(connection, set(members) or {item})
    if item not in stored:
        raise NotFound(f"there is no item {item}")
    rows = []
    for number, one in sorted(stored.items()):
        latest = find_latest(connection, number)
        standing = find_standing(connection, number, latest.number) if latest is not None else None
        own = standing is None or actor.may_see(standing.column)
        rows.append(
            {
                "item": number,
                "which": f"{number}@{latest.number}" if latest is not None and own else "",
                "title": name_title(one.fields["title"]) if own else "（在不归您审的栏目里）",
                "agency": here.name_agency(one.agency) or clean(one.fields["credit"]),
                "date": see_date(one.fields["published"]) or "没有日期",
                "state": STATES[standing.state] if standing is not None else "",
                "original": found is not None and number == found.original,
                "score": members[number].score if number in members else None,
                "reason": members[number].reason if number in members else "",
            }
        )
    return sorted(rows, key=lambda row: (not row["original"], row["item"]))


def _read_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > _LARGEST:
        raise UserFault("请填另一条稿件的编号，只用数字")
    return int(text)
