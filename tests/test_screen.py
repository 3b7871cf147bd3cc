"""The screen finds what must not go out, however it is written, and leaves innocent words alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from pipelines.documents import DocumentReader, read_document
from pipelines.kinds import sniff_extension
from pipelines.personal import is_identity
from pipelines.screen import Screened, screen_age, screen_reprint, screen_texts
from store.forms import EMPTY
from wordlists import Lists

FILLER = "检查组要求各学校建立台账，逐项整改。" * 30


def _levels(text: str) -> set[str]:
    return {found.level for found in screen_texts([Screened("body", text)])}


@pytest.mark.parametrize(
    "text",
    [
        "机密★1年\n" + FILLER,
        "机密\u200b★ 1年\n" + FILLER,
        "秘密☆\n" + FILLER,
        FILLER + "\n绝密",
        "（内部资料，注意保存）\n" + FILLER,
        FILLER + "\n本件不得公开",
        "机密\n" + FILLER,
    ],
)
def test_a_mark_blocks(text: str) -> None:
    assert _levels(text) == {"block"}


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("加强国家秘密管理工作。" + FILLER, {"note"}),
        ("司机密切配合交警检查。" + FILLER, set()),
        ("涉及国家秘密的除外。商业秘密、手机密码受保护。" + FILLER, set()),
        (FILLER, set()),
        (FILLER + "编号110105194912310021，电话0971-12345678。", set()),
    ],
)
def test_a_bare_word_is_a_note_and_a_wrong_number_is_nothing(text: str, levels: set[str]) -> None:
    assert _levels(text) == levels


def _identity(region: str, day: str, order: int) -> str:
    body = f"{region}{day}{order:03d}"
    return next(body + last for last in "0123456789X" if is_identity(body + last))


@given(
    st.sampled_from(["110105", "630102", "440301"]),
    st.dates(min_value=date(1930, 1, 1), max_value=date(2026, 1, 1)),
    st.integers(0, 999),
    st.sampled_from(["", " ", "\u200b", "\n", "　"]),
    st.booleans(),
)
def test_every_identity_number_is_found_however_it_is_split(
    region: str, day: date, order: int, gap: str, wide: bool
) -> None:
    number = _identity(region, f"{day:%Y%m%d}", order)
    shown = gap.join((number[:6], number[6:14], number[14:]))
    if wide:
        shown = shown.translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
    found = screen_texts([Screened("body", f"身份证号：{shown}。")])
    assert [one.rule for one in found] == ["identity-number"]
    assert number not in found[0].span


def _docx(text: str) -> bytes:
    out = io.BytesIO()
    document = Document()
    document.add_paragraph("名单")
    document.add_table(1, 1).rows[0].cells[0].text = text
    document.save(out)
    return out.getvalue()


def _xlsx(text: str) -> bytes:
    out = io.BytesIO()
    book = Workbook()
    assert book.active is not None
    book.active["B2"] = text
    book.save(out)
    return out.getvalue()


def test_the_words_inside_documents_are_read() -> None:
    assert "样例文字" in read_document(_docx("样例文字"), ".docx").text
    assert "样例文字" in read_document(_xlsx("样例文字"), ".xlsx").text


@pytest.fixture(scope="module")
def reader() -> Iterator[DocumentReader]:
    with DocumentReader() as opened:
        yield opened


@pytest.mark.parametrize("ending", [".pdf", ".docx", ".xlsx", ".doc", ".zip"])
@pytest.mark.parametrize("raw", [b"", b"%PDF-1.7\ngarbage", b"PK\x03\x04broken", b"\x00" * 1000])
def test_a_broken_document_is_a_fault_and_never_silence(
    reader: DocumentReader, ending: str, raw: bytes
) -> None:
    read = reader.read(raw, ending)
    assert read.text == ""
    assert read.fault


def test_a_packed_bomb_is_refused(reader: DocumentReader) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * (100 << 20))
    assert reader.read(out.getvalue(), ".xlsx").fault


@pytest.mark.parametrize(
    ("raw", "url", "ending"),
    [
        (b"%PDF-1.7\n", "http://a/x.doc", ".pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "http://a/x.xls", ".xls"),
        (_docx("x"), "http://a/x.docx", ".docx"),
        (_docx("x"), "http://a/download?id=3", ".zip"),
        (b"<html><script>alert(1)</script>", "http://a/x.pdf", None),
        (b"<?xml version='1.0'?><svg onload='x'/>", "http://a/x.png", None),
        (b"MZ\x90\x00" + b"\0" * 100, "http://a/setup.pdf", None),
        ("姓名,年龄".encode(), "http://a/x.csv", ".csv"),
        (b"", "http://a/x.pdf", None),
    ],
)
def test_a_file_is_what_its_content_says(raw: bytes, url: str, ending: str | None) -> None:
    found = sniff_extension(raw, url)
    assert found == ending or (ending == ".zip" and found == ".docx")


def test_an_old_word_file_is_read_by_antiword_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "antiword"
    program.write_text('#!/bin/sh\nfor last; do :; done\ncat "$last"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert read_document("内部资料".encode(), ".doc").text == "内部资料"
    program.write_text("#!/bin/sh\nexit 1\n")
    assert "无法检查" in (read_document(b"x", ".doc").fault or "")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert "antiword" in (read_document(b"x", ".doc").fault or "")


UNITS = Lists(units=("新华社", "人民日报"), political=("国务院", "党中央"), version="x")


@pytest.mark.parametrize(
    ("title", "credit", "reprint", "blocks"),
    [
        ("国务院印发通知", "某某周刊", True, True),
        ("国\u200b务院印发通知", "某某周刊", True, True),
        ("国务院印发通知", "新华社", True, False),
        ("国务院印发通知", "人民日报客户端", True, False),
        ("国务院印发通知", "样例省教育厅", False, False),
        ("学校取暖检查", "某某周刊", True, False),
    ],
)
def test_political_news_is_reprinted_from_listed_units_only(
    title: str, credit: str, reprint: bool, blocks: bool
) -> None:
    found = screen_reprint({**EMPTY, "title": title, "credit": credit}, reprint, UNITS)
    assert [(one.rule, one.level, one.span) for one in found] == (
        [("political-reprint", "block", credit)] if blocks else []
    )


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"published": "2026-11-04"}, None),
        ({"published": "2026-08-01"}, "old-item"),
        ({"published": "2026-11-04", "issued": "2026-10-20"}, None),
        ({"published": "2026-11-04", "issued": "2025-10-20"}, "old-as-new"),
        ({"published": "2026-11-04", "doc_number": "样政办〔2026〕12号"}, None),
        ({"published": "2026-11-04", "doc_number": "样政办〔2019〕12号"}, "old-as-new"),
        ({"published": "2026"}, None),
    ],
)
def test_an_old_paper_with_a_new_date_asks_for_a_look(fields: dict[str, str], rule: str | None) -> None:
    found = screen_age({**EMPTY, **fields}, date(2026, 11, 5), 30)
    assert [one.rule for one in found] == ([rule] if rule else [])
    assert {one.level for one in found} <= ({"note"} if rule == "old-item" else {"confirm"})
