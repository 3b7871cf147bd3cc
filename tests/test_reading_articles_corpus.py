"""The labelled article pages beside the project: no figure falls below its floor."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reading.article import read_article
from reading.page import Page

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CAIBIAN_SHARED", ROOT.parent / "shared"))
FLOORS = json.loads((Path(__file__).parent / "floors_articles.json").read_text(encoding="utf-8"))
FETCHED = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not (SHARED / "corpus" / "score.py").is_file(), reason="needs ../shared")


@pytest.fixture(scope="module")
def predictions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = SHARED / "corpus"
    lines = []
    for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        if question["kind"] != "article":
            continue
        page = Page((corpus / question["file"]).read_bytes(), question["url"] or "", FETCHED)
        said = read_article(page)
        fields = {"title": said.title, "published": said.published, "source": said.credit, "text": said.text}
        lines.append(json.dumps({"file": question["file"], **fields}))
    file = tmp_path_factory.mktemp("corpus") / "fields.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.mark.parametrize("group", ["all", "government"])
def test_no_figure_falls_below_its_floor(group: str, predictions: Path) -> None:
    options = ["--gov"] if group == "government" else []
    told = subprocess.run(
        [sys.executable, str(SHARED / "corpus" / "score.py"), "articles", str(predictions), *options],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    figures = {
        name.strip(): float(value) for name, value in re.findall(r"^(.{18}) \d+/\d+ ([\d.]+)$", told, re.M)
    }
    figures["body"] = float(re.findall(r"F1 ([\d.]+)", told)[0])
    for name, floor in FLOORS[group].items():
        assert figures[name] >= floor, (name, told)
