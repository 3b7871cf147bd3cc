"""The desk with five editors at once, while a crawl and a publish run: how long each action takes."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from threading import Event, Thread

from sqlalchemy import func, select

from bench.editors import Editor
from bench.ours import CLI, Office
from bench.process import ROOT, BenchError
from bench.seed import Seeder
from bench.server import serve
from bench.sites import World
from bench.stage import Stage
from clock import read_clock
from portal import load_portal
from review.grouping import CLEAN, sort_queue
from store.accounts import add_account
from store.database import Database
from store.glance import glance
from store.search import catch_up
from store.sessions import open_session
from store.tables import log

EDITORS = 5
_WAITING = re.compile(rb'id="waiting">(\d+)<')


def run(stage: Stage) -> Iterator[str]:
    """Five editors over 1,000 waiting of 100,000 stored items, some 250 requests each."""
    stored, waiting = stage.count(100_000, least=60), stage.count(1_000, least=400)
    rounds = stage.count(40, least=6)
    with serve(World("known", stage.count(40, least=3), 25, stage.day)) as world:
        office = Office(stage.folder / "desk")
        office.configure(world, search=False, traditional=False)  # or most of the time goes before it begins
        with office.open() as database:
            seeder = Seeder.begin(office, database, world, stored)
            seeder.fill(range(stored - waiting))
            seeder.queue(range(stored, stored + waiting))
            catch_up(database)
            office.run("publish")  # the portal stands already: what is published beside is what is new
            editors = make_editors(office, database)
            with serve_desk(office) as port:
                seconds, beside = work(office, editors, port, waiting, rounds)
            check(database, editors)
    yield describe(editors, stored, waiting, seconds, beside)


def make_editors(office: Office, database: Database) -> list[Editor]:
    """Sign five editors in, and share out what is clean."""
    now = read_clock()
    floor = load_portal(office.home / "portal.yaml").settings.bulk_probability
    with database.read() as connection:
        clean = sort_queue(glance(connection, ("waiting",)), floor)[CLEAN]
    wanted = [f"{entry.head.which}:{entry.head.version}" for entry in clean]
    editors = []
    with database.write() as connection:
        for number in range(EDITORS):
            name = f"bench-{number}"
            add_account(connection, name, ("editor",), None, now, by="bench")
            token = open_session(connection, name, now)
            editors.append(Editor(name, 0, token, wanted[number::EDITORS], Random(number)))
    return editors


@contextmanager
def serve_desk(office: Office) -> Iterator[int]:
    """Run `caibian serve` on a free port while the block runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with start(office, "serve", "--port", str(port)) as process:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()


def start(office: Office, *command: str) -> subprocess.Popen[bytes]:
    """Start a command of ours in a session of its own, as systemd and the schedule do; wait for nothing."""
    return subprocess.Popen(
        [*CLI, *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **office.env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def work(
    office: Office, editors: list[Editor], port: int, waiting: int, rounds: int
) -> tuple[float, dict[str, int]]:
    """Let all of them work while crawls and publishes run; give the seconds, and how many of each ran."""
    for editor in editors:
        editor.port = port
        shown = _WAITING.search(editor.look())  # the first page warms nothing that a working day would not
        if shown is None or int(shown[1]) != waiting:
            raise BenchError(f"the queue shows {shown and shown[1]!r} of {waiting}")
        editor.times.clear()
    over, ended = Event(), {"crawl": 0, "publish": 0}
    beside = [Thread(target=_repeat, args=(office, name, over, ended)) for name in ended]
    for thread in beside:
        thread.start()
    began = time.monotonic()
    for thread in [editor.start(rounds) for editor in editors]:
        thread.join()
    seconds = time.monotonic() - began
    over.set()
    for thread in beside:
        thread.join()
    return seconds, ended


def _repeat(office: Office, command: str, over: Event, ended: dict[str, int]) -> None:
    while not over.is_set():
        with start(office, command) as process:
            while process.poll() is None and not over.wait(0.1):
                pass
            if process.poll() is None:
                process.terminate()
            ended[command] += 1


def check(database: Database, editors: list[Editor]) -> None:
    """Hold the log against what the editors were told; raises BenchError where they differ."""
    for editor in editors:
        if editor.fault is not None:
            raise BenchError(f"{editor.name}: {editor.fault}") from editor.fault
        query = select(func.count()).where(
            log.c.actor == editor.name, log.c.via == "desk", log.c.to_state.is_not(None)
        )
        with database.read() as connection:
            written = connection.execute(query).scalar_one()
        if written != editor.decided:
            raise BenchError(f"{editor.name} was told of {editor.decided} decisions, the log has {written}")


def describe(editors: list[Editor], stored: int, waiting: int, seconds: float, beside: dict[str, int]) -> str:
    """Write the line: p95 over every request, then p50 and p95 of each action."""
    every: dict[str, list[float]] = {name: [] for editor in editors for name in editor.times}
    for editor in editors:
        for name, times in editor.times.items():
            every[name] += times
    whole = [one for times in every.values() for one in times]
    parts = ", ".join(
        f"{name} {rank(times, 0.5):.0f}/{rank(times, 0.95):.0f}" for name, times in sorted(every.items())
    )
    worst = max(rank(times, 0.95) for times in every.values())
    return (
        f"desk p95: {worst:.0f} ms (of the slowest action; over all {len(whole)} requests p50 "
        f"{rank(whole, 0.5):.0f}, p95 {rank(whole, 0.95):.0f}; p50/p95 of each: {parts}; {stored} items "
        f"stored, {waiting} waiting, {EDITORS} editors, {seconds:.0f} s, with {beside['crawl']} crawls and "
        f"{beside['publish']} publishes beside)"
    )


def rank(times: list[float], share: float) -> float:
    """Give the time within which this share of the requests was answered."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]
