"""Commands that keep the house: backup, restore, upgrade, tidy."""

from __future__ import annotations

import logging
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clock import read_clock
from commands.setting import AS_JSON, example, find_paths, load_files, open_store
from errors import ConfigurationError
from terminal import write_rows

if TYPE_CHECKING:
    from sources import Paths

logger = logging.getLogger(__name__)
_FOLDER = click.Path(path_type=Path, file_okay=False)


def _list_configuration(paths: Paths) -> tuple[Path, ...]:
    """Name the files of the configuration; of a portal.yaml with faults, without the lists that it names."""
    from portal import load_portal
    from wordlists import list_files

    try:
        lists = list_files(load_portal(paths.portal).screen, paths.portal.parent)
    except ConfigurationError as error:
        logger.warning("the lists that portal.yaml names are not in this backup: %s", error)
        lists = []
    named = {file.name: file for file in (*lists, paths.sources, paths.portal)}
    return tuple(named.values())


@click.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--keep", type=click.IntRange(1), metavar="N", help="Let all but the newest N in DIR go.")
@AS_JSON
@example("caibian backup /srv/backups --keep 30")
def backup(folder: Path, keep: int | None, as_json: bool) -> None:
    """Make a backup in DIR: database, kept files, served release; what DIR has already is linked."""
    from store.backup import make_backup

    paths = find_paths()
    with open_store(paths) as database:
        configuration = _list_configuration(paths)
        done = make_backup(database, folder.absolute(), configuration, read_clock(), keep)
    if as_json:
        write_rows([asdict(done)], True, (), "")
    else:
        told = f"{done.files} files ({done.copied} copied, {done.linked} linked)"
        click.echo(f"{done.place}: {told}, release {done.release or 'none'}, log row {done.log}")
        for name in done.removed:
            click.echo(f"removed the older backup {name}")
    for words in done.damaged:
        click.echo(words, err=True)
    if done.damaged:
        sys.exit(1)


@click.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--force", is_flag=True, help="Move what is there aside, whole.")
@AS_JSON
@example("caibian restore /srv/backups")
def restore(folder: Path, force: bool, as_json: bool) -> None:
    """Put the backup DIR, or the newest one in DIR, back; every hash is checked before."""
    from store.restore import restore_backup

    paths = find_paths()
    done = restore_backup(folder.absolute(), paths.home, paths.database_url, read_clock(), force)
    if as_json:
        write_rows([asdict(done)], True, (), "")
        return
    click.echo(f"restored {done.backup}: {done.files} files, release {done.release or 'none'}")
    if done.aside is not None:
        click.echo(f"what was there before is in {done.aside}")
    if done.log is not None:
        click.echo(f"the log is whole: {done.log} rows; `caibian publish --full` sets the portal right")
    else:
        click.echo("the backup is of an older version: run `caibian upgrade`, then `caibian audit verify`")


@click.command()
@click.option(
    "--backup", "folder", type=_FOLDER, help="Where the backup goes; else `backups` beside the data."
)
@example("caibian upgrade")
def upgrade(folder: Path | None) -> None:
    """Take the database to this program's version, after a backup; older items are compared then."""
    from pipelines.cluster_catchup import mark_unmarked
    from store.upgrades import upgrade_store

    paths = find_paths()
    target = folder.absolute() if folder is not None else paths.home / "backups"
    configuration = _list_configuration(paths)
    done = upgrade_store(paths.database_url, paths.home, target, configuration, read_clock())
    if done.backup is not None:
        click.echo(f"backup in {done.backup.place}: {done.backup.files} files, log row {done.backup.log}")
        click.echo(f"the database is of version {done.after} now, it was of {done.before}")
    elif done.before is None:
        click.echo(f"a new database of version {done.after} is made")
    else:
        click.echo(f"the database is of version {done.after} already: nothing was done")
    with open_store(paths) as database:
        marked = mark_unmarked(database, load_files(paths)[0])
    if marked:
        click.echo(f"{marked} older items are compared with all others now")


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@AS_JSON
@example("caibian tidy --dry-run")
def tidy(dry_run: bool, as_json: bool) -> None:
    """Let go of old raw pages of decided items, old rows of runs and finished jobs, by portal.yaml."""
    from portal import load_portal
    from store.locks import hold
    from store.retention import Rules
    from store.retention import tidy as carry_out

    paths = find_paths()
    settings = load_portal(paths.portal).settings
    rules = Rules(timedelta(days=settings.keep_page_days), timedelta(days=settings.keep_run_days))
    with open_store(paths) as database, hold(paths.home, "crawl", "housekeeping"):
        done = carry_out(database, read_clock(), rules, dry_run)
    columns = ("pages", "bytes", "run_rows", "jobs", "leftovers")
    write_rows([asdict(done)], as_json, columns, "")
