"""What estimates learn from answers, in PostgreSQL: token ratios and the usual lengths of answers."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from backend.database import Database
from backend.metering.token_ratios import FORGETTING, Sample

OF_LATE = timedelta(days=30)
MOST_ANSWERS = 20_000
"""The latest ones, so that measuring stays cheap."""
FEWEST_ANSWERS = 100
"""Answers to one kind of task from which its length counts."""


async def add_samples(database: Database, samples: Sequence[Sample]) -> dict[UUID, tuple[float, int]]:
    """Lets samples count, and gives the logarithm of each model's ratio with its number of samples.

    The first ones are averaged evenly, later ones push the older out. Samples of models that are gone are dropped.
    Should it be repeated after a lost connection, they count twice, which a moving average survives.
    """
    rows = await database.call(
        "INSERT INTO token_ratios AS t (model_id, log_ratio, samples)"
        " SELECT s.model_id, s.log_ratio, s.samples"
        " FROM unnest(%s::uuid[], %s::float8[], %s::bigint[]) AS s(model_id, log_ratio, samples)"
        " JOIN models m ON m.id = s.model_id ORDER BY s.model_id"
        " ON CONFLICT (model_id) DO UPDATE SET samples = t.samples + EXCLUDED.samples, updated_at = clock_timestamp(),"
        " log_ratio = t.log_ratio + (EXCLUDED.log_ratio - t.log_ratio) * greatest("
        "EXCLUDED.samples::float8 / (t.samples + EXCLUDED.samples), 1 - power(1 - %s::float8, EXCLUDED.samples))"
        " RETURNING model_id, log_ratio, samples",
        (
            [sample.model_id for sample in samples],
            [sample.log_ratio for sample in samples],
            [sample.samples for sample in samples],
            FORGETTING,
        ),
    )
    return {model_id: (log_ratio, count) for model_id, log_ratio, count in rows}


async def measure_answers(database: Database) -> bool:
    """Measures how long answers to each kind of task were of late; whether any length differs from before."""
    rows = await database.call(
        "INSERT INTO answer_lengths AS l (category, complexity, low, high, samples)"
        " SELECT c.category, c.complexity, percentile_disc(0.1) WITHIN GROUP (ORDER BY m.tokens),"
        " percentile_disc(0.9) WITHIN GROUP (ORDER BY m.tokens), count(*)"
        " FROM (SELECT organisation_id, request_id, output_tokens + coalesce(reasoning_tokens, 0) AS tokens"
        " FROM model_calls WHERE final AND status = 'answered' AND output_tokens > 0"
        " AND created_at > now() - %s ORDER BY created_at DESC LIMIT %s) m"
        " JOIN prompt_checks c ON c.request_id = m.request_id AND c.organisation_id = m.organisation_id"
        " GROUP BY c.category, c.complexity HAVING count(*) >= %s"
        " ON CONFLICT (category, complexity) DO UPDATE SET low = EXCLUDED.low, high = EXCLUDED.high,"
        " samples = EXCLUDED.samples, updated_at = clock_timestamp()"
        " WHERE (l.low, l.high) <> (EXCLUDED.low, EXCLUDED.high) RETURNING 1",
        (OF_LATE, MOST_ANSWERS, FEWEST_ANSWERS),
    )
    return bool(rows)


async def tell(database: Database) -> None:
    """Lets every process read the catalogue anew. Its version stays: no decision becomes wrong by an estimate."""
    await database.call("SELECT pg_notify('fairlead', 'catalogue')::text", ())
