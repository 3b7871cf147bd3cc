"""Who stands back for others does not while it holds the lock that they wait for.

A crawl lets the desk have the processor first (`nice`). If it did so inside a transaction, the desk would
wait for a lock whose holder waits for the processor.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PLAIN = 0  # the priority of who does not stand back, as `nice` counts


@contextmanager
def at_once() -> Iterator[None]:
    """Run a block at plain priority, as far as the system lets this user (root, or systemd's LimitNICE=+0).

    The main thread too: whoever holds the interpreter must get the processor to give it up.
    """
    behind = os.getpriority(os.PRIO_PROCESS, 0)
    threads = {threading.get_native_id(), threading.main_thread().native_id or os.getpid()}
    if behind <= _PLAIN or not _set(threads, _PLAIN):
        yield
        return
    try:
        yield
    finally:
        _set(threads, behind)


def _set(threads: set[int], priority: int) -> bool:
    """Set the priority of threads, which Linux has each for itself; False where that is refused."""
    try:
        for thread in threads:
            os.setpriority(os.PRIO_PROCESS, thread, priority)
    except OSError:
        return False
    return True
