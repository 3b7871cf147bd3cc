"""What the served release holds, held against what is laid out: what is made, what goes, what stays as it is.

The records of its pages say so, one at a time, since there may be some hundred thousand; where these are not
sure, the listings of its tree do, and a record counts only if it says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from errors import PublishError
from publish.former import ASSETS, find_highest
from publish.gather import Stores
from publish.plan import File
from publish.trees import Served, TreeStore
from store.publishing import PageRecord, list_pages, read_pages

FILES = "/files/"  # attachments and pictures of items
INDEX = "/search/"  # kept by itself, not laid out
_SOME = 2000  # records that are read at once


@dataclass(frozen=True)
class Comparison:
    """What is made, in the order of addresses; what is served at some of these; the addresses that go."""

    wanted: list[File] = field(default_factory=list)
    records: dict[str, PageRecord] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Holdings:
    """The served release; `sure` where its records are those of its tree, `full` where all is made anew."""

    stores: Stores
    trees: TreeStore
    base: Served | None
    sure: bool
    full: bool

    def compare(self, files: Mapping[str, File], of_items: bool = False) -> Comparison:
        """Hold all pages that are laid out, or all files of items, against what is served.

        Raises PublishError where a listing was changed, unless all is made anew.
        """
        kept = (ASSETS, INDEX) if self.stores.site.search else (ASSETS,)  # assets outlive releases
        same, records, gone = set[str](), dict[str, PageRecord](), list[str]()
        for path, record in self._read():
            if path.startswith(FILES) is not of_items:
                continue
            file = files.get(path)
            if file is None:
                gone += [path] if not path.startswith(kept) else []
            elif not self.full and record.inputs_hash == file.inputs_hash:
                same.add(file.path)
            else:
                records[file.path] = record
        wanted = sorted(
            (file for path, file in files.items() if path not in same), key=lambda file: file.path
        )
        return Comparison(wanted, records, gone)

    def has(self, path: str) -> bool:
        """Say whether a file is served."""
        if self.stores.former is not None:
            return self.stores.former.find(path) is not None
        if self.sure:
            with self.stores.database.read() as connection:
                return bool(read_pages(connection, [path]))
        try:
            return self.base is not None and self.trees.find(self.base.tree, path) is not None
        except PublishError:
            return False

    def find_stale(self) -> frozenset[str]:
        """Give the addresses that the records alone know."""
        if self.sure:
            return frozenset()
        there = {path for path, _ in self._walk()}
        with self.stores.database.read() as connection:
            return frozenset(path for path, _ in list_pages(connection) if path not in there)

    def find_highest(self) -> int:
        """Give the highest public number that is served and that the database may not know."""
        return 0 if self.sure else find_highest(path for path, _ in self._walk())

    def _read(self) -> Iterator[tuple[str, PageRecord]]:
        if self.sure:
            with self.stores.database.read() as connection:
                yield from list_pages(connection)
            return
        walk = self._walk()
        while some := dict(islice(walk, _SOME)):
            with self.stores.database.read() as connection:
                known = read_pages(connection, some) if not self.full else {}
            for path, digest in some.items():
                record = known.get(path)
                told = record is not None and record.output_hash == digest
                yield path, record if record is not None and told else PageRecord("", digest)

    def _walk(self) -> Iterator[tuple[str, str]]:
        if self.base is None:
            return
        try:
            yield from self.trees.walk(self.base.tree)
        except PublishError:
            if not self.full:
                raise
