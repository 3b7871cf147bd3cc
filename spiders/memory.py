"""What GNU's C library keeps of the memory that was given back to it; elsewhere nothing is done."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

KEPT_BYTES = 64 << 20
LARGE_BYTES = 128 << 10
ARENAS = 2
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of malloc.h


def keep_memory() -> None:
    """Keep it where tree after tree is made and dropped: asking again costs a twentieth of the reading."""
    tune = _find("mallopt")
    if tune is not None:
        tune(_TRIM_THRESHOLD, KEPT_BYTES)
        tune(_MMAP_THRESHOLD, KEPT_BYTES)


def spare_memory() -> None:
    """Spare it in the process that sees every page of a run: what is large goes back once it is free.

    The library learns by itself to keep large pieces, in an arena for each of our threads.
    """
    tune = _find("mallopt")
    if tune is not None:
        tune(_MMAP_THRESHOLD, LARGE_BYTES)
        tune(_ARENA_MAX, ARENAS)


def return_memory() -> None:
    """Return to the system what lies free between what is used: a long run scatters pages of every size."""
    trim = _find("malloc_trim")
    if trim is not None:
        trim(0)


@cache
def _find(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None)
