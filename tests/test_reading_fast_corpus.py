"""The labelled pages beside the project, read by what their own sites taught: nothing is worse for it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.real import teach_sites
from reading.article import read_article
from reading.fast import read_learning
from reading.page import Hints, Reading

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CAIBIAN_SHARED", ROOT.parent / "shared"))
FETCHED = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
EQUAL = ("title", "published", "issued", "credit", "doc_number", "index_number", "attachments")

pytestmark = pytest.mark.skipif(not (SHARED / "corpus" / "score.py").is_file(), reason="needs ../shared")


def read_corpus() -> dict[str, tuple[Reading, Reading, str]]:
    """Each page's slow and fast reading, and the way it went, once its site's pages were read twice."""
    read: dict[str, tuple[Reading, Reading, str]] = {}
    for file, page, shapes in teach_sites(SHARED / "corpus"):
        fast, lesson = read_learning(page, Hints(), shapes)
        read[file] = (read_article(page), fast, lesson.way if lesson is not None else "slow")
    return read


def score(readings: dict[str, Reading], file: Path) -> float:
    """The body's F1, as the corpus' own scorer says."""
    told = [
        json.dumps({"file": name, "title": one.title, "published": one.published, "text": one.text})
        for name, one in readings.items()
    ]
    file.write_text("\n".join(told), encoding="utf-8")
    command = [sys.executable, str(SHARED / "corpus" / "score.py"), "articles", str(file)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.findall(r"F1 ([\d.]+)", said)[0])


def test_real_pages_are_read_the_fast_way_as_the_slow_way_reads_them(tmp_path: Path) -> None:
    read = read_corpus()
    fast = [file for file, (_, _, way) in read.items() if way == "fast"]
    assert len(fast) > 0.5 * len(read)
    for file, (slow, quick, _) in read.items():
        assert [getattr(slow, name) for name in EQUAL] == [getattr(quick, name) for name in EQUAL], file
    slowly = score({file: slow for file, (slow, _, _) in read.items()}, tmp_path / "slow.jsonl")
    quickly = score({file: quick for file, (_, quick, _) in read.items()}, tmp_path / "fast.jsonl")
    assert quickly >= slowly - 0.005
