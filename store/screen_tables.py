"""What the screen looked at and by which lists, and the phrases that are allowed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from store.metadata import metadata

# The lists by which a revision was screened last; one without a row was screened before there were rows.
screenings = Table(
    "screenings",
    metadata,
    Column("revision", ForeignKey("revisions.id"), primary_key=True, autoincrement=False),
    Column("list_version", String, nullable=False),
    Column("at", String, nullable=False),
)

allowances = Table(
    "allowances",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule", String, nullable=False),
    Column("phrase", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at", String, nullable=False),
    Column("made_log", ForeignKey("log.seq"), nullable=False),
    Column("ended_log", ForeignKey("log.seq")),
)
