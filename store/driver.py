"""The SQLite that the store is reached by: Python's own, or a newer one that is installed beside it.

Where `pysqlite3` is installed (the extra `wal`) and brings a SQLite whose WAL is safe, every module of the
store takes that one: two SQLites in one process would drop each other's locks.
"""

from __future__ import annotations

import sqlite3 as own
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

# Before this version several writers on a WAL can corrupt the file (reliability: the WAL-reset bug).
WAL_SAFE = (3, 51, 3)


def _choose() -> Any:
    if own.sqlite_version_info < WAL_SAFE and find_spec("pysqlite3") is not None:
        newer = import_module("pysqlite3.dbapi2")
        if newer.sqlite_version_info >= WAL_SAFE:
            return newer
    return own


if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = _choose()

__all__ = ["WAL_SAFE", "sqlite3"]
