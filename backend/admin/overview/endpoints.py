"""An endpoint's health as the desk shows it. Pure."""

from typing import get_args

import msgspec

from backend.catalogue.snapshot import Endpoint
from backend.catalogue.tables import EndpointCircuit
from backend.providers.circuits import CircuitState
from backend.providers.score import Figures, score
from shared.admin import CircuitState as Shown
from shared.admin import EndpointHealth

BY_TROUBLE: list[Shown] = ["closed", "half_open", "open"]
"""The least trouble first."""
assert set(BY_TROUBLE) == set(get_args(Shown)) == {state.value for state in CircuitState}


def endpoint_health(endpoint: Endpoint, row: EndpointCircuit | None, figures: Figures) -> EndpointHealth:
    """`row` is None for an endpoint of which nothing is known, which is used."""
    state = CircuitState.CLOSED if row is None else CircuitState(row.state)
    return EndpointHealth(
        id=endpoint.id,
        base_url=endpoint.base_url,
        state=msgspec.convert(state.value, Shown),
        reason="" if row is None else row.reason,
        opened_at=None if row is None else row.opened_at,
        retry_at=None if row is None else row.retry_at,
        health=score(figures, state),
        calls=figures.calls,
        error_rate=figures.error_rate,
        latency_p50=in_ms(figures.latency_p50),
        latency_p95=in_ms(figures.latency_p95),
        first_token_p95=in_ms(figures.first_token_p95),
        fallback_rate=figures.fallback_rate,
        probed_at=None if row is None else row.probed_at,
        probe_ms=None if row is None else row.probe_ms,
        probe_fault=None if row is None else row.probe_fault,
    )


def in_ms(value: float | None) -> int | None:
    """Whole milliseconds."""
    return None if value is None else round(value)
