"""The largest process of a crawl of many sources, and of a publish of many items."""

from __future__ import annotations

from collections.abc import Iterator

from bench.ours import Office
from bench.seed import Seeder
from bench.server import serve
from bench.sites import World
from bench.stage import Stage


def run(stage: Stage) -> Iterator[str]:
    """A crawl of 10,000 items of 1,000 sources; a publish of 100,000 items, and one that makes all anew."""
    sites, items = stage.count(1_000, least=6), stage.count(100_000, least=40)
    with serve(World("known", sites, 10, stage.day)) as world:
        office = Office(stage.folder / "crawl")
        office.configure(world)
        crawl = office.run("crawl")
        stored = office.count_items()
    yield f"crawl memory: {crawl.peak_mb:.0f} MB ({stored} items of {sites} sources, {crawl.wall:.0f} s)"
    world = World("known", 20, 1, stage.day, port=8080)
    office = Office(stage.folder / "publish")
    office.configure(world)
    with office.open() as database:
        Seeder.begin(office, database, world, items).fill(range(items))
    first, full = office.run("publish"), office.run("publish", "--full")
    peak = max(first.peak_mb, full.peak_mb)
    told = f"{items} items: the first {first.peak_mb:.0f} MB, --full {full.peak_mb:.0f} MB, {full.wall:.0f} s"
    yield f"publish memory: {peak:.0f} MB ({told})"
