"""What readers learned of a source's pages, kept from one run to the next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from clock import read_time, write_time
from store.database import Database
from store.forms import write_json
from store.tables import shapes


@dataclass(frozen=True)
class KeptShapes:
    """What was learned of one source, as its reader of this version writes it, and since when it is used."""

    source: str
    version: str
    learned: Mapping[str, Any]
    since: datetime | None


class Shapes:
    """Reads and writes one row a source."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, version: str) -> dict[str, KeptShapes]:
        """Give by source what a reader of this version learned; what others learned counts for nothing."""
        query = select(shapes).where(shapes.c.version == version)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return {
            row["source"]: KeptShapes(
                row["source"],
                row["version"],
                json.loads(row["learned"]),
                read_time(row["since"]) if row["since"] is not None else None,
            )
            for row in rows
        }

    def save(self, kept: KeptShapes) -> None:
        """Keep a source's row in place of the one before."""
        values = {
            "source": kept.source,
            "version": kept.version,
            "learned": write_json(kept.learned),
            "since": write_time(kept.since) if kept.since is not None else None,
        }
        with self._database.write() as connection:
            connection.execute(delete(shapes).where(shapes.c.source == kept.source))
            connection.execute(shapes.insert().values(values))
