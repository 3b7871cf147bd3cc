"""The log as files that other programs read: CSV for a spreadsheet, JSON a line for anything else."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from sqlalchemy import Connection

from store.audit import FIELDS, Wanted, read_rows
from store.cells import disarm
from store.forms import write_json


def write_lines(connection: Connection, wanted: Wanted) -> Iterator[str]:
    """Write each wanted row as one line of JSON, the oldest first."""
    for row in read_rows(connection, wanted):
        yield write_json(row) + "\n"


def write_csv(connection: Connection, wanted: Wanted) -> Iterator[str]:
    """Write a head and each wanted row, the oldest first; no cell is a formula to a spreadsheet."""
    yield _write_row(list(FIELDS))
    for row in read_rows(connection, wanted):
        yield _write_row([disarm(row[name]) for name in FIELDS])


def _write_row(cells: list[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
