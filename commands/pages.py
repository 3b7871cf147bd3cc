"""Commands that read pages without storing anything: extract, rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clock import read_clock
from commands.setting import AS_JSON, example, find_paths, load_files, read_file
from errors import UserFault
from terminal import write_rows

if TYPE_CHECKING:
    from reading.page import Page


@click.command()
@click.argument("names", nargs=-1, metavar="FILE|URL...")
@click.option("--url", help="The address that a saved page came from.")
@click.option("--manifest", type=click.Path(path_type=Path), help="A file with `file` and `url` a line.")
@AS_JSON
@example("caibian extract page.html --url https://www.example.gov.cn/a.html --json")
def extract(names: tuple[str, ...], url: str | None, manifest: Path | None, as_json: bool) -> None:
    """Read the fields of article pages, saved or fetched."""
    from reading.article import read_article
    from reading.told import tell_article

    rows = (tell_article(name, read_article(page)) for name, page in _pages(names, url, manifest))
    write_rows(rows, as_json, ("title", "published", "source", "doc_number", "doubt"), "no page was named")


@click.command()
@click.argument("names", nargs=-1, metavar="FILE|URL...")
@click.option("--url", help="The address that a saved page came from.")
@click.option("--manifest", type=click.Path(path_type=Path), help="A file with `file` and `url` a line.")
@AS_JSON
@example("caibian rows list.html --url https://www.example.gov.cn/zwgk/ --json")
def rows(names: tuple[str, ...], url: str | None, manifest: Path | None, as_json: bool) -> None:
    """Read the rows of list pages, saved or fetched."""
    from reading.listing import read_list
    from reading.told import tell_list

    told = (tell_list(name, read_list(page)) for name, page in _pages(names, url, manifest))
    if as_json:
        return write_rows(told, True, (), "")
    for one in told:
        promised = one["promised"] if one["promised"] is not None else "not stated"
        click.echo(f"{one['file'] or one['url']}: {one['status']}, {one['charset']}, promised {promised}")
        write_rows(one["rows"], False, ("date", "title", "url"), "no rows")
    return None


def _pages(
    names: tuple[str, ...], url: str | None, manifest: Path | None
) -> Iterator[tuple[str | None, Page]]:
    from reading.page import Page

    now = read_clock()
    if manifest is not None:
        for file, address in _read_manifest(manifest):
            yield file, Page(read_file(manifest.parent / file), address or "", now)
    for name in names:
        if name.startswith(("http://", "https://")):
            from spiders.single import fetch_one

            sources, portal = load_files(find_paths())
            networks = tuple(one.network for one in sources.allow_networks)
            yield None, fetch_one(name, networks, portal.identity.crawler_contact)
        else:
            yield name, Page(read_file(Path(name)), url or "", now)


def _read_manifest(manifest: Path) -> Iterator[tuple[str, str | None]]:
    for number, line in enumerate(read_file(manifest).decode("utf-8").splitlines(), 1):
        try:
            one = json.loads(line)
            yield one["file"], one.get("url")
        except (ValueError, KeyError, TypeError) as error:
            raise UserFault(f"{manifest}:{number}: expected an object with `file` and `url`") from error
