"""Written at the desk: items with attachments told by their content, and the pages of columns with one."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from desks import Office, make_office, read_token
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from pipelines.uploads import clean_name
from portal import Portal, load_portal
from publish.site import publish_site
from sample import PORTAL
from sources import Sources
from store.database import Database
from store.mirror import mirror_configuration

FIXED = "{key: sqgk, name: 省情概况, description: 省情, keywords: [省情], type: 概况信息, fixed: true}"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF"


@pytest.fixture
def backend() -> str:
    """What is written is stored as any item is, which is tried on both databases elsewhere."""
    return "sqlite"


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    """The sample's portal with a column that holds one page."""
    path = tmp_path / "portal.yaml"
    path.write_text(
        PORTAL.replace("rules:", f"  - key: gaikuang\n    name: 概况\n    columns:\n      - {FIXED}\nrules:")
    )
    return load_portal(path)


@pytest.fixture
def office(database: Database, portal: Portal, sources: Sources) -> Office:
    made = make_office(database, portal, sources)
    with database.write() as connection:
        mirror_configuration(connection, sources, portal, made.clock())
    return made


def _docx(words: str) -> bytes:
    out = io.BytesIO()
    document = Document()
    document.add_paragraph(words)
    document.save(out)
    return out.getvalue()


def _send(office: Office, path: str, files: list[tuple[str, bytes]], who: str = "ann", **fields: Any) -> Any:
    client = office.client(who)
    with office.app.test_request_context():
        token = read_token(client)
    data = {"csrf_token": token, **fields, "files": [(io.BytesIO(raw), name) for name, raw in files]}
    answer = client.post(path, data=data, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the test client leaves its own temporary file open
    return answer


def _form(office: Office, item: int, number: int) -> dict[str, Any]:
    (row,) = office.run(f"SELECT form FROM revisions WHERE item = {item} AND number = {number}")
    form: dict[str, Any] = json.loads(row.form)
    return form


def test_an_item_with_an_attachment_is_reviewed_by_another(office: Office) -> None:
    answer = _send(
        office,
        "/write",
        [("../../安排表.exe", PDF)],
        title="关于系统维护的公告",
        column="tongzhi",
        text="## 时间\n\n本周六。<script>alert(1)</script>",
        issued="2026-11-05",
    )
    assert answer.headers["Location"] == "/items/1@1"
    form = _form(office, 1, 1)
    assert form["title"] == "关于系统维护的公告"
    assert "<h2>时间</h2>" in form["html"]
    assert "<script>" not in form["html"]
    assert form["credit"] == "样例省人民政府办公厅"
    (file,) = form["attachments"]
    assert (file["name"], file["type"]) == ("安排表.pdf", "pdf")
    page = office.client("ann").get("/items/1@1").text
    assert "这一版是您写的或改的" in page
    client = office.client("ann")
    assert office.post(client, "/decide", action="approve", which="1@1:1").status_code == 409
    assert office.client("bo").get(file["path"]).data == PDF
    assert office.post(office.client("bo"), "/decide", action="approve", which="1@1:1").status_code == 200
    office.clock.pass_time(hours=1)
    publish_site(office.database, office.portal, office.database.home, office.clock())
    assert (office.database.home / "site" / "current" / file["path"].lstrip("/")).read_bytes() == PDF


def test_the_text_of_an_attachment_is_screened(office: Office) -> None:
    _send(office, "/write", [("表.docx", _docx("内部资料 注意保存"))], title="一份表", text="见附件。")
    rows = office.run("SELECT level, field FROM findings")
    assert ("block", "附件：表.docx") in [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("files", "fields", "why"),
    [
        ([("a.pdf", b"MZ\x90\x00 program")], {}, "不是可以发布的文件类型"),
        ([("a.html", b"<html><script>alert(1)</script></html>")], {}, "不是可以发布的文件类型"),
        (
            [("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")],
            {},
            "不是可以发布的文件类型",
        ),
        ([("a.pdf", PDF + b"x" * (20 << 20))], {}, "超过 20 MB"),
        ([(f"{n}.pdf", PDF + bytes([n])) for n in range(21)], {}, "最多 20 个附件"),
        ([], {"title": " "}, "标题不能是空的"),
        ([], {"text": " "}, "正文和附件都是空的"),
        ([], {"issued": "2026-02-30"}, "不是真实的日期"),
        ([], {"column": "none"}, "没有这个栏目"),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_typed_is_lost(
    office: Office, files: list[tuple[str, bytes]], fields: dict[str, str], why: str
) -> None:
    given = {"title": "关于维护的公告", "text": "本周六维护。", **fields}
    answer = _send(office, "/write", files, **given)
    assert answer.status_code == 400
    assert why in answer.text
    assert given["text"].strip() in answer.text
    assert office.run("SELECT * FROM items") == []


def test_a_packed_file_is_kept_as_it_is_and_never_opened_by_its_names(office: Office) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("../../../evil.txt", "x")
    answer = _send(office, "/write", [("包.zip", out.getvalue())], title="一个包", text="见附件。")
    assert answer.status_code in (303, 400)
    assert not list(office.database.home.parent.rglob("evil.txt"))


def test_nobody_else_fills_the_disk(office: Office) -> None:
    big = [("a.pdf", PDF + b"x" * (3 << 20))]
    assert _send(office, "/write", big, "as-auditor", title="a", text="b").status_code == 403
    assert _send(office, "/items/1@1/edit", big).status_code == 413
    over = [(f"{n}.pdf", PDF + b"x" * (18 << 20)) for n in range(4)]
    assert _send(office, "/write", over, title="a", text="b").status_code == 413


@given(name=st.text(max_size=150), ending=st.sampled_from([".pdf", ".docx"]))
def test_no_name_leads_anywhere_or_hides_its_ending(name: str, ending: str) -> None:
    kept = clean_name(name, ending)
    assert kept.endswith(ending)
    assert len(kept) <= 105
    assert not set(kept) & set('/\\:*?"<>|\0\n\u202e\u200b')
    assert not kept.startswith(".")
    assert clean_name(kept, ending) == kept


def test_attachments_are_added_and_taken_away_in_a_new_version(office: Office) -> None:
    _send(office, "/write", [("甲.pdf", PDF)], title="一条", text="见附件。")
    old = _form(office, 1, 1)["attachments"][0]
    answer = _send(office, "/items/1@1/files", [("乙.pdf", PDF + b"2")], which="1@1:1", gone=old["hash"])
    assert answer.headers["Location"] == "/items/1@2"
    assert [file["name"] for file in _form(office, 1, 2)["attachments"]] == ["乙.pdf"]
    page = office.client("bo").get("/items/1@2").text
    assert "<del>甲.pdf" in page
    assert "<ins>乙.pdf" in page
    answer = _send(office, "/items/1@2/files", [("坏.pdf", b"MZ")], which="1@2:1")
    assert (
        "不是可以发布的文件类型" in office.client("ann").get("/items/1@2").text or answer.status_code == 303
    )
    assert len(office.run("SELECT * FROM revisions")) == 2
    _send(office, "/items/1@1/files", [("丙.pdf", PDF + b"3")], which="1@1:2")  # from an older version
    assert len(office.run("SELECT * FROM revisions")) == 2


def test_a_fixed_page_is_written_once_and_then_changed(office: Office) -> None:
    page = office.client("ann").get("/pages").text
    assert 'href="/write?column=sqgk"' in page
    assert '<option value="sqgk" selected>' in office.client("ann").get("/write?column=sqgk").text
    _send(office, "/write", [], title="省情概况", column="sqgk", text="面积和人口。")
    office.post(office.client("bo"), "/decide", action="approve", which="1@1:1")
    office.clock.pass_time(hours=1)
    publish_site(office.database, office.portal, office.database.home, office.clock())
    (row,) = office.run("SELECT path FROM publications")
    assert 'href="/items/1@1"' in office.client("ann").get("/pages").text
    _send(office, "/items/1@1/edit", [], which="1@1:2", html="<p>新的面积和人口。</p>")
    office.post(office.client("bo"), "/decide", action="approve", which="1@2:1")
    office.clock.pass_time(hours=1)
    publish_site(office.database, office.portal, office.database.home, office.clock())
    text = (office.database.home / "site" / "current" / str(row.path).lstrip("/")).read_text(encoding="utf-8")
    assert "新的面积和人口" in text
    assert "第 2 版" in office.client("ann").get("/pages").text
