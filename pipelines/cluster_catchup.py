"""Items from before there were bands: marked and put together as if they came today."""

from __future__ import annotations

from pipelines.cluster import find_likenesses, mark_stored, settle
from sources import Sources
from store.bands import list_unmarked, read_texts
from store.database import Database

_BATCH = 100


def mark_unmarked(database: Database, sources: Sources) -> int:
    """Mark every item that nothing can find yet, and put it beside what it is like; give how many.

    A batch is a transaction, so that whoever is stopped goes on where it was; an item without a word
    keeps no mark and costs a look each time.
    """
    marked, last = 0, 0
    while True:
        with database.read() as connection:
            wanted = list_unmarked(connection, last, _BATCH)
            stored = read_texts(connection, wanted)
            marks = {item: mark_stored(stored[item]) for item in wanted if item in stored}
            near = find_likenesses(connection, marks)
        if not wanted:
            return marked
        with database.write() as connection:
            for item, mark in marks.items():
                # a place of the batch is the item's own number here
                others = {one.place if one.item is None else one.item: one for one in near[item]}
                compared = {other: one for other, one in others.items() if other is not None}
                settle(connection, item, mark, compared, sources)
        marked += sum(bool(mark.bands) for mark in marks.values())
        last = wanted[-1]
