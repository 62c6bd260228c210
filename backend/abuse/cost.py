"""When a request was costly. Pure."""

from decimal import Decimal

from msgspec import Struct

from backend.abuse.events import EventRecord


class CostWatch(Struct, frozen=True, kw_only=True):
    """From which price on a request raises its sender's score, and what is then counted."""

    threshold: Decimal
    event: EventRecord

    def counts(self, charged: Decimal) -> EventRecord | None:
        """The event of a request that cost so many credits, None when it was not costly."""
        return self.event if charged >= self.threshold else None
