"""Scores of those whose prompts are blocked again and again, and settings for them."""

from collections.abc import Sequence

revision: str = "2026_11_23_abuse"
down_revision: str | None = "2026_11_23_risk_policies"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
