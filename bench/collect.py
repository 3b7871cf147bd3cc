"""New items per CPU-second, ours and the plain peer's, from the start of the process to the stored item."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from bench.ours import Office
from bench.process import ROOT, BenchError, measure
from bench.real import score_corpus
from bench.server import serve
from bench.sites import World
from bench.stage import Stage
from bench.texts import agree

_WORDS = {"known": "known families", "unknown": "unknown templates"}


@dataclass
class Side:
    """What one side has done so far."""

    runs: int = 0
    items: int = 0
    cpu: float = 0.0
    f1: float = 0.0

    def add(self, items: int, cpu: float) -> None:
        self.runs += 1
        self.items += items
        self.cpu += cpu

    @property
    def rate(self) -> float:
        """Items per CPU-second."""
        return self.items / self.cpu


def run(stage: Stage) -> Iterator[str]:
    """Measure both sets of sites: 30 sites of 100 articles each."""
    sites = 6 if stage.small else 30
    real = "" if stage.small else score_corpus(stage.folder)
    for kind, words in _WORDS.items():
        with serve(World(kind, sites, stage.count(100, least=4), stage.day)) as world:
            ours, plain = _compare(world, stage.folder / kind, 1 if stage.small else 2)
        yield (
            f"{words}: ratio {ours.rate / plain.rate:.2f} (ours {ours.rate:.1f}, plain {plain.rate:.1f} "
            f"items per CPU-second, body F1 {ours.f1:.3f}{real}, plain's {plain.f1:.3f}; {ours.runs} times "
            f"{ours.items // ours.runs} items of {sites} sources)"
        )


def _compare(world: World, folder: Path, times: int) -> tuple[Side, Side]:
    """Ours, theirs, theirs, ours: so that what the machine does beside costs both the same.

    Nothing is removed between them: where thousands of files have just gone, ext4 makes new ones slowly.
    """
    ours, plain = Side(), Side()
    for turn, side in enumerate((ours, plain, plain, ours)[: 2 * times]):
        place = folder / str(turn)
        place.mkdir(parents=True)
        if side is ours:
            _run_ours(world, place, side)
        else:
            _run_plain(world, place, side)
    return ours, plain


def _run_ours(world: World, place: Path, side: Side) -> None:
    office = Office(place)
    office.configure(world)
    spent = office.run("crawl", "--json")
    items = office.count_items()
    _expect(items, world, spent.out)
    side.add(items, spent.cpu)
    side.f1 = _score(world, dict(office.read_texts()))


def _run_plain(world: World, place: Path, side: Side) -> None:
    sites, database = place / "sites.json", place / "plain.sqlite"
    sites.write_text(json.dumps(world.describe_for_peer()), encoding="utf-8")
    spent = measure([sys.executable, str(ROOT / "bench" / "plain.py"), str(sites), str(database)])
    items = int(json.loads(spent.out.splitlines()[-1])["items"])
    _expect(items, world, spent.out)
    side.add(items, spent.cpu)
    side.f1 = _score(world, _read_plain(database))


def _read_plain(database: Path) -> dict[str, str]:
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT address, text FROM articles"))
        texts = {str(address): str(words or "") for address, words in rows}
    engine.dispose()
    return texts


def _expect(items: int, world: World, out: str) -> None:
    """What was not collected is no saving."""
    if items != world.sites * world.articles:
        raise BenchError(f"{items} items instead of {world.sites * world.articles}:\n{out[-3000:]}")


def _score(world: World, texts: dict[str, str]) -> float:
    """Mean body F1 of every fifth article, an article that is missing counting nothing."""
    return fmean(
        agree(texts.get(world.article_address(site, number), ""), world.story(site, number).text)
        for site in range(world.sites)
        for number in range(0, world.articles, 5)
    )
