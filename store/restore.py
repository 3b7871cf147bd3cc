"""Putting a backup back: every hash is checked first, and what was there before is moved aside, whole."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from errors import StoreError, UserFault
from store import migrations
from store.backup import note_head
from store.database import Database
from store.dump import COPIES, list_tables, load_dump, move_tables
from store.engines import make_engine
from store.locks import hold
from store.log import Entry, append, list_heads, verify_chain
from store.manifest import Manifest, check_files, copy_file, find_backup, read_manifest

_SHOWN = 10  # faults that are named one by one


@dataclass(frozen=True)
class Restored:
    """What was put back, where the old working folder lies now, and the rows of the log that were checked.

    `log` is None when the backup is of an older version: the log is checked after `caibian upgrade`.
    """

    backup: str
    at: str
    files: int
    release: int | None
    log: int | None
    aside: str | None


def restore_backup(place: Path, home: Path, url: str, now: datetime, force: bool = False) -> Restored:
    """Put the backup at `place` (or the newest one in it) back as the store at `home` and `url`.

    Raises StoreError naming every file that is not as the backup's list says, ChainError when its log is
    broken, UserFault when something is there already and nothing `force`s it aside, AlreadyRunning while
    anything works in the folder.
    """
    backup = find_backup(place)
    manifest = read_manifest(backup)
    _check(backup, manifest)
    with ExitStack() as held:
        if home.exists():
            held.enter_context(hold(home, "crawl", "publish", "schedule", "housekeeping"))
        _check_place(home, url, manifest, force)
        return _Return(backup, manifest, home, url, now).run()


def _check(backup: Path, manifest: Manifest) -> None:
    wrong = list(check_files(backup, manifest))
    if wrong:
        more = f"\nand {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise StoreError(f"{backup} is not whole:\n" + "\n".join(wrong[:_SHOWN]) + more)


def _check_place(home: Path, url: str, manifest: Manifest, force: bool) -> None:
    kind = make_url(url).get_backend_name()
    if kind != manifest.database:
        raise UserFault(f"the backup is of {manifest.database}, $CAIBIAN_DATABASE_URL names {kind}")
    if force:
        return
    if home.exists() and any(one.name != "locks" for one in home.iterdir()):
        raise UserFault(f"{home} is not empty: --force moves it aside")
    file = find_file(url)
    if file is not None and file.exists():
        raise UserFault(f"{file} is there already: --force moves it aside")
    if file is None:
        engine = make_engine(url)
        with Database(engine, home).read() as connection:
            tables = list_tables(connection)
        engine.dispose()
        if tables:
            raise UserFault(f"the database has {len(tables)} tables already: --force moves them aside")


def find_file(url: str) -> Path | None:
    """Give the file of a SQLite database, None for a database on a server."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


_PARTS = ("", "-wal", "-shm", "-journal")  # what SQLite keeps beside a database belongs to it


@dataclass(frozen=True)
class _Return:
    """One backup on its way back: everything is checked, nothing is written yet."""

    backup: Path
    manifest: Manifest
    home: Path
    url: str
    now: datetime

    def run(self) -> Restored:
        """Build the new working folder beside the old one, then change their names."""
        stamp = f"{self.now:%Y%m%dT%H%M%S}"
        made = self.home.with_name(f".{self.home.name}.restoring")
        aside = self.home.with_name(f"{self.home.name}.before-{stamp}")
        try:
            shutil.rmtree(made, ignore_errors=True)
            self._build(made)
            counted = self._place_database(made, stamp)
            had = self._switch(made, aside)
        except OSError as error:
            raise StoreError(f"{error.filename}: {error.strerror}; nothing was put back") from error
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return Restored(
            backup=str(self.backup),
            at=self.manifest.at,
            files=len(self.manifest.files),
            release=self.manifest.release,
            log=counted,
            aside=str(aside) if had else None,
        )

    def _build(self, made: Path) -> None:
        made.mkdir(parents=True)
        for one in self.manifest.files:
            if not one.path.startswith("database."):
                copy_file(self.backup / one.path, made / one.path)
                if not one.path.startswith(("files/", "site/")):  # those two are never written again
                    (made / one.path).chmod(0o640)
        for path, target in self.manifest.links:
            (made / path).parent.mkdir(parents=True, exist_ok=True)
            (made / path).symlink_to(target)

    def _place_database(self, made: Path, stamp: str) -> int | None:
        """Put the copy of the database where the address says, and check its log; give the rows of it."""
        copy = self.backup / COPIES[self.manifest.database]
        file = find_file(self.url)
        if file is None:
            self._load(copy, f"before_{stamp}".lower())
            return self._accept(self.url)
        inside = file.resolve().is_relative_to(self.home.resolve())
        spare = made / file.resolve().relative_to(self.home.resolve()) if inside else made / file.name
        copy_file(copy, spare)
        spare.chmod(0o640)
        counted = self._accept(f"sqlite:///{spare}")
        if not inside:
            file.parent.mkdir(parents=True, exist_ok=True)
            for part in _PARTS:  # a log left behind by a killed process would be played into the new file
                old = file.with_name(f"{file.name}{part}")
                if old.exists():
                    old.rename(file.with_name(f"{file.name}.before-{stamp}{part}"))
            shutil.move(spare, file)
        return counted

    def _load(self, dump: Path, schema: str) -> None:
        engine = make_engine(self.url)
        try:
            with Database(engine, self.home).write() as connection:
                if list_tables(connection):
                    move_tables(connection, schema)
            load_dump(engine.url, dump)
        except StoreError as error:
            raise StoreError(f"{error}; what was there is in the schema {schema}") from error
        finally:
            engine.dispose()

    def _accept(self, url: str) -> int | None:
        """Check the log against the head that the backup recorded, and write down that it was restored."""
        engine = make_engine(url)
        database = Database(engine, self.home)
        try:
            with database.write() as connection:
                note_head(connection, self.manifest.head)
            try:
                migrations.ensure(engine)
            except UserFault:  # of an older version: `caibian upgrade` comes first
                return None
            with database.write() as connection:
                words = f"the backup of {self.manifest.at}, log row {self.manifest.head.seq}"
                append(connection, Entry("terminal", "terminal", "restore", reason=words), self.now)
                heads = [*list_heads(connection), self.manifest.head]
                return verify_chain(connection, [head for head in heads if head.seq])
        finally:
            engine.dispose()

    def _switch(self, made: Path, aside: Path) -> bool:
        had = self.home.exists() and any(one.name != "locks" for one in self.home.iterdir())
        if had:
            self.home.rename(aside)
        elif self.home.exists():
            shutil.rmtree(self.home)
        try:
            made.rename(self.home)
        except OSError:
            if had:
                aside.rename(self.home)
            raise
        return had
