"""Which routes answer so quickly that a whole answer may be waited for.

A whole answer tells nothing before its end: whether a provider is silent or slow cannot be told, and what it wrote
is lost when it breaks. So answers are read as streams also for those who want them whole, unless the route has of
late been so quick that its whole answer is due within the limit of a first byte; that costs less.
"""

from uuid import UUID

from backend.chat.order import Route

QUICK_SECONDS = 3.0
ENOUGH = 3
"""Quick answers in a row."""


class Briskness:
    """One process's experience, by model and endpoint."""

    def __init__(self) -> None:
        self._quick: dict[tuple[str, UUID], int] = {}

    def __contains__(self, route: Route) -> bool:
        return self._quick.get((route.model.name, route.endpoint.id), 0) >= ENOUGH

    def answered(self, route: Route, seconds: float) -> None:
        """It answered, after so long."""
        key = (route.model.name, route.endpoint.id)
        self._quick[key] = min(self._quick.get(key, 0) + 1, ENOUGH) if seconds < QUICK_SECONDS else 0

    def failed(self, route: Route) -> None:
        """It did not."""
        self._quick[route.model.name, route.endpoint.id] = 0
