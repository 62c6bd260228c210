"""Index what the desk sums over recent days: costs, and prompts that were blocked."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_21_recent_indexes"
down_revision: str | None = "2026_11_21_functions"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add both indexes."""
    op.create_index("ix_cost_records_recent", "cost_records", ["created_at"])
    op.create_index(
        "ix_prompt_checks_blocked",
        "prompt_checks",
        ["created_at"],
        postgresql_where=sa.text("risk_action = 'block'"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_prompt_checks_blocked", table_name="prompt_checks")
    op.drop_index("ix_cost_records_recent", table_name="cost_records")
