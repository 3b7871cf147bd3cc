"""From an older version of the tables to this program's: a backup first, then the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.migration import MigrationContext
from sqlalchemy import Engine

from errors import UserFault
from store import migrations
from store.backup import Backup, make_backup
from store.database import Database
from store.engines import make_engine, name_faults
from store.locks import hold
from store.log import Entry, append


@dataclass(frozen=True)
class Upgraded:
    """What an upgrade did: from which version to which, and the backup that it made before.

    `before` is None for a database that was new; without a `backup` there was nothing to do.
    """

    before: str | None
    after: str
    backup: Backup | None


def upgrade_store(
    url: str, home: Path, target: Path, configuration: Sequence[Path], now: datetime
) -> Upgraded:
    """Take the database to this program's version, after a backup into `target`; a new one is made.

    Raises StoreError for a newer one, AlreadyRunning while a crawl or publish works.
    """
    home.mkdir(parents=True, exist_ok=True)
    engine = make_engine(url)
    database = Database(engine, home)
    try:
        with hold(home, "crawl", "publish"), name_faults(engine.url.render_as_string()):
            before = _read_version(engine)
            try:
                migrations.ensure(engine)
            except UserFault:
                backup = make_backup(database, target, configuration, now)
                migrations.upgrade(engine)
                after = str(_read_version(engine))
                with database.write() as connection:
                    words = f"from version {before} to {after}, backup in {backup.place}"
                    append(connection, Entry("terminal", "terminal", "upgrade", reason=words), now)
                return Upgraded(before, after, backup)
            return Upgraded(before, str(_read_version(engine)), None)
    finally:
        database.close()


def _read_version(engine: Engine) -> str | None:
    with engine.connect().execution_options(caibian_mode="read") as connection:
        return MigrationContext.configure(connection).get_current_revision()
