"""Editors of the bench: each a thread with a browser's manners, who notes how long every answer took."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from random import Random
from urllib.parse import quote, urlencode

from bench.process import BenchError

_TOKEN = re.compile(rb'data-csrf="([^"]+)"')
_PAUSE = 0.1, 0.3  # seconds between an answer and the next wish
WORDS = ("教育", "示例", "通知", "水利 检查", "政务公开", "产业")


@dataclass
class Editor:
    """One editor with items of her own to decide about, `12@1:1` each, and the times of each action in ms."""

    name: str
    port: int
    token: str
    wanted: list[str]
    chance: Random
    times: dict[str, list[float]] = field(default_factory=dict)
    decided: int = 0
    fault: BaseException | None = None
    _csrf: str = ""
    _line: HTTPConnection | None = None

    def start(self, rounds: int) -> threading.Thread:
        """Begin to work, in a thread of its own; what goes wrong is in `fault` then."""

        def run() -> None:
            try:
                for number in range(rounds):
                    self._work(number)
            except (BenchError, OSError, ValueError, LookupError) as error:
                self.fault = error

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def look(self) -> bytes:
        """Load the whole queue."""
        page = self._ask("queue", "GET", "/")
        found = _TOKEN.search(page)
        if found is None:
            raise BenchError("the queue is no page of the desk")
        self._csrf = found[1].decode("ascii")
        return page

    def _work(self, number: int) -> None:
        """One item, and now and then something else."""
        if number % 3 == 0:
            self.look()
        seen = self.wanted.pop()
        which = seen.partition(":")[0]
        self._ask("item", "GET", f"/items/{which}")
        self._ask("preview", "GET", f"/items/{which}/preview")
        self._post("claim", f"/items/{which}/claim")
        if number % 6 == 1:
            told = self._post("column", f"/items/{which}/column", column="redian", which=seen)
            seen = str(json.loads(told)["seen"])
        if number % 7 == 2:
            self._decide("hold", [seen])
            self._post("undo", "/undo")
            self.decided += 1
        elif number % 9 == 4:
            more = [self.wanted.pop() for _ in range(min(9, len(self.wanted)))]
            self._decide("bulk", [seen, *more])
        else:
            self._decide("approve", [seen])
        if number % 5 == 0:
            words = WORDS[number // 5 % len(WORDS)]
            self._ask("search", "GET", f"/search?q={quote(words)}")
        if number % 8 == 0:
            self._ask("done", "GET", "/done")

    def _decide(self, name: str, seen: list[str]) -> None:
        action = "hold" if name == "hold" else "approve"
        told = json.loads(self._post(name, "/decide", action=action, which=seen))
        if len(told["done"]) != len(seen):
            raise BenchError(f"{name}: {len(told['done'])} of {len(seen)} were done: {told['told']}")
        self.decided += len(seen)

    def _post(self, name: str, path: str, **fields: str | list[str]) -> bytes:
        return self._ask(name, "POST", path, urlencode({"csrf_token": self._csrf, **fields}, doseq=True))

    def _ask(self, name: str, method: str, path: str, body: str | None = None) -> bytes:
        headers = {"Cookie": f"caibian-desk={self.token}"}
        if body is not None:
            headers |= {"X-Desk": "1", "Content-Type": "application/x-www-form-urlencoded"}
        self._line = self._line or HTTPConnection("127.0.0.1", self.port, timeout=60)
        began = time.perf_counter()
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        raw = answer.read()
        self.times.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise BenchError(f"{method} {path} was answered with {answer.status}: {raw[:300].decode()}")
        time.sleep(self.chance.uniform(*_PAUSE))
        return raw
