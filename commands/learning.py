"""Commands of what editors teach: train, label."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clock import read_clock
from commands.setting import AS_JSON, example, find_paths, load_files, open_store, read_file
from errors import UserFault
from terminal import write_rows

if TYPE_CHECKING:
    from classify.explain import Step
    from classify.rules import Facts
    from portal import Portal
    from sources import Paths, Sources
    from store.database import Database

_NEW_ENOUGH = 50  # decisions after which the nightly run trains again


@click.command()
@click.option("--proposals", is_flag=True, help="Print rules that editors' corrections suggest, as YAML.")
@click.option("--accuracy", is_flag=True, help="Print how often the suggested column was the chosen one.")
@click.option("--due", is_flag=True, help="Train only when enough was decided since the last time.")
@AS_JSON
@example("caibian train --proposals")
def train(proposals: bool, accuracy: bool, due: bool, as_json: bool) -> None:
    """Learn columns from editors' decisions; a model takes over only when it is better on unseen ones."""
    paths = find_paths()
    sources, portal = load_files(paths)
    with open_store(paths) as database:
        if proposals:
            _propose(database, sources, portal)
        elif accuracy:
            _account(database, as_json)
        else:
            try:
                _train(database, paths, sources, portal, due, as_json)
            except UserFault as error:
                if not due:
                    raise
                click.echo(str(error))  # each night, while there is nothing to learn from: no fault


def _train(
    database: Database, paths: Paths, sources: Sources, portal: Portal, due: bool, as_json: bool
) -> None:
    from importlib.util import find_spec

    from classify.keeping import find_fault, load_model, save_model
    from classify.training import check_enough
    from classify.training import train as teach
    from pipelines.lessons import make_lessons
    from store.decisions import list_decisions

    with database.read() as connection:
        lessons = make_lessons(list_decisions(connection), sources)
    fault = find_fault(paths.home)
    current = load_model(paths.home) if fault is None else None
    if due and current is not None and len(lessons) < current.decisions + _NEW_ENOUGH:
        click.echo(
            f"{len(lessons) - current.decisions} decisions since the last time, {_NEW_ENOUGH} are enough"
        )
        return
    check_enough(lessons)
    if find_spec("skops") is None:
        raise UserFault("the extra `ml` is not installed, rules alone label: pip install 'caibian[ml]'")
    now = read_clock()
    trained = teach(lessons, portal, f"{now:%Y%m%dT%H%M%S}", current)
    if trained.accepted:
        save_model(paths.home, trained.model, trained.measured, now)
    told = {"version": trained.model.version, "accepted": trained.accepted, "reason": trained.reason}
    write_rows([{**told, **asdict(trained.measured)}], as_json, (*told, *asdict(trained.measured)), "")


def _propose(database: Database, sources: Sources, portal: Portal) -> None:
    from classify.proposals import propose_rules, write_yaml
    from pipelines.lessons import make_lessons
    from store.decisions import list_decisions

    with database.read() as connection:
        lessons = make_lessons(list_decisions(connection), sources)
    found = propose_rules(lessons, portal)
    if found:
        click.echo(write_yaml(found, portal), nl=False)
    else:
        click.echo(f"no clear pattern among {len(lessons)} decisions", err=True)


def _account(database: Database, as_json: bool) -> None:
    from classify.accuracy import measure_accuracy
    from store.decisions import list_decisions

    with database.read() as connection:
        account = measure_accuracy(list_decisions(connection))
    rows: list[dict[str, Any]] = [
        {"of": of, "name": one.name, "count": one.count, "right": one.right, "share": round(one.share, 4)}
        | ({"trusted": one.trusted} if of == "column" else {})
        for of, shares in (
            ("all", (account.overall,)),
            ("column", account.columns),
            ("source", account.sources),
            ("month", account.months),
        )
        for one in shares
    ]
    rows += [
        {"of": "confusion", "name": f"{suggested or '–'} → {chosen}", "count": count}
        for (suggested, chosen), count in account.confusion.items()
        if suggested != chosen
    ]
    write_rows(rows, as_json, ("of", "name", "count", "right", "share", "trusted"), "no decision yet")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", "source_id", metavar="ID", help="The source in sources.yaml that it is from.")
@click.option("--url", default="http://localhost/", help="The address that it was saved from.")
@click.option("--explain", "with_steps", is_flag=True, help="Say of every rule whether it fits, and why.")
@AS_JSON
@example("caibian label page.html --source jyt-gzdt --explain")
def label(file: Path, source_id: str | None, url: str, with_steps: bool, as_json: bool) -> None:
    """Say which column a saved page would be proposed for."""
    from classify.explain import explain
    from classify.keeping import load_model
    from classify.rules import label as apply_rules
    from pipelines.label import find_agency, gather_facts
    from pipelines.normalize import normalize_reading
    from reading.article import read_article
    from reading.page import Page

    paths = find_paths()
    sources, portal = load_files(paths)
    source = sources.source(source_id) if source_id else None
    agency = find_agency(sources, source.agency if source else None)
    reading = read_article(Page(read_file(file), url, read_clock()))
    if reading.fault is not None:
        raise UserFault(f"{file}: {reading.fault}")
    normal = normalize_reading(reading, None, {}, agency.shown if agency else "", url)
    facts = gather_facts(normal.form, source, agency)
    model = load_model(paths.home)
    found = model.label([(facts, normal.text)], portal)[0] if model else apply_rules(facts, portal)
    told: dict[str, Any] = {
        "file": str(file),
        "title": facts.title,
        "column": found.column,
        "probability": found.probability,
        "reasons": list(found.reasons),
        "by": model.version if model else "rules",
    }
    steps = explain(facts, portal) if with_steps else []
    if as_json:
        write_rows([told | ({"steps": [asdict(one) for one in steps]} if with_steps else {})], True, (), "")
        return
    write_rows([told], False, ("title", "column", "probability", "reasons", "by"), "")
    if with_steps:
        _show_steps(facts, steps, portal)


def _show_steps(facts: Facts, steps: list[Step], portal: Portal) -> None:
    names = {column.key: column.name for column in portal.columns}
    known = {key: value for key, value in asdict(facts).items() if value}
    click.echo("\nknown: " + "  ".join(f"{key}={value}" for key, value in known.items()) + "\n")
    first = next((at for at, one in enumerate(steps) if one.fits), None)
    rows = [
        {
            "rule": one.rule,
            "column": f"{one.column} {names.get(one.column, '')}",
            "fits": ("decides" if at == first else "fits too") if one.fits else "",
            "because": "；".join(one.words),
        }
        for at, one in enumerate(steps)
    ]
    write_rows(rows, False, ("rule", "column", "fits", "because"), "no rules")
