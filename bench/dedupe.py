"""Finding alike items beside datasketch, looking them up among many, and labelling by a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from importlib import import_module
from itertools import islice
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from sqlalchemy import insert

from bench.process import BenchError
from bench.stage import Stage
from bench.texts import write_story
from classify.model import Item
from classify.training import Lesson, fit
from demo.configuration import write_configuration
from demo.province import make_province
from pipelines.cluster_signature import find_bands, sign_words
from pipelines.dedupe import squash
from pipelines.label import gather_facts
from portal import load_portal
from sources import load_sources
from store.bands import find_alike
from store.database import Database
from store.forms import EMPTY
from store.tables import bands, items

_GRAM = 4
_BATCH = 20_000


def run(stage: Stage) -> Iterator[str]:
    """Signatures of 400 texts; 300 look-ups among 100,000 items; 1,000 items labelled in batch."""
    yield _compare_signatures(
        [squash(write_story(0, at, stage.day).text) for at in range(stage.count(400, 10))]
    )
    yield _look_up(stage)
    yield _label(stage)


def _compare_signatures(texts: list[str]) -> str:
    """Both begin with the words of a text; datasketch takes its shingles as bytes."""
    try:
        peer: Any = import_module("datasketch")
    except ImportError as error:
        raise BenchError("datasketch is missing: pip install datasketch") from error

    def theirs(words: str) -> Any:
        made = peer.MinHash()
        made.update_batch({words[at : at + _GRAM].encode() for at in range(len(words) - _GRAM + 1)})
        return made

    sign_words(texts[0]), theirs(texts[0])
    ours = other = 0.0
    for _ in range(2):  # ours, theirs, theirs, ours
        ours, other = ours + _time(sign_words, texts), other + _time(theirs, texts)
        other, ours = other + _time(theirs, texts), ours + _time(sign_words, texts)
    each = [total / (4 * len(texts)) * 1000 for total in (ours, other)]
    return (
        f"signature: ratio {other / ours:.1f} (ours {each[0]:.3f} ms, datasketch {each[1]:.3f} ms, "
        f"{len(texts)} texts)"
    )


def _time(work: Callable[[str], object], texts: list[str]) -> float:
    start = process_time()
    for text in texts:
        work(text)
    return process_time() - start


def _look_up(stage: Stage) -> str:
    """The store is SQLite, as it comes; half of what is looked up is a copy of something stored."""
    count, asked = stage.count(100_000, 200), stage.count(300, 20)
    stories = [write_story(1, at, stage.day) for at in range(asked)]
    wanted = [find_bands(squash(story.text), squash(story.title), None) for story in stories]
    folder = stage.folder / "dedupe"
    with closing(Database.open(f"sqlite:///{folder / 'bench.sqlite'}", folder)) as database:
        chance = np.random.default_rng(1)
        for start in range(0, count, _BATCH):
            _fill(database, range(start, min(count, start + _BATCH)), wanted[: asked // 2], chance)
        taken, found = [], 0
        with database.read() as connection:
            find_alike(connection, wanted[-1], 10)
            for at, mine in enumerate(wanted):
                begun = perf_counter()
                alike = find_alike(connection, mine, 10)
                taken.append(perf_counter() - begun)
                found += bool(alike) and at < asked // 2
    if found < asked // 2:
        raise BenchError(f"only {found} of {asked // 2} copies were found")
    return f"lookup: {median(taken) * 1000:.3f} ms ({count} items, {asked} look-ups, every copy found)"


def _fill(database: Database, numbers: range, known: list[Any], chance: np.random.Generator) -> None:
    """Put items into the store with bands of texts that share nothing; the first ones have known bands."""
    drawn = chance.integers(0, 2**31, size=(len(numbers), 21)).tolist()
    rows = []
    for row, at in enumerate(numbers):
        mine = known[at] if at < len(known) else [*enumerate(drawn[row][:20]), (100, drawn[row][20])]
        rows += [{"band": band, "value": value, "item": at + 1} for band, value in mine]
    with database.write() as connection:
        made = [{"id": at + 1, "kind": "collected", "agency": None, "version": 1} for at in numbers]
        connection.execute(insert(items), made)
        connection.execute(insert(bands), rows)


def _label(stage: Stage) -> str:
    """The sample province's items, a model that was taught by half of them, in batches of a hundred."""
    count = stage.count(1_000, 60)
    province = make_province(date(2026, 11, 5), items=count)
    files = write_configuration(province, stage.folder / "province")
    sources, portal = load_sources(files.sources), load_portal(files.portal)
    lessons = []
    for truth in islice(province.truths(), count):
        form = {**EMPTY, "title": truth.title, "doc_number": truth.doc_number}
        facts = gather_facts(form, sources.source(truth.sources[0]), sources.agency(truth.agency))
        lessons.append(Lesson(facts, "\n".join(truth.sentences), truth.column))
    model = fit(lessons[::2], portal, "bench")
    asked: list[Item] = [(one.facts, one.text) for one in lessons]
    start = process_time()
    found = [one for at in range(0, len(asked), 100) for one in model.label(asked[at : at + 100], portal)]
    each = (process_time() - start) / len(asked) * 1000
    right = sum(one.column == lesson.column for one, lesson in zip(found, lessons, strict=True))
    return f"label: {each:.3f} ms ({len(asked)} items, {right / len(asked):.1%} right)"
