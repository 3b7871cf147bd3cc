"""What is learned of a source's pages is kept from run to run, taught by its workers, and shown by health."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from reading.article import read_article
from reading.learning import NOTHING, Learned, Lesson, tell_version
from reading.outside import Outside
from reading.page import Hints, Page
from reading.shape import Shape
from spiders.pool import Job, ReadingPool
from spiders.shapes import Ledger, describe_shapes
from store.database import Database
from store.shapes import KeptShapes, Shapes

sys.path.insert(0, str(Path(__file__).parent / "servers"))

from sites import run_sites
from world import ROOT, World, add_site

SHAPE = Shape(
    "a.gov.cn",
    ("div.box|0",),
    "h1|0",
    "div.text|0",
    family=None,
    titles=("div.box>h1",),
    ways=("headed|heading|structure|label|label",),
    share=0.5,
    outside=Outside(80, 0, 0, 0),
    agreed=1,
)


def test_what_was_learned_is_there_in_the_next_run(database: Database, now: datetime) -> None:
    ledger = Ledger(Shapes(database))
    assert ledger.ask("jyt-dt") == NOTHING
    ledger.take("jyt-dt", Lesson("slow", None, SHAPE))
    ledger.save("jyt-dt", now)
    assert describe_shapes(Shapes(database).load(tell_version())) == {"jyt-dt": "slow, learning"}
    for _ in range(2):
        ledger.take("jyt-dt", Lesson("agreed", SHAPE.key, SHAPE))
    ledger.save("jyt-dt", now)
    again = Ledger(Shapes(database))
    assert again.ask("jyt-dt") == ledger.ask("jyt-dt") == Learned((replace(SHAPE, agreed=3),), 0)


def test_what_another_version_learned_counts_for_nothing(database: Database, now: datetime) -> None:
    shapes = Shapes(database)
    shapes.save(KeptShapes("jyt-dt", "0", {"shapes": [], "fast": 3}, now))
    assert shapes.load("1") == {}
    shapes.save(KeptShapes("jyt-dt", "1", {"shapes": [], "fast": 4}, None))
    assert shapes.load("1") == {"jyt-dt": KeptShapes("jyt-dt", "1", {"shapes": [], "fast": 4}, None)}
    assert shapes.load("0") == {}


def draw(n: int, now: datetime) -> Page:
    text = "".join(
        f"<p>第{n}号事项的第{m}条说明，供各单位参考执行，请按时报送有关材料。</p>" for m in range(5)
    )
    markup = (
        f"<html><head><title>关于第{n}号事项的通知</title></head><body><div class='box'>"
        f"<h1>关于第{n}号事项的通知</h1><p>发布时间：2026-11-05　来源：示例日报</p>"
        f"<div class='text'>{text}</div></div></body></html>"
    )
    return Page(markup.encode(), f"https://a.gov.cn/{n}.html", now)


def test_workers_teach_each_other_through_the_ledger(database: Database, now: datetime) -> None:
    ledger = Ledger(Shapes(database))
    pages = [draw(n, now) for n in range(12)]

    async def run() -> list[object]:
        pool = ReadingPool(workers=1, teacher=ledger)
        try:
            return [await pool.read(Job("article", page, Hints(), "jyt-dt")) for page in pages]
        finally:
            await asyncio.to_thread(pool.close)

    assert asyncio.run(run()) == [read_article(page) for page in pages]
    learned = ledger.ask("jyt-dt")
    assert learned.is_trusted
    assert learned.fast == 9


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with run_sites() as sites:
        yield World(tmp_path, sites)


def test_health_says_how_a_source_is_read(world: World) -> None:
    add_site(world, "a.localhost", 8)
    world.add("first", "a.localhost")
    world.crawl(now="2026-11-07T02:00:00+00:00")
    _, env = world.command({})
    command = [sys.executable, str(ROOT / "caibian.py"), "health", "--json"]
    said = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    (row,) = map(json.loads, said.stdout.splitlines())
    assert row["reading"].startswith("fast since 2026-11-07, 1 shape of trs, ")
