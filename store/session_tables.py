"""The tables of the desk's door: sessions, and tries to sign in."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, text

from store.metadata import metadata

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),  # SHA-256 of the cookie: who reads the table is nobody
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("seal", String(64), nullable=False),  # of the password: a new one ends every session
    Column("csrf", String(64), nullable=False),
    Column("made_at", String, nullable=False),
    Column("seen_at", String, nullable=False),
    Column("ended_at", String),
    Column("notice", Text),
    Column("acts", Text, nullable=False, server_default=text("'[]'")),
)

logins = Table(
    "logins",  # tries that failed, or whose end is not known yet
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String, nullable=False),
    Column("address", String, nullable=False),
    Column("device", String),
    Column("at", String, nullable=False),
    Index("ix_logins_account_at", "account", "at"),
    Index("ix_logins_address_at", "address", "at"),
)
