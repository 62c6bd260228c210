"""How models have been doing in this process of late."""

from collections import deque

from backend.policy.choose import Health

REMEMBERED = 20
"""Calls of each model that count."""


class HealthBook(dict[str, Health]):
    """Uptime by model name, from the last calls. An unknown model counts as healthy."""

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
