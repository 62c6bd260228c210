"""Differences as findings."""

from decimal import Decimal

from backend.columns import new_id
from backend.metering.reconciliation.compare import Account, Money, Observed, Organisation, Stuck, counts, ended, left
from shared.reconciliation import FindingKind

MARA, BOB, OURS = new_id(), new_id(), new_id()
OBSERVED = Observed(
    accounts=[Account(MARA, Decimal(7), 1, Decimal(5), 1), Account(BOB, Decimal(5), 3, Decimal(5), 2)],
    organisations=[Organisation(OURS, 4, 3)],
    conversations=[Stuck(OURS, new_id(), BOB, new_id())],
    messages=[Stuck(OURS, new_id(), MARA, None)],
)


def test_only_what_differs_is_found_with_both_figures() -> None:
    held, active, organisation, *_ = OBSERVED.findings()
    assert (held.kind, held.id, held.recorded, held.actual) == (FindingKind.HELD, MARA, 7, 5)
    assert (active.kind, active.id, active.recorded, active.actual) == (FindingKind.ACTIVE, BOB, 3, 2)
    assert (organisation.kind, organisation.id) == (FindingKind.ORGANISATION_ACTIVE, OURS)
    assert counts(OBSERVED.findings()) == dict.fromkeys(
        ("held", "active", "organisation_active", "conversation", "message"), 1
    )
    assert left(OBSERVED.findings()) == 0


def test_everybody_concerned_is_locked() -> None:
    assert (OBSERVED.users(), OBSERVED.organisation_ids()) == ({MARA, BOB}, {OURS})


def test_what_is_not_locked_is_left_to_the_next_run() -> None:
    rest = OBSERVED.within({MARA}, set())
    assert [finding.kind for finding in rest.findings()] == [FindingKind.HELD, FindingKind.MESSAGE]


def test_money_and_what_cannot_be_ended_is_left_to_people() -> None:
    found = [Money(FindingKind.BALANCE, MARA, Decimal(9), Decimal(8)).finding(), *ended([new_id()], [new_id()])]
    assert [finding.repaired for finding in found] == [False, True, False]
    assert left(found) == 2
