"""Models that nobody trained, for tests of what is done with them."""

from typing import Any

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from backend.precheck.learned.features import FACTS, Floats
from backend.precheck.learned.grams import KINDS, ROWS
from backend.precheck.learned.model import Model, Table, in_bytes
from backend.precheck.learned.verdict import COLUMNS, TASKS

NAMES = ("greet", "sum_up", "programming")
FORMS = (("hello", 0), ("sum up", 1), ("code*", 2))


def flat(bias: Floats | None = None) -> Model:
    """A model that says the same of every text: the scores in `bias`."""
    return Model(
        table=Table(
            rows=np.zeros((ROWS, COLUMNS + 1), np.int8),
            rows_scale=np.ones(COLUMNS + 1, np.float32),
            kinds=np.ones(len(KINDS), np.float32),
            present=np.zeros((len(NAMES), COLUMNS), np.float32),
            leading=np.zeros((len(NAMES), COLUMNS), np.float32),
            facts=np.zeros((len(FACTS), COLUMNS), np.float32),
            bias=np.zeros(COLUMNS, np.float32) if bias is None else bias,
        ),
        calibration=np.eye(len(TASKS), dtype=np.float32),
        calibration_bias=np.zeros(len(TASKS), np.float32),
        steps=np.array([0.25, 0.5], np.float32),
        keys=np.empty(0, np.uint32),
        numbers=np.empty(0, np.uint16),
        names=NAMES,
    )


def uneven(seed: int) -> Model:
    """A model with weights drawn by lot."""
    draw = np.random.default_rng(seed)
    model = flat(draw.normal(size=COLUMNS).astype(np.float32))
    drawn: dict[str, NDArray[Any]] = {
        name: draw.normal(scale=draw.uniform(0.1, 3), size=getattr(model.table, name).shape).astype(np.float32)
        for name in ("present", "leading", "facts")
    }
    rows = draw.normal(scale=draw.uniform(0.1, 3), size=model.table.rows.shape).astype(np.float32)
    rows[:, -1] = draw.uniform(0.5, 40, ROWS)
    drawn["rows"], drawn["rows_scale"] = in_bytes(rows)
    kinds = draw.uniform(0.3, 1, len(KINDS)).astype(np.float32)
    return structs.replace(model, table=structs.replace(model.table, **drawn, kinds=kinds))
