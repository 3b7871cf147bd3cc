"""The view `publishable` finds single items by the reviews' index; it is made again around every upgrade."""

from __future__ import annotations

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No table changes."""
