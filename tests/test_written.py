"""The office's own items: a file with a head, screened like any other, approved by another person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from errors import CaibianError, ConfigurationError, NotAllowed, UserFault
from pipelines.intake import Intake
from pipelines.messages import PageRead
from pipelines.written import read_written, submit_written
from portal import Portal
from sample import BODY, SOURCES
from sources import load_sources
from store.accounts import find_actor
from store.clusters import find_cluster
from store.database import Database
from store.queue import walk_waiting

GOOD = """---
title: 关于门户网站系统维护的公告
column: tongzhi
doc_number: 样办函〔2026〕3号
issued: 2026-11-03
attachments: [安排表.txt]
---
门户网站将于本周六进行系统维护。

| 时间 | 事项 |
|---|---|
| 9:00 | 停机 |

<script>alert(1)</script>
"""


def _submit(database: Database, portal: Portal, path: Path, who: str, now: datetime) -> int:
    with database.read() as connection:
        actor = find_actor(connection, who)
    words = path.parent / "sources.yaml"
    words.write_text(SOURCES, encoding="utf-8")
    sources = load_sources(words)
    return submit_written(database, read_written(path, database.home, portal), portal, sources, actor, now)


def test_a_written_item_waits_with_its_fields_and_files(
    database: Database, portal: Portal, tmp_path: Path, now: datetime
) -> None:
    (tmp_path / "notice.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "安排表.txt").write_text("九点停机", encoding="utf-8")
    item = _submit(database, portal, tmp_path / "notice.md", "ann", now)
    with database.read() as connection:
        (one,) = list(walk_waiting(connection))
    assert (one.item, one.column, one.probability) == (item, "tongzhi", 1.0)
    assert one.form["credit"] == "样例省人民政府办公厅"
    assert one.form["published"] is None
    assert one.form["issued"] == "2026-11-03"
    assert "<td>停机</td>" in one.form["html"]
    assert "<script" not in one.form["html"]
    assert [file["name"] for file in one.form["attachments"]] == ["安排表.txt"]
    assert one.clean


@pytest.mark.parametrize(
    ("text", "kind", "named"),
    [
        ("没有头", UserFault, "notice.md:1: expected a head"),
        ("---\ntitel: x\n---\n文", ConfigurationError, "notice.md:2:1"),
        ("---\ntitle: 甲\ncolumn: nowhere\n---\n文", ConfigurationError, "notice.md:3:"),
        ("---\ntitle: 甲\nissued: 2026-02-30\n---\n文", ConfigurationError, "notice.md:3:"),
        ("---\ntitle: 甲\nattachments: [../x.pdf]\n---\n文", UserFault, "without a folder"),
        ("---\ntitle: 甲\nattachments: [none.pdf]\n---\n文", UserFault, "cannot be read"),
        ("---\ntitle: 甲\nattachments: [notice.md, page.html]\n---\n文", UserFault, "no document"),
    ],
)
def test_a_bad_file_says_where(
    database: Database, portal: Portal, tmp_path: Path, text: str, kind: type[CaibianError], named: str
) -> None:
    (tmp_path / "notice.md").write_text(text, encoding="utf-8")
    (tmp_path / "page.html").write_text("<html><script>x</script>", encoding="utf-8")
    with pytest.raises(kind, match=named):
        read_written(tmp_path / "notice.md", database.home, portal)


def test_an_agency_cannot_write_for_the_office(
    database: Database, portal: Portal, tmp_path: Path, now: datetime
) -> None:
    (tmp_path / "notice.md").write_text("---\ntitle: 甲\n---\n文", encoding="utf-8")
    with pytest.raises(NotAllowed, match="editor or chief"):
        _submit(database, portal, tmp_path / "notice.md", "sub", now)


def test_a_secret_mark_in_a_written_item_blocks(
    database: Database, portal: Portal, tmp_path: Path, now: datetime
) -> None:
    (tmp_path / "notice.md").write_text("---\ntitle: 甲\n---\n机密★1年\n\n正文。", encoding="utf-8")
    _submit(database, portal, tmp_path / "notice.md", "ann", now)
    with database.read() as connection:
        (one,) = list(walk_waiting(connection))
    assert [found["level"] for found in one.findings] == ["block"]


@pytest.mark.parametrize(("published", "old"), [("2026-11-04", False), ("2026-08-01", True)])
def test_who_writes_what_an_agency_put_out_already_sees_it_beside_that(
    database: Database,
    portal: Portal,
    intake: Intake,
    make_page: Callable[..., PageRead],
    tmp_path: Path,
    now: datetime,
    published: str,
    old: bool,
) -> None:
    intake.take([make_page(published=published)])
    text = f"---\ntitle: 省教育厅开展冬季取暖检查\n---\n{BODY}\n\n现转发如下，供各单位参考。"
    (tmp_path / "notice.md").write_text(text, encoding="utf-8")
    item = _submit(database, portal, tmp_path / "notice.md", "ann", now)
    with database.read() as connection:
        cluster = find_cluster(connection, item)
        written = next(one for one in walk_waiting(connection) if one.item == item)
    assert cluster is not None
    assert cluster.original != item, "the agency's own is the original"
    assert ("published" in [doubt["field"] for doubt in written.doubts]) is old
