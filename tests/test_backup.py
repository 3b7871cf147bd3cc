"""Backups: whole or not there, checked before they are put back, and the portal is the same afterwards."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import CliRunner, Result
from days import Office, check_log
from filelock import FileLock
from sqlalchemy import Connection, text
from stores import Stores, lift_guards

from caibian import cli
from errors import AlreadyRunning, ChainError, StoreError, UserFault
from pipelines.messages import PageRead
from portal import Portal
from publish.verify import verify_site
from sample import NOW, PORTAL, SOURCES
from sources import Sources
from store.backup import list_backup_heads, make_backup
from store.database import Database
from store.dump import copy_database
from store.log import read_head, verify_chain
from store.manifest import NAME, copy_file, find_backup, list_backups, read_manifest, write_manifest
from store.restore import restore_backup

ROOT = Path(__file__).parent.parent
MakePage = Callable[..., PageRead]


@pytest.fixture
def office(database: Database, sources: Sources, portal: Portal, make_page: MakePage, tools: None) -> Office:
    """An office on each database, after two days."""
    made = Office(database, sources, portal, make_page)
    made.work(1)
    made.work(2)
    return made


@pytest.fixture
def lone(
    stores: Stores, sources: Sources, portal: Portal, make_page: MakePage, tmp_path: Path
) -> Iterator[Office]:
    """An office on SQLite, for what has nothing to do with the database."""
    with stores.opened("sqlite", tmp_path / "home") as opened:
        made = Office(opened, sources, portal, make_page)
        made.work(1)
        yield made


# --- there and back ---


def test_a_restored_backup_is_the_portal_of_that_day(office: Office) -> None:
    before = office.read_portal()
    done = office.back_up()
    assert (done.release, done.damaged) == (2, ())
    office.work(3)
    assert office.read_portal() != before
    with office.restored() as database:
        assert office.read_portal() == before
        assert verify_site(database, office.home, deep=True) == []
        with database.read() as connection:
            assert check_log(connection) == done.log + 1  # the restore itself is in the log
        office.publish(full=True)
        assert office.read_portal() == before
        office.work(4)  # and work goes on
        assert len(office.read_portal()) > len(before)
    (aside,) = office.home.parent.glob(f"{office.home.name}.before-*")
    assert (aside / "site" / "current").is_symlink()


def test_the_log_is_held_to_the_head_that_a_backup_recorded(office: Office) -> None:
    office.back_up()
    with office.database.write() as connection:
        head = read_head(connection)
        assert list_backup_heads(connection) == [head]
        lift_guards(connection, "log")
        connection.execute(text("DELETE FROM releases WHERE log_seq > 0 AND state = 'removed'"))
        connection.execute(text("UPDATE findings SET cleared_by_log = NULL"))
        connection.execute(text("DELETE FROM log WHERE seq = :seq"), {"seq": head.seq})
    with office.database.read() as connection, pytest.raises(ChainError, match=f"{head.seq} are missing"):
        verify_chain(connection, list_backup_heads(connection))


def test_a_backup_is_one_moment_while_others_write(office: Office) -> None:
    stop = Event()

    def write() -> None:
        number = 10
        while not stop.is_set():
            office.work(number := number + 1)

    writer = Thread(target=write)
    writer.start()
    try:
        made = [make_backup(office.database, office.backups, (), NOW) for _ in range(3)]
    finally:
        stop.set()
        writer.join()
    assert [one.damaged for one in made] == [(), (), ()]
    with office.restored() as database, database.read() as connection:
        assert check_log(connection) == made[-1].log + 1
        assert verify_site(database, office.home, deep=True) == []


def test_what_a_publish_took_away_meanwhile_is_copied_anew(
    lone: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one release kept, a publish between the two copies takes the older one's files away."""
    settings = lone.portal.settings.model_copy(update={"keep_releases": 1})
    lone.portal = lone.portal.model_copy(update={"settings": settings})
    overtaken: list[Path] = []

    @contextmanager
    def overtake(database: Database, folder: Path) -> Iterator[Connection]:
        with copy_database(database, folder) as connection:
            yield connection
        if not overtaken:
            overtaken.append(folder)
            lone.work(2)

    monkeypatch.setattr("store.backup.copy_database", overtake)
    done = lone.back_up()
    assert (done.release, done.damaged, overtaken != []) == (2, (), True)
    before = lone.read_portal()
    with lone.restored() as database:
        assert lone.read_portal() == before
        assert verify_site(database, lone.home, deep=True) == []


def test_learned_models_come_along_and_the_desk_key_does_not(lone: Office) -> None:
    (lone.home / "models").mkdir()
    (lone.home / "models" / "1.skops").write_bytes(b"learned")
    (lone.home / "desk.key").write_text("secret")
    lone.back_up()
    with lone.restored():
        assert (lone.home / "models" / "1.skops").read_bytes() == b"learned"
        assert not (lone.home / "desk.key").exists()


# --- only what changed ---


def test_what_did_not_change_is_linked_and_nothing_is_linked_to_the_working_folder(lone: Office) -> None:
    first = lone.back_up()
    second = lone.back_up()
    assert (second.files, second.copied) == (first.files, 1)  # the database alone
    lone.work(2)
    third = lone.back_up()
    assert 2 < third.copied < third.files
    here = {path.stat().st_ino for path in lone.home.rglob("*") if path.is_file()}
    there = {path.stat().st_ino for path in lone.backups.rglob("*") if path.is_file()}
    assert not here & there


def test_only_the_newest_are_kept_and_never_at_the_price_of_the_one_just_made(lone: Office) -> None:
    for _ in range(4):
        last = lone.back_up(keep=2)
    assert len(list_backups(lone.backups)) == 2
    assert find_backup(lone.backups) == Path(last.place)
    lone.now -= timedelta(days=30)  # the clock was set back: by its name it is the oldest
    back = lone.back_up(keep=2)
    assert Path(back.place) in list_backups(lone.backups)
    assert read_manifest(Path(last.place)).head.seq == last.log


def test_a_damaged_file_is_named_and_a_lost_one_taken_from_the_backup_before(lone: Office) -> None:
    lone.back_up()
    lost = _find_file(lone)
    lost.unlink()
    assert lone.back_up().damaged == ()
    with lone.restored():
        assert lost.is_file()
    lone.work(2)
    wrong = _find_file(lone, newest=True)
    wrong.chmod(0o644)
    wrong.write_bytes(b"something else")
    for _ in range(2):  # it is named again the next time, not linked as if it were well
        (named,) = lone.back_up().damaged
        assert named.startswith(str(wrong))


def _find_file(office: Office, newest: bool = False) -> Path:
    found = [one for one in (office.home / "files" / "attachment").rglob("*") if one.is_file()]
    return max(found, key=lambda one: one.stat().st_mtime) if newest else found[0]


# --- nothing half made, nothing lost ---


def test_a_backup_that_was_changed_is_not_put_back(lone: Office) -> None:
    lone.back_up()
    backup = find_backup(lone.backups)
    files = sorted(
        path for path in backup.rglob("*") if path.is_file() and path.name != NAME and path.stat().st_size
    )
    before = lone.read_portal()
    for path in random.Random(3).sample(files, 12):
        whole = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        named = str(path.relative_to(backup))
        with pytest.raises(StoreError, match=f"{named}: was changed"):
            restore_backup(backup, lone.home, lone.url, NOW, force=True)
        path.write_bytes(whole)
    files[0].unlink()
    with pytest.raises(StoreError, match="is missing"):
        restore_backup(backup, lone.home, lone.url, NOW, force=True)
    assert lone.read_portal() == before
    assert list(lone.home.parent.glob("*before*")) == []


def test_the_list_itself_is_sealed(lone: Office) -> None:
    lone.back_up()
    backup = find_backup(lone.backups)
    whole = (backup / NAME).read_text()
    for changed in (whole.replace('"seq"', '"sec"'), whole[:-50], "", whole.replace('"version"', '"vision"')):
        (backup / NAME).write_text(changed)
        with pytest.raises(StoreError, match="MANIFEST"):
            restore_backup(backup, lone.home, lone.url, NOW, force=True)
    (backup / NAME).write_text(whole)
    manifest = read_manifest(backup)
    stray = replace(manifest.files[0], path="../../elsewhere")
    write_manifest(backup, replace(manifest, files=(*manifest.files, stray)))
    with pytest.raises(StoreError, match="leads out of the backup"):
        restore_backup(backup, lone.home, lone.url, NOW, force=True)


def test_a_broken_list_does_not_stop_the_next_backup(lone: Office) -> None:
    first = lone.back_up()
    (Path(first.place) / NAME).write_text("{")
    second = lone.back_up()
    assert second.copied == first.copied


def test_what_is_there_is_not_touched_without_force(office: Office) -> None:
    office.back_up()
    before = office.read_portal()
    with pytest.raises(UserFault, match="--force"):
        restore_backup(office.backups, office.home, office.url, NOW)
    if office.database.engine.dialect.name == "postgresql":
        with pytest.raises(UserFault, match="--force moves them aside"):
            restore_backup(office.backups, office.home.parent / "other", office.url, NOW)
    assert office.read_portal() == before


def test_an_empty_folder_needs_no_force(lone: Office) -> None:
    lone.back_up()
    before = lone.read_portal()
    lone.database.close()
    shutil.rmtree(lone.home)
    with lone.restored(force=False):
        assert lone.read_portal() == before
    assert list(lone.home.parent.glob("*before*")) == []


def test_while_anything_works_nothing_is_put_back(lone: Office) -> None:
    lone.back_up()
    for name in ("crawl", "publish", "schedule", "housekeeping"):
        (lone.home / "locks").mkdir(exist_ok=True)
        with FileLock(lone.home / "locks" / f"{name}.lock"), pytest.raises(AlreadyRunning):
            restore_backup(lone.backups, lone.home, lone.url, NOW, force=True)


def test_a_full_disk_leaves_no_backup_and_a_clear_word(lone: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [7]

    def fill(source: Path, target: Path) -> object:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        return copy_file(source, target)

    monkeypatch.setattr("store.backup.copy_file", fill)
    with pytest.raises(StoreError, match="No space left on device; no backup was made"):
        lone.back_up()
    assert list(lone.backups.iterdir()) == []


def test_a_database_elsewhere_is_put_back_there(
    stores: Stores, sources: Sources, portal: Portal, make_page: MakePage, tmp_path: Path
) -> None:
    with stores.opened("sqlite", tmp_path / "elsewhere") as database:
        moved = Office(Database(database.engine, tmp_path / "home"), sources, portal, make_page)
        moved.work(1)
        moved.back_up()
        moved.work(2)
        moved.database.close()
        (file,) = (tmp_path / "elsewhere").glob("*.sqlite")
        file.with_name(f"{file.name}-wal").write_bytes(b"of a process that was killed")
        with moved.restored() as restored, restored.read() as connection:
            assert check_log(connection)
            assert connection.execute(text("SELECT count(*) FROM items")).scalar_one() == 1
    aside = sorted(one.name.partition(".before-")[2] for one in file.parent.glob("*.before-*"))
    assert [name[len("20260101T000000") :] for name in aside] == ["", "-wal"]


# --- PostgreSQL's own programs ---


def test_pg_dump_that_is_missing_or_too_old_is_named(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if office.database.engine.dialect.name != "postgresql":
        office.back_up()  # needs no program
        return
    tools = tmp_path / "tools"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    with pytest.raises(UserFault, match="pg_dump is missing: install"):
        office.back_up()
    told = "pg_dump: error: aborting because of server version mismatch"
    (tools / "pg_dump").write_text(f"#!/bin/sh\necho '{told}' >&2\nexit 1\n")
    (tools / "pg_dump").chmod(0o755)
    with pytest.raises(UserFault, match="is older than the server"):
        office.back_up()
    assert list_backups(office.backups) == []


# --- on the command line ---


@pytest.fixture
def run(lone: Office, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `caibian` in this process, on the lone office."""
    folder = lone.home.parent
    (folder / "portal.yaml").write_text(PORTAL, encoding="utf-8")
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CAIBIAN_HOME", str(lone.home))
    for name in ("DATABASE_URL", "SOURCES", "PORTAL"):
        monkeypatch.setenv(f"CAIBIAN_{name}", "")
    return lambda *words: CliRunner().invoke(cli, list(words))


def test_the_commands_say_what_they_did(lone: Office, run: Callable[..., Result]) -> None:
    lone.database.close()
    said = run("backup", "backups", "--keep", "3").output
    assert "files (" in said
    assert "release 1, log row" in said
    assert isinstance(run("restore", "backups").exception, UserFault)
    said = run("restore", "backups", "--force").output
    assert "what was there before is in" in said
    assert "the log is whole" in said
    assert (lone.home / "configuration" / "portal.yaml").read_text(encoding="utf-8") == PORTAL
    assert "the log is whole" in run("audit", "verify").output
    assert "nothing was done" in run("upgrade").output
    assert '"pages": 0' in run("tidy", "--dry-run", "--json").output


def test_a_backup_that_is_killed_is_not_there_and_the_next_one_is_whole(
    lone: Office, run: Callable[..., Result]
) -> None:
    for number in range(2, 5):
        lone.work(number)
    lone.database.close()
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    for moment in (0.5, 0.7, 0.9, 1.1):
        process = subprocess.Popen(
            [sys.executable, "-m", "caibian", "backup", "backups"],
            env=env,
            cwd=lone.home.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for backup in list_backups(lone.backups):
            assert read_manifest(backup).files
    assert run("backup", "backups").exit_code == 0
    assert list(lone.backups.glob(".new-*")) == []
    before = lone.read_portal()
    assert run("restore", "backups", "--force").exit_code == 0
    assert lone.read_portal() == before
