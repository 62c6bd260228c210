"""How models and endpoints have been doing of late, as this process knows it."""

from collections import deque
from uuid import UUID

from backend.policy.choose import Health
from backend.providers.circuits import CircuitState

REMEMBERED = 20
"""Calls of each model that count."""


class HealthBook(dict[str | UUID, Health]):
    """By model name, from the last calls; by endpoint id, what it is told. What is not in it counts as healthy."""

    def __init__(self) -> None:
        super().__init__()
        self._outcomes: dict[str, deque[bool]] = {}

    def record(self, model: str, *, answered: bool) -> None:
        """Counts one call."""
        outcomes = self._outcomes.get(model)
        if outcomes is None:
            outcomes = self._outcomes[model] = deque(maxlen=REMEMBERED)
        outcomes.append(answered)
        self[model] = Health(uptime=sum(outcomes) / len(outcomes))

    def endpoint(self, endpoint_id: UUID, score: float, state: CircuitState, reason: str, retry_in: float) -> None:
        """How an endpoint is doing now."""
        if score == 1.0 and state is CircuitState.CLOSED:
            self.pop(endpoint_id, None)
        else:
            self[endpoint_id] = Health(uptime=score, circuit=state, reason=reason, retry_in=retry_in)
