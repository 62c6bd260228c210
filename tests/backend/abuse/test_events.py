"""What counts against whom."""

from uuid import UUID

import pytest

from backend.abuse.events import EventRecord, Sender, blocked, costly, counts
from shared.abuse import AbuseKind, AbuseRules
from shared.precheck import RiskCategory

RULES = AbuseRules(blocked_points=8, key_share=0.25)
EVERYBODY = AbuseRules(blocked_points=5)
PERSON = Sender(organisation_id=UUID(int=1), user_id=UUID(int=2), api_key_id=None, address="a" * 64)
SCRIPT = Sender(organisation_id=UUID(int=1), user_id=UUID(int=2), api_key_id=UUID(int=3), address=None)


def event(
    sender: Sender = PERSON,
    rules: AbuseRules = RULES,
    everybody: AbuseRules = EVERYBODY,
    categories: tuple[RiskCategory, ...] = (RiskCategory.MALWARE,),
) -> EventRecord | None:
    return blocked(
        sender, rules, everybody, request_id=UUID(int=4), check_id=UUID(int=5), categories=categories, once="once"
    )


def points(record: EventRecord | None) -> dict[AbuseKind, float]:
    assert record is not None
    return {mark.kind: mark.points for mark in record.marks}


@pytest.mark.parametrize(
    ("categories", "counted"),
    [
        ((), True),
        ((RiskCategory.MALWARE,), True),
        ((RiskCategory.SECRET,), False),
        ((RiskCategory.SECRET, RiskCategory.MALWARE), True),
        ((RiskCategory.SELF_HARM,), False),
        ((RiskCategory.SELF_HARM, RiskCategory.VIOLENCE), False),
    ],
)
def test_who_speaks_of_hurting_themselves_or_sends_own_secrets_is_not_punished(
    categories: tuple[RiskCategory, ...], counted: bool
) -> None:
    assert counts(categories) is counted
    assert (event(categories=categories) is not None) is counted


@pytest.mark.parametrize("rules", [AbuseRules(enabled=False), AbuseRules(blocked_points=0)])
def test_nothing_counts_where_an_organisation_does_not_want_it(rules: AbuseRules) -> None:
    assert event(rules=rules) is None


def test_a_person_and_the_address_count_each_by_their_rules() -> None:
    record = event()
    assert points(record) == {AbuseKind.USER: 8, AbuseKind.ADDRESS: 5}
    assert record is not None
    assert [mark.organisation_id for mark in record.marks] == [UUID(int=1), None]


def test_where_addresses_are_not_watched_none_is_kept() -> None:
    record = event(everybody=AbuseRules(enabled=False))
    assert points(record) == {AbuseKind.USER: 8}
    assert record is not None
    assert record.address is None


def test_of_a_keys_points_its_person_gets_a_share() -> None:
    record = event(SCRIPT)
    assert points(record) == {AbuseKind.USER: 2, AbuseKind.KEY: 8}
    assert record is not None
    assert (record.points, record.person_points) == (8, 2)


def test_what_one_spends_says_nothing_about_others_at_the_address() -> None:
    assert points(costly(PERSON, RULES, request_id=UUID(int=4))) == {AbuseKind.USER: RULES.costly_points}
