"""Give API keys secrets that rotate, renewal and a monthly cap; let calls and usage know the key that asked."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import source

revision: str = "2026_11_22_api_keys"
down_revision: str | None = "2026_11_21_recent_indexes"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

JSONB = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
ASKED_BY_KEY = ("model_calls", "usage_records")


def _run(sql: str) -> None:
    op.get_bind().connection.cursor().execute(sql)


def upgrade() -> None:
    """Secrets move to a table of their own, and a name is free again once its key is revoked."""
    op.create_table(
        "api_key_secrets",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_keys.id"], name=op.f("fk_api_key_secrets_api_key_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_api_key_secrets")),
    )
    op.create_index(op.f("ix_api_key_secrets_api_key_id"), "api_key_secrets", ["api_key_id"], unique=False)
    op.create_table(
        "api_key_months",
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("credits", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_keys.id"], name=op.f("fk_api_key_months_api_key_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("api_key_id", "month", name=op.f("pk_api_key_months")),
    )
    _run("INSERT INTO api_key_secrets (hash, api_key_id, created_at) SELECT key_hash, id, created_at FROM api_keys")
    op.drop_column("api_keys", "key_hash")
    for column in (
        sa.Column("renewal_days", sa.Integer(), nullable=True),
        sa.Column("renewal_lead_days", sa.Integer(), nullable=True),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("api_keys", column)
    op.alter_column("api_keys", "allowed_models", existing_type=JSONB, nullable=True, server_default=None)
    _run("UPDATE api_keys SET allowed_models = NULL WHERE allowed_models = '[]'")
    op.drop_constraint("uq_api_keys_organisation_id_user_id_name", "api_keys", type_="unique")
    op.create_index(
        "uq_api_keys_name",
        "api_keys",
        ["organisation_id", "user_id", "name"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index(
        "ix_api_keys_renewal", "api_keys", ["expires_at"], postgresql_where=sa.text("renewal_days IS NOT NULL")
    )
    for table in ASKED_BY_KEY:
        op.add_column(table, sa.Column("api_key_id", sa.Uuid(), nullable=True))
    for column in ("requests", "tokens"):
        op.alter_column("rate_windows", column, type_=sa.BigInteger(), existing_nullable=False)
    _run(source("2026_11_22_api_keys"))


def downgrade() -> None:
    """Undo it. Revoked keys and rotated-out secrets, for which the old tables have no place, are forgotten."""
    _run("DROP FUNCTION api_key_changed() CASCADE")
    _run(source("2026_11_21_credits").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    for column in ("requests", "tokens"):
        op.alter_column("rate_windows", column, type_=sa.Integer(), existing_nullable=False)
    for table in ASKED_BY_KEY:
        op.drop_column(table, "api_key_id")
    op.drop_index("ix_api_keys_renewal", "api_keys")
    op.drop_index("uq_api_keys_name", "api_keys")
    _run("DELETE FROM api_keys WHERE revoked_at IS NOT NULL")
    op.create_unique_constraint(
        op.f("uq_api_keys_organisation_id_user_id_name"), "api_keys", ["organisation_id", "user_id", "name"]
    )
    _run("UPDATE api_keys SET allowed_models = '[]' WHERE allowed_models IS NULL")
    op.alter_column(
        "api_keys", "allowed_models", existing_type=JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")
    )
    for column in ("renewal_days", "renewal_lead_days", "renewed_at", "rotated_at"):
        op.drop_column("api_keys", column)
    op.add_column("api_keys", sa.Column("key_hash", sa.LargeBinary(), nullable=True))
    _run(
        "UPDATE api_keys k SET key_hash = s.hash FROM api_key_secrets s WHERE s.api_key_id = k.id AND s.ends_at IS NULL"
    )
    op.alter_column("api_keys", "key_hash", existing_type=sa.LargeBinary(), nullable=False)
    op.create_unique_constraint(op.f("uq_api_keys_key_hash"), "api_keys", ["key_hash"])
    op.drop_table("api_key_months")
    op.drop_table("api_key_secrets")
