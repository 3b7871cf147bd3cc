"""From an older version of the tables to this one: a backup first, then the steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from days import check_log
from sqlalchemy import text
from stores import Stores

from errors import UserFault
from sample import NOW
from store.backup import list_backup_heads
from store.database import Database
from store.engines import make_engine
from store.log import Entry, append
from store.manifest import read_manifest
from store.restore import restore_backup
from store.upgrades import upgrade_store

ROOT = Path(__file__).parent.parent


@pytest.fixture
def first(stores: Stores, backend: str, tmp_path: Path, tools: None) -> Iterator[tuple[str, Path]]:
    """A store as the first version left it, on each database: its address and its folder."""
    home = tmp_path / "home"
    url = stores.new_url(backend, home, empty=True)
    database = Database(make_engine(url), home)
    steps = Config()
    steps.set_main_option("script_location", str(ROOT / "store" / "migrations"))
    steps.set_main_option("path_separator", "os")
    with database.write() as connection:
        steps.attributes["connection"] = connection
        command.upgrade(steps, "0001")
        append(connection, Entry("ann", "terminal", "user-add", reason="ann: editor"), NOW)
    database.close()
    yield url, home
    stores.drop(database)


def test_an_upgrade_makes_a_backup_first_and_says_what_it_did(first: tuple[str, Path]) -> None:
    url, home = first
    with pytest.raises(UserFault, match="caibian upgrade"):
        Database.open(url, home)
    done = upgrade_store(url, home, home / "backups", (), NOW)
    assert done.before == "0001" < done.after
    assert done.backup is not None
    assert read_manifest(Path(done.backup.place)).version == "0001"
    with closing(Database.open(url, home)) as database, database.read() as connection:
        assert check_log(connection) == 2
        assert list_backup_heads(connection)
        assert connection.execute(text("SELECT reason FROM log WHERE action = 'upgrade'")).scalar_one()
    again = upgrade_store(url, home, home / "backups", (), NOW)
    assert (again.before, again.after, again.backup) == (done.after, done.after, None)


def test_a_backup_of_an_older_version_is_put_back_and_upgraded(first: tuple[str, Path]) -> None:
    url, home = first
    backups = home.parent / "backups"
    upgrade_store(url, home, backups, (), NOW)
    assert restore_backup(backups, home, url, NOW, force=True).log is None
    assert upgrade_store(url, home, backups, (), NOW + timedelta(hours=1)).before == "0001"
    with closing(Database.open(url, home)) as database, database.read() as connection:
        assert check_log(connection) == 2


def test_an_upgrade_of_nothing_makes_a_new_store(stores: Stores, tmp_path: Path) -> None:
    url = stores.new_url("sqlite", tmp_path / "home", empty=True)
    done = upgrade_store(url, tmp_path / "home", tmp_path / "backups", (), NOW)
    assert (done.before, done.backup) == (None, None)
