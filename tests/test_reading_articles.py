"""Every page of tests/pages/articles is read as the JSON beside it says."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml.html import fragment_fromstring

from reading.article import read_article
from reading.clean import squash
from reading.families.known import FAMILIES
from reading.page import Hints, Page, Reading

PAGES = Path(__file__).parent / "pages" / "articles"
NAMES = sorted(path.stem for path in PAGES.glob("*.html"))
FETCHED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def read(name: str) -> tuple[Reading, dict[str, Any]]:
    expected: dict[str, Any] = json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))
    page = Page((PAGES / f"{name}.html").read_bytes(), expected.pop("url"), FETCHED)
    return read_article(page, Hints(**expected.pop("hints", {}))), expected


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_read_as_expected(name: str) -> None:
    reading, expected = read(name)
    said = asdict(reading)
    fault = expected.pop("fault", None)
    assert (reading.fault or "").startswith(fault) if fault else reading.fault is None
    doubted = [doubt.field for doubt in reading.doubts]
    assert doubted == expected.pop("doubts", doubted)
    assert [[a.name, a.url] for a in reading.attachments] == expected.pop("attachments", [])
    assert [[i.url, i.alt] for i in reading.images] == expected.pop("images", [])
    for part in ("text", "html"):
        assert [words for words in expected.pop(f"{part}_has", []) if words not in said[part]] == []
        assert [words for words in expected.pop(f"{part}_lacks", []) if words in said[part]] == []
    assert {field: said[field] for field in expected} == expected


@pytest.mark.parametrize("name", NAMES)
def test_markup_and_text_say_the_same(name: str) -> None:
    reading, _ = read(name)
    if reading.html:
        shown = fragment_fromstring(reading.html, create_parent="div").text_content()
        assert squash(shown) == squash(reading.text)


def test_every_family_has_a_page() -> None:
    families = {json.loads(path.read_text(encoding="utf-8")).get("family") for path in PAGES.glob("*.json")}
    assert {family.name for family in FAMILIES} <= families
