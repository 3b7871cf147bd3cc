"""Whether the served portal is what was released, and what was released is what was approved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from errors import PublishError
from publish.gather import ALTERED
from publish.trees import Served, TreeStore
from store.database import Database
from store.gate import read_forms, read_gate
from store.log import read_head
from store.publishing import (
    read_log_hash,
    read_pages,
    read_publications,
    read_release_head,
    read_releases,
)

CHUNK = 200


def verify_site(database: Database, home: Path, deep: bool = False) -> list[str]:
    """Compare every published file with the tree that was released, and that tree with the database.

    `deep` also computes the hash of every approved form. Gives the problems, none when all is well.
    """
    trees = TreeStore(home / "site")
    served = trees.find_served()
    if served is None:
        return ["nothing is published yet: run `caibian publish`"]
    problems = [*_check_release(database, served), *_check_tree(trees, served)]
    problems += _check_gate(database, trees, served)
    return [*problems, *_check_forms(database)] if deep else problems


def _check_release(database: Database, served: Served) -> Iterator[str]:
    with database.read() as connection:
        release = next((one for one in read_releases(connection) if one.id == served.release), None)
        head = read_release_head(connection, served.release)
        recorded = read_log_hash(connection, head.seq) if head is not None and head.seq else None
    if release is None or release.state != "served":
        yield f"release {served.release} is served, and the database does not say so: run `caibian publish`"
    elif release.tree_hash != served.tree:
        yield f"release {served.release} does not point to the tree that was released"
    if head is not None and head.seq and recorded != head.this:
        yield f"log row {head.seq} is not the one that release {served.release} recorded"


def _check_tree(trees: TreeStore, served: Served) -> Iterator[str]:
    try:
        yield from trees.check(served.tree)
    except PublishError as error:
        yield str(error)


def _check_gate(database: Database, trees: TreeStore, served: Served) -> Iterator[str]:
    """Compare the served paths with the records of pages, and the served articles with the gate."""
    try:
        on_disk = dict(trees.walk(served.tree))
    except PublishError:
        return  # named by the check of the tree
    with database.read() as connection:
        records = read_pages(connection)
        allowed = {row.item for row in read_gate(connection, None, read_head(connection)).open}
        publications = read_publications(connection)
    for path in sorted(on_disk.keys() | records.keys()):
        record = records.get(path)
        if path not in on_disk:
            yield f"{path}: the database knows this page, the release has none"
        elif record is None or record.output_hash != on_disk[path]:
            yield f"{path}: the database does not know this page as it was released"
    for item, one in sorted(publications.items()):
        if one.path in on_disk and item not in allowed:
            yield f"{one.path}: item {item} is not approved any more: `caibian publish` takes it down"


def _check_forms(database: Database) -> Iterator[str]:
    with database.read() as connection:
        rows = read_gate(connection, None, read_head(connection)).open
    for start in range(0, len(rows), CHUNK):
        with database.read() as connection:
            checked = list(read_forms(connection, rows[start : start + CHUNK]))
        for row, form in checked:
            if form is None:
                yield f"item {row.item}@{row.number}: {ALTERED}"
