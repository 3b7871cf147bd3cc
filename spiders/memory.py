"""What GNU's C library keeps of the memory that was given back to it; elsewhere nothing is done."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

KEPT_BYTES = 64 << 20
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of malloc.h


def keep_memory() -> None:
    """Keep it where tree after tree is made and dropped: asking again costs a twentieth of the reading."""
    tune = _find("mallopt")
    if tune is not None:
        tune(_TRIM_THRESHOLD, KEPT_BYTES)
        tune(_MMAP_THRESHOLD, KEPT_BYTES)


def return_memory() -> None:
    """Return to the system what lies free between what is used: a long run scatters pages of every size."""
    trim = _find("malloc_trim")
    if trim is not None:
        trim(0)


@cache
def _find(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None)
