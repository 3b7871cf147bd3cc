"""One source's run: its lists, then the articles that they and the calendar want."""

from __future__ import annotations

import asyncio
from collections import deque
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
    queue = deque(order_wants((*walk.wants.values(), *_choose_due(task, tools, tally))))
    walk.wants.clear()
    causes = {want.address: want.cause for want in queue}  # what is left of a want once it was read
    claims.want(order, causes)
    claims.finish_walk(order)
    await claims.wait_for_earlier(order)
    mine = claims.take(order, causes)
    if len(mine) < len(queue):
        queue = deque(want for want in queue if want.address in mine)
    await Articles(task, tools, tally).run(queue)
    await asyncio.gather(*walk.saves)
    claims.finish(order, causes)
    for address, cause in causes.items():
        tally.add_outcome(cause, await claims.ask(address))
    return tally


def _choose_due(task: Task, tools: Tools, tally: Tally) -> Sequence[Wanted]:
    """What the calendar wants; a site that cannot show its list is left alone until it can."""
    if tally.list_fault is not None:
        return ()
    return choose_due(tools.known.due(task.source.id, tools.clock(), task.articles, task.recheck))
