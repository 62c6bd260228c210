"""What people say a prompt should have been taken for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_23_marks"
down_revision: str | None = "2026_11_23_estimates"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Marks, and a way to find the checks of a text."""
    op.create_table(
        "prompt_marks",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("prompt_hash", sa.LargeBinary(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("complexity", sa.String(), nullable=True),
        sa.Column("risky", sa.Boolean(), nullable=True),
        sa.Column(
            "found", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("text_ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column("features", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_prompt_marks_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "check_id"],
            ["prompt_checks.organisation_id", "prompt_checks.id"],
            name=op.f("fk_prompt_marks_organisation_id_check_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_prompt_marks_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_prompt_marks")),
    )
    op.create_index(
        "ix_prompt_marks_person",
        "prompt_marks",
        ["organisation_id", "user_id", "check_id"],
        unique=True,
        postgresql_where=sa.text("origin = 'person'"),
    )
    op.create_index(
        "ix_prompt_marks_bench",
        "prompt_marks",
        ["organisation_id", "user_id", "prompt_hash"],
        unique=True,
        postgresql_where=sa.text("origin = 'bench'"),
    )
    op.create_index("ix_prompt_marks_check", "prompt_marks", ["organisation_id", "check_id"])
    op.create_index("ix_prompt_marks_user", "prompt_marks", ["user_id", "id"])
    op.create_index("ix_prompt_checks_hash", "prompt_checks", ["organisation_id", "prompt_hash", "id"])


def downgrade() -> None:
    """Nobody says."""
    op.drop_index("ix_prompt_checks_hash", table_name="prompt_checks")
    op.drop_table("prompt_marks")
