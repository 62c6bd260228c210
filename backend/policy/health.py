"""How models and endpoints have been doing of late, as this process knows it."""

import time
from collections import deque
from collections.abc import Callable
from uuid import UUID

from backend.policy.choose import Health
from backend.providers.circuits import CircuitState

REMEMBERED = 20
"""Calls of each model that count."""
MEMORY = 20.0


class HealthBook(dict[str | UUID, Health]):
    """By model name, from the last calls; by endpoint id, what it is told. What is not in it counts as healthy."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._outcomes: dict[str, deque[bool]] = {}
        self._called: dict[str, float] = {}

    def record(self, model: str, *, answered: bool) -> None:
        """Counts one call."""
        outcomes = self._outcomes.get(model)
        if outcomes is None:
            outcomes = self._outcomes[model] = deque(maxlen=REMEMBERED)
        outcomes.append(answered)
        self._called[model] = self._now()
        self[model] = Health(uptime=sum(outcomes) / len(outcomes))

    def forget_idle(self) -> list[str]:
        """Lets models that were not called for `MEMORY` seconds be healthy again, and says which.

        Otherwise one that failed and is therefore not chosen could never show that it has recovered.
        """
        now = self._now()
        idle = [model for model, called in self._called.items() if now - called >= MEMORY]
        for model in idle:
            del self._outcomes[model], self._called[model], self[model]
        return idle

    def endpoint(self, endpoint_id: UUID, score: float, state: CircuitState, reason: str, retry_in: float) -> None:
        """How an endpoint is doing now."""
        if score == 1.0 and state is CircuitState.CLOSED:
            self.pop(endpoint_id, None)
        else:
            self[endpoint_id] = Health(uptime=score, circuit=state, reason=reason, retry_in=retry_in)
