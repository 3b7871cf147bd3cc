"""How the command line speaks: tables for people, JSON a line for programs, progress on a terminal."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

import click


def write_rows(rows: Iterable[Mapping[str, Any]], as_json: bool, columns: Sequence[str], empty: str) -> None:
    """Print rows: as JSON each whole on its line, as a table the named columns, or `empty` without any."""
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    listed = list(rows)
    if not listed:
        click.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in listed:
        table.add_row(*(_tell(row.get(name)) for name in columns))
    Console(soft_wrap=not sys.stdout.isatty(), markup=False, highlight=False).print(table)


@contextmanager
def show_progress(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """Give a function to call with a word for each step done; on a terminal it draws a bar."""
    with show_share(title) as draw:
        done = count(1)
        yield lambda word: draw(next(done), total)


@contextmanager
def show_share(title: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function to call with how much is done and of how much; on a terminal it draws a bar."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def set_up_logging(verbose: bool) -> None:
    """Send the log to standard error: one line an event, times as the machine has them."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
        force=True,
    )
    for noisy in (
        "scrapy",
        "twisted",
        "asyncio",
        "alembic",
        "trafilatura",
        "htmldate",
        "pypdf",
        "filelock",
        "charset_normalizer",
    ):
        logging.getLogger(noisy).setLevel(logging.DEBUG if verbose else logging.WARNING)


def _tell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list | tuple):
        return "; ".join(_tell(one) for one in value)
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values())
    return str(value)
