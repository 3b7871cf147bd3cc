"""What pages are made of in the tests of the publisher, and how a test looks at them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import lxml.etree
import lxml.html

from publish.fields import see_row
from publish.views import RowView
from store.forms import EMPTY

AT = datetime(2026, 11, 5, 2, 10, 30, tzinfo=UTC)


def form(**values: Any) -> dict[str, Any]:
    plain = {"title": "省教育厅开展检查", "html": "<p>正文。</p>", "credit": "省教育厅"}
    return {**EMPTY, "address": "http://jyt.example.gov.cn/dt/1.html", **plain, **values}


def row(number: int = 7, **values: Any) -> RowView:
    return see_row(number, form(**values), f"/articles/2026/11/{number}.html", AT, AT, "样例")


def parse(page: str) -> Any:
    """Give the page's tree; the stubs of lxml know too many kinds of answers to a path."""
    return lxml.html.document_fromstring(page)


def read_xml(text: str) -> Any:
    return lxml.etree.fromstring(text.encode())


def meta(page: str) -> dict[str, str]:
    return {tag.get("name"): tag.get("content") for tag in parse(page).xpath("//meta[@name]")}


def text_of(page: str) -> str:
    return " ".join(parse(page).text_content().split())
