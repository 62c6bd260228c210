"""Keep the files that prompts refer to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import source

revision: str = "2026_11_22_attachments"
down_revision: str | None = "2026_11_22_api_keys"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _run(sql: str) -> None:
    op.get_bind().connection.cursor().execute(sql)


def upgrade() -> None:
    """Tables of files, and admission that gives them to messages."""
    op.create_table(
        "attachments",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column(
            "risk", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_attachments_organisation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_attachments_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_attachments")),
    )
    op.create_index("ix_attachments_user_id_digest", "attachments", ["user_id", "digest"])
    op.create_index(
        "ix_attachments_unused", "attachments", ["expires_at"], postgresql_where=sa.text("expires_at IS NOT NULL")
    )
    op.create_table(
        "attachment_contents",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "attachment_id"],
            ["attachments.organisation_id", "attachments.id"],
            name=op.f("fk_attachment_contents_organisation_id_attachment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "attachment_id", name=op.f("pk_attachment_contents")),
    )
    op.create_table(
        "message_attachments",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["messages.organisation_id", "messages.id"],
            name=op.f("fk_message_attachments_organisation_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "attachment_id"],
            ["attachments.organisation_id", "attachments.id"],
            name=op.f("fk_message_attachments_organisation_id_attachment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "message_id", "place", name=op.f("pk_message_attachments")),
    )
    op.create_index("ix_message_attachments_attachment", "message_attachments", ["organisation_id", "attachment_id"])
    _run(source("2026_11_22_attachments"))


def downgrade() -> None:
    """Undo it; admission is as it was."""
    op.drop_table("message_attachments")
    op.drop_table("attachment_contents")
    op.drop_table("attachments")
    _run("DROP FUNCTION attachment_left()")
    _run("DROP FUNCTION give_attachments(jsonb)")
    before = source("2026_11_21_credits")
    start = before.index("CREATE FUNCTION admit_requests")
    end = before.index("CREATE FUNCTION settle_requests")
    _run(before[start:end].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
