"""Add the functions of admission and settlement, and the triggers that tell of changes."""

from alembic import op

from migrations.functions import source

revision: str = "2026_11_21_functions"
down_revision: str | None = "2026_11_21_first_tables"

CONFIGURATION = (
    "assistants",
    "model_prices",
    "model_providers",
    "models",
    "multipliers",
    "plans",
    "provider_endpoints",
    "routing_rules",
)
FUNCTIONS = (
    "settle_requests(jsonb)",
    "save_answers(jsonb)",
    "end_lost_answer(uuid, uuid, uuid, jsonb)",
    "admit_requests(jsonb)",
    "admit_request(jsonb)",
    "record_prompt_check(jsonb)",
    "take_rate(jsonb, bigint)",
    "rate_take(jsonb, timestamptz, bigint)",
    "rate_refusal(jsonb, timestamptz, bigint)",
    "window_start(timestamptz, int)",
    "move_credits(uuid, numeric, text, numeric, text)",
    "open_credit_period(uuid, numeric)",
    "session_changed()",
    "entitlement_changed()",
    "user_version_raised()",
    "user_changed()",
    "catalogue_changed()",
)


def _run(sql: str) -> None:
    op.get_bind().connection.cursor().execute(sql)


def upgrade() -> None:
    """Functions, triggers and the one row of the catalogue's version."""
    _run(source("2026_11_21_answers"))
    _run(source("2026_11_21_credits"))
    _run(source("2026_11_21_notifications"))
    for table in CONFIGURATION:
        _run(
            f"CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()"
        )
    _run("INSERT INTO catalogue_version (id) VALUES (1)")


def downgrade() -> None:
    """Undo it."""
    for function in FUNCTIONS:
        _run(f"DROP FUNCTION {function} CASCADE")
    _run("DELETE FROM catalogue_version")
