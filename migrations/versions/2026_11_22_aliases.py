"""Add model aliases of organisations."""

from collections.abc import Sequence

revision: str = "2026_11_22_aliases"
down_revision: str | None = "2026_11_22_catalogue_imports"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
