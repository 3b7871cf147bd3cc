"""One source's run: its lists, then the articles that they and the calendar want."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from spiders.articles import Articles
from spiders.frontier import Wanted, choose_due, order_wants
from spiders.tally import Tally
from spiders.task import Task, Tools
from spiders.walk import Walk


async def gather_source(task: Task, tools: Tools) -> Tally:
    """Run one source to its end: everything fetched for it is saved, everything it wanted is counted."""
    tally = Tally()
    claims, order = tools.claims, task.order
    walk = Walk(task, tools, tally)
    if task.lists:
        await walk.run()
    wants = order_wants((*walk.wants.values(), *_choose_due(task, tools, tally)))
    addresses = [want.address for want in wants]
    claims.want(order, addresses)
    claims.finish_walk(order)
    await claims.wait_for_earlier(order)
    mine = claims.take(order, addresses)
    await Articles(task, tools, tally).run([want for want in wants if want.address in mine])
    await asyncio.gather(*walk.saves)
    claims.finish(order, addresses)
    for want in wants:
        tally.add_outcome(want.cause, await claims.ask(want.address))
    return tally


def _choose_due(task: Task, tools: Tools, tally: Tally) -> Sequence[Wanted]:
    """What the calendar wants; a site that cannot show its list is left alone until it can."""
    if tally.list_fault is not None:
        return ()
    return choose_due(tools.known.due(task.source.id, tools.clock(), task.articles, task.recheck))
