"""The tables of the people: accounts, and the roles that each holds."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Text, false, text, true

from store.metadata import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("agency", String),
    Column("password", Text),
    Column("password_at", String),  # when it was set
    Column("must_change", Boolean, nullable=False, server_default=true()),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("demo", Boolean, nullable=False, server_default=false()),
    Column("made_at", String, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("role", String, primary_key=True),
    Column("scope", String, primary_key=True, server_default=text("'*'")),
)
