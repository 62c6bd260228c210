"""What plans do about personal data, and what was masked."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.functions import source

revision: str = "2026_11_23_personal_data"
down_revision: str | None = "2026_11_22_service_types"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """A setting of plans; sealed names of conversations and requests, kept with their admission."""
    op.add_column("plans", sa.Column("personal_data", sa.String(), server_default="warn", nullable=False))
    op.create_table(
        "maskings",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("names", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "conversation_id"],
            ["conversations.organisation_id", "conversations.id"],
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "subject_id"),
    )
    op.create_index("ix_maskings_conversation", "maskings", ["organisation_id", "conversation_id"])
    op.create_index("ix_maskings_user", "maskings", ["user_id"])
    op.create_index(
        "ix_maskings_requests", "maskings", ["updated_at"], postgresql_where=sa.text("conversation_id IS NULL")
    )
    op.get_bind().connection.cursor().execute(source("2026_11_23_masking"))


def downgrade() -> None:
    """Forgets them."""
    op.execute("DROP FUNCTION admit_and_mask(jsonb)")
    op.drop_table("maskings")
    op.drop_column("plans", "personal_data")
