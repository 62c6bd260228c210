"""How token estimates compare with what providers report, and the tasks plans and assistants take."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_23_estimates"
down_revision: str | None = "2026_11_23_abuse"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Until somebody says otherwise every task is taken."""
    op.create_table(
        "token_ratios",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("log_ratio", sa.Float(), nullable=False),
        sa.Column("samples", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("samples > 0"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_token_ratios_model_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_token_ratios")),
    )
    op.create_table(
        "answer_lengths",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("complexity", sa.String(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("category", "complexity", name=op.f("pk_answer_lengths")),
    )
    for table in ("plans", "assistants"):
        op.add_column(table, sa.Column("task_categories", postgresql.JSONB(astext_type=sa.Text()), nullable=True))


def downgrade() -> None:
    """Forget what was learned and take every task again."""
    for table in ("assistants", "plans"):
        op.drop_column(table, "task_categories")
    op.drop_table("answer_lengths")
    op.drop_table("token_ratios")
