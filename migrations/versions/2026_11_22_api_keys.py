"""Give API keys what their limits, rotation and renewal need."""

from collections.abc import Sequence

revision: str = "2026_11_22_api_keys"
down_revision: str | None = "2026_11_21_recent_indexes"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
