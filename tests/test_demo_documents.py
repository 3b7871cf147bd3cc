"""The sample's documents and pictures are real files, with the words inside, and the same bytes each time."""

from __future__ import annotations

from io import BytesIO
from random import Random

import docx
import filetype
import openpyxl
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.documents import make_document, make_docx, make_pdf, make_picture, make_xlsx

LINES = (
    "申报指南（示例）",
    "一、支持方向：高原农业、盐湖化工。",
    "号码 990101199001010420 & <标记>",
    "㐂塘村 𠀀坪村",
)


def test_a_pdf_gives_back_its_words() -> None:
    reader = pypdf.PdfReader(BytesIO(make_pdf(LINES * 20)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) == 3
    assert [line for line in text.splitlines() if line] == list(LINES) * 20


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=40))
def test_any_chinese_line_comes_back_from_a_pdf(line: str) -> None:
    assert pypdf.PdfReader(BytesIO(make_pdf([line]))).pages[0].extract_text().strip() == line


def test_a_word_document_gives_back_its_words() -> None:
    assert [part.text for part in docx.Document(BytesIO(make_docx(LINES))).paragraphs] == list(LINES)


def test_a_workbook_gives_back_its_cells() -> None:
    book = openpyxl.load_workbook(BytesIO(make_xlsx(["姓名\t号码", "示例丁\t990101199001010420"])))
    assert book.active is not None
    assert list(book.active.values) == [("姓名", "号码"), ("示例丁", "990101199001010420")]


@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx"])
def test_documents_are_what_they_say_and_the_same_each_time(kind: str) -> None:
    raw = make_document(kind, LINES)
    assert raw == make_document(kind, LINES)
    guess = filetype.guess(raw)
    assert guess is not None
    assert guess.extension in {kind, "zip"}


def test_a_picture_is_a_png_and_differs_by_name() -> None:
    raw = make_picture("/images/a.png")
    assert raw == make_picture("/images/a.png")
    assert raw != make_picture("/images/b.png")
    assert filetype.guess_mime(raw) == "image/png"
    assert len({make_picture(str(Random(at).random())) for at in range(20)}) == 20
