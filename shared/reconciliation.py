"""What reconciliation found in the books, and what it did about it."""

from decimal import Decimal
from enum import StrEnum
from typing import Literal
from uuid import UUID

from shared.wire import Answer, Instant

By = Literal["job", "hand"]


class FindingKind(StrEnum):
    """What was found; `id` of a finding is that of the thing named first."""

    ORPHAN = "orphan"
    """A request whose process is gone: it was ended, nothing was charged."""
    ORPHAN_LEFT = "orphan_left"
    """Such a request that could not be ended."""
    HELD = "held"
    """A person's held credits are not the sum of their holds."""
    ACTIVE = "active"
    """A person's running requests are not as many as their holds."""
    ORGANISATION_ACTIVE = "organisation_active"
    """An organisation's running requests are not as many as its holds."""
    CONVERSATION = "conversation"
    """A conversation waits for an answer that nobody writes."""
    MESSAGE = "message"
    """An answer's request is over, and the answer still counts as being written."""
    BALANCE = "balance"
    """A person's balance is not the sum of their ledger."""
    CHARGE = "charge"
    """A request's cost, its charge in the ledger and the usage that was shown do not agree."""


class Finding(Answer, frozen=True, kw_only=True):
    """One difference: what the books said, and what it should be where that is a number.

    `repaired` is never true of money: what a ledger or a balance says is only reported.
    """

    kind: FindingKind
    id: UUID
    repaired: bool
    recorded: Decimal | None = None
    actual: Decimal | None = None


class ReconciliationView(Answer, frozen=True, kw_only=True):
    """One run that found something. `findings` are the first of them, `counts` all of them by kind."""

    id: UUID
    created_at: Instant
    by: By
    counts: dict[str, int]
    left: int
    findings: list[Finding]
