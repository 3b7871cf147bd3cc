"""A row that leads straight to a document: the item is what the list says of it, with that one attachment."""

from __future__ import annotations

from html import escape

from pipelines.kinds import IMAGES, sniff_extension
from reading.page import Attachment, Doubt, Reading, Row
from spiders.fetch import Answer
from spiders.frontier import Wanted

_NOT_DOCUMENTS = IMAGES | {".txt", ".csv"}


def read_direct(want: Wanted, answer: Answer) -> Reading | None:
    """Make the reading of a document that a list row links; None for a page, or without a row to name it.

    Title and date are the row's, and their origin says so; nothing is taken from inside the document here.
    """
    row = want.row or _recall_row(want)
    if row is None or not row.title:
        return None
    ending = sniff_extension(answer.raw, answer.url)
    if ending is None or ending in _NOT_DOCUMENTS:
        return None
    name = f"{row.title}{ending}"
    return Reading(
        url=answer.url,
        title=row.title,
        published=row.date,
        text=row.title,
        html=f'<p><a href="{escape(answer.url)}">{escape(name)}</a></p>',
        attachments=(Attachment(name, answer.url),),
        origins={"title": "list"} | ({"published": "list"} if row.date else {}),
        doubts=(Doubt("body", "列表直接链接到文件，原文没有网页正文"),),
    )


def _recall_row(want: Wanted) -> Row | None:
    """The row as the list showed it last, for a re-check."""
    if want.known is None or want.known.title is None:
        return None
    return Row(want.known.title, want.address, want.known.date)
