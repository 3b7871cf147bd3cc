"""What a text is found again by: a few short numbers, so that alike texts share some of them."""

from __future__ import annotations

import unicodedata
import zlib

import numpy as np
import numpy.typing as npt

_GRAM = 4  # characters of a shingle: with fewer, common words make strangers candidates
_BANDS, _ROWS = 20, 3  # texts of which two thirds are shared meet with 99.8 %, of which a third with 42 %
_BINS_LOG = 6
_BINS = 1 << _BINS_LOG
_LONGEST = 50_000  # characters that are looked at
# Bands with a meaning of their own, above those of the text.
TITLE_BAND, NUMBER_BAND = 100, 101
# Odd constants: multiplying by them modulo 2**64 loses nothing and spreads every bit upwards.
_PRIMES = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_NUMBERS = np.arange(_BINS)
_SHIFT = np.uint32(32 - _BINS_LOG)
_EDGES = _NUMBERS.astype(np.uint32) << _SHIFT

Bands = tuple[tuple[int, int], ...]


def find_bands(words: str, title: str, number: str | None) -> Bands:
    """Give the (band, value) pairs of an item; `words` are squashed, `title` and `number` compared whole.

    Values have 31 bits, so that both databases keep them as plain integers.
    """
    bands = [*enumerate(sign_words(words))]
    if len(title) >= 6:
        bands.append((TITLE_BAND, _hash(title)))
    if number:
        bands.append((NUMBER_BAND, _hash(number)))
    return tuple(bands)


def sign_words(words: str) -> list[int]:
    """Make the bands of a text by one-permutation MinHash over its shingles; too short a text has none.

    The hashes are sorted once; a bin is a range of them, and its minimum is the first in that range.
    """
    codes = np.frombuffer(words[:_LONGEST].encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    count = len(codes) - _GRAM + 1
    if count < 1:
        return []
    hashes = np.zeros(count, dtype=np.uint64)
    for at, prime in enumerate(_PRIMES):
        hashes += codes[at : at + count] * np.uint64(prime)
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MIX
    upper = (hashes >> np.uint64(32)).astype(np.uint32)  # half the width sorts in half the time
    upper.sort()
    minima = _fill_bins(upper)
    rows = minima[: _BANDS * _ROWS].reshape(_BANDS, _ROWS)
    mixed = rows[:, 0] * np.uint64(_PRIMES[0]) + rows[:, 1] * np.uint64(_PRIMES[1])
    mixed += rows[:, 2] * np.uint64(_PRIMES[2])
    mixed ^= mixed >> np.uint64(31)
    mixed *= _MIX
    values: list[int] = (mixed >> np.uint64(33)).tolist()
    return values


def _fill_bins(ordered: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """Give each bin's least hash; an empty one borrows from the next, told by the distance."""
    starts = np.searchsorted(ordered, _EDGES)
    minima = ordered[np.minimum(starts, len(ordered) - 1)]
    filled = np.flatnonzero((starts < len(ordered)) & (minima >> _SHIFT == _NUMBERS))
    lender = filled[np.searchsorted(filled, _NUMBERS) % len(filled)]
    distance = ((lender - _NUMBERS) % _BINS).astype(np.uint64)
    borrowed: npt.NDArray[np.uint64] = minima[lender] + distance * np.uint64(_PRIMES[3])
    return borrowed


def _hash(text: str) -> int:
    return zlib.crc32(unicodedata.normalize("NFKC", text).encode()) & 0x7FFFFFFF
