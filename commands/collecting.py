"""Commands of ops: check, crawl, recheck, health."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import click

from clock import read_clock
from commands.schema import Which, describe_file
from commands.setting import AS_JSON, example, find_paths, load_files, open_store
from errors import UserFault
from terminal import show_progress, write_rows


@click.command()
@click.option(
    "--schema",
    type=click.Choice(["sources", "portal"]),
    help="Print the JSON Schema of a file instead, for editors.",
)
@example("caibian check")
def check(schema: Which | None) -> None:
    """Check sources.yaml and portal.yaml, and print every fault as file:line:column."""
    if schema is not None:
        return click.echo(describe_file(schema), nl=False)
    paths = find_paths()
    sources, portal = load_files(paths)
    click.echo(
        f"{paths.sources.name} and {paths.portal.name} are well: {len(sources.agencies)} agencies, "
        f"{len(sources.sources)} sources ({len(sources.enabled())} enabled), {len(portal.columns)} columns"
    )
    return None


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--due", is_flag=True, help="Only sources whose period has passed.")
@click.option("--all", "every", is_flag=True, help="Every enabled source (the default).")
@click.option("--backfill", type=click.IntRange(1), metavar="N", help="Read up to N articles a source.")
@click.option("--no-recheck", is_flag=True, help="Leave known pages alone.")
@AS_JSON
@example("caibian crawl --due")
def crawl(
    sources: tuple[str, ...], due: bool, every: bool, backfill: int | None, no_recheck: bool, as_json: bool
) -> None:
    """Collect from the sources: one run, a row per source with its verdict."""
    if due and every:
        raise UserFault("--due and --all exclude each other")
    _crawl(sources, due=due, backfill=backfill, recheck=not no_recheck, as_json=as_json)


@click.command()
@AS_JSON
@example("caibian recheck")
def recheck(as_json: bool) -> None:
    """Look again at known pages that are due, and at nothing else."""
    _crawl((), recheck=True, as_json=as_json, lists=False)


def _crawl(wanted: tuple[str, ...], as_json: bool, **options: Any) -> None:
    from spiders.run import run_crawl

    paths = find_paths()
    sources, portal = load_files(paths)
    total = len(wanted) or len(sources.enabled())
    with show_progress("crawl", total) as step:
        done = run_crawl(paths, sources, portal, wanted or None, now=read_clock(), progress=step, **options)
    told = [{name: value for name, value in asdict(row).items() if name != "at"} for row in done]
    columns = ("source", "verdict", "promised", "found", "new", "changed", "known", "failed", "evidence")
    write_rows(told, as_json, columns, "no source was due")
    if told and all(row["verdict"] in ("unreachable", "blocked") for row in told):
        sys.exit(1)


@click.command()
@AS_JSON
@example("caibian health")
def health(as_json: bool) -> None:
    """Say how every source is, since when, and when it was last well."""
    from classify.keeping import find_fault
    from reading.learning import tell_version
    from spiders.health import list_health
    from spiders.shapes import describe_shapes
    from store.runs import Runs
    from store.shapes import Shapes

    paths = find_paths()
    sources, _ = load_files(paths)
    with open_store(paths) as database:
        readings = describe_shapes(Shapes(database).load(tell_version()))
        told = [asdict(one) for one in list_health(sources, Runs(database), readings)]
    if (fault := find_fault(paths.home)) is not None:  # rules alone label until it is mended
        told.append(
            {
                "source": "model",
                "verdict": "broken",
                "since": None,
                "last_well": None,
                "evidence": fault,
                "reading": None,
            }
        )
    columns = ("source", "verdict", "since", "last_well", "evidence", "reading")
    write_rows(told, as_json, columns, "no source was crawled yet")
