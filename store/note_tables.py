"""Notes among editors, beside an item."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from store.metadata import metadata

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("author", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", String, nullable=False),
    Index("ix_notes_item", "item"),
)
