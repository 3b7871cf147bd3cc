"""Processes that this one has started, and those that they have, by what the kernel says of them (/proc)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def find_tree(root: int, name: str) -> Iterator[int]:
    """Find the processes below one whose name begins so, the outer ones first; none without /proc."""
    children: dict[int, list[tuple[int, str]]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):  # it may have ended by now
            head, _, rest = entry.read_text().rpartition(")")
            parent = int(rest.split()[1])
            children.setdefault(parent, []).append((int(entry.parent.name), head.partition("(")[2]))
    waiting = [root]
    while waiting:
        for process, called in children.get(waiting.pop(), []):
            waiting.append(process)
            if called.startswith(name):
                yield process


def spend(processes: Iterable[int]) -> float:
    """The seconds of CPU that these processes have used."""
    ticks = 0
    for process in processes:
        with suppress(OSError, ValueError, IndexError):
            rest = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(rest[11]) + int(rest[12])
    return ticks / _TICKS


def weigh(processes: Iterable[int]) -> int:
    """The bytes of memory that the largest of these processes holds."""
    largest = 0
    for process in processes:
        with suppress(OSError, ValueError, IndexError):
            largest = max(largest, int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE_BYTES)
    return largest


def kill_tree(root: int, name: str) -> None:
    """End these processes at once."""
    for process in list(find_tree(root, name)):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
