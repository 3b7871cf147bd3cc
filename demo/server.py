"""Serves all sites of the sample province from one port of loopback, by the Host header, and keeps a log."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

from clock import read_clock, write_time
from demo.answers import Answer, Asked, answer
from demo.province import Province

_LOG_LENGTH = 200_000
_LARGEST_FORM = 64 * 1024


@dataclass(frozen=True)
class Hit:
    """One request as the server saw it; `at_once` counts the open requests of its host, itself included."""

    at: datetime
    host: str
    method: str
    path: str
    status: int
    agent: str
    at_once: int

    def __str__(self) -> str:
        asked = f"{self.host} {self.method} {self.path} {self.status}"
        return f"{write_time(self.at)} {asked} {self.at_once} {self.agent}"


@dataclass
class _Ledger:
    """What was asked, and how many requests are open a host; all under one lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    hits: deque[Hit] = field(default_factory=lambda: deque(maxlen=_LOG_LENGTH))
    open_now: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    file: IO[str] | None = None

    def enter(self, host: str) -> int:
        with self.lock:
            self.open_now[host] += 1
            self.most[host] = max(self.most[host], self.open_now[host])
            return self.open_now[host]

    def leave(self, hit: Hit) -> None:
        with self.lock:
            self.open_now[hit.host] -= 1
            self.hits.append(hit)
            if self.file is not None:
                self.file.write(f"{hit}\n")
                self.file.flush()


class ProvinceServer(ThreadingHTTPServer):
    """A running server; `set_night` turns all sites to another night at once.

    `pause` seconds are waited before each answer, so that requests at once can be counted.
    `faults` breaks a site: host name (without .localhost) to hang, refuse (503), garbage or empty.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, province: Province, port: int, pause: float = 0.0, log: Path | None = None) -> None:
        self._ledger = _Ledger()  # before the port is taken: where that fails, the server is closed again
        super().__init__(("127.0.0.1", port), _Handler)
        self.port = int(self.server_address[1])
        self.province = province.at_port(self.port)
        self.pause = pause
        self.faults: dict[str, str] = {}
        self.closing = threading.Event()
        self._ledger.file = log.open("a", encoding="utf-8") if log else None

    @property
    def hits(self) -> list[Hit]:
        """All requests so far, oldest first (the last two hundred thousand)."""
        with self._ledger.lock:
            return list(self._ledger.hits)

    def asked(self, host: str) -> list[str]:
        """The paths asked of a host, in order."""
        return [hit.path for hit in self.hits if hit.host == host]

    def most_at_once(self, host: str) -> int:
        """The most requests that one host had open at the same time."""
        with self._ledger.lock:
            return self._ledger.most[host]

    def forget(self) -> None:
        """Empty the log and the counts, between two crawls of a test."""
        with self._ledger.lock:
            self._ledger.hits.clear()
            self._ledger.most.clear()

    def set_night(self, night: int) -> None:
        """Turn all sites to a night."""
        self.province = self.province.at_night(night)

    def server_close(self) -> None:
        """Close the port and the log."""
        super().server_close()
        if self._ledger.file is not None:
            self._ledger.file.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An asker that hangs up costs only its own thread; nothing is printed into a test's output."""


class _Handler(BaseHTTPRequestHandler):
    server: ProvinceServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    timeout = 60

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """Our own log says more."""

    def _serve(self) -> None:
        host = (self.headers.get("Host") or "").lower()
        name = host.partition(":")[0].removesuffix(".localhost")
        ledger = self.server._ledger
        at_once, status = ledger.enter(name), 0
        try:
            given = self._answer(host, name)
            status = given.status
            self._send(given)
        finally:
            agent = self.headers.get("User-Agent") or ""
            ledger.leave(Hit(read_clock(), name, self.command, self.path, status, agent, at_once))

    def _answer(self, host: str, name: str) -> Answer:
        length = min(int(self.headers.get("Content-Length") or 0), _LARGEST_FORM)
        form = self.rfile.read(length).decode("utf-8", "replace")
        if self.server.pause:
            time.sleep(self.server.pause)
        fault = self.server.faults.get(name)
        if fault is not None and self.path != "/robots.txt":
            return self._break(fault)
        headers = {key.lower(): value for key, value in self.headers.items()}
        return answer(self.server.province, Asked(host, self.path, form, headers))

    def _break(self, fault: str) -> Answer:
        self.close_connection = True
        if fault == "hang":
            self.server.closing.wait(120)
        bodies = {"garbage": bytes(range(256)) * 64, "empty": b""}
        return Answer(503 if fault in {"refuse", "hang"} else 200, "text/html", bodies.get(fault, b"busy"))

    def _send(self, given: Answer) -> None:
        self.send_response(given.status)
        self.send_header("Content-Type", given.content_type)
        for key, value in given.headers:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(given.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(given.body)


@contextmanager
def serve(
    province: Province, port: int = 8620, pause: float = 0.0, log: Path | None = None
) -> Iterator[ProvinceServer]:
    """Serve the province while the block runs; port 0 takes a free one, which `server.port` names.

    `log` is a file that gets a line a request. Raises OSError where the port is taken.
    """
    server = ProvinceServer(province, port, pause, log)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
