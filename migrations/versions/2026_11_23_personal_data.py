"""What plans do about personal data, and what was masked."""

from collections.abc import Sequence

revision: str = "2026_11_23_personal_data"
down_revision: str | None = "2026_11_22_service_types"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
