"""A web server of our own making for the tests of the crawl: many hosts on one port, good and bad ones."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """One request as it came: `host` without the port, headers by lower-case name, the body of a POST."""

    host: str
    path: str
    headers: dict[str, str]
    at: float
    body: str = ""


@dataclass(frozen=True)
class Reply:
    """What the server does: answers after `delay` seconds, or sends `raw` bytes, or drips, or never ends."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    raw: bytes | None = None
    hang: bool = False
    drip: bool = False


Handler = Callable[[Asked], Reply]


@dataclass
class Sites:
    """A running server: `hosts` answers by host name, `log` is what was asked, `most` the most at once."""

    port: int = 0
    hosts: dict[str, Handler] = field(default_factory=dict)
    log: list[Asked] = field(default_factory=list)
    now: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)

    def address(self, host: str, path: str = "/") -> str:
        """The address of a path at a host."""
        return f"http://{host}:{self.port}{path}"

    def paths(self, host: str) -> list[str]:
        """What was asked of a host, in order."""
        return [asked.path for asked in self.log if asked.host == host]

    def add(self, host: str, pages: dict[str, Reply | bytes]) -> None:
        """Serve fixed pages at a host; whatever else is asked is not found."""

        def handle(asked: Asked) -> Reply:
            page = pages.get(asked.path, Reply(b"not here", 404))
            return page if isinstance(page, Reply) else Reply(page)

        self.hosts[host] = handle

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while asked := await _read(reader):
                self.log.append(asked)
                self.now[asked.host] = self.now.get(asked.host, 0) + 1
                self.most[asked.host] = max(self.most.get(asked.host, 0), self.now[asked.host])
                handle = self.hosts.get(asked.host, _answer_nobody)
                try:
                    more = await _send(writer, handle(asked))
                finally:
                    self.now[asked.host] -= 1
                if not more:
                    break
        writer.close()


def _answer_nobody(asked: Asked) -> Reply:
    return Reply(b"no such host", 404)


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    parts = first.split(" ")
    host = headers.get("host", "").partition(":")[0]
    length = min(int(headers.get("content-length") or 0), 1 << 20)
    body = (await reader.readexactly(length)).decode("latin-1") if length else ""
    return Asked(host, parts[1], headers, time.monotonic(), body) if len(parts) == 3 else None


async def _send(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    await asyncio.sleep(reply.delay)
    if reply.hang:
        await asyncio.sleep(3600)
    if reply.raw is not None:
        writer.write(reply.raw)
        await writer.drain()
        return False
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(reply.body))}
    headers |= reply.headers
    head = f"HTTP/1.1 {reply.status} Status\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())
    writer.write(head.encode("latin-1") + b"\r\n")
    if reply.drip:
        for number in range(len(reply.body)):
            writer.write(reply.body[number : number + 1])
            await writer.drain()
            await asyncio.sleep(0.2)
    else:
        writer.write(reply.body)
    await writer.drain()
    return True


@contextmanager
def run_sites(address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Sites]:
    """Serve on a free port of a loopback address until the block ends."""
    sites = Sites()
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(sites.serve, address, 0, ssl=tls))
    sites.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield sites
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def write_list(rows: list[tuple[str, str, str]], more: str = "") -> bytes:
    """A plain list page: rows of title, address and date."""
    items = "".join(
        f'<li><a href="{url}" title="{title}">{title}</a><span>{date}</span></li>'
        for title, url, date in rows
    )
    return f"""<html><head><title>工作动态</title></head><body><div class="list"><ul>{items}</ul></div>
<div class="page">{more}</div></body></html>""".encode()


def write_article(title: str, date: str = "2026-11-05 10:08", body: str = "", extra: str = "") -> bytes:
    """A plain article page in a shape that every reader knows."""
    body = body or f"{title}的有关情况如下。各地各单位要认真做好各项工作，确保按时完成任务，并及时报告进展。"
    words = "".join(
        f"<p>{body}第{number}项工作已经安排，请各有关单位按照要求抓好落实。</p>" for number in "一二三四"
    )
    return f"""<html><head><title>{title}</title><meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="{date}"><meta name="ContentSource" content="样例省教育厅"></head>
<body><h1>{title}</h1><div class="info">发布时间：{date} 来源：样例省教育厅</div>
<div class="TRS_Editor">{words}{extra}</div></body></html>""".encode()
