"""Commands of editors: queue, decide, submit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clock import read_clock
from commands.setting import (
    AS_JSON,
    AS_USER,
    example,
    find_paths,
    load_files,
    open_store,
    read_moment,
    read_which,
)
from errors import AlreadyRunning
from terminal import write_rows

if TYPE_CHECKING:
    from portal import Portal
    from sources import Paths
    from store.reviews import Desk


@click.command()
@AS_JSON
@example("caibian queue --json")
def queue(as_json: bool) -> None:
    """List what waits for a decision."""
    from store.queue import tell_waiting, walk_waiting

    paths = find_paths()
    with open_store(paths) as database, database.read() as connection:
        told = [tell_waiting(one) for one in walk_waiting(connection)]
    columns = (
        "item",
        "revision",
        "state",
        "title",
        "published",
        "column",
        "probability",
        "findings",
        "doubts",
    )
    write_rows(told, as_json, columns, "nothing waits")


@click.command()
@click.argument("which", metavar="ITEM@REVISION")
@click.argument("action", type=click.Choice(["approve", "return", "reject", "hold", "reopen", "withdraw"]))
@click.option(
    "--now",
    "at_once",
    is_flag=True,
    help="Release it with the next publish, without the hold; a withdrawal is published at once.",
)
@click.option("--at", "moment", metavar="TIME", help="Not before this time at the portal: 2026-11-05T08:00.")
@click.option("--column", metavar="C", help="The portal column that it goes into.")
@click.option(
    "--reason",
    metavar="R",
    help="Why; the provider is told it, and a withdrawn item's page says it to the public.",
)
@AS_USER
@example("caibian decide 12@1 approve --column bumen --as liu")
def decide(
    which: str,
    action: str,
    at_once: bool,
    moment: str | None,
    column: str | None,
    reason: str | None,
    user: str,
) -> None:
    """Decide about one revision of an item."""
    from store.accounts import find_actor
    from store.moves import Wish
    from store.reviews import decide as carry_out

    item, number = read_which(which)
    paths = find_paths()
    _, portal = load_files(paths)
    with open_store(paths) as database, database.write() as connection:
        actor = find_actor(connection, user)
        desk = portal_desk(portal)
        wish = Wish(action, column, reason, read_moment(moment) if moment else None, at_once)
        done = carry_out(connection, item, number, wish, actor, desk, read_clock())
    click.echo(f"{which} is {done.to_state}" + (f" in {done.column_key}" if done.column_key else ""))
    if at_once and action == "withdraw":
        _take_down(paths, portal, item)


def _take_down(paths: Paths, portal: Portal, item: int) -> None:
    """Publish without what was withdrawn, also when a publish is running that read it before.

    One that makes everything anew takes it down between two portions, and goes on for long.
    """
    from commands.publishing import publish_patiently
    from store.jobs import PATIENCE
    from store.shown import find_release_without

    with open_store(paths) as database:
        for second in range(PATIENCE):
            try:
                release: int | None = publish_patiently(database, portal, 1, anyway=True).release
            except AlreadyRunning:
                with database.read() as connection:
                    release = find_release_without(connection, item)
                if release is None and second == PATIENCE - 1:
                    raise
            if release is not None:
                break
    click.echo(f"release {release} is served without it")


def portal_desk(portal: Portal) -> Desk:
    """Give what decisions are measured against."""
    from store.reviews import Desk

    hold = timedelta(minutes=portal.settings.hold_minutes)
    return Desk({column.key: column.reviews for column in portal.columns}, hold)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@AS_USER
@example("caibian submit notice.md --as liu")
def submit(file: Path, user: str) -> None:
    """Put an item written here into the queue: fields at the head of FILE, attachments beside it."""
    from pipelines.written import read_written, submit_written
    from store.accounts import find_actor
    from store.mirror import mirror_configuration

    paths = find_paths()
    sources, portal = load_files(paths)
    now = read_clock()
    with open_store(paths) as database:
        with database.write() as connection:
            mirror_configuration(connection, sources, portal, now)
            actor = find_actor(connection, user)
        written = read_written(file, paths.home, portal)
        item = submit_written(database, written, portal, sources, actor, now)
    click.echo(f"{item}@1 waits for another person")
