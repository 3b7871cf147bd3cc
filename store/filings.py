"""What the served release's directory (公开目录) holds: read and written by the publisher."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, or_, select

from store.chunks import add_rows, cut_names
from store.tables import filings, publications, revisions, shown


@dataclass(frozen=True)
class Filing:
    """One document of the directory: its number, agency, subject, year of 成文日期, month of publication."""

    item: int
    number: int
    agency: str | None
    subject: str | None
    year: str | None
    month: str


def read_filings(connection: Connection) -> list[Filing]:
    """Give every document that the served release's directory names, by public number."""
    query = (
        select(
            filings.c.item,
            shown.c.public_no,
            shown.c.agency,
            filings.c.subject,
            filings.c.year,
            publications.c.path,
        )
        .join(shown, shown.c.item == filings.c.item)
        .join(publications, publications.c.item == filings.c.item)
        .order_by(shown.c.public_no)
    )
    return [Filing(*row[:5], month=read_month(row[5])) for row in connection.execute(query)]


def read_month(path: str) -> str:
    """Give the month in an article's address, `/articles/2026/11/7.html`, as `2026-11`."""
    return path[len("/articles/") :][:7].replace("/", "-")


def count_filed(connection: Connection, items: Collection[int]) -> int:
    """Say how many of these items the served release's directory names."""
    return sum(
        len(connection.execute(select(filings.c.item).where(filings.c.item.in_(chunk))).all())
        for chunk in cut_names(sorted(items))
    )


def find_numbered(connection: Connection, wanted: Collection[int]) -> set[int]:
    """Give those of the revisions whose form has a 索引号 or a 发文字号; the form is not checked here.

    A form is canonical JSON: within a text the mark of the key would stand with its quotes escaped.
    """
    numbered = or_(
        revisions.c.form.like('%"doc_number":"%'),
        revisions.c.form.like('%"index_number":"%'),
    )
    found: set[int] = set()
    for chunk in cut_names(sorted(wanted)):
        query = select(revisions.c.id).where(revisions.c.id.in_(chunk), numbered)
        found |= set(connection.execute(query).scalars())
    return found


def save_filings(connection: Connection, dealt: Collection[int] | None, rows: Iterable[Filing]) -> None:
    """Write where the items that a release dealt with (None: all) stand in the directory."""
    if dealt is None:
        connection.execute(delete(filings))
    for chunk in cut_names(sorted(dealt or ())):
        connection.execute(delete(filings).where(filings.c.item.in_(chunk)))
    values = ({"item": row.item, "subject": row.subject, "year": row.year} for row in rows)
    add_rows(connection, filings.insert(), values)
