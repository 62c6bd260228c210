"""What people say a prompt should have been taken for."""

from collections.abc import Sequence

revision: str = "2026_11_23_marks"
down_revision: str | None = "2026_11_23_estimates"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
