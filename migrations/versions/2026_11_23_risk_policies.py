"""What is done about risks, and the second tier that is asked."""

from collections.abc import Sequence

revision: str = "2026_11_23_risk_policies"
down_revision: str | None = "2026_11_23_personal_data"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
