"""Serving the desk: waitress in front of the application, for ops and for the demo."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from errors import StoreError, UserFault
from portal import Portal
from review.app import create_app
from review.drawing import warm
from sources import Sources
from store.database import Database
from store.search import catch_up, hold_index

logger = logging.getLogger(__name__)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_THREADS = 8
_PAGES = 24  # megabytes of the database that each connection keeps
_EVERY = 2.0  # seconds between two looks for what the search does not know yet
_AT_ONCE = 20  # revisions that are taken in before a pause, some 10 ms of an interpreter that editors share
_PAUSE = 0.05
_TURN = 0.2  # seconds after which the listening thread looks whether it is over


def make_server(
    database: Database,
    portal: Portal,
    sources: Sources,
    home: Path,
    clock: Callable[[], datetime],
    host: str = "127.0.0.1",
    port: int = 8622,
    names: tuple[str, ...] = (),
    proxied: bool = False,
    hurry: Callable[[], None] | None = None,
) -> Any:
    """Make the server; it listens already, and `.run()` serves until it is closed.

    With `proxied` a proxy on this machine does TLS: its word on the address and the scheme counts, and
    cookies go over TLS only. `hurry` has jobs done at once. Raises UserFault for a port that cannot be used.
    """
    database.keep_pages(_PAGES)
    warm()
    hosts = {*LOOPBACK, *names, *([host] if host not in ("0.0.0.0", "::") else [])}
    app = create_app(database, portal, sources, home, clock, hosts=sorted(hosts), https=proxied, hurry=hurry)
    trust: dict[str, Any] = {"clear_untrusted_proxy_headers": True}
    if proxied:
        trust |= {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto"}
    try:
        return create_server(
            app, host=host, port=port, threads=_THREADS, ident=None, asyncore_loop_timeout=_TURN, **trust
        )
    except OSError as error:
        raise UserFault(f"port {port} cannot be used: {error.strerror}; take another by --port") from error


@contextmanager
def serve_desk(
    database: Database,
    portal: Portal,
    sources: Sources,
    home: Path,
    clock: Callable[[], datetime],
    port: int = 8622,
    hurry: Callable[[], None] | None = None,
) -> Iterator[int]:
    """Serve the desk on loopback while the block runs and give the port; raises UserFault if it is taken."""
    server = make_server(database, portal, sources, home, clock, port=port, hurry=hurry)
    ended = threading.Event()
    thread = threading.Thread(target=serve_until, args=(server, ended), daemon=True)
    thread.start()
    try:
        with keep_index(database):
            yield int(server.effective_port)
    finally:
        ended.set()
        thread.join()


@contextmanager
def keep_index(database: Database) -> Iterator[None]:
    """Take into the search what comes, and the write-ahead log into its file, while the block runs."""
    ended = threading.Event()

    def keep() -> None:
        try:
            with hold_index(database.home):
                keep_on()
        except StoreError as error:
            logger.error("the desk's search is not kept: %s", error)

    def keep_on() -> None:
        left, settled = 1, time.monotonic()
        while not ended.wait(_PAUSE if left else _EVERY):
            try:
                left = catch_up(database, _AT_ONCE)
                if time.monotonic() - settled >= _EVERY:
                    database.settle()
                    settled = time.monotonic()
            except StoreError as error:
                logger.warning("the desk's search falls behind: %s", error)
                left = 0

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def serve_until(server: Any, ended: threading.Event) -> None:
    """Serve until it is over; sockets are closed by the thread that listens on them."""
    while not ended.is_set():
        wasyncore.loop(timeout=_TURN, map=server._map, count=1)
    server.task_dispatcher.shutdown(timeout=2)
    wasyncore.close_all(server._map)
