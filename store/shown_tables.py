"""What the served release shows, and the items touched since: the next one need not look at the others."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from store.metadata import metadata

shown = Table(
    "shown",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True, autoincrement=False),
    Column("revision", ForeignKey("revisions.id"), nullable=False),
    Column("public_no", Integer, nullable=False),
    Column("column_key", String, nullable=False),
    Column("slot", Integer, nullable=False),
    Column("agency", String),
    Column("updated", String, nullable=False),
    Index("ix_shown_column_key_slot", "column_key", "slot"),
    Index("ix_shown_public_no_updated", "public_no", "updated"),
    Index("ix_shown_agency_public_no", "agency", "public_no"),
)

shown_files = Table(
    "shown_files",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True, autoincrement=False),
    Column("path", Text, primary_key=True),
    Index("ix_shown_files_path", "path"),
)

# The public documents of the served release: where each stands in the directory (公开目录).
filings = Table(
    "filings",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True, autoincrement=False),
    Column("subject", Text),
    Column("year", String),
)

# Rows are added by triggers (store/guards.py) and taken away by the publish that has dealt with them. They
# name items without a key, so that an item that somebody deletes is named, too.
touched = Table(
    "touched",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", Integer, nullable=False),
)
