"""Hot topics: what several agencies carry at once, gathered from the store for an editor to look at."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from classify.hot import Carrier, Hot, propose_hot
from clock import read_time
from pipelines.label import find_agency, find_source
from sources import Sources
from store.clusters import list_carriers

_SINCE = timedelta(days=3)


def list_hot(connection: Connection, sources: Sources, now: datetime) -> list[Hot]:
    """Propose topics, the hottest first; nothing is put into a column by it."""
    carriers: dict[int, list[Carrier]] = {}
    for item, name, seen in list_carriers(connection, now - _SINCE):
        source = find_source(sources, name)
        agency = find_agency(sources, source.agency if source else None)
        if agency is not None:
            carriers.setdefault(item, []).append(Carrier(agency.key, agency.level, read_time(seen)))
    found = (propose_hot(item, carried, now) for item, carried in carriers.items())
    return sorted((one for one in found if one is not None), key=lambda one: (-one.score, -one.item))
