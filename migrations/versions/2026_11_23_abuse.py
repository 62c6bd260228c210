"""Scores of those whose prompts are blocked again and again, and settings for them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import source

revision: str = "2026_11_23_abuse"
down_revision: str | None = "2026_11_23_risk_policies"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

FUNCTIONS = (
    "abuse_changed()",
    "take_back_abuse(uuid, uuid, text)",
    "settle_and_raise(jsonb)",
    "raise_abuse(jsonb)",
    "abuse_restraint(abuse_subjects, timestamptz)",
    "abuse_fades(float8, float8, float8, timestamptz)",
    "abuse_score(float8, timestamptz, float8, timestamptz)",
)


def _run(sql: str) -> None:
    op.get_bind().connection.cursor().execute(sql)


def _time(name: str, *, now: bool = False) -> sa.Column[object]:
    kind = sa.DateTime(timezone=True)
    return sa.Column(name, kind, server_default=sa.text("now()") if now else None, nullable=not now)


def upgrade() -> None:
    """Tables, functions, and what tells the processes of changes."""
    op.create_table(
        "abuse_subjects",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("score", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("half_life", sa.Float(), nullable=False),
        sa.Column("slow_from", sa.Float(), nullable=False),
        sa.Column("pause_from", sa.Float(), nullable=False),
        _time("updated_at", now=True),
        _time("slowed_until"),
        sa.Column("slow_by", sa.Integer(), server_default=sa.text("1"), nullable=False),
        _time("paused_at"),
        _time("paused_until"),
        sa.Column("paused_by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("pauses", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _time("alerted_at"),
        _time("announced_at"),
        _time("revoked_at"),
        _time("created_at", now=True),
        sa.CheckConstraint("kind IN ('user', 'key', 'address')"),
        sa.CheckConstraint("score >= 0 AND half_life > 0"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_abuse_subjects_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_abuse_subjects_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_abuse_subjects")),
        sa.UniqueConstraint("kind", "ref", name=op.f("uq_abuse_subjects_kind_ref")),
    )
    op.create_index("ix_abuse_subjects_user", "abuse_subjects", ["user_id"])
    op.create_table(
        "abuse_events",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("person_points", sa.Float(), nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        _time("taken_back_at"),
        sa.Column("taken_back_by", sa.String(), nullable=True),
        _time("created_at", now=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_abuse_events_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_abuse_events_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_abuse_events")),
        sa.UniqueConstraint("organisation_id", "once", name=op.f("uq_abuse_events_organisation_id_once")),
    )
    op.create_index("ix_abuse_events_user", "abuse_events", ["user_id", "created_at"])
    op.create_index("ix_abuse_events_key", "abuse_events", ["api_key_id", "created_at"])
    op.create_index("ix_abuse_events_address", "abuse_events", ["address", "created_at"])
    op.create_index("ix_abuse_events_check", "abuse_events", ["check_id"])
    op.create_table(
        "abuse_rules",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column(
            "rules",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_abuse_rules_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_abuse_rules")),
        sa.UniqueConstraint(
            "organisation_id", name=op.f("uq_abuse_rules_organisation_id"), postgresql_nulls_not_distinct=True
        ),
    )
    _run(source("2026_11_23_abuse"))
    _run(
        "CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON abuse_rules"
        " FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()"
    )


def downgrade() -> None:
    """Undo it."""
    for function in FUNCTIONS:
        _run(f"DROP FUNCTION {function} CASCADE")
    for table in ("abuse_rules", "abuse_events", "abuse_subjects"):
        op.drop_table(table)
