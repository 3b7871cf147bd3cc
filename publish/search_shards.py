"""The files of the search index: which numbers have a term, in parts of the public numbers, in small shards.

A part holds the items from one public number on: 16,384 of them once all those numbers were given, 4,096 and
1,024 before that, and what is newer in one that grows. So a day's items touch few and small files, a query
asks few files, and the parts follow from the highest number alone: an index made step by step is the one that
is made at once. A part has half as many shards as numbers, so that a shard has some 2 KB whatever the part.

A shard: four bytes with the length of the names, the names in UTF-8 with a line end between them, two bytes
a term with the length of its list, a byte a term with the list's kind, the lists; the low byte first. A term
with a space before it is the list of the numbers that have it in the title.
Numbers in lists have 7 bits a byte, the high bit says that more follows. Kinds: 0 gaps, 1 a bit a number,
2 runs (gap, length). So a program finds one term's list, and changes it, without reading the others.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

LARGE, MIDDLE, SMALL = 16384, 4096, 1024
# How many shards each family has by a part's size: pairs of words, filters, months. Each count is a multiple
# of that of the next smaller part, so that four parts become one shard by shard.
COUNTS = {LARGE: (8192, 16, 1), MIDDLE: (2048, 4, 1), SMALL: (512, 4, 1), 0: (256, 2, 1)}
FAMILIES = "wfm"
TITLE = " "


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
        return self.name(family, hash_term(term.removeprefix(TITLE)) % self.count(family))

    def count(self, family: str) -> int:
        """Say how many shards a family has here."""
        return COUNTS[self.size][FAMILIES.index(family)]

    def name(self, family: str, number: int) -> str:
        """Give the address of one shard."""
        return f"{self.folder}{family}{number}.bin"


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


Shard = dict[str, Collection[int]]


def write_shard(shard: Mapping[str, Collection[int]], part: Part) -> bytes:
    """Write a shard, sorted; terms without a number are left out."""
    lists = {term: [number - part.start for number in sorted(numbers)] for term, numbers in shard.items()}
    return _pack({term: _write_list(offsets) for term, offsets in lists.items() if offsets})


def change_shard(raw: bytes, changes: Mapping[str, Mapping[int, bool]], part: Part) -> bytes:
    """Add numbers to terms (True) or take them away (False); what is left is as `write_shard` writes it."""
    lists = _unpack(raw)
    for term, numbers in changes.items():
        known = lists.pop(term, None)
        offsets = set(_read_list(*known)) if known else set()
        for number, stays in numbers.items():
            (offsets.add if stays else offsets.discard)(number - part.start)
        if offsets:
            lists[term] = _write_list(sorted(offsets))
    return _pack(lists)


def merge_shards(raws: Sequence[tuple[Part, bytes]], part: Part, family: str) -> dict[str, bytes]:
    """Put the same shard of a part's children together, the oldest first; give the shards of the part."""
    found: dict[str, list[tuple[int, int, bytes]]] = {}
    for child, raw in raws:
        for term, (kind, payload) in _unpack(raw).items():
            found.setdefault(term, []).append((child.start - part.start, kind, payload))
    shards: dict[str, dict[str, tuple[int, bytes]]] = {}
    for term, pieces in found.items():
        shards.setdefault(part.place(family, term), {})[term] = _join(pieces)
    return {path: _pack(lists) for path, lists in shards.items()}


def _join(pieces: list[tuple[int, int, bytes]]) -> tuple[int, bytes]:
    """Put lists together, each with how far its numbers are moved; as `_write_list` would write it."""
    plain = all(kind == 0 and payload.isascii() for _, kind, payload in pieces)  # every gap in one byte
    count = sum(len(payload) for _, _, payload in pieces)
    if plain:
        out, end, close = bytearray(), 0, 0
        for shift, _, payload in pieces:
            _write_number(out, shift + payload[0] - end)
            out += payload[1:]
            close += payload.count(0)
            end = shift + sum(payload) + len(payload)
        if (end - 1) // 8 + 1 >= count and 2 * (count - close) >= count:
            return 0, bytes(out)
    return _write_list([shift + one for shift, kind, payload in pieces for one in _read_list(kind, payload)])


def read_shard(raw: bytes, part: Part) -> Shard:
    """Read what `write_shard` wrote."""
    return {
        term: {part.start + offset for offset in _read_list(kind, payload)}
        for term, (kind, payload) in _unpack(raw).items()
    }


def _pack(lists: Mapping[str, tuple[int, bytes]]) -> bytes:
    terms = sorted(lists)
    if not terms:
        return b""
    names = "\n".join(terms).encode()
    payloads = [lists[term][1] for term in terms]
    lengths = struct.pack(f"<{len(terms)}H", *map(len, payloads))
    kinds = bytes(lists[term][0] for term in terms)
    return b"".join((struct.pack("<I", len(names)), names, lengths, kinds, *payloads))


def _unpack(raw: bytes) -> dict[str, tuple[int, bytes]]:
    if not raw:
        return {}
    end = 4 + int(struct.unpack_from("<I", raw)[0])
    terms = raw[4:end].decode().split("\n")
    lengths = struct.unpack_from(f"<{len(terms)}H", raw, end)
    kinds = raw[end + 2 * len(terms) : end + 3 * len(terms)]
    ends = list(accumulate(lengths, initial=end + 3 * len(terms)))
    return {
        term: (kind, raw[start:stop])
        for term, kind, start, stop in zip(terms, kinds, ends[:-1], ends[1:], strict=True)
    }


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
