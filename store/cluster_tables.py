"""The tables of clusters: what is alike is shown together; members may leave, items never do."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Integer, String, Table, Text

from store.metadata import metadata, one_of

ORDERS = ("together", "apart", "original")

bands = Table(
    "bands",
    metadata,
    Column("band", Integer, primary_key=True, autoincrement=False),
    Column("value", Integer, primary_key=True, autoincrement=False),
    Column("item", ForeignKey("items.id"), primary_key=True, autoincrement=False, index=True),
    sqlite_with_rowid=False,
)

clusters = Table(
    "clusters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("original", ForeignKey("items.id"), nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True, autoincrement=False),
    Column("cluster", ForeignKey("clusters.id"), nullable=False, index=True),
    Column("score", Float, nullable=False),
    Column("reason", Text, nullable=False),
)

cluster_orders = Table(
    "cluster_orders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_a", ForeignKey("items.id"), nullable=False, index=True),
    Column("item_b", ForeignKey("items.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("at", String, nullable=False),
    CheckConstraint(one_of("kind", ORDERS), name="kind"),
)
