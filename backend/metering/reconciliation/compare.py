"""What the books say against what they should say. Pure."""

from collections import Counter
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from shared.reconciliation import Finding, FindingKind


class Account(NamedTuple):
    """A person's account beside their holds."""

    user_id: UUID
    held: Decimal
    active: int
    holds: Decimal
    requests: int


class Organisation(NamedTuple):
    """An organisation's running requests as counted, beside its holds."""

    organisation_id: UUID
    active: int
    requests: int


class Stuck(NamedTuple):
    """A conversation or an answer that belongs to a request which has no hold."""

    organisation_id: UUID
    id: UUID
    user_id: UUID
    request_id: UUID | None


class Observed(NamedTuple):
    """What differs, read at one moment."""

    accounts: list[Account]
    organisations: list[Organisation]
    conversations: list[Stuck]
    messages: list[Stuck]

    def users(self) -> set[UUID]:
        """Whose accounts must be locked before anything of this is changed."""
        stuck = {row.user_id for rows in (self.conversations, self.messages) for row in rows}
        return stuck | {account.user_id for account in self.accounts}

    def organisation_ids(self) -> set[UUID]:
        """Which organisations must be locked."""
        return {row.organisation_id for row in self.organisations}

    def within(self, users: set[UUID], organisations: set[UUID]) -> "Observed":
        """The part that belongs to these people and organisations."""
        return Observed(
            [row for row in self.accounts if row.user_id in users],
            [row for row in self.organisations if row.organisation_id in organisations],
            [row for row in self.conversations if row.user_id in users],
            [row for row in self.messages if row.user_id in users],
        )

    def findings(self) -> list[Finding]:
        """Every difference; all of them can be put right, because the holds are what counts."""
        found = []
        for row in self.accounts:
            if row.held != row.holds:
                found.append(_found(FindingKind.HELD, row.user_id, row.held, row.holds))
            if row.active != row.requests:
                found.append(_found(FindingKind.ACTIVE, row.user_id, row.active, row.requests))
        found += [
            _found(FindingKind.ORGANISATION_ACTIVE, row.organisation_id, row.active, row.requests)
            for row in self.organisations
            if row.active != row.requests
        ]
        found += [Finding(kind=FindingKind.CONVERSATION, id=row.id, repaired=True) for row in self.conversations]
        found += [Finding(kind=FindingKind.MESSAGE, id=row.id, repaired=True) for row in self.messages]
        return found


def _found(kind: FindingKind, id: UUID, recorded: Decimal | int, actual: Decimal | int) -> Finding:
    return Finding(kind=kind, id=id, repaired=True, recorded=Decimal(recorded), actual=Decimal(actual))


class Money(NamedTuple):
    """Two amounts that should be the same and are not."""

    kind: FindingKind
    id: UUID
    recorded: Decimal
    actual: Decimal

    def finding(self) -> Finding:
        """To be reported, never repaired: which of the two is wrong, only a person can say."""
        return Finding(kind=self.kind, id=self.id, repaired=False, recorded=self.recorded, actual=self.actual)


def ended(settled: list[UUID], left: list[UUID]) -> list[Finding]:
    """The requests of processes that are gone."""
    return [
        *(Finding(kind=FindingKind.ORPHAN, id=request_id, repaired=True) for request_id in settled),
        *(Finding(kind=FindingKind.ORPHAN_LEFT, id=request_id, repaired=False) for request_id in left),
    ]


def counts(findings: list[Finding]) -> dict[str, int]:
    """How many of each kind."""
    return dict(Counter(finding.kind.value for finding in findings))


def left(findings: list[Finding]) -> int:
    """How many are not repaired: the books do not balance until there are none."""
    return sum(not finding.repaired for finding in findings)
