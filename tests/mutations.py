"""Reads mutated pages in a process of its own, and prints what came of them: `mutations.py COUNT SEED`.

The pages are those of `tests/pages`, articles and lists by turns; each is changed as sites, editors and
broken lines change pages: bytes lost, doubled and swapped, tags dropped, repeated and nested, two pages
spliced, an end missing, another charset declared or really used.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from errors import ReadingError
from reading.article import read_article
from reading.listing import read_list
from reading.page import Page

PAGES = Path(__file__).parent / "pages"
FETCHED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
STATUSES = {
    *("ok", "empty", "second_request", "browser", "error_page", "login", "blocked", "moved", "no_rows"),
}
_TAG = re.compile(rb"<[^<>]{1,300}>")
_CHARSETS = ("gb2312", "gbk", "gb18030", "big5", "utf-16", "utf-8", "iso-8859-1", "x-none")
Mutation = Callable[[bytes, random.Random, bytes], bytes]


def damage(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """Bytes dropped, doubled, swapped for marks."""
    page = bytearray(raw)
    for _ in range(chance.randrange(1, 30)):
        place = chance.randrange(len(page) or 1)
        piece = bytes(page[place : place + chance.randrange(1, 40)])
        marks = [b"", piece * 2, b"<", b'"', b"\xff", b"\0", b"&#x0;", b"&", b"]]>", b"-->"]
        page[place : place + chance.randrange(0, 40)] = chance.choice(marks)
    return bytes(page)


def cut(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """The end, or the beginning, is missing."""
    place = chance.randrange(len(raw) or 1)
    return raw[:place] if chance.random() < 0.7 else raw[place:]


def splice(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """The beginning of one page and the end of another."""
    return raw[: chance.randrange(len(raw) or 1)] + other[chance.randrange(len(other) or 1) :]


def drop_tags(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """Tags are lost, or turned into others."""
    share = chance.random()
    swap = chance.choice(
        [b"", b"<div>", b"</div>", b"<p>", b"<table><tr><td>", b"<script>", b"<!--", b"<ul><li>"]
    )
    return _TAG.sub(lambda tag: swap if chance.random() < share * 0.4 else tag[0], raw)


def repeat_tags(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """A part stands many times over, or deep inside itself."""
    tags = [found.start() for found in _TAG.finditer(raw)] or [0]
    start = chance.choice(tags)
    part = raw[start : start + chance.randrange(1, 2000)]
    return raw[:start] + part * chance.randrange(2, 300) + raw[start:]


def change_charset(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """Another charset is declared, and another one used."""
    text = raw.decode("utf-8", "replace")
    text = re.sub(r"charset=[\"']?[\w-]+", f"charset={chance.choice(_CHARSETS)}", text)
    return text.encode(chance.choice(_CHARSETS[:-2]), "replace")


def swap_values(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """Attributes hold each other's values; numbers become other numbers."""
    values = re.findall(rb'="([^"]{0,200})"', raw) or [b""]

    def swap(found: re.Match[bytes]) -> bytes:
        return b'="%s"' % chance.choice(values) if chance.random() < 0.2 else found[0]

    def count(found: re.Match[bytes]) -> bytes:
        return str(chance.randrange(10**6)).encode() if chance.random() < 0.2 else found[0]

    return re.sub(rb"\d+", count, re.sub(rb'="[^"]{0,200}"', swap, raw))


MUTATIONS: tuple[Mutation, ...] = (
    *(damage, cut, splice, drop_tags, repeat_tags, change_charset, swap_values),
)


def read_mutated(count: int, seed: int) -> dict[str, Any]:
    """Read so many mutated pages; give the worst costs and every page that came back wrong."""
    chance = random.Random(seed)
    kinds = {
        "articles": [path.read_bytes() for path in sorted(PAGES.glob("articles/*.html"))],
        "lists": [path.read_bytes() for path in sorted(PAGES.glob("lists/*")) if path.suffix != ".json"],
    }
    wrong: list[str] = []
    outcomes: Counter[str] = Counter()
    worst = 0.0
    for number in range(count):
        kind = ("articles", "lists")[number % 2]
        raw, other = chance.choice(kinds[kind]), chance.choice(kinds[kind])
        names = []
        for mutate in chance.sample(MUTATIONS, chance.randrange(1, 4)):
            raw = mutate(raw, chance, other)
            names.append(mutate.__name__)
        start = time.process_time()
        fault, outcome = _read(kind, Page(raw, "https://www.example.gov.cn/zwgk/t20261105_1.html", FETCHED))
        spent = time.process_time() - start
        worst = max(worst, spent)
        outcomes[f"{kind}: {outcome}"] += 1
        if fault or spent > 2:
            wrong.append(f"{kind} {number} of seed {seed} ({', '.join(names)}): {fault or f'{spent:.1f} s'}")
    return {
        "pages": count,
        "worst": round(worst, 3),
        "peak": _read_peak(),
        "wrong": wrong,
        "outcomes": outcomes,
    }


def _read_peak() -> int:
    """Give the most memory of this program in MB: getrusage counts what its parent held at the fork, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _read(kind: str, page: Page) -> tuple[str | None, str]:
    """Read one page; say what is wrong with the answer, and what it was."""
    if kind == "articles":
        read = read_article(page)
        told = read.fault or read.text or read.attachments or read.images
        return (None if told else "empty without a reason"), ("fault" if read.fault else "read")
    try:
        listed = read_list(page)
    except ReadingError as error:
        return (None if str(error) else "refused without a reason"), "refused"
    if listed.status not in STATUSES:
        return f"a strange status, {listed.status}", listed.status
    wrong = (listed.status == "ok") != bool(listed.rows)
    return (f"{listed.status} with {len(listed.rows)} rows" if wrong else None), listed.status


if __name__ == "__main__":
    print(json.dumps(read_mutated(int(sys.argv[1]), int(sys.argv[2])), ensure_ascii=False))
