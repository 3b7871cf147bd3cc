"""Screening again after a list changed: what waits and what is public, in batches, each revision once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from errors import StoreError
from pipelines.allowing import allow_many
from pipelines.documents import DocumentReader
from pipelines.label import find_agency
from pipelines.screen import tell_version
from pipelines.screening import list_own, screen_again
from portal import Portal
from sources import Sources
from store.database import Database
from store.items import Found
from store.screenings import Raised, Unscreened, keep_rescreening, list_unscreened

logger = logging.getLogger(__name__)
_BATCH = 200  # revisions looked at before what was found of them is saved


@dataclass(frozen=True)
class Rescreened:
    """What a new look brought: how many revisions were looked at by which lists, and what was raised."""

    version: str
    looked: int
    raised: tuple[Raised, ...]


def screen_stored(
    database: Database,
    portal: Portal,
    sources: Sources,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> Rescreened:
    """Screen whatever waits or is public and was screened by other lists; stopped, it goes on the next time.

    `progress` is told how many revisions were looked at so far.
    """
    version = tell_version(portal.screen.lists)
    after, looked = 0, 0
    raised: list[Raised] = []
    with DocumentReader() as reader:
        while True:
            with database.read() as connection:
                batch = list_unscreened(connection, version, after, _BATCH)
            if not batch:
                return Rescreened(version, looked, tuple(raised))
            found = [_screen(one, database, reader, portal, sources) for one in batch]
            with database.write() as connection:
                looked_at = [(one, seen) for one, seen in zip(batch, found, strict=True) if seen is not None]
                allowed = allow_many(connection, [seen for _, seen in looked_at])
                for (one, _), seen in zip(looked_at, allowed, strict=True):
                    raised += keep_rescreening(connection, one, seen, version, now)
            after, looked = batch[-1].revision, looked + len(batch)
            if progress is not None:
                progress(looked)


def _screen(
    one: Unscreened, database: Database, reader: DocumentReader, portal: Portal, sources: Sources
) -> list[Found] | None:
    """Give what is found; a file that is missing costs its revision, which is looked at next time."""
    own = list_own(find_agency(sources, one.agency), portal)
    try:
        return screen_again(one.form, database.home, reader, one.at, portal, own).found
    except StoreError as error:
        logger.warning("%d@%d was not screened: %s", one.item, one.number, error)
        return None
