"""A publish of very many items, cut into releases of a few thousand: memory follows the change of each.

What leaves the portal goes with the first release. What is new comes in the order of its stated date, so that
numbers and places are those that one release would have given.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from publish.gather import Stores, read_dates
from publish.plan import see_frame, see_makings
from publish.views import SiteView
from store.gate import list_pending, read_gate
from store.log import read_head
from store.publishing import read_placements, read_publications
from store.shown import count_named, list_touched, read_frame

MANY = 2500  # items that a release deals with; of 5,000 long ones the search index alone takes 250 MB
WITHOUT = 4  # times as many where there is no search: a plan holds some three kilobytes an item
WHOLE = 20_000  # items whose pages one release makes anew; it holds some five kilobytes an item
_LEAVES, _MOVES, _STAYS, _COMES = range(4)


def cut_portions(stores: Stores, first: bool) -> list[frozenset[int]]:
    """Give the items of each release but the last one, which deals with what is left.

    None when they are few, or when every page is made in another way now, which takes one release of all. At
    the `first` release of a portal everything bears a sign of a change.
    """
    with stores.database.read() as connection:
        names, many = list_touched(connection), tell_many(stores.site)
        if len(names) <= many or not (first or is_same_making(connection, stores.site)):
            return []
    ranked = sorted(_rank(stores, names))
    return [
        frozenset(item for *_, item in ranked[start : start + many])
        for start in range(0, len(ranked) - many, many)
    ]


def list_waiting(stores: Stores, now: datetime) -> frozenset[int]:
    """Give what stands in an older form while its newer one waits.

    It belongs to every portion, since the gate does not let that form through where it is just looked at.
    """
    with stores.database.read() as connection:
        return frozenset(read_publications(connection, list_pending(connection, now)))


def tell_many(site: SiteView) -> int:
    """Say with how many items a release may deal."""
    return MANY if site.search else MANY * WITHOUT


def is_made_aside(stores: Stores, full: bool) -> bool:
    """Say whether every page is made anew, and they are too many for the memory of one release."""
    with stores.database.read() as connection:
        anew = full or not (read_frame(connection) or "").startswith(see_frame(stores.site))
        return anew and count_named(connection) > WHOLE


def is_same_making(connection: Connection, site: SiteView) -> bool:
    """Say whether the pages of the served release were made as they would be now."""
    return read_frame(connection) == see_makings(site)


def _rank(stores: Stores, names: list[int]) -> Iterator[tuple[int, str, str, int]]:
    """Say what each item sorts by; what was not public and will not be has no rank."""
    for start in range(0, len(names), MANY):
        some = names[start : start + MANY]
        with stores.database.read() as connection:
            rows = {row.item: row for row in read_gate(connection, None, read_head(connection), some).open}
            known = read_publications(connection, some)
            places = {one.item: one for one in read_placements(connection, known) if one.ends is None}
        yield from ((_LEAVES, "", "", item) for item in known.keys() - rows.keys())
        for item in known.keys() & rows.keys():
            place, row = places.get(item), rows[item]
            if place is None or place.column_key != row.column_key:  # in the order of one release
                yield _MOVES, row.approved_at, "", item
            else:  # by number, since neighbours in lists are of one portion then
                yield _STAYS, f"{known[item].number:012d}", "", item
        dates = read_dates(stores, [row for item, row in rows.items() if item not in known])
        yield from ((_COMES, date, rows[item].approved_at, item) for item, date in dates.items())
