"""Remember who signs in with which OpenID provider."""

from collections.abc import Sequence

revision: str = "2026_11_22_single_sign_on"
down_revision: str | None = "2026_11_22_attachments"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
