"""What every command begins with: where files lie, both configuration files, the open store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from clock import PORTAL_ZONE
from errors import UserFault

if TYPE_CHECKING:
    from paths import Paths
    from portal import Portal
    from sources import Sources
    from store.database import Database

Command = TypeVar("Command", bound=Callable[..., object])

AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
AS_USER = click.option("--as", "user", required=True, metavar="USER", help="The account that does it.")


def example(text: str) -> Callable[[Command], Command]:
    """Put an example at the end of a command's help."""

    def add(command: Command) -> Command:
        command.__doc__ = f"{command.__doc__}\n\n    \b\n    Example:\n      {text}\n    "
        return command

    return add


def find_paths() -> Paths:
    """Say where files lie, by the environment and the working directory."""
    from paths import Paths

    return Paths.from_env(os.environ, Path.cwd())


def load_files(paths: Paths) -> tuple[Sources, Portal]:
    """Load both files; raises ConfigurationError with every fault of both."""
    from portal import load_both

    return load_both(paths)


@contextmanager
def open_store(paths: Paths) -> Iterator[Database]:
    """Open the store for one command."""
    from store.database import Database

    database = Database.open(paths.database_url, paths.home)
    try:
        yield database
    finally:
        database.close()


def read_moment(text: str) -> datetime:
    """Read a time at the portal, or with its zone; raises UserFault for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserFault(f"{text!r} is no time, expected one such as 2026-11-05T08:00") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=PORTAL_ZONE)


def read_file(path: Path) -> bytes:
    """Read a file that somebody named; raises UserFault when it cannot be."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserFault(f"{path}: cannot be read: {error.strerror}") from error


def read_which(which: str) -> tuple[int, int]:
    """Read ITEM@REVISION; raises UserFault for anything else."""
    item, _, number = which.partition("@")
    if not (item.isdecimal() and number.isdecimal()):
        raise UserFault(f"{which!r}: expected ITEM@REVISION, such as 12@1, as `caibian queue` lists them")
    return int(item), int(number)
