"""The command of ops that looks at a column page and writes its block into sources.yaml."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from commands.setting import AS_JSON, example, find_paths, load_files
from errors import UserFault

if TYPE_CHECKING:
    from commands.proposing import Proposal
    from portal import Portal
    from sources import Paths, Sources
    from spiders.look import Look


@click.command()
@click.argument("url")
@click.option("--write", is_flag=True, help="Add the block to sources.yaml and check the file.")
@click.option("--agency", metavar="KEY", help="The unit; with --agency-name one that is new.")
@click.option("--agency-name", metavar="NAME", help="The full name of a new unit.")
@click.option("--group", help="The group of a new unit: department, prefecture …")
@click.option("--level", help="The level of a new unit: province, prefecture …")
@click.option("--id", "id", metavar="ID", help="The source's id, such as jyt-tzgg.")
@click.option("--name", help="The column's name on the agency's own site.")
@click.option("--column", metavar="KEY", help="The portal's column; `-` leaves it to the rules.")
@click.option("--every", metavar="PERIOD", help="How often to crawl, such as 12h.")
@click.option("--days", type=click.IntRange(1, 3660), help="Within how many days something new appears.")
@click.option("--browser", is_flag=True, help="Read the page as a browser fills it (extra js).")
@AS_JSON
@example("caibian probe https://jyt.example.gov.cn/zwgk/tzgg/ --write --agency jyt --column tzgg")
def probe(url: str, write: bool, as_json: bool, browser: bool, **options: Any) -> None:
    """Say what a column page is, and what of it would be read: rows, paging, three articles with origins."""
    from commands.proposing import propose
    from commands.telling import show_look, tell_look
    from spiders.advice import advise

    paths = find_paths()
    sources, portal = load_files(paths)
    look = _look(url, sources, portal, browser)
    proposal = propose(url, look.head, look.rows, sources, portal)
    told = tell_look(look, proposal)
    if not as_json:
        show_look(told)
    if write:
        if not look.rows:
            raise UserFault(f"{url} has no rows, so nothing was written: {advise(look)}")
        chosen = _choose(url, proposal, browser, options)
        told["written"] = _write(paths, sources, portal, chosen, options, look)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    elif write:
        click.echo(f"written to {told['written']['file']}:{told['written']['line']}, the file is well")
        click.echo(f"next: caibian crawl {told['written']['id']}")


def _look(url: str, sources: Sources, portal: Portal, browser: bool) -> Look:
    from urllib.parse import urlsplit

    from reading.page import Hints
    from spiders.browser import find_missing
    from spiders.single import look_at_column

    if not url.startswith(("http://", "https://")):
        raise UserFault(f"{url}: expected an address that begins with http:// or https://")
    missing = find_missing() if browser else None
    if missing:
        raise UserFault(f"--browser: {missing}")
    networks = tuple(one.network for one in sources.allow_networks)
    excused = [urlsplit(one.address).hostname or "" for one in sources.sources if not one.verify_tls]
    contact = portal.identity.crawler_contact
    return look_at_column(url, networks, contact, Hints(), sources.defaults.delay, excused, browser)


def _choose(url: str, proposal: Proposal, browser: bool, options: dict[str, Any]) -> dict[str, Any]:
    """What goes into the block: what was said, else what a person at the terminal says, else the proposal."""
    from commands.proposing import make_id

    chosen: dict[str, Any] = {"address": url, "browser": browser}
    asking = sys.stdin.isatty() and sys.stdout.isatty()
    for key in ("agency", "name", "column", "every", "days"):
        said, offered = options[key], getattr(proposal, key)
        if said is None and asking:
            said = click.prompt(key, default=offered if offered is not None else "-", show_default=True)
            said = None if said == "-" else said
        chosen[key] = offered if said is None and not asking else said
    if chosen["column"] == "-":
        chosen["column"] = None
    missing = [f"--{key}" for key in ("agency", "name") if not chosen[key]]
    if missing:
        raise UserFault(f"nothing on the page says it, so give {' and '.join(missing)}; nothing was written")
    if chosen["days"] and not str(chosen["days"]).isdecimal():
        raise UserFault(f"days: {chosen['days']!r} is no whole number; nothing was written")
    chosen["days"] = int(chosen["days"]) if chosen["days"] else None
    chosen["id"] = options["id"] or (
        proposal.id if chosen["agency"] == proposal.agency else make_id(chosen["agency"], url, set())
    )
    return chosen


def _write(
    paths: Paths,
    sources: Sources,
    portal: Portal,
    chosen: dict[str, Any],
    options: dict[str, Any],
    look: Look,
) -> dict[str, Any]:
    from commands.proposing import make_entry
    from commands.splicing import add_entries

    entries: dict[str, dict[str, Any]] = {}
    if options["agency_name"]:
        entries["agencies"] = _make_agency(chosen["agency"], options, look)
    elif chosen["agency"] not in {agency.key for agency in sources.agencies}:
        known = ", ".join(agency.key for agency in sources.agencies)
        raise UserFault(
            f"no agency {chosen['agency']} in {paths.sources}; nothing was written: expected one of {known}, "
            "or --agency-name, --group and --level of a new one"
        )
    try:
        entry = make_entry(chosen, sources.defaults.every)
    except ValueError as error:
        raise UserFault(f"--every: {error}") from error
    entries["sources"] = entry
    _, line = add_entries(paths.sources, entries, {column.key for column in portal.columns})
    return {"file": str(paths.sources), "line": line, "id": chosen["id"], "source": entry}


def _make_agency(key: str, options: dict[str, Any], look: Look) -> dict[str, Any]:
    from urllib.parse import urlsplit

    missing = [f"--{name}" for name in ("group", "level") if not options[name]]
    if missing:
        raise UserFault(f"a new unit needs {' and '.join(missing)}; nothing was written")
    parts = urlsplit(look.url)
    agency = {
        "key": key,
        "name": options["agency_name"],
        "group": options["group"],
        "level": options["level"],
    }
    named = {"site_name": look.head.site} if look.head.site else {}
    return {**agency, **named, "home": f"{parts.scheme}://{parts.netloc}/"}
