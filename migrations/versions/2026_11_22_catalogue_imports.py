"""Keep the history of imported model lists."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_22_catalogue_imports"
down_revision: str | None = "2026_11_22_single_sign_on"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _document(name: str, default: str) -> sa.Column[object]:
    return sa.Column(
        name,
        postgresql.JSONB(astext_type=sa.Text()),
        server_default=sa.text(f"'{default}'::jsonb"),
        nullable=False,
    )


def upgrade() -> None:
    """One row for each reading of a provider's list."""
    op.create_table(
        "catalogue_imports",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        _document("counts", "{}"),
        _document("lines", "[]"),
        _document("refused", "[]"),
        _document("left_out", "[]"),
        sa.Column("basis", sa.String(), nullable=False),
        _document("applications", "[]"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["users.id"], name=op.f("fk_catalogue_imports_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["model_providers.id"],
            name=op.f("fk_catalogue_imports_provider_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_imports")),
    )
    op.create_index("ix_catalogue_imports_provider", "catalogue_imports", ["provider_id", "id"])


def downgrade() -> None:
    """Undo it."""
    op.drop_table("catalogue_imports")
