"""The files of the search index: which numbers have a term, in parts of the public numbers, in small shards.

A part holds the items from one public number on: 16,384 of them once all those numbers were given, 4,096 and
1,024 before that, and what is newer in one that grows. So a day's items touch few and small files, a query
asks few files, and the parts follow from the highest number alone: an index made step by step is the one that
is made at once. A part has half as many shards as numbers, so that a shard has some 2 KB whatever the part;
those of titles, of filters and of months are fewer.

A shard: four bytes with the length of the names, the names in UTF-8 with a line end between them, two bytes
a term with the length of its list, a byte a term with the list's kind, the lists; the low byte first.
Numbers in lists have 7 bits a byte, the high bit says that more follows. Kinds: 0 gaps, 1 a bit a number,
2 runs (gap, length). So a program finds one term's list, and changes it, without reading the others.

Beside each shard of words (w1.bin) lies one with what follows them (x1.bin), for the same terms in the same
order: four bytes a term with the length of its codes, then the codes of each number of its list, as
search_terms.py gives them. It is asked for only where lists alone leave too many pages to look at.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

LARGE, MIDDLE, SMALL = 16384, 4096, 1024
# How many shards each family has by a part's size: words, words of titles, filters, months. Each count is a
# multiple of that of the next smaller part, so that four parts become one shard by shard.
COUNTS = {LARGE: (8192, 1024, 16, 1), MIDDLE: (2048, 256, 4, 1), SMALL: (512, 64, 4, 1), 0: (256, 32, 2, 1)}
FAMILIES = "wtfm"
_CODES = re.compile(rb"[\x80-\xff]*[\x00-\x7f]")  # those of one number


@dataclass(frozen=True)
class Raw:
    """A shard as it is written: its lists, and the codes beside them, nothing where its family has none."""

    lists: bytes = b""
    codes: bytes = b""


@dataclass(slots=True)
class Postings:
    """The numbers that have a term, in any order, and the codes of each, none where its family has none."""

    numbers: list[int] = field(default_factory=list)
    codes: list[bytes] = field(default_factory=list)

    def add(self, number: int, codes: bytes) -> None:
        """Add a number, once."""
        self.numbers.append(number)
        if codes:
            self.codes.append(codes)

    def sort(self) -> Postings:
        """Give the same with the lowest number first."""
        numbers = sorted(self.numbers)
        if numbers == self.numbers or not self.codes:
            return Postings(numbers, self.codes)
        return Postings(numbers, [codes for _, codes in sorted(zip(self.numbers, self.codes, strict=True))])


@dataclass(frozen=True)
class Part:
    """Public numbers from `start` on, `size` of them; 0 for the newest part, which is still growing."""

    start: int
    size: int

    @property
    def end(self) -> int:
        """The number after its last one."""
        return self.start + (self.size or SMALL)

    @property
    def folder(self) -> str:
        """Where its shards stand."""
        return f"/search/{self.start}-{self.size}/"

    @property
    def children(self) -> tuple[Part, ...]:
        """The four parts that it is put together from, none for the smallest."""
        smaller = {LARGE: MIDDLE, MIDDLE: SMALL}.get(self.size, 0)
        return tuple(Part(at, smaller) for at in range(self.start, self.end, smaller)) if smaller else ()

    def place(self, family: str, term: str) -> str:
        """Give the address of the shard that a term stands in."""
        return self.name(family, hash_term(term) % self.count(family))

    def count(self, family: str) -> int:
        """Say how many shards a family has here."""
        return COUNTS[self.size][FAMILIES.index(family)]

    def name(self, family: str, number: int) -> str:
        """Give the address of one shard."""
        return f"{self.folder}{family}{number}.bin"

    def list_paths(self) -> Iterator[str]:
        """Give the address of every shard."""
        for family in FAMILIES:
            yield from (self.name(family, number) for number in range(self.count(family)))


def divide(last: int) -> tuple[Part, ...]:
    """Give the parts of the numbers 1 to `last`, the oldest first."""
    parts: list[Part] = []
    at, given = 0, last + 1
    for size in (LARGE, MIDDLE, SMALL):
        end = given // size * size
        parts += [Part(start, size) for start in range(at, end, size)]
        at = end
    return (*parts, Part(at, 0))


def hash_term(term: str) -> int:
    """Spread terms over shards, as the script does."""
    value = 0
    for one in term:
        value = (value * 31 + ord(one)) & 0xFFFFFFFF
    return value


def name_codes(path: str) -> str | None:
    """Give the address of the codes that lie beside a shard, None where its family has none."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/x{name[1:]}" if name[0] == "w" else None


def write_shard(shard: Mapping[str, Postings], part: Part) -> Raw:
    """Write a shard, sorted; terms without a number are left out."""
    lists = {}
    for term, postings in shard.items():
        if postings.numbers:
            found = postings.sort()
            kind, payload = _write_list([number - part.start for number in found.numbers])
            lists[term] = _List(kind, payload, b"".join(found.codes))
    return _pack(lists)


def change_shard(raw: Raw, changes: Mapping[str, Mapping[int, bytes | None]], part: Part) -> Raw:
    """Give numbers of terms their codes, or take them away (None); give what `write_shard` would write."""
    lists = _unpack(raw)
    for term, numbers in changes.items():
        known = lists.pop(term, None)
        found = known.read() if known else {}
        for number, codes in numbers.items():
            if codes is None:
                found.pop(number - part.start, None)
            else:
                found[number - part.start] = codes
        if found:
            offsets = sorted(found)
            lists[term] = _List(*_write_list(offsets), b"".join(found[one] for one in offsets))
    return _pack(lists)


def merge_shards(raws: Sequence[tuple[Part, Raw]], part: Part, family: str) -> dict[str, Raw]:
    """Put the same shard of a part's children together, the oldest first; give the shards of the part."""
    found: dict[str, list[tuple[int, _List]]] = {}
    for child, raw in raws:
        for term, one in _unpack(raw).items():
            found.setdefault(term, []).append((child.start - part.start, one))
    shards: dict[str, dict[str, _List]] = {}
    for term, pieces in found.items():
        shards.setdefault(part.place(family, term), {})[term] = _join(pieces)
    return {path: _pack(lists) for path, lists in shards.items()}


def read_shard(raw: Raw, part: Part) -> dict[str, dict[int, bytes]]:
    """Read what `write_shard` wrote: terms, their numbers, the codes of each."""
    return {
        term: {part.start + offset: codes for offset, codes in one.read().items()}
        for term, one in _unpack(raw).items()
    }


@dataclass(frozen=True)
class _List:
    """One term's list as it is written, and its codes."""

    kind: int
    payload: bytes
    codes: bytes

    def read(self) -> dict[int, bytes]:
        """Give the codes of each offset, the lowest first."""
        offsets = _read_list(self.kind, self.payload)
        if not self.codes:
            return dict.fromkeys(offsets, b"")
        return dict(zip(offsets, _CODES.findall(self.codes), strict=True))


def _join(pieces: list[tuple[int, _List]]) -> _List:
    """Put lists together, each with how far its numbers are moved; as `_write_list` would write it."""
    codes = b"".join(one.codes for _, one in pieces)
    plain = all(one.kind == 0 and one.payload.isascii() for _, one in pieces)  # every gap in one byte
    count = sum(len(one.payload) for _, one in pieces)
    if plain:
        out, end, close = bytearray(), 0, 0
        for shift, one in pieces:
            _write_number(out, shift + one.payload[0] - end)
            out += one.payload[1:]
            close += one.payload.count(0)
            end = shift + sum(one.payload) + len(one.payload)
        if (end - 1) // 8 + 1 >= count and 2 * (count - close) >= count:
            return _List(0, bytes(out), codes)
    offsets = [shift + offset for shift, one in pieces for offset in _read_list(one.kind, one.payload)]
    return _List(*_write_list(offsets), codes)


def _pack(lists: Mapping[str, _List]) -> Raw:
    terms = sorted(lists)
    if not terms:
        return Raw()
    names = "\n".join(terms).encode()
    found = [lists[term] for term in terms]
    lengths = struct.pack(f"<{len(terms)}H", *(len(one.payload) for one in found))
    kinds = bytes(one.kind for one in found)
    raw = b"".join((struct.pack("<I", len(names)), names, lengths, kinds, *(one.payload for one in found)))
    sizes = [len(one.codes) for one in found]
    if not any(sizes):
        return Raw(raw)
    return Raw(raw, b"".join((struct.pack(f"<{len(terms)}I", *sizes), *(one.codes for one in found))))


def _unpack(raw: Raw) -> dict[str, _List]:
    if not raw.lists:
        return {}
    lists = raw.lists
    end = 4 + int(struct.unpack_from("<I", lists)[0])
    terms = lists[4:end].decode().split("\n")
    lengths = struct.unpack_from(f"<{len(terms)}H", lists, end)
    kinds = lists[end + 2 * len(terms) : end + 3 * len(terms)]
    payloads = _slice(lists, end + 3 * len(terms), lengths)
    sizes = struct.unpack_from(f"<{len(terms)}I", raw.codes) if raw.codes else (0,) * len(terms)
    codes = _slice(raw.codes, 4 * len(terms), sizes)
    return {
        term: _List(kind, payload, code)
        for term, kind, payload, code in zip(terms, kinds, payloads, codes, strict=True)
    }


def _slice(raw: bytes, start: int, lengths: Iterable[int]) -> Iterator[bytes]:
    ends = accumulate(lengths, initial=start)
    return (raw[one:other] for one, other in pairwise(ends))


def _write_list(offsets: list[int]) -> tuple[int, bytes]:
    """Write sorted offsets in the shortest of the three kinds; this is where an index spends its time."""
    gaps = [after - before - 1 for before, after in pairwise((-1, *offsets))]
    bits, count = offsets[-1] // 8 + 1, len(gaps) - gaps.count(0) + (not gaps[0])
    if 2 * count < min(len(gaps), bits):
        runs = _write_runs(offsets)
        if len(runs) < min(len(gaps), bits):
            return 2, runs
    if bits < len(gaps):
        field = 0
        for offset in offsets:
            field |= 1 << offset
        return 1, field.to_bytes(bits, "little")
    if max(gaps) < 128:
        return 0, bytes(gaps)
    out = bytearray()
    for gap in gaps:
        _write_number(out, gap)
    return 0, bytes(out)


def _write_runs(offsets: list[int]) -> bytes:
    runs = bytearray()
    at, end = 0, 0
    while at < len(offsets):
        stop = at
        while stop + 1 < len(offsets) and offsets[stop + 1] == offsets[stop] + 1:
            stop += 1
        _write_number(runs, offsets[at] - end)
        _write_number(runs, stop - at)
        end, at = offsets[stop] + 1, stop + 1
    return bytes(runs)


def _write_number(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _read_list(kind: int, payload: bytes) -> Iterable[int]:
    if kind == 1:
        return [at * 8 + bit for at, byte in enumerate(payload) for bit in range(8) if byte >> bit & 1]
    found: list[int] = []
    at, next_one = 0, 0
    while at < len(payload):
        gap, at = _read_number(payload, at)
        more = 0
        if kind == 2:
            more, at = _read_number(payload, at)
        found += range(next_one + gap, next_one + gap + more + 1)
        next_one += gap + more + 1
    return found


def _read_number(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
