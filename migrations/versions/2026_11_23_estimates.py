"""How token estimates compare with what providers report, and the tasks plans and assistants take."""

from collections.abc import Sequence

revision: str = "2026_11_23_estimates"
down_revision: str | None = "2026_11_23_abuse"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
