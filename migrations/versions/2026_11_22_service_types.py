"""Let admins say which assistant handles each service type of the unified endpoint."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_22_service_types"
down_revision: str | None = "2026_11_22_aliases"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """The table, and word of every change to all processes. Its rows come with the assistants."""
    op.create_table(
        "service_types",
        sa.Column("service_type", sa.String(), nullable=False),
        sa.Column("assistant", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["assistant"], ["assistants.family"], name=op.f("fk_service_types_assistant")),
        sa.PrimaryKeyConstraint("service_type", name=op.f("pk_service_types")),
    )
    op.execute(
        "CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON service_types"
        " FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("service_types")
