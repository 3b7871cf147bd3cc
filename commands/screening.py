"""Commands of the screen: screen, confirm, allow."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from clock import read_clock
from commands.setting import AS_JSON, example, find_paths, load_files, open_store, read_which
from errors import UserFault
from terminal import write_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from store.screenings import Raised

logger = logging.getLogger(__name__)


@click.command()
@AS_JSON
@example("caibian screen")
def screen(as_json: bool) -> None:
    """Screen again what waits or is public, where a list changed since; name what is new.

    A new block takes a page down at the next publish; what asks for a second look stays up and is queued.
    """
    from pipelines.rescreen import screen_stored
    from store.locks import hold

    paths = find_paths()
    sources, portal = load_files(paths)
    with open_store(paths) as database, hold(paths.home, "screen"):
        done = screen_stored(database, portal, sources, read_clock())
    logger.info("screened %d revisions by %s: %d raised", done.looked, done.version, len(done.raised))
    columns = ("item", "revision", "public", "level", "rule", "field", "span")
    write_rows([_tell(one) for one in done.raised], as_json, columns, f"{done.looked} screened, nothing new")


def _tell(one: Raised) -> dict[str, Any]:
    found = one.found
    return {
        "item": one.item,
        "revision": one.number,
        "public": one.public,
        "level": found.level,
        "rule": found.rule,
        "field": found.field,
        "span": found.span,
        "told": found.told,
    }


@click.command()
@click.argument("which", metavar="ITEM@REVISION")
@click.argument("finding", type=int, required=False)
@click.option("--reason", default="", metavar="R", help="Why; a finding that blocks needs it, and a chief.")
@click.option("--as", "user", metavar="USER", help="The account that does it.")
@AS_JSON
@example("caibian confirm 12@1 34 --as liu")
def confirm(which: str, finding: int | None, reason: str, user: str | None, as_json: bool) -> None:
    """List the findings of a revision, or say that one was looked at and may stand."""
    from store.accounts import find_actor
    from store.clearing import clear_finding

    item, number = read_which(which)
    with open_store(find_paths()) as database:
        if finding is None:
            with database.read() as connection:
                _list_findings(connection, item, number, as_json)
            return
        if user is None:
            raise UserFault("to confirm is somebody's word: add --as USER")
        with database.write() as connection:
            actor = find_actor(connection, user)
            done = clear_finding(connection, item, number, finding, reason, actor, read_clock())
    click.echo(f"{which}: {done.rule} in {done.field} may stand: {done.span}")


def _list_findings(connection: Connection, item: int, number: int, as_json: bool) -> None:
    from store.desk import find_standing, read_details

    one = find_standing(connection, item, number)
    found = read_details(connection, [one.revision])[one.revision].findings
    columns = ("id", "level", "rule", "field", "span", "told", "cleared")
    write_rows([asdict(row) for row in found], as_json, columns, "nothing was found")


@click.command()
@click.argument("phrase", required=False)
@click.option("--rule", default="word", show_default=True, metavar="RULE", help="The rule that found it.")
@click.option("--reason", default="", metavar="R", help="Why it is a false alarm, or is one no longer.")
@click.option("--end", type=int, metavar="ID", help="End an allowance; what it cleared is screened again.")
@click.option("--as", "user", metavar="USER", help="The chief editor who allows it.")
@AS_JSON
@example("caibian allow 绿色通道 --reason 常用词组，不是误写 --as liu")
def allow(
    phrase: str | None, rule: str, reason: str, end: int | None, user: str | None, as_json: bool
) -> None:
    """List the phrases that the screen lets pass; or allow PHRASE, the word with what stands around it."""
    from store.allowances import list_allowances

    if phrase is not None and end is not None:
        raise UserFault("one at a time: PHRASE, or --end ID")
    if phrase is None and end is None:
        with open_store(find_paths()) as database, database.read() as connection:
            rows = [
                {**asdict(one), "made_at": one.made_at.isoformat()} for one in list_allowances(connection)
            ]
        write_rows(
            rows, as_json, ("id", "rule", "phrase", "reason", "made_by", "made_at"), "nothing is allowed"
        )
        return
    if user is None:
        raise UserFault("an allowance is somebody's: add --as USER")
    _order(phrase, rule, reason, end, user)


def _order(phrase: str | None, rule: str, reason: str, end: int | None, user: str) -> None:
    from pipelines.allowing import find_allowed
    from store.accounts import find_actor
    from store.allowances import end_allowance, make_allowance

    now = read_clock()
    with open_store(find_paths()) as database, database.write() as connection:
        actor = find_actor(connection, user)
        if phrase is not None:
            made, count = make_allowance(connection, rule, phrase, reason, actor, find_allowed, now)
            click.echo(f"{made.phrase} is allowed under {rule} as {made.id}; {count} finding(s) are cleared")
        elif end is not None:
            count = end_allowance(connection, end, reason, actor, now)
            click.echo(f"allowance {end} ended; `caibian screen` looks at {count} revision(s) again")
