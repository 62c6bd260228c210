"""Add model aliases of organisations, and whether a provider may keep what it is sent."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_22_aliases"
down_revision: str | None = "2026_11_22_catalogue_imports"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """The column, the table, and word of every change to all processes."""
    op.add_column(
        "model_providers", sa.Column("collects_data", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.execute("UPDATE model_providers SET collects_data = false WHERE name IN ('simulator', 'ollama')")
    op.create_table(
        "model_aliases",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "alias", postgresql_nulls_not_distinct=True),
    )
    op.execute(
        "CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON model_aliases"
        " FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()"
    )


def downgrade() -> None:
    """Take both away."""
    op.drop_table("model_aliases")
    op.drop_column("model_providers", "collects_data")
