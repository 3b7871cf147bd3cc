"""Serves the bench's sites in a process whose cost nobody counts: `python -m bench.server WORLD`."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from bench.process import ROOT, BenchError
from bench.sites import Pages, World


@contextmanager
def serve(world: World) -> Iterator[World]:
    """Serve a world while the block runs; gives it with its port.

    It stands back: the sites of others do not work on the machine that is measured.
    """
    command = ["nice", "-n", "10", sys.executable, "-m", "bench.server", world.to_json()]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            if not told.strip().isdecimal():
                raise BenchError("the server of the bench did not start")
            yield replace(world, port=int(told))
        finally:
            process.terminate()


async def _run(world: World) -> None:
    pages = Pages(world)
    sites = {world.host(site): site for site in range(world.sites)}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site = sites[writer.get_extra_info("sockname")[0]]
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode("ascii")
                _answer(writer, pages.answer(site, path), path)
                await writer.drain()
        writer.close()

    hosts = list(sites)
    first = await asyncio.start_server(handle, hosts[0], 0)
    port = first.sockets[0].getsockname()[1]
    for host in hosts[1:]:
        await asyncio.start_server(handle, host, port)
    print(port, flush=True)
    await asyncio.Event().wait()


def _answer(writer: asyncio.StreamWriter, body: bytes | None, path: str) -> None:
    status = "200 OK" if body is not None else "404 Not Found"
    kind = "text/plain" if path == "/robots.txt" else "text/html; charset=utf-8"
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body or b'')}\r\n\r\n"
    writer.write(head.encode("ascii") + (body or b""))


def main() -> None:
    """Serve until the parent ends it."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(_run(World.from_json(sys.argv[1])))


if __name__ == "__main__":
    main()
