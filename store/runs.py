"""One row a run, one row a source in it: what was promised, found, new, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import RowMapping, bindparam, func, select, update

from clock import read_time, write_time
from store.database import Database
from store.foreign import keep_count, keep_words
from store.tables import run_sources, runs

_HISTORY = (
    select(run_sources)
    .where(run_sources.c.source == bindparam("of_source"))
    .order_by(run_sources.c.at.desc(), run_sources.c.run.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True)
class RunSource:
    """What one run got from one source; `coverage` is found of promised (0 to 1), None without a promise."""

    source: str
    agency: str
    verdict: str
    promised: int | None
    found: int
    new: int
    changed: int
    known: int
    failed: int
    coverage: float | None
    seconds: float
    evidence: str
    at: datetime | None = None


class Runs:
    """Writes the rows of a run, and reads a source's history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, kind: str, now: datetime) -> int:
        """Begin a run; give its number."""
        with self._database.write() as connection:
            insert = runs.insert().values(kind=kind, started=write_time(now)).returning(runs.c.id)
            return int(connection.execute(insert).scalar_one())

    def save(self, run: int, row: RunSource, now: datetime) -> None:
        """Keep one source's row of a run."""
        self.save_many(run, [row], now)

    def save_many(self, run: int, rows: Sequence[RunSource], now: datetime) -> None:
        """Keep the rows of several sources in one transaction."""
        values = [
            {
                **asdict(row),
                "run": run,
                "promised": keep_count(row.promised),
                "evidence": keep_words(row.evidence),
                "at": write_time(now),
            }
            for row in rows
        ]
        with self._database.write() as connection:
            connection.execute(run_sources.insert(), values)

    def end(self, run: int, now: datetime) -> None:
        """Close a run; one that was killed stays open, and is seen as such."""
        with self._database.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run).values(ended=write_time(now)))

    def history(self, source: str, limit: int = 30) -> list[RunSource]:
        """Give a source's rows, newest first."""
        return self.histories((source,), limit)[source]

    def histories(self, wanted: Iterable[str], limit: int = 30) -> dict[str, list[RunSource]]:
        """Give the rows of each of these sources, newest first."""
        with self._database.read() as connection:
            return {
                source: [
                    _row(row)
                    for row in connection.execute(_HISTORY, {"of_source": source, "most": limit}).mappings()
                ]
                for source in wanted
            }

    def newest(self) -> dict[str, RunSource]:
        """Give every source's newest row."""
        last = (
            select(run_sources.c.source, func.max(run_sources.c.run).label("run"))
            .group_by(run_sources.c.source)
            .subquery()
        )
        query = select(run_sources).join(
            last, (last.c.source == run_sources.c.source) & (last.c.run == run_sources.c.run)
        )
        with self._database.read() as connection:
            return {row["source"]: _row(row) for row in connection.execute(query).mappings()}


def _row(row: RowMapping) -> RunSource:
    values = {name: row[name] for name in RunSource.__dataclass_fields__}
    return RunSource(**{**values, "at": read_time(row["at"])})
