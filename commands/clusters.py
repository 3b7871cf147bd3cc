"""The command about alike items: cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clock import read_clock
from commands.setting import AS_JSON, example, find_paths, open_store
from errors import NotAllowed, UserFault
from terminal import write_rows

if TYPE_CHECKING:
    from store.database import Database


@click.command()
@click.argument("item", type=int)
@click.option("--with", "beside", type=int, metavar="OTHER", help="Order that both belong together.")
@click.option("--apart", type=int, metavar="OTHER", help="Order that ITEM leaves OTHER.")
@click.option("--original", is_flag=True, help="Order that its cluster is shown under ITEM.")
@click.option("--as", "user", metavar="USER", help="The account that orders it.")
@AS_JSON
@example("caibian cluster 12 --apart 15 --as liu")
def cluster(
    item: int, beside: int | None, apart: int | None, original: bool, user: str | None, as_json: bool
) -> None:
    """Show what ITEM stands beside, and why; or order it otherwise: later nights respect it."""
    orders = (beside is not None) + (apart is not None) + original
    if orders > 1:
        raise UserFault("one order at a time: --with, --apart or --original")
    if orders and user is None:
        raise UserFault("an order is somebody's: add --as USER")
    with open_store(find_paths()) as database:
        if user is not None and orders:
            _order(database, item, beside, apart, user)
        _show(database, item, as_json)


def _order(database: Database, item: int, beside: int | None, apart: int | None, user: str) -> None:
    from store.accounts import find_actor
    from store.clusters import order_apart, order_original, order_together
    from store.moves import EDITORS

    with database.write() as connection:
        actor = find_actor(connection, user)
        if not actor.roles & EDITORS:
            raise NotAllowed(f"{user} may not order clusters: that needs the role editor or chief")
        if beside is not None:
            order_together(connection, item, beside, user, read_clock())
        elif apart is not None:
            order_apart(connection, item, apart, user, read_clock())
        else:
            order_original(connection, item, user, read_clock())


def _show(database: Database, item: int, as_json: bool) -> None:
    from store.bands import read_texts
    from store.clusters import find_cluster

    with database.read() as connection:
        found = find_cluster(connection, item)
        stored = read_texts(connection, found.items) if found is not None else {}
    members = found.members if found is not None else ()
    rows = [
        {
            "item": one.item,
            "original": found is not None and one.item == found.original,
            "title": stored[one.item].fields["title"],
            "agency": stored[one.item].agency,
            "score": round(one.score, 4),
            "reason": one.reason,
        }
        for one in members
    ]
    columns = ("item", "original", "title", "agency", "score", "reason")
    write_rows(rows, as_json, columns, f"item {item} stands alone")
