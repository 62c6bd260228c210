"""What the guard said of a prompt."""

from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from backend.precheck.risk.suspicion import Suspicion
from shared.precheck import RiskCategory
from shared.risks import GuardView


class GuardReport(Struct, frozen=True, kw_only=True):
    """One question to the guard: `answered` are the kinds of risk it spoke of, `suspicions` what it found.

    `why` says in words why it failed; `request_id` is of its call, None where none was made. Holds no text of the
    prompt.
    """

    answered: frozenset[RiskCategory] = frozenset()
    suspicions: tuple[Suspicion, ...] = ()
    provider: str = ""
    model: str = ""
    latency_ms: int = 0
    why: str = ""
    request_id: UUID | None = None

    @property
    def failed(self) -> bool:
        """Whether it said nothing that can be gone by."""
        return bool(self.why)

    def stored(self) -> Raw:
        """The document that is kept with the check."""
        view = GuardView(
            outcome="failed" if self.failed else "unsafe" if self.suspicions else "safe",
            categories=[s.category for s in self.suspicions],
            provider=self.provider,
            model=self.model,
            latency_ms=self.latency_ms,
            why=self.why,
            request_id=self.request_id,
        )
        return Raw(msgspec.json.encode(view))
