"""What is done about risks, and the second tier that is asked."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import source

revision: str = "2026_11_23_risk_policies"
down_revision: str | None = "2026_11_23_personal_data"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
JSONB_OR_NULL = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())

_SUSPICIONS_OF_RISKS = """
UPDATE attachments SET suspicions = (
    SELECT jsonb_agg(jsonb_build_object('category', category, 'level', risk->>'level', 'signal', '',
        'score', CASE risk->>'level' WHEN 'high' THEN 0.9 WHEN 'medium' THEN 0.6 ELSE 0.3 END))
    FROM jsonb_array_elements_text(risk->'categories') AS category
) WHERE jsonb_array_length(coalesce(risk->'categories', '[]')) > 0
"""
_RISKS_OF_SUSPICIONS = """
UPDATE attachments SET risk = (
    SELECT jsonb_build_object(
        'level', (array_agg(s->>'level' ORDER BY array_position(ARRAY['high', 'medium', 'low'], s->>'level')))[1],
        'categories', jsonb_agg(DISTINCT s->'category'), 'message', 'A file holds something that is not carried out.',
        'action', CASE WHEN bool_or(s->>'level' = 'high' AND s->>'category' <> 'self_harm') THEN 'block'
            ELSE 'warn' END)
    FROM jsonb_array_elements(suspicions) AS s
) WHERE suspicions <> '[]'
"""


def _run(sql: str) -> None:
    op.get_bind().connection.cursor().execute(sql)


def upgrade() -> None:
    """Rules and the guard's settings; checks and files that say what they were suspected of."""
    op.create_table(
        "risk_rules",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("plan", sa.String(), nullable=True),
        sa.Column("low", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("high", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["family"], ["assistants.family"], name=op.f("fk_risk_rules_family"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["plan"], ["plans.slug"], name=op.f("fk_risk_rules_plan"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_rules")),
        sa.UniqueConstraint(
            "category",
            "family",
            "plan",
            name=op.f("uq_risk_rules_category_family_plan"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    for column in ("family", "plan"):
        op.create_index(op.f(f"ix_risk_rules_{column}"), "risk_rules", [column])
    op.create_table(
        "risk_guard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("time_limit_ms", sa.Integer(), nullable=False),
        sa.Column("on_failure", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("id = 1"),
        sa.ForeignKeyConstraint(["provider"], ["model_providers.name"], name=op.f("fk_risk_guard_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_guard")),
    )
    for table in ("risk_rules", "risk_guard"):
        op.execute(
            f"CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()"
        )
    for column in (
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("plan", sa.String(), nullable=True),
        sa.Column("suspicions", JSONB, server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("guard", JSONB_OR_NULL, nullable=True),
    ):
        op.add_column("prompt_checks", column)
    op.create_index(
        "ix_prompt_checks_suspected",
        "prompt_checks",
        ["created_at"],
        postgresql_where=sa.text("suspicions <> '[]'::jsonb AND request_id IS NOT NULL"),
    )
    for table in ("model_calls", "cost_records"):
        op.add_column(table, sa.Column("purpose", sa.String(), server_default="answer", nullable=False))
    op.add_column("attachments", sa.Column("suspicions", JSONB, server_default=sa.text("'[]'::jsonb"), nullable=False))
    _run(_SUSPICIONS_OF_RISKS)
    op.drop_column("attachments", "risk")
    _run(source("2026_11_23_risk"))


def downgrade() -> None:
    """Undo it. What files are suspected of is judged for good, by what was usual."""
    for function in ("admit_guard(jsonb, jsonb)", "record_guard_call(jsonb)"):
        _run(f"DROP FUNCTION {function}")
    _run(_first_record_prompt_check())
    op.add_column("attachments", sa.Column("risk", JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False))
    _run(_RISKS_OF_SUSPICIONS)
    op.drop_column("attachments", "suspicions")
    _run("DELETE FROM model_calls WHERE purpose = 'guard'")
    for table in ("model_calls", "cost_records"):
        op.drop_column(table, "purpose")
    op.drop_index("ix_prompt_checks_suspected", "prompt_checks")
    for column in ("guard", "suspicions", "plan", "family"):
        op.drop_column("prompt_checks", column)
    op.drop_table("risk_guard")
    op.drop_table("risk_rules")


def _first_record_prompt_check() -> str:
    """The function as it was before."""
    text = source("2026_11_21_credits")
    start = text.index("CREATE FUNCTION record_prompt_check")
    return "CREATE OR REPLACE" + text[start + len("CREATE") : text.index("$$;", start) + len("$$;")]
