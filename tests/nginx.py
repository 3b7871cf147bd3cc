"""A real nginx of a test's own, with one of the project's files for its site."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def find_port() -> int:
    """Find a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def run_nginx(folder: Path, site: str, port: int) -> Iterator[None]:
    """Run nginx while the block runs; it listens on `port` when that begins, its files lie in `folder`."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    head = f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
    who = "user root;\n" if Path("/proc/self").stat().st_uid == 0 else ""
    main = f"{who}{head}events {{}}\nhttp {{\naccess_log off;\n{places}{site}\n}}\n"
    (folder / "nginx.conf").write_text(main, encoding="utf-8")
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    subprocess.run([*command, "-t"], check=True, capture_output=True, timeout=20)
    process = subprocess.Popen(command)
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
