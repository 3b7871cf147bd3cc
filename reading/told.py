"""What was read, as the commands `extract` and `rows` print it: a public interface (design.md, section 5)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from reading.page import ListPage, Reading


def tell_article(file: str | None, reading: Reading) -> dict[str, Any]:
    """Write a reading as one JSON object; `source` is what the house calls credit."""
    return {
        "file": file,
        "url": reading.url,
        "title": reading.title,
        "published": reading.published,
        "issued": reading.issued,
        "source": reading.credit,
        "author": reading.author,
        "doc_number": reading.doc_number,
        "index_number": reading.index_number,
        "issuer": reading.issuer,
        "topic": reading.topic,
        "validity": reading.validity,
        "summary": reading.summary,
        "list_name": reading.list_name,
        "text": reading.text,
        "html": reading.html,
        "attachments": [asdict(one) for one in reading.attachments],
        "images": [asdict(one) for one in reading.images],
        "origin": dict(reading.origins),
        "doubt": [asdict(one) for one in reading.doubts],
        "family": reading.family,
        "charset": reading.charset,
        "next": reading.next_url,
        "fault": reading.fault,
    }


def tell_list(file: str | None, page: ListPage) -> dict[str, Any]:
    """Write a list page as one JSON object."""
    return {
        "file": file,
        "url": page.url,
        "family": page.family,
        "charset": page.charset,
        "status": page.status,
        "rows": [asdict(row) for row in page.rows],
        "next": page.next,
        "promised": page.promised,
        "pages": page.pages,
    }
