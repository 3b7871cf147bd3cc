"""What was learned of the shape of each source's pages."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from store.metadata import metadata

shapes = Table(
    "shapes",
    metadata,
    Column("source", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("learned", Text, nullable=False),
    Column("since", String),
)
