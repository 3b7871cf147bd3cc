"""What a night costs when nothing is new, and when much is known."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bench.ours import Office
from bench.process import BenchError, Spent, measure
from bench.seed import Seeder
from bench.server import serve
from bench.sites import World
from bench.stage import Stage
from clock import read_clock, write_time

_PER_SOURCE = 25


def run(stage: Stage) -> Iterator[str]:
    """The unchanged night of 5,000 items of 200 sources; a night with 100 new ones over 1k and 100k known."""
    yield _measure_unchanged(stage)
    few, many = stage.count(1_000, least=10), stage.count(100_000, least=40)
    costs = [_measure_known(stage, known) for known in (few, many, many, few)]
    ratio = (costs[1] + costs[2]) / (costs[0] + costs[3])
    yield (
        f"known items: ratio {ratio:.2f} ({many} known {costs[1] + costs[2]:.1f} s, {few} known "
        f"{costs[0] + costs[3]:.1f} s of CPU in two nights, 100 new items each)"
    )


def _measure_unchanged(stage: Stage) -> str:
    sites = stage.count(200, least=6)
    with serve(World("known", sites, _PER_SOURCE, stage.day)) as world:
        office = Office(stage.folder / "unchanged")
        office.configure(world)
        first = office.run("crawl", "--no-recheck")
        items = office.count_items()
        _expect(items, sites * _PER_SOURCE, first)
        second = office.run("crawl", "--no-recheck")
        _expect(office.count_items(), items, second)
        later = write_time(read_clock() + timedelta(days=1))
        recheck = measure([sys.executable, "-m", "demo.crawl_process", later], office.env)
    return (
        f"unchanged night: ratio {first.cpu / second.cpu:.1f} (first {first.cpu:.1f} s, second "
        f"{second.cpu:.1f} s of CPU, {items} items of {sites} sources; with a re-check of all "
        f"of them {recheck.cpu:.1f} s)"
    )


def _measure_known(stage: Stage, known: int) -> float:
    """CPU seconds of a crawl that finds 100 new items among so many known ones."""
    with serve(World("known", 10, 10, stage.day)) as world:
        office = Office(_next_folder(stage.folder))
        office.configure(world)
        with office.open() as database:
            Seeder.begin(office, database, world, known).fill(range(known))
        spent = office.run("crawl", "--no-recheck")
        _expect(office.count_items(), known + 100, spent)
    return spent.cpu


def _next_folder(folder: Path) -> Path:
    return folder / f"known-{len(list(folder.glob('known-*')))}"


def _expect(items: int, wanted: int, spent: Spent) -> None:
    if items != wanted:
        raise BenchError(f"{items} items instead of {wanted}:\n{spent.out[-2000:]}")
