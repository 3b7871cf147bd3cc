"""Serves a published portal from its folder, on loopback, for the demo only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from publish.traditional import PREFIX, name_twin


class _Handler(SimpleHTTPRequestHandler):
    """Files as they are; the folder is a link that a publish turns, so it is looked up for each request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    extensions_map = {  # noqa: RUF012 (declared so by http.server)
        **SimpleHTTPRequestHandler.extensions_map,
        ".html": "text/html; charset=utf-8",
        ".xml": "application/xml; charset=utf-8",
        ".atom": "application/atom+xml; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".txt": "text/plain; charset=utf-8",
    }

    def log_message(self, format: str, *args: Any) -> None:
        """The demo says nothing about its visitors."""

    def list_directory(self, path: Any) -> None:
        """A folder without a page is no page."""
        self.send_error(404)

    def send_head(self) -> Any:
        """Open the file that was asked for; a path that can be none is not there."""
        try:
            return super().send_head()
        except ValueError:
            return self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """What a file is called is what it is, whatever a browser makes of its bytes."""
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """A page that was taken down answers 410 with its own word, any other that is not there 404."""
        if code != HTTPStatus.NOT_FOUND:
            super().send_error(code, message, explain)
            return
        path = urlsplit(self.path).path
        gone = self._read(f"/gone{path}")
        body = gone if gone is not None else self._read_missing(path) or b"<!doctype html><h1>404</h1>"
        self.send_response(HTTPStatus.GONE if gone is not None else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _read_missing(self, path: str) -> bytes | None:
        twin = self._read(name_twin("/404.html")) if path.startswith(f"{PREFIX}/") else None
        return twin or self._read("/404.html")

    def _read(self, path: str) -> bytes | None:
        """Read a page of the folder; `translate_path` keeps the path inside it."""
        file = Path(self.translate_path(path))
        try:
            return (file / "index.html" if file.is_dir() else file).read_bytes()
        except (OSError, ValueError):  # ValueError: a NUL in the path
            return None


@contextmanager
def serve_folder(folder: Path, port: int) -> Iterator[int]:
    """Serve a folder while the block runs and give the port; raises OSError where it is taken."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
