"""The search index of a release: made from the items that changed and the index that is served."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from publish.gather import Stores, read_checked
from publish.listing import Draft
from publish.prepare import Plan
from publish.search_shards import (
    COUNTS,
    FAMILIES,
    TITLE,
    Part,
    Shard,
    change_shard,
    divide,
    merge_shards,
    read_shard,
    write_shard,
)
from publish.search_terms import Terms, find_terms
from publish.trees import Served, TreeStore
from store.gate import Gated, read_gate, read_revisions
from store.log import read_head
from store.publishing import read_pages, read_publications
from store.shown import (
    Shown,
    count_agencies,
    list_agency_names,
    list_numbers,
    read_agencies,
    read_all_shown,
    read_shown,
)

INDEX = "/search/index.json"


@dataclass(frozen=True)
class _Entry:
    """One item as the index knows it: its number and terms."""

    number: int
    terms: Terms

    def names(self) -> Iterator[tuple[str, str]]:
        """Give every term with its family."""
        yield from (("w", term) for term in self.terms.page)
        yield from (("w", f"{TITLE}{term}") for term in self.terms.title)
        yield from (("f", term) for term in self.terms.filters)
        yield "m", self.terms.month


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
        plan = self.plan
        last = max([plan.gathered.stock.last_number, *(row.public_no for row in self._after().values())])
        parts, known = divide(last), set(self._read_parts())
        before, after = self._find_changes()
        whole = {part for part in known if part.size or part in parts}  # the growing one becomes another
        whole -= set(self._update(sorted(whole, key=lambda part: part.start), before, after))
        for part in parts:
            if part not in whole:
                for path, raw in self._build(part, whole).items():
                    self._put(path, raw)
        for part in known - set(parts):
            self.files |= dict.fromkeys(_list_paths(part))
        self._describe(parts, last)
        return self.files

    def _put(self, path: str, raw: bytes) -> None:
        self.files[path] = self.trees.draft(raw)

    def _after(self) -> dict[int, Shown]:
        return {row.item: row for row in self.plan.list_shown()}

    def _read_parts(self) -> list[Part]:
        """Give the parts of the served index, none where it must be made anew."""
        if self.full or self.base is None:
            return []
        with self.stores.database.read() as connection:
            record = read_pages(connection, [INDEX]).get(INDEX)
        raw = self.trees.read_whole(self.base.tree, INDEX, record.output_hash) if record else None
        found = json.loads(raw) if raw else {}
        return [Part(*part) for part in found["parts"]] if found.get("format") == name_format() else []

    def _find_changes(self) -> tuple[dict[int, Shown], dict[int, Shown]]:
        after = self._after()
        with self.stores.database.read() as connection:
            dealt = self.plan.dealt
            before = read_all_shown(connection) if dealt is None else read_shown(connection, dealt)
        same = {item for item, row in before.items() if after.get(item) == row}
        return (
            {item: row for item, row in before.items() if item not in same},
            {item: row for item, row in after.items() if item not in same},
        )

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
        changes: dict[str, dict[str, dict[int, bool]]] = {}
        for entries, stays in ((gone, False), (come, True)):  # an edited item's terms go, then come back
            for entry in entries:
                for family, term in entry.names():
                    path = part.place(family, term)
                    changes.setdefault(path, {}).setdefault(term, {})[entry.number] = stays
        with self.stores.database.read() as connection:
            records = read_pages(connection, changes)
        for path, steps in changes.items():
            raw = (
                self.trees.read_whole(self.base.tree, path, records[path].output_hash) if self.base else None
            )
            if raw is None:  # somebody changed it on disk
                return False
            written = change_shard(raw, steps, part)
            if written != raw:
                self._put(path, written)
        return True

    def _build(self, part: Part, whole: Collection[Part]) -> dict[str, bytes]:
        """Make all shards of a part, of its children where it has some: those that are `whole` are read."""
        if not part.children:
            return self._index(part)
        sources = [
            (child, None if child in whole and self._is_whole(child) else self._build(child, whole))
            for child in part.children
        ]
        shards = dict.fromkeys(_list_paths(part), b"")
        for family in FAMILIES:
            for number in range(part.children[0].count(family)):
                raws = [(child, self._find_shard(child, made, family, number)) for child, made in sources]
                shards |= merge_shards(raws, part, family)
        return shards

    def _is_whole(self, part: Part) -> bool:
        """Say whether all shards of a part are as they were published, or changed by this release."""
        paths = list(_list_paths(part))
        with self.stores.database.read() as connection:
            records = read_pages(connection, paths)
        return self.base is not None and all(
            self.files.get(path) is not None
            or (
                path in records
                and self.trees.read_whole(self.base.tree, path, records[path].output_hash) is not None
            )
            for path in paths
        )

    def _find_shard(self, part: Part, made: Mapping[str, bytes] | None, family: str, number: int) -> bytes:
        path = part.name(family, number)
        return made[path] if made is not None else self._read(path)

    def _read(self, path: str) -> bytes:
        """Read a shard as it is now: changed by this release, else as it is served."""
        draft = self.files.get(path)
        if draft is not None:
            return Path(draft.file).read_bytes()
        return self.trees.locate(self.base.tree, path).read_bytes() if self.base is not None else b""

    def _index(self, part: Part) -> dict[str, bytes]:
        """Make the shards of a small part from the forms of its items."""
        lists: dict[tuple[str, str], list[int]] = {}
        for entry in self._enter(self._list_rows(part)):
            for name in entry.names():
                lists.setdefault(name, []).append(entry.number)
        shards: dict[str, Shard] = {path: {} for path in _list_paths(part)}
        for (family, term), numbers in lists.items():
            shards[part.place(family, term)][term] = numbers
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
        racks = self.plan.layout.racks
        with self.stores.database.read() as connection:
            counts = Counter(count_agencies(connection)) if self.plan.dealt is not None else Counter[str]()
            names = list_agency_names(connection)
            before = read_shown(connection, self.plan.dealt or ())
        counts.subtract(row.agency for row in before.values() if row.agency)
        counts.update(row.agency for row in self._after().values() if row.agency)
        columns = [[one.key, one.name] for one in self.stores.site.columns if one.key in racks.columns]
        told = {
            "format": name_format(),
            "last": last,
            "parts": [[part.start, part.size] for part in parts],
            "counts": {str(size): list(counts) for size, counts in COUNTS.items()},
            "years": sorted({month[:4] for month in months}, reverse=True),
            "columns": columns,
            "agencies": [[key, name] for key, name in names.items() if counts[key] > 0],
        }
        self._put(INDEX, json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())

    def _read_months(self, part: Part) -> Iterable[str]:
        return read_shard(self._read(part.name("m", 0)), part)


@lru_cache(maxsize=1)
def name_format() -> str:
    """Give the hash of what makes terms and shards: an index that was made in another way is made anew."""
    files = [Path(__file__).with_name(name) for name in ("search_terms.py", "search_shards.py")]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


def index_release(
    stores: Stores, trees: TreeStore, base: Served | None, plan: Plan, full: bool
) -> dict[str, Draft | None]:
    """Give the files of the search index that a release changes, None for those that go."""
    return _Making(stores, trees, base, plan, full).run()


def _list_paths(part: Part) -> Iterator[str]:
    for family in FAMILIES:
        yield from (part.name(family, number) for number in range(part.count(family)))
