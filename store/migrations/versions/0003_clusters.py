"""What alike items are found by, the clusters that they stand in, and what editors ordered about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bands",
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_bands_item")),
        sa.PrimaryKeyConstraint("band", "value", "item", name=op.f("pk_bands")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_bands_item"), "bands", ["item"], unique=False)
    op.create_table(
        "clusters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("original", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["original"], ["items.id"], name=op.f("fk_clusters_original")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
    )
    op.create_table(
        "members",
        sa.Column("item", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cluster", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cluster"], ["clusters.id"], name=op.f("fk_members_cluster")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_members_item")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_cluster"), "members", ["cluster"], unique=False)
    op.create_table(
        "cluster_orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_a", sa.Integer(), nullable=False),
        sa.Column("item_b", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('together', 'apart', 'original')", name=op.f("ck_cluster_orders_kind")),
        sa.ForeignKeyConstraint(["item_a"], ["items.id"], name=op.f("fk_cluster_orders_item_a")),
        sa.ForeignKeyConstraint(["item_b"], ["items.id"], name=op.f("fk_cluster_orders_item_b")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_orders")),
    )
    op.create_index(op.f("ix_cluster_orders_item_a"), "cluster_orders", ["item_a"], unique=False)
    op.create_index(op.f("ix_cluster_orders_item_b"), "cluster_orders", ["item_b"], unique=False)
