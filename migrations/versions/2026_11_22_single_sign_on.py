"""Remember who signs in with which OpenID provider, and whose addresses somebody vouches for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_22_single_sign_on"
down_revision: str | None = "2026_11_22_attachments"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NOW = sa.text("now()")


def upgrade() -> None:
    """Three tables, and a column that is false for those who signed up by themselves."""
    op.add_column("users", sa.Column("email_vouched", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.execute(
        "UPDATE users u SET email_vouched = false WHERE EXISTS ("
        " SELECT FROM audit_events a WHERE a.action = 'user.signed_up' AND a.subject_kind = 'user'"
        " AND a.subject_id = u.id::text)"
    )
    op.create_table(
        "external_identities",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("given_role", sa.String(), nullable=True),
        sa.Column("given_plan", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_external_identities_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_external_identities")),
    )
    op.create_index(op.f("ix_external_identities_user_id"), "external_identities", ["user_id"])
    op.create_table(
        "external_sessions",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("id_token_ciphertext", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_external_sessions_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_external_sessions")),
    )
    op.create_table(
        "spent_sign_in_attempts",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_spent_sign_in_attempts")),
    )
    op.create_index(op.f("ix_spent_sign_in_attempts_expires_at"), "spent_sign_in_attempts", ["expires_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("spent_sign_in_attempts")
    op.drop_table("external_sessions")
    op.drop_table("external_identities")
    op.drop_column("users", "email_vouched")
