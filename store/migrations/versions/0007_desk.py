"""When a password was set; the ways by which the desk finds a column's reviews and what is gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_GONE = sa.text("gone_count >= 2")
_BY_PEOPLE = sa.text("via <> 'crawl'")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("password_at", sa.String(), nullable=True))
    op.execute("UPDATE accounts SET password_at = made_at WHERE password IS NOT NULL")
    op.create_index("ix_reviews_column", "reviews", ["column_key", "revision"], unique=False)
    op.create_index("ix_sightings_gone", "sightings", ["item"], sqlite_where=_GONE, postgresql_where=_GONE)
    op.create_index(
        "ix_log_actor_at",
        "log",
        ["actor", "at"],
        unique=False,
        sqlite_where=_BY_PEOPLE,
        postgresql_where=_BY_PEOPLE,
    )
