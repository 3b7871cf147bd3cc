"""Commands that run other commands on time: schedule, jobs."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click

from commands.setting import AS_JSON, example, find_paths, open_store
from terminal import write_rows


@click.command()
@example("caibian schedule")
def schedule() -> None:
    """Run everything on time until it is told to end: crawl, publish, checks, jobs."""
    from scheduler import run_schedule

    run_schedule(find_paths(), os.environ, Path.cwd())


@click.command()
@AS_JSON
@example("caibian jobs")
def jobs(as_json: bool) -> None:
    """Run the jobs that somebody asked for and that are due, each as a process."""
    from processes import Processes, run_jobs

    with open_store(find_paths()) as database:
        ended = run_jobs(database, Processes(os.environ, Path.cwd()))
    told = [{**asdict(job), "outcome": outcome} for job, outcome in ended]
    write_rows(told, as_json, ("id", "kind", "argument", "made_by", "attempts", "outcome"), "no job was due")
