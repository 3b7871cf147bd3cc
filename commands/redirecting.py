"""Commands around addresses that moved: redirect load, list, remove."""

from __future__ import annotations

from pathlib import Path

import click

from clock import read_clock
from commands.setting import AS_JSON, example, find_paths, open_store, read_file
from errors import NotFound, UserFault
from terminal import write_rows


@click.group()
def redirect() -> None:
    """Addresses of an older portal, and where they lead now."""


@redirect.command("load")
@click.argument("file", type=click.Path(path_type=Path))
@example("caibian redirect load old-addresses.txt")
def redirect_load(file: Path) -> None:
    """Add the old addresses of a file: `OLD NEW` a line, both paths such as /zwgk/1.htm."""
    from publish.redirects import follow, read_lines
    from store.log import Entry, append
    from store.redirects import read_redirects, save_redirects

    try:
        moved = read_lines(read_file(file).decode("utf-8"), str(file))
    except UnicodeDecodeError as error:
        raise UserFault(f"{file}: is not UTF-8: {error.reason}") from error
    with open_store(find_paths()) as database, database.write() as connection:
        follow({**read_redirects(connection), **moved})
        save_redirects(connection, moved)
        words = f"{len(moved)} old addresses of {file.name}"
        append(connection, Entry("terminal", "terminal", "redirect", reason=words), read_clock())
    click.echo(f"{len(moved)} addresses: the next publish writes them for nginx")


@redirect.command("list")
@AS_JSON
@example("caibian redirect list")
def redirect_list(as_json: bool) -> None:
    """List every old address with its new one."""
    from store.redirects import read_redirects

    with open_store(find_paths()) as database, database.read() as connection:
        rows = [{"old": old, "new": new} for old, new in read_redirects(connection).items()]
    write_rows(rows, as_json, ("old", "new"), "no address moved")


@redirect.command("remove")
@click.argument("old")
@example("caibian redirect remove /zwgk/1.htm")
def redirect_remove(old: str) -> None:
    """Forget an old address."""
    from store.log import Entry, append
    from store.redirects import drop_redirects

    with open_store(find_paths()) as database, database.write() as connection:
        if not drop_redirects(connection, [old]):
            raise NotFound(f"{old} is no old address; `caibian redirect list` names them")
        append(connection, Entry("terminal", "terminal", "redirect", reason=f"{old} removed"), read_clock())
    click.echo(f"{old}: forgotten with the next publish")
