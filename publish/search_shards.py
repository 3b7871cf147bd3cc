"""The files of the search index: which numbers have a term, in parts of the public numbers, in small shards.

A part holds the items from one public number on: 16,384 of them once all those numbers were given, 1,024
before that, and what is newer in a small one. So a day's items touch few and small files, and the parts
follow from the highest number alone: an index made step by step is the one that is made at once.

A shard: four bytes with the length of the names, the names in UTF-8 with a line end between them, two bytes
a term with the length of its list, a byte a term with the list's kind, the lists; the low byte first.
Numbers in lists have 7 bits a byte, the high bit says that more follows. Kinds: 0 gaps, 1 a bit a number,
2 runs (gap, length). So a program finds one term's list, and changes it, without reading the others.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise

LARGE, MIDDLE = 16384, 1024
# How many shards each family has by a part's size: pairs of the page, of the title, filters, months.
COUNTS = {LARGE: (4096, 256, 16, 1), MIDDLE: (256, 16, 4, 1), 0: (64, 8, 2, 1)}
FAMILIES = "ptfm"


@dataclass(frozen=True)
class Part:
    """Public numbers from `start` on, `size` of them; 0 for the newest part, which is still growing."""

    start: int
    size: int

    @property
    def end(self) -> int:
        """The number after its last one."""
        return self.start + (self.size or MIDDLE)

    @property
    def folder(self) -> str:
        """Where its shards stand."""
        return f"/search/{self.start}-{self.size}/"

    def place(self, family: str, term: str) -> str:
        """Give the address of the shard that a term stands in."""
        count = COUNTS[self.size][FAMILIES.index(family)]
        return f"{self.folder}{family}{hash_term(term) % count}.bin"


def divide(last: int) -> tuple[Part, ...]:
    """Give the parts of the numbers 1 to `last`, the oldest first."""
    given = last + 1
    large = given // LARGE * LARGE
    middle = given // MIDDLE * MIDDLE
    return (
        *(Part(start, LARGE) for start in range(0, large, LARGE)),
        *(Part(start, MIDDLE) for start in range(large, middle, MIDDLE)),
        Part(middle, 0),
    )


def hash_term(term: str) -> int:
    """Spread terms over shards, as the script does."""
    value = 0
    for one in term:
        value = (value * 31 + ord(one)) & 0xFFFFFFFF
    return value


Shard = dict[str, set[int]]


def write_shard(shard: Mapping[str, Iterable[int]], part: Part) -> bytes:
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
