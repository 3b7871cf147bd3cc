"""What is learned of the shape of each source's pages, so that a night begins where the last one ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shapes",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("learned", sa.Text(), nullable=False),
        sa.Column("since", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_shapes")),
    )
