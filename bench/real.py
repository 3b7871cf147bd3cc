"""How well the reader does on real pages, where they lie beside the project: the slow way, the fast one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.process import ROOT
from reading.fast import read_learning
from reading.learning import NOTHING
from reading.page import Hints, Page
from reading.shape import Shape
from reading.told import tell_article

_FETCHED = datetime(2026, 11, 21, 4, tzinfo=UTC)


def score_corpus(folder: Path) -> str:
    """Tell the body F1 of `caibian extract`, and of the fast way by what each site's own pages taught.

    Empty where there are no such pages.
    """
    corpus = Path(os.environ.get("CAIBIAN_SHARED", ROOT.parent / "shared")) / "corpus"
    if not (corpus / "score.py").is_file():
        return ""
    command = [sys.executable, str(ROOT / "caibian.py"), "extract", "--json", "--manifest"]
    said = subprocess.run([*command, str(corpus / "manifest.jsonl")], capture_output=True, check=True).stdout
    slow, fast = folder / "slow.jsonl", folder / "fast.jsonl"
    slow.write_bytes(said)
    fast.write_text("\n".join(map(json.dumps, _read_fast(corpus))), encoding="utf-8")
    return f", on real pages {_score(corpus, slow)}, the fast way {_score(corpus, fast)}"


def _read_fast(corpus: Path) -> Iterator[dict[str, Any]]:
    for file, page, shapes in teach_sites(corpus):
        yield tell_article(file, read_learning(page, Hints(), shapes)[0])


def teach_sites(corpus: Path) -> Iterator[tuple[str, Page, tuple[Shape, ...]]]:
    """Give each article with what its site's pages taught, once each of them was read twice.

    Some sites have one page only: what it taught itself is believed here.
    """
    sites: dict[str, list[tuple[str, Page]]] = defaultdict(list)
    for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if told["kind"] == "article":
            page = Page((corpus / told["file"]).read_bytes(), told["url"] or "", _FETCHED)
            sites[told["site"]].append((told["file"], page))
    for pages in sites.values():
        learned = NOTHING
        for _, page in [*pages, *pages]:
            lesson = read_learning(page, Hints(), learned.shapes)[1]
            learned = learned.take(lesson) if lesson is not None else learned
        shapes = tuple(replace(shape, agreed=9) for shape in learned.shapes)
        for file, page in pages:
            yield file, page, shapes


def _score(corpus: Path, predictions: Path) -> str:
    command = [sys.executable, str(corpus / "score.py"), "articles", str(predictions)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"body\s+F1 ([\d.]+)", told)
    return found[1] if found else "unknown"
