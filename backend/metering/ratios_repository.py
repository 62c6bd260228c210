"""Token ratios in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from backend.database import Database
from backend.metering.token_ratios import FORGETTING, Sample


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


async def tell(database: Database) -> None:
    """Lets every process read the catalogue anew. Its version stays: no decision becomes wrong by an estimate."""
    await database.call("SELECT pg_notify('fairlead', 'catalogue')::text", ())
