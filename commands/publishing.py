"""Commands around the portal: publish, verify, audit verify, demo."""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import click

from clock import PORTAL_ZONE, read_clock, tell_day
from commands.setting import AS_JSON, example, find_paths, load_files, open_store, read_file, read_moment
from errors import AlreadyRunning
from terminal import show_share, write_rows

if TYPE_CHECKING:
    from paths import Paths
    from portal import Portal
    from publish.release import PublishReport
    from publish.site_view import Settled
    from store.database import Database

logger = logging.getLogger(__name__)
REPAIR_WAIT = 600  # seconds that a repair waits for a publish that is running


@click.command()
@click.option("--full", is_flag=True, help="Render every page, whatever changed.")
@click.option("--rollback", type=int, metavar="R", help="Make a new release of what release R held.")
@click.option("--anyway", is_flag=True, help="Serve it although the inspection finds faults.")
@click.option("--at", metavar="TIME", help="Make what stood then again, for you alone: 2026-11-05T08:00.")
@click.option("--into", type=click.Path(path_type=Path), metavar="DIR", help="Where to, with --at.")
@click.option(
    "--wait",
    type=click.IntRange(0, 3600),
    default=0,
    metavar="SECONDS",
    help="Wait so long for a publish that is running, instead of leaving at once.",
)
@AS_JSON
@example("caibian publish")
def publish(
    full: bool,
    rollback: int | None,
    anyway: bool,
    at: str | None,
    into: Path | None,
    wait: int,
    as_json: bool,
) -> None:
    """Publish what is approved, as a new release.

    With --at nothing is published: what stood on the portal then, and who approved it, is made again in a
    folder that only you can read.
    """
    if at is not None:
        _rebuild(at, into, as_json)
        return
    paths = find_paths()
    with open_store(paths) as database:
        portal = _load_settled(database, paths)
        with show_share("publish") as draw:
            report = publish_patiently(
                database, portal, wait, full=full, rollback=rollback, anyway=anyway, progress=draw
            )
    logger.info("release %d: %d articles, %d files written", report.release, report.articles, report.written)
    if as_json:
        click.echo(json.dumps(asdict(report), ensure_ascii=False))
        return
    for name, value in asdict(report).items():  # one row: no table, whose making costs as much as a publish
        for line in value if isinstance(value, tuple) else (value,):
            click.echo(f"{name.replace('_', ' ') + ':':<15}{line}")


def _load_settled(database: Database, paths: Paths) -> Settled:
    """Give what a publish takes from portal.yaml.

    Where both files, the day and the program are those of the last publish, it is kept from then, since
    reading and checking the files costs more than a short publish. Else they are read, and go into the store.
    """
    from publish.assets import digest_room
    from publish.site_view import read_settled
    from store.mirror import read_seen

    day = tell_day(read_clock())
    files = [read_file(file) for file in (paths.sources, paths.portal)]
    seal = hashlib.sha256(b"\0".join(hashlib.sha256(raw).digest() for raw in files)).hexdigest()
    with database.read() as connection:
        seen = read_seen(connection) == seal
    whole = hashlib.sha256(f"{seal} {day} {digest_room()} {_digest_models()}".encode()).hexdigest()
    kept = paths.home / "portal.json"
    settled = read_settled(kept.read_text(encoding="utf-8"), whole) if seen and kept.is_file() else None
    return settled or _settle_anew(database, paths, seal, whole, day)


def _digest_models() -> str:
    """Give the hash of what reads the files: what another version of it made is not used."""
    root = Path(__file__).parent.parent
    names = ("entries", "frontage", "portal", "sources", "wordlists", "yamlfile")
    return hashlib.sha256(b"".join(root.joinpath(f"{name}.py").read_bytes() for name in names)).hexdigest()


def _settle_anew(database: Database, paths: Paths, seal: str, whole: str, day: date) -> Settled:
    from publish.site_view import settle, write_settled
    from store.mirror import mirror_configuration, read_seen, save_seen

    sources, portal = load_files(paths)
    with database.write() as connection:
        if read_seen(connection) != seal:
            mirror_configuration(connection, sources, portal, read_clock())
            save_seen(connection, seal)
    settled = settle(portal, day)
    spare = paths.home / ".portal.json.new"
    spare.write_text(write_settled(settled, whole), encoding="utf-8")
    spare.replace(paths.home / "portal.json")
    return settled


def _rebuild(at: str, into: Path | None, as_json: bool) -> None:
    from publish.past import rebuild_past

    moment = read_moment(at)
    paths = find_paths()
    folder = into or paths.home / "past" / f"{moment.astimezone(PORTAL_ZONE):%Y-%m-%dT%H%M}"
    with open_store(paths) as database:
        report = rebuild_past(database, load_files(paths)[1], paths.home, moment, folder)
    write_rows([asdict(report)], as_json, ("release", "at", "articles", "folder", "missing"), "")


def publish_patiently(
    database: Database, portal: Portal | Settled, wait: float, **options: Any
) -> PublishReport:
    """Publish now, or once the running publish has ended; raises AlreadyRunning after `wait` seconds."""
    from publish.site import publish_site

    until = monotonic() + wait
    while True:
        try:
            return publish_site(database, portal, database.home, read_clock(), **options)
        except AlreadyRunning:
            if monotonic() >= until:
                raise
            sleep(0.2)


@click.command()
@click.option("--deep", is_flag=True, help="Recompute the hash of every approved form, too.")
@click.option(
    "--repair", is_flag=True, help="Render every page anew where something is wrong, then look again."
)
@example("caibian verify")
def verify(deep: bool, repair: bool) -> None:
    """Check the served release, file by file, against the database."""
    from publish.verify import verify_site

    paths = find_paths()
    with open_store(paths) as database:
        problems = verify_site(database, paths.home, deep=deep)
        if problems and repair:
            for problem in problems:
                click.echo(f"was found: {problem}", err=True)
            publish_patiently(database, load_files(paths)[1], REPAIR_WAIT, full=True, anyway=True)
            problems = verify_site(database, paths.home, deep=deep)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(1)
    click.echo("the served release is what was approved")


@click.command("inspect")
@AS_JSON
@example("caibian inspect")
def inspect(as_json: bool) -> None:
    """Inspect every page of the served release: tags, dates, links, images, titles, weight, contrast."""
    from publish.inspect_site import count_rules, inspect_site
    from publish.site_view import see_site
    from store.redirects import read_redirects

    paths = find_paths()
    with open_store(paths) as database, database.read() as connection:
        moved = read_redirects(connection)
    flaws = inspect_site(see_site(load_files(paths)[1]), paths.home, moved)
    write_rows(map(asdict, flaws), as_json, ("path", "rule", "words", "grave"), "no fault on any page")
    counts = count_rules(flaws)
    if counts:
        told = ", ".join(f"{rule} {count}" for rule, count in sorted(counts.items()))
        click.echo(f"{sum(counts.values())} faults: {told}", err=True)
        sys.exit(1)


@click.group()
def audit() -> None:
    """The log of who did what."""


@audit.command("verify")
@example("caibian audit verify")
def audit_verify() -> None:
    """Check the chain of the log, and name the first row that was edited, removed or reordered."""
    from store.backup import list_backup_heads
    from store.log import list_heads, verify_chain

    with open_store(find_paths()) as database, database.read() as connection:
        count = verify_chain(connection, [*list_heads(connection), *list_backup_heads(connection)])
    click.echo(f"the log is whole: {count} rows")


@audit.command("export")
@click.option(
    "--as", "kind", type=click.Choice(["csv", "json"]), default="csv", show_default=True, help="The form."
)
@click.option("--actor", metavar="USER", help="Only what this account did.")
@click.option("--action", metavar="A", help="Only this action, such as approve.")
@click.option("--item", type=click.IntRange(1), metavar="N", help="Only this item.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day at the portal on.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Up to this day at the portal.")
@example("caibian audit export --since 2026-11-01 > log.csv")
def audit_export(
    kind: str,
    actor: str | None,
    action: str | None,
    item: int | None,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Print the rows of the log, the oldest first, as CSV or as JSON lines."""
    from store.audit import Wanted
    from store.exporting import write_csv, write_lines

    days = (since.date() if since else None, until.date() if until else None)
    wanted = Wanted(actor, action, item, *days)
    with open_store(find_paths()) as database, database.read() as connection:
        for text in (write_lines if kind == "json" else write_csv)(connection, wanted):
            click.echo(text, nl=False)


@click.command()
@click.option("--agencies", type=click.IntRange(1, 1000), help="How many agencies; the usual ones if absent.")
@click.option("--items", type=click.IntRange(1, 100_000), help="How many items in all.")
@click.option("--night", type=click.IntRange(1), default=1, show_default=True, help="Which night it is.")
@click.option("--once", is_flag=True, help="Stop after publishing.")
@click.option(
    "--port",
    type=click.IntRange(1024, 65000),
    default=8620,
    show_default=True,
    help="Of the agencies; the portal is on the next one.",
)
@example("caibian demo --once")
def demo(agencies: int | None, items: int | None, night: int, once: bool, port: int) -> None:
    """Show the sample province: serve, crawl, decide as the demo editor, publish, serve the portal."""
    from demo.show import show

    show(find_paths().home / "demo", agencies, items, night, once, port, click.echo)
