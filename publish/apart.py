"""Work in a process of its own, whose memory goes back with it: of a heap that grew, Python keeps most.

The process is forked, so that it knows all that this one does; whoever forks has closed its connections.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any, TypeVar

from errors import PublishError

_T = TypeVar("_T")
_given: list[Callable[[], Any]] = []  # in the forked process: what it is there for


def run_apart(work: Callable[[], _T]) -> _T:
    """Do it in a forked process and give what it gives; what it raises is raised here.

    Raises PublishError where the process was killed. Where processes cannot be forked it is done here.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        return work()
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, context, initializer=_begin, initargs=(work,)) as pool:
        try:
            result: _T = pool.submit(_run).result()
        except BrokenProcessPool as error:
            raise PublishError("a part of the publish was killed: publish again") from error
    return result


def _begin(work: Callable[[], Any]) -> None:
    """Take the work over; who is left alone must not go on, since another publish may begin then."""
    _given.append(work)
    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()


def _end_with(parent: Any) -> None:
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGKILL)


def _run() -> Any:
    return _given[-1]()
