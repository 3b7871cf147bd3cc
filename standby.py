"""A process that has imported what short commands need, and forks one whenever it is asked.

Importing takes as long as a short publish works. Python's own fork server does the forking: it has one
thread, so that a fork is safe, and it ends with the process that keeps it.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parent
# What the commands that are run again and again import, besides the command line: they are short and many.
READY = {
    "publish": ("publish.site", "publish.site_view", "publish.search", "store.mirror", "commands.publishing"),
    "jobs": ("processes", "store.jobs", "commands.timing"),
}
ROOMS = ("commands", "publish", "store")


class Running(Protocol):
    """A command that runs as a process of its own: the part of `subprocess.Popen` that its keeper needs."""

    @property
    def pid(self) -> int:
        """Its number."""

    def poll(self) -> int | None:
        """Give its exit code, None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its exit code; raises subprocess.TimeoutExpired."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""


class Standby:
    """Forks commands of the program as it was when this was made; those of a newer one are begun anew."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(
            ["standby", "caibian", *(name for names in READY.values() for name in names)]
        )
        self._seal = see_program()

    def start(self, words: tuple[str, ...], environ: Mapping[str, str], cwd: Path) -> Running:
        """Run `caibian` with these words as a process, which prints to standard error."""
        process = self._context.Process(
            target=_run, args=(words, dict(environ), str(cwd), self._seal), daemon=False
        )
        process.start()
        return _Forked(words, process)


class _Forked:
    """A forked command, spoken to as one that `subprocess` has started."""

    def __init__(self, words: tuple[str, ...], process: multiprocessing.context.ForkServerProcess) -> None:
        self._words = words
        self._process = process
        self.pid = process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self._words, timeout or 0)
        return code

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def see_program() -> str:
    """Give a word that is another one when a file of the program was changed, put there or taken away."""
    folders = [
        os.scandir(ROOT),
        *(os.scandir(folder) for room in ROOMS for folder, _, _ in os.walk(ROOT / room)),
    ]
    files = (entry for folder in folders for entry in folder if entry.name.endswith((".py", ".html", ".xml")))
    seen = sorted((entry.path, entry.stat().st_mtime_ns) for entry in files)
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def _run(words: Sequence[str], environ: Mapping[str, str], cwd: str, seal: str) -> None:
    """Be `python -m caibian WORDS`, in a session of its own."""
    os.setsid()
    os.chdir(cwd)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.environ.clear()
    os.environ.update(environ)
    if seal != see_program():  # replaced since: what was imported is the old one
        os.execve(sys.executable, [sys.executable, "-m", "caibian", *words], dict(environ))
    sys.argv[1:] = words
    runpy.run_module("caibian", run_name="__main__", alter_sys=True)
