"""The search index of a release: made from the items that changed and the index that is served."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from publish.gather import Stores, read_checked
from publish.listing import Draft
from publish.prepare import Plan
from publish.search_shards import (
    COUNTS,
    FAMILIES,
    Part,
    Postings,
    Raw,
    change_shard,
    divide,
    merge_shards,
    name_codes,
    read_shard,
    write_shard,
)
from publish.search_terms import Terms, find_terms
from publish.trees import Served, TreeStore
from store.gate import Gated, read_gate, read_revisions
from store.log import read_head
from store.publishing import PageRecord, read_pages, read_publications
from store.shown import (
    Shown,
    list_last,
    list_numbers,
    list_shown,
    read_agencies,
    read_shown,
)

INDEX = "/search/index.json"


@dataclass(frozen=True)
class _Entry:
    """One item as the index knows it: its number and terms."""

    number: int
    terms: Terms

    def names(self) -> Iterator[tuple[str, str, bytes]]:
        """Give every term with its family and its codes."""
        yield from (("w", term, codes) for term, codes in self.terms.page.items())
        yield from (("t", term, b"") for term in self.terms.title)
        yield from (("f", term, b"") for term in self.terms.filters)
        yield "m", self.terms.month, b""


@dataclass
class _Making:
    """The index on its way: the served tree that it starts from, and the shards that are others now."""

    stores: Stores
    trees: TreeStore
    base: Served | None
    plan: Plan
    full: bool
    files: dict[str, Draft | None] = field(default_factory=dict)

    def run(self) -> dict[str, Draft | None]:
        known, last = set(self._read_parts()), self._find_last()
        parts = divide(last)
        before, after = self._find_changes() if known else ({}, {})
        whole = {part for part in known if part.size or part in parts}  # the growing one becomes another
        whole -= set(self._update(sorted(whole, key=lambda part: part.start), before, after))
        for part in parts:
            if part not in whole:
                for path, raw in self._build(part, whole):
                    self._put_shard(path, raw)
        for part in known - set(parts):
            for path in part.list_paths():
                self.files |= dict.fromkeys(_list_files(path))
        self._describe(parts, last)
        return self.files

    def _find_last(self) -> int:
        """Give the highest number that stands on the portal: parts grow as it is filled, again, too."""
        dealt, live = self.plan.dealt, self.plan.shelf.live.values()
        others = {}
        if dealt is not None:
            with self.stores.database.read() as connection:
                others = list_last(connection, len(dealt) + 1)
        numbers = [number for item, number in others.items() if item not in (dealt or ())]
        return max([0, *numbers, *(one.publication.number for one in live)])

    def _put(self, path: str, raw: bytes) -> None:
        self.files[path] = self.trees.draft(raw)

    def _put_shard(self, path: str, raw: Raw) -> None:
        for file, content in _pair_files(path, raw):
            self._put(file, content)

    def _read_parts(self) -> list[Part]:
        """Give the parts of the served index, none where it must be made anew."""
        found = {} if self.full else _read_index(self.stores, self.trees, self.base)
        return [Part(*part) for part in found["parts"]] if found else []

    def _find_changes(self) -> tuple[dict[int, Shown], dict[int, Shown]]:
        """Give what is served otherwise now, as it was and as it will be."""
        before, same, dealt = dict[int, Shown](), set[int](), self.plan.dealt
        with self.stores.database.read() as connection:
            served = list_shown(connection) if dealt is None else read_shown(connection, dealt).values()
            for row in served:  # of a hundred thousand mostly all are the same
                if self.plan.see_shown(row.item) == row:
                    same.add(row.item)
                else:
                    before[row.item] = row
        return before, {row.item: row for row in self.plan.list_shown() if row.item not in same}

    def _update(
        self, kept: list[Part], before: Mapping[int, Shown], after: Mapping[int, Shown]
    ) -> list[Part]:
        """Change the shards of kept parts; give the parts where that cannot be done, since a form is lost."""
        with self.stores.database.read() as connection:
            forms = read_revisions(connection, {row.revision for row in before.values()})
        live = self.plan.shelf.live
        publications = self.plan.gathered.stock.publications
        broken = []
        for part in kept:
            old = [row for row in before.values() if part.start <= row.public_no < part.end]
            new = [live[item].gated for item, row in after.items() if part.start <= row.public_no < part.end]
            if any(forms.get(row.revision) is None for row in old):
                broken.append(part)
                continue
            gone = [
                _Entry(
                    row.public_no,
                    find_terms(
                        forms[row.revision] or {}, publications[row.item].path, row.column_key, row.agency
                    ),
                )
                for row in old
            ]
            if (gone or new) and not self._change(part, gone, list(self._enter(new))):
                broken.append(part)
        return broken

    def _change(self, part: Part, gone: Iterable[_Entry], come: Iterable[_Entry]) -> bool:
        """Change the shards of a part; say whether they were all there as they were published."""
        changes: dict[str, dict[str, dict[int, bytes | None]]] = {}
        for entries, stays in ((gone, False), (come, True)):  # an edited item's terms go, then come back
            for entry in entries:
                for family, term, codes in entry.names():
                    path = part.place(family, term)
                    changes.setdefault(path, {}).setdefault(term, {})[entry.number] = codes if stays else None
        with self.stores.database.read() as connection:
            records = read_pages(connection, [file for path in changes for file in _list_files(path)])
        for path, steps in changes.items():
            raw = self._read_served(path, records)
            if raw is None:  # somebody changed it on disk
                return False
            written = change_shard(raw, steps, part)
            if written != raw:
                self._put_shard(path, written)
        return True

    def _read_served(self, path: str, records: Mapping[str, PageRecord]) -> Raw | None:
        """Read a shard as it was published, None where it is not so any more."""
        raws = [self._read_file(file, records) for file in _list_files(path)]
        whole = [raw for raw in raws if raw is not None]
        return Raw(*whole) if len(whole) == len(raws) else None

    def _read_file(self, file: str, records: Mapping[str, PageRecord]) -> bytes | None:
        if self.base is None or file not in records:
            return None
        return self.trees.read_whole(self.base.tree, file, records[file].output_hash)

    def _build(self, part: Part, whole: Collection[Part]) -> Iterator[tuple[str, Raw]]:
        """Make all shards of a part, of its children where it has some: those that are `whole` are read."""
        if not part.children:
            yield from self._index(part).items()
            return
        sources = [
            (child, None if child in whole and self._is_whole(child) else self._spill(child, whole))
            for child in part.children
        ]
        for family in FAMILIES:
            step = part.children[0].count(family)
            for number in range(step):
                raws = [(child, self._find_shard(child, made, family, number)) for child, made in sources]
                merged = merge_shards(raws, part, family)
                for place in range(number, part.count(family), step):
                    path = part.name(family, place)
                    yield path, merged.get(path, Raw())

    def _spill(self, part: Part, whole: Collection[Part]) -> dict[str, list[Draft]]:
        """Make the shards of a part that will be merged, and lay them aside: memory holds little of them."""
        return {
            path: [self.trees.draft(content) for _, content in _pair_files(path, raw)]
            for path, raw in self._build(part, whole)
        }

    def _is_whole(self, part: Part) -> bool:
        """Say whether all shards of a part are as they were published, or changed by this release."""
        files = [file for path in part.list_paths() for file in _list_files(path)]
        with self.stores.database.read() as connection:
            records = read_pages(connection, files)
        return all(
            self.files.get(file) is not None or self._read_file(file, records) is not None for file in files
        )

    def _find_shard(self, part: Part, made: dict[str, list[Draft]] | None, family: str, number: int) -> Raw:
        path = part.name(family, number)
        if made is None:
            return self._read(path)
        return Raw(*(Path(draft.file).read_bytes() for draft in made[path]))

    def _read(self, path: str) -> Raw:
        """Read a shard as it is now: changed by this release, else as it is served."""
        return Raw(*(self._read_now(file) for file in _list_files(path)))

    def _read_now(self, file: str) -> bytes:
        draft = self.files.get(file)
        if draft is not None:
            return Path(draft.file).read_bytes()
        return self.trees.locate(self.base.tree, file).read_bytes() if self.base is not None else b""

    def _index(self, part: Part) -> dict[str, Raw]:
        """Make the shards of a small part from the forms of its items."""
        lists: dict[tuple[str, str], Postings] = {}
        for entry in self._enter(self._list_rows(part)):
            for family, term, codes in entry.names():
                postings = lists.get((family, term))
                if postings is None:
                    postings = lists[family, term] = Postings()
                postings.add(entry.number, codes)
        shards: dict[str, dict[str, Postings]] = {path: {} for path in part.list_paths()}
        for (family, term), postings in lists.items():
            shards[part.place(family, term)][term] = postings
        return {path: write_shard(shard, part) for path, shard in shards.items()}

    def _list_rows(self, part: Part) -> list[Gated]:
        """Give what will stand there of a part's numbers, untouched items too."""
        rows = {
            item: live.gated
            for item, live in self.plan.shelf.live.items()
            if part.start <= live.publication.number < part.end
        }
        dealt = self.plan.dealt
        if dealt is not None:
            with self.stores.database.read() as connection:
                others = {row[0] for row in list_numbers(connection, part.start, part.end - 1)} - dealt
                gate = read_gate(connection, None, read_head(connection), others)
            rows = {item: row for item, row in rows.items() if item in dealt}
            rows |= {row.item: row for row in gate.open}
        return list(rows.values())

    def _enter(self, rows: Collection[Gated]) -> Iterator[_Entry]:
        names = [row.item for row in rows]
        with self.stores.database.read() as connection:
            publications = read_publications(connection, names)
            agencies = read_agencies(connection, names)
        for row, form in read_checked(self.stores, rows):
            if form is not None:
                one = publications[row.item]
                yield _Entry(one.number, find_terms(form, one.path, row.column_key, agencies[row.item]))

    def _describe(self, parts: tuple[Part, ...], last: int) -> None:
        """Write what the script must know before it asks for a shard."""
        months = {month for part in parts for month in self._read_months(part)}
        told = {
            "format": name_format(),
            "last": last,
            "parts": [[part.start, part.size] for part in parts],
            "counts": {str(size): list(counts) for size, counts in COUNTS.items()},
            "years": sorted({month[:4] for month in months}, reverse=True),
        }
        self._put(INDEX, json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())

    def _read_months(self, part: Part) -> Iterable[str]:
        return read_shard(self._read(part.name("m", 0)), part)


@lru_cache(maxsize=1)
def name_format() -> str:
    """Give the hash of what makes terms and shards: an index that was made in another way is made anew."""
    files = [Path(__file__).with_name(name) for name in ("search_terms.py", "search_shards.py")]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


def is_indexed(stores: Stores, trees: TreeStore, base: Served | None) -> bool:
    """Say whether the served release has an index that can be changed."""
    return bool(_read_index(stores, trees, base))


def _read_index(stores: Stores, trees: TreeStore, base: Served | None) -> dict[str, Any]:
    """Read what the served release says of its index, nothing where it has none of today's making."""
    with stores.database.read() as connection:
        record = read_pages(connection, [INDEX]).get(INDEX)
    raw = trees.read_whole(base.tree, INDEX, record.output_hash) if base is not None and record else None
    found: dict[str, Any] = json.loads(raw) if raw else {}
    return found if found.get("format") == name_format() else {}


def index_release(
    stores: Stores, trees: TreeStore, base: Served | None, plan: Plan, full: bool
) -> dict[str, Draft | None]:
    """Give the files of the search index that a release changes, None for those that go."""
    return _Making(stores, trees, base, plan, full).run()


def _pair_files(path: str, raw: Raw) -> list[tuple[str, bytes]]:
    """Give the files of a shard with what each holds."""
    return list(zip(_list_files(path), (raw.lists, raw.codes), strict=False))


def _list_files(path: str) -> list[str]:
    """Give the files of a shard: its lists, and the codes beside them where it has some."""
    codes = name_codes(path)
    return [path] if codes is None else [path, codes]
