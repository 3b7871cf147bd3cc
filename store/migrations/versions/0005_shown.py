"""What the served release shows, and the items that were touched since: a publish costs what changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shown",
        sa.Column("item", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("public_no", sa.Integer(), nullable=False),
        sa.Column("column_key", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("updated", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_shown_item")),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name=op.f("fk_shown_revision")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_shown")),
    )
    op.create_index("ix_shown_column_key_slot", "shown", ["column_key", "slot"], unique=False)
    op.create_index("ix_shown_public_no_updated", "shown", ["public_no", "updated"], unique=False)
    op.create_index("ix_shown_agency_public_no", "shown", ["agency", "public_no"], unique=False)
    op.create_table(
        "shown_files",
        sa.Column("item", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_shown_files_item")),
        sa.PrimaryKeyConstraint("item", "path", name=op.f("pk_shown_files")),
    )
    op.create_index("ix_shown_files_path", "shown_files", ["path"], unique=False)
    op.create_table(
        "touched",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touched")),
    )
