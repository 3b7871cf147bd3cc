"""The parts of a run that share: the gate, the claims, the reading pool, the writer."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from errors import StoreError, WorkerError
from pipelines.messages import Message, PageUnchanged, Saved
from reading.page import Hints, ListPage, Page
from spiders import pool
from spiders.claims import Claims
from spiders.gate import Backlog, Gate, Turn
from spiders.pool import Job, Read, ReadingPool, Unread
from spiders.robots import judge_robots
from spiders.slots import read_retry_after
from spiders.writer import Writer

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


def test_the_gate_lets_two_in_at_a_host_and_lists_first() -> None:
    order: list[str] = []
    inside = most = 0

    async def visit(gate: Gate, name: str, turn: Turn, host: str = "a") -> None:
        nonlocal inside, most
        async with gate.turn(host, turn):
            inside += host == "a"
            most = max(most, inside)
            order.append(name)
            await asyncio.sleep(0.01)
            inside -= host == "a"

    async def run() -> None:
        gate = Gate(per_host=2, total=3)
        async with asyncio.TaskGroup() as group:
            for number in range(4):
                group.create_task(visit(gate, f"file {number}", Turn.FILE))
            group.create_task(visit(gate, "article", Turn.ARTICLE))
            group.create_task(visit(gate, "list", Turn.LIST))
            group.create_task(visit(gate, "elsewhere", Turn.FILE, host="b"))

    asyncio.run(run())
    assert most == 2
    assert order[:3] == ["file 0", "file 1", "elsewhere"]
    assert order[3:5] == ["list", "article"]


def test_a_visitor_who_leaves_the_queue_leaves_his_place_to_the_next() -> None:
    async def run() -> None:
        gate = Gate(per_host=1, total=9)
        entered = asyncio.Event()

        async def wait() -> None:
            async with gate.turn("a", Turn.LIST):
                entered.set()

        async with gate.turn("a", Turn.LIST):
            gone, stays = asyncio.create_task(wait()), asyncio.create_task(wait())
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.sleep(0)
        await asyncio.wait_for(stays, 1)
        assert entered.is_set()

    asyncio.run(run())


def test_the_backlog_makes_new_pages_wait() -> None:
    async def run() -> None:
        backlog = Backlog(100)
        backlog.hold(120)
        waiting = asyncio.create_task(backlog.room())
        await asyncio.sleep(0.01)
        assert not waiting.done()
        backlog.drop(50)
        await asyncio.wait_for(waiting, 1)

    asyncio.run(run())


def test_an_address_of_two_sources_is_read_by_the_first_and_counted_by_both() -> None:
    async def read(
        claims: Claims, order: int, delay: float, addresses: list[str]
    ) -> tuple[set[str], list[Any]]:
        await asyncio.sleep(delay)
        claims.want(order, addresses)
        claims.finish_walk(order)
        await claims.wait_for_earlier(order)
        mine = claims.take(order, addresses)
        for address in mine:
            claims.settle(address, "new")
        claims.finish(order, addresses)
        return mine, [await claims.ask(address) for address in addresses]

    async def run() -> None:
        claims = Claims(2, patience=5)
        late, early = await asyncio.gather(read(claims, 0, 0.05, ["x", "y"]), read(claims, 1, 0, ["y", "z"]))
        assert late == ({"x", "y"}, ["new", "new"])
        assert early == ({"z"}, ["new", "new"])

    asyncio.run(run())


def test_a_source_that_hangs_holds_the_others_for_a_while_only() -> None:
    async def run() -> None:
        claims = Claims(2, patience=0.05)
        claims.want(1, ["x"])
        claims.finish_walk(1)
        await claims.wait_for_earlier(1)
        assert claims.take(1, ["x"]) == {"x"}
        claims.want(0, ["x"])  # it came too late: who took it keeps it
        assert claims.take(0, ["x"]) == set()
        claims.finish(1, ["x"])
        assert await claims.ask("x") is None

    asyncio.run(run())


def read_badly(jobs: Sequence[Job]) -> list[Read]:
    """Stands in for a reader that a page can kill, stall or break."""
    import os

    done: list[Read] = []
    for job in jobs:
        if job.page.raw == b"kill":
            os.kill(os.getpid(), 9)
        if job.page.raw == b"stall":
            time.sleep(60)
        if job.page.raw == b"break":
            raise RuntimeError("a fault of ours")
        done.append(ListPage(job.page.url))
    return done


def test_a_page_that_kills_its_worker_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "read_chunk", read_badly)
    monkeypatch.setattr(pool, "WALL_SECONDS", 0.5)
    bodies = [b"good", b"kill", b"good", b"stall", b"break", b"good"]

    async def run() -> list[Read]:
        reading = ReadingPool(workers=1)
        try:
            jobs = [Job("list", Page(body, f"http://a/{n}", NOW), Hints()) for n, body in enumerate(bodies)]
            return await asyncio.gather(*map(reading.read, jobs))
        finally:
            await asyncio.to_thread(reading.close)

    read = asyncio.run(run())
    assert [isinstance(each, Unread) for each in read] == [body != b"good" for body in bodies]


def test_a_pool_that_breaks_is_started_anew_and_ends_the_run_by_name_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "read_chunk", read_badly)

    async def run() -> list[Read | BaseException]:
        reading = ReadingPool(workers=1)
        done: list[Read | BaseException] = []
        try:
            for number in range(pool.STARTS + 1):
                job = Job("list", Page(b"good", f"http://a/{number}", NOW), Hints())
                done += await asyncio.gather(reading.read(job), return_exceptions=True)
                assert reading._pool is None or reading._pool.active
                if reading._pool is not None:
                    reading._pool.stop()  # type: ignore[no-untyped-call]
            return done
        finally:
            await asyncio.to_thread(reading.close)

    *read, last = asyncio.run(run())
    assert all(isinstance(one, ListPage) for one in read)
    assert isinstance(last, WorkerError)


class SlowTaker:
    """A store that takes its time, or refuses."""

    def __init__(self, refuse: bool = False) -> None:
        self.batches: list[int] = []
        self.threads: set[int] = set()
        self.closed = False
        self._refuse = refuse

    def take(self, batch: Sequence[Message]) -> list[Saved]:
        self.batches.append(len(batch))
        self.threads.add(threading.get_ident())
        if self._refuse:
            raise StoreError("the disk is full")
        return [Saved.NEW] * len(batch)

    def close(self) -> None:
        self.closed = True


def test_the_writer_saves_in_batches_in_one_thread_and_frees_the_backlog() -> None:
    taker = SlowTaker()

    async def run() -> None:
        backlog = Backlog(1000)
        writer = Writer(lambda: taker, backlog)
        backlog.hold(2500)
        saves = [writer.put(PageUnchanged("s", str(n), NOW), 10) for n in range(250)]
        writer.finish()
        await writer.run()
        assert [save.result() for save in saves] == [Saved.NEW] * 250
        await asyncio.wait_for(backlog.room(), 1)

    asyncio.run(run())
    assert taker.batches == [100, 100, 50]
    assert len(taker.threads) == 1
    assert threading.get_ident() not in taker.threads
    assert taker.closed


def test_a_store_that_refuses_stops_the_run_instead_of_holding_it() -> None:
    async def run() -> None:
        writer = Writer(lambda: SlowTaker(refuse=True), Backlog(1000))

        async def source() -> None:
            await writer.put(PageUnchanged("s", "a", NOW), 0)

        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            group.create_task(writer.run())
            group.create_task(source())

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(run())
    assert caught.group_contains(StoreError, match="disk is full")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("Thu, 05 Nov 2026 02:01:00 GMT", 60.0), ("Wed, 04 Nov 2026 02:01:00 GMT", 0.0)],
)
def test_retry_after_is_read_in_both_forms(value: str, seconds: float) -> None:
    assert read_retry_after(value, lambda: NOW) == seconds


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "99999999999999999999x"])
def test_a_retry_after_that_says_nothing_is_none(value: str | None) -> None:
    assert read_retry_after(value, lambda: NOW) is None


def test_robots_that_cannot_be_read_forbids_and_robots_that_is_not_there_allows() -> None:
    assert [status for status in (200, 401, 403, 404, 410, 429, 500, 503) if judge_robots(status)] == [
        429,
        500,
        503,
    ]
