"""The bench runs and prints its lines; how fast anything is, no test says."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bench.ballast import make_ballast
from bench.process import measure
from bench.sites import Pages, World
from bench.texts import agree, noon, write_story
from reading.article import read_article
from reading.page import Page
from reading.tree import parse

ROOT = Path(__file__).parent.parent
DAY = date(2026, 11, 5)
RATIO = r"ratio \d+(?:\.\d+)? \(.+\)"
LINES = {
    "collect": [
        rf"{words}: ratio [\d.]+ \(ours [\d.]+, plain [\d.]+ items per CPU-second, body F1 [\d.]+.*\)"
        for words in ("known families", "unknown templates")
    ],
    "night": [f"unchanged night: {RATIO}", f"known items: {RATIO}"],
    "memory": [r"crawl memory: \d+ MB \(.+\)", r"publish memory: \d+ MB \(.+\)"],
    "publish": [
        r"full build: ratio (?:[\d.]+|unknown) \(.+\)",
        r"100 changes: ratio (?:[\d.]+|unknown) \(.+\)",
        f"growth: {RATIO}",
        r"same bytes: yes \(.+\)",
    ],
    "search": [
        r"search cpu: ratio (?:[\d.]+|unknown) \(.+\)",
        r"search memory: ratio (?:[\d.]+|unknown) \(.+\)",
        r"query bytes: (?:\d+ KB|unknown) \(.+\)",
    ],
    "desk": [
        r"desk p95: \d+ ms \(.+; p50/p95 of each: approve \d+/\d+, .+ with \d+ crawls and \d+ publishes.*\)"
    ],
    "dedupe": [f"signature: {RATIO}", r"lookup: [\d.]+ ms \(.+\)", r"label: [\d.]+ ms \(.+\)"],
}


def run(group: str) -> list[str]:
    command = [sys.executable, "-m", "bench", "--only", group, "--small"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_collecting_prints_its_lines() -> None:
    for line, pattern in zip(run("collect"), LINES["collect"], strict=True):
        assert re.fullmatch(pattern, line), line


@pytest.mark.soak
@pytest.mark.parametrize(
    "group", ["night", "memory", "publish", "dedupe", "desk", pytest.param("search", marks=pytest.mark.soak)]
)
def test_a_slower_group_prints_its_lines(group: str) -> None:
    for line, pattern in zip(run(group), LINES[group], strict=True):
        assert re.fullmatch(pattern, line), line


def test_the_meter_counts_children_that_outlive_their_parent() -> None:
    """A crawl's workers hang below a fork server that ends after it."""
    burn = "import time\nwhile time.process_time() < 0.5: pass"
    start = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burn!r}])"
    spent = measure([sys.executable, "-c", start])
    assert spent.cpu > 0.5


def test_pages_are_as_large_and_as_dense_as_real_ones() -> None:
    """The corpus: a median of 44 KB, a mean of 110 KB, 6 elements a KB over all and 9 in the median page."""
    pages = Pages(World("known", 3, 34, DAY, 80))
    raws = [pages.answer(site, path) for site in range(3) for path in pages._paths(site)]
    sizes = sorted(len(raw) / 1024 for raw in raws if raw)
    elements = [sum(1 for _ in parse(raw.decode()).iter()) for raw in raws if raw]
    assert 35 < sizes[len(sizes) // 2] < 55
    assert 90 < sum(sizes) / len(sizes) < 130
    assert 5 < sum(elements) / sum(sizes) < 9


@pytest.mark.parametrize("kind", ["known", "unknown"])
def test_what_the_bench_calls_true_stands_on_the_page(kind: str) -> None:
    world = World(kind, 12, 2, DAY, 80)
    pages = Pages(world)
    for site in range(world.sites):
        story, path = world.story(site, 1), world.template(site).path(1, world.story(site, 1))
        raw = pages.answer(site, path)
        assert raw is not None
        said = read_article(Page(raw, world.address(site, path), noon(world.day)))
        assert (said.family is not None) == (kind == "known"), path
        assert agree(said.text, story.text) > 0.98, path


def test_agreement_is_one_for_the_same_words_and_none_for_others() -> None:
    one, other = write_story(0, 1, DAY).text, write_story(1, 2, DAY).text
    assert agree(one, one) == 1.0
    assert agree("", one) < 0.01
    assert agree(one, other) < 0.02


def test_ballast_comes_in_turn_so_that_every_run_has_the_same_pages() -> None:
    assert make_ballast(3, 5) == make_ballast(3, 5)
    assert len({len("".join(make_ballast(0, number))) for number in range(17)}) > 10
