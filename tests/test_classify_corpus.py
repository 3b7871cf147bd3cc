"""What the model learns from real pages: their own column names, grouped, one site left out in turn."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classify.rules import Facts, read_doc_type
from classify.training import Lesson, fit
from portal import load_portal
from reading.article import read_article
from reading.page import Page

ROOT = Path(__file__).parent.parent
# What a site's own column is called, and where its items would stand here; the first that is in the name.
GROUPS = {
    "解读": "zcjd",
    "公告": "tzgg",
    "公示": "tzgg",
    "招生考试": "tzgg",
    "政策": "zcwj",
    "信息公开": "zcwj",
    "要闻": "qhyw",
    "关注": "rdxw",
    "聚焦": "rdxw",
    "传真": "wscz",
    "动态": "bmdt",
    "资讯": "bmdt",
    "快讯": "bmdt",
    "工作": "bmdt",
    "市县": "dqdt",
    "各地": "dqdt",
}


def _read(shared: Path) -> list[tuple[str, Lesson]]:
    lessons = []
    for line in (shared / "corpus" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] != "article":
            continue
        raw = (shared / "corpus" / "pages" / Path(row["file"]).name).read_bytes()
        url = row["url"] or "http://www.example.gov.cn/"
        reading = read_article(Page(raw, url, datetime(2026, 11, 5, tzinfo=UTC)))
        column = next((key for word, key in GROUPS.items() if word in (reading.list_name or "")), None)
        if column is not None:
            title = reading.title or ""
            facts = Facts(None, None, None, None, None, None, title, reading.doc_number, read_doc_type(title))
            lessons.append((row["site"], Lesson(facts, reading.text, column)))
    return lessons


@pytest.mark.soak
def test_what_is_learned_from_other_sites_is_measured_on_each(
    shared: Path, record_property: Callable[[str, object], None]
) -> None:
    portal = load_portal(ROOT / "portal.yaml").model_copy(update={"rules": (), "group_columns": {}})
    lessons = _read(shared)
    right = 0
    for site in sorted({site for site, _ in lessons}):
        model = fit([lesson for other, lesson in lessons if other != site], portal, "left one out")
        mine = [lesson for other, lesson in lessons if other == site]
        found = model.label([(one.facts, one.text) for one in mine], portal)
        right += sum(one.column == lesson.column for one, lesson in zip(found, mine, strict=True))
    most = Counter(lesson.column for _, lesson in lessons).most_common(1)[0][1]
    told = f"{right} of {len(lessons)} right, {most} by always naming the commonest column"
    record_property("leave one site out", told)
    print(told)
    assert right >= most, told
