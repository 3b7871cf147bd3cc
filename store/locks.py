"""Locks of the working folder: one crawl, one publish, one scheduler, one piece of housekeeping at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from errors import AlreadyRunning

# What each lock stands for, in the words of the one who must leave.
WORKS = {
    "crawl": "a crawl",
    "publish": "a publish",
    "schedule": "a scheduler",
    "screen": "a screening",
    "housekeeping": "a backup, restore, upgrade or tidying",
}


@contextmanager
def hold(home: Path, *names: str) -> Iterator[None]:
    """Hold locks of a working folder by name, or none of them; raises AlreadyRunning naming the taken one."""
    (home / "locks").mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        for name in names:
            path = home / "locks" / f"{name}.lock"
            lock = FileLock(path, timeout=0)
            try:
                lock.acquire()
            except Timeout:
                raise AlreadyRunning(f"{WORKS[name]} is already running ({path} is held)") from None
            held.callback(lock.release)
        yield
