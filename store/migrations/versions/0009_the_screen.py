"""What the screen looked at and by which lists, the words it found, and what is allowed by whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("findings") as table:
        table.add_column(sa.Column("words", sa.Text(), nullable=True))
        table.add_column(sa.Column("told", sa.Text(), nullable=True))
    op.create_table(
        "screenings",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("list_version", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name=op.f("fk_screenings_revision")),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_screenings")),
    )
    op.create_table(
        "allowances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("phrase", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.Column("made_log", sa.Integer(), nullable=False),
        sa.Column("ended_log", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["made_log"], ["log.seq"], name=op.f("fk_allowances_made_log")),
        sa.ForeignKeyConstraint(["ended_log"], ["log.seq"], name=op.f("fk_allowances_ended_log")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowances")),
    )
