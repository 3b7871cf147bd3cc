"""A publish of very many items, cut into releases of a few thousand: memory follows the change of each.

What leaves the portal goes with the first release. What is new comes in the order of its stated date, so that
numbers and places are those that one release would have given.
"""

from __future__ import annotations

from publish.gather import Stores, read_dates
from store.gate import read_gate
from store.log import read_head
from store.publishing import read_publications
from store.shown import read_touched

MANY = 5000  # items that a release deals with


def cut_portions(stores: Stores, first: bool) -> list[frozenset[int]]:
    """Give the items of each release but the last one, which deals with what is left; none when they are few.

    For the `first` release of a portal, what bears no sign of a change is new as well.
    """
    with stores.database.read() as connection:
        touched = set(read_touched(connection).values())
        if len(touched) <= MANY:
            return []
        gate = read_gate(connection, None, read_head(connection), None if first else touched)
        known = read_publications(connection, touched).keys()
    rows = {row.item: row for row in gate.open}
    leaving = sorted((touched & known) - rows.keys())
    again = sorted(rows.keys() & known)
    order = read_dates(stores, [row for item, row in rows.items() if item not in known])
    new = sorted(order, key=lambda item: (order[item], rows[item].approved_at, item))
    names = [*leaving, *again, *new]
    return [frozenset(names[start : start + MANY]) for start in range(0, len(names) - MANY, MANY)]
