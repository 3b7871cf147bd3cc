"""Serving the desk: waitress in front of the application, for ops and for the demo."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from errors import UserFault
from portal import Portal
from review.app import create_app
from sources import Sources
from store.database import Database

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_THREADS = 8
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
    thread = threading.Thread(target=_run, args=(server, ended), daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        ended.set()
        thread.join()


def _run(server: Any, ended: threading.Event) -> None:
    """Serve until it is over; sockets are closed by the thread that listens on them."""
    while not ended.is_set():
        wasyncore.loop(timeout=_TURN, map=server._map, count=1)
    server.task_dispatcher.shutdown(timeout=2)
    wasyncore.close_all(server._map)
