"""The search index beside Pagefind's: what making it costs, what a query moves, whether all is found."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator

from sqlalchemy import select

from bench.asking import Asked, ask_all, find_fault
from bench.ours import Office
from bench.pagefind import find_pagefind
from bench.process import BenchError, Spent, measure
from bench.seed import Seeder
from bench.sites import World
from bench.stage import Stage
from publish.search_terms import fold, read_text
from store.tables import reviews, revisions

QUERIES = 24
FEW = 100  # true hits of a query that is paged to its end
_LENGTHS = (2, 3, 4, 4, 6, 9)


def run(stage: Stage) -> Iterator[str]:
    """10,000 articles beside Pagefind; queries in a browser at 100,000."""
    small, large = stage.count(10_000, least=60), stage.count(100_000, least=120)
    office = _fill(stage, small)
    plain = _publish(office, search=False)
    ours = _publish(office, search=True)
    again = (_publish(office, search=True), _publish(office, search=False))  # ours, theirs, theirs, ours
    cpu = (ours.cpu + again[0].cpu - plain.cpu - again[1].cpu) / 2
    yield from _compare(stage, office, small, cpu, ours)
    if large != small:
        office = _fill(stage, large)
        _publish(office, search=True)
    fault = find_fault()
    if fault is not None:
        yield f"query bytes: unknown ({fault})"
        return
    queries, truth = _choose_queries(office)
    asked = ask_all(office.home / "site" / "current", queries, {q for q in queries if len(truth[q]) <= FEW})
    _check(asked, truth)
    first = sorted(one.first for one in asked)
    words = (
        f"the worst of {len(asked)} queries' first 20 hits at {large} items",
        f"the median {first[len(first) // 2] / 1024:.0f}",
        f"the worst further page {max(one.further for one in asked) / 1024:.0f}",
        f"{sum(one.whole for one in asked)} paged to the end gave the exact set",
    )
    yield f"query bytes: {first[-1] / 1024:.0f} KB ({', '.join(words)})"


def _compare(stage: Stage, office: Office, count: int, cpu: float, ours: Spent) -> Iterator[str]:
    command = find_pagefind(stage.folder / "pagefind")
    told = f"ours {cpu:.1f} s of CPU, the whole publish {ours.peak_mb:.0f} MB, {count} articles"
    if not command:
        yield f"search cpu: ratio unknown (no pagefind: neither on the path nor by npm; {told})"
        yield f"search memory: ratio unknown (no pagefind; {told})"
        return
    pages = stage.folder / "pages"  # Pagefind does not follow links
    shutil.copytree(office.home / "site" / "current" / "articles", pages / "articles")
    theirs = measure([*command, "--site", str(pages), "--output-path", str(stage.folder / "theirs")])
    memory = theirs.peak_mb / ours.peak_mb
    yield f"search cpu: ratio {theirs.cpu / cpu:.1f} (Pagefind {theirs.cpu:.1f} s of CPU, {told})"
    yield f"search memory: ratio {memory:.1f} (Pagefind {theirs.peak_mb:.0f} MB, {told})"


def _fill(stage: Stage, count: int) -> Office:
    world = World("known", 20, 1, stage.day, port=8080)
    office = Office(stage.folder / f"search-{count}")
    office.configure(world)
    with office.open() as database:
        Seeder.begin(office, database, world, count).fill(range(count))
    return office


def _publish(office: Office, search: bool) -> Spent:
    """Publish all of it with a search or without; the traditional version is measured by nobody here."""
    file = office.home / "portal.yaml"
    portal = json.loads(file.read_text(encoding="utf-8"))
    portal["settings"] |= {"search": search, "traditional": False}
    file.write_text(json.dumps(portal, ensure_ascii=False), encoding="utf-8")
    return office.run("publish", "--full")


def _choose_queries(office: Office) -> tuple[list[str], dict[str, set[int]]]:
    """Choose words of titles and texts, of different lengths; say which items hold each, by a look at all."""
    query = select(reviews.c.item, revisions.c.form).join_from(reviews, revisions)
    chance = random.Random(3)
    with office.open() as database, database.read() as connection:
        rows = connection.execute(query.where(reviews.c.state == "approved"))
        texts = {item: _read(json.loads(form)) for item, form in rows}
    items = sorted(texts)
    queries: list[str] = []
    while len(queries) < QUERIES:
        lines = texts[chance.choice(items)].split("\n")
        length = _LENGTHS[len(queries) % len(_LENGTHS)]
        line = lines[0] if len(queries) % 4 == 0 else chance.choice(lines)
        at = chance.randrange(max(1, len(line) - length))
        word = line[at : at + length]
        if len(word) == length and not any(one.isspace() for one in word):
            queries.append(word)
    words = [f"{one} {other}" for one, other in zip(queries[1::6], queries[4::6], strict=False)]
    queries += words
    return queries, {
        asked: {item for item, text in texts.items() if all(word in text for word in asked.split())}
        for asked in queries
    }


def _read(form: dict[str, str]) -> str:
    return fold(f"{form['title']}\n{read_text(form['html'])}")


def _check(asked: list[Asked], truth: dict[str, set[int]]) -> None:
    for one in asked:
        expected = len(truth[one.query])
        if (one.whole and one.hits != expected) or one.hits > expected:
            raise BenchError(f"{one.query}: {one.hits} hits, a look at every item finds {expected}")
