"""The monthly cap of an API key in a real PostgreSQL: exact, however requests and months overlap."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from fractions import Fraction
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from backend.database import Database
from backend.metering import repository
from backend.metering.admission import Gate, Stale
from backend.metering.errors import SpendingCap
from shared.errors import ErrorCode
from shared.plans import PlanLimits
from tests.backend.metering.ledger import Connection, Holder


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True) as made:
        yield made


@pytest.fixture
def mara(connection: Connection) -> Holder:
    """Somebody with a thousand credits."""
    return Holder(connection)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    await made.open()
    yield made
    await made.close()


class TestEnded:
    @pytest.mark.parametrize("how", ["revoked_at = now()", "expires_at = now()"])
    def test_a_key_that_ended_meanwhile_admits_nothing(self, mara: Holder, connection: Connection, how: str) -> None:
        key = mara.key()
        connection.execute(f"UPDATE api_keys SET {how} WHERE id = %s", (key,))  # type: ignore[arg-type]
        assert mara.admit(caller=key)[1].outcome == "stale_identity"
        assert mara.account == (1000, 0, 0, 0)

    def test_nor_does_one_that_is_gone_or_somebody_elses(self, mara: Holder, connection: Connection) -> None:
        other = Holder(connection)
        assert mara.admit(caller=uuid4())[1].outcome == "stale_identity"
        assert mara.admit(caller=other.key())[1].outcome == "stale_identity"

    async def test_the_decision_is_made_again_then(self, mara: Holder, database: Database) -> None:
        assert await Gate(database).admit(mara.admission(caller=uuid4())) == Stale("identity")

    @pytest.mark.parametrize("what", ["scopes = '[]'", "allowed_models = '[]'", "limits = '{}'", "rotated_at = now()"])
    def test_a_key_that_was_changed_meanwhile_is_decided_about_again(
        self, mara: Holder, connection: Connection, what: str
    ) -> None:
        key = mara.key()
        asked = mara.admission(caller=key)
        connection.execute(f"UPDATE api_keys SET {what} WHERE id = %s", (key,))  # type: ignore[arg-type]
        assert mara.admit(asked)[1].outcome == "stale_identity"

    def test_noting_its_use_changes_nothing(self, mara: Holder, connection: Connection) -> None:
        key = mara.key()
        asked = mara.admission(caller=key)
        connection.execute("UPDATE api_keys SET last_used_at = now() WHERE id = %s", (key,))
        assert mara.admit(asked)[1].outcome == "admitted"


class TestCap:
    async def test_is_a_spending_cap_that_says_what_is_left(self, mara: Holder, database: Database) -> None:
        with pytest.raises(SpendingCap) as refused:
            await Gate(database).admit(mara.admission(caller=mara.key(5), fixed_credits=Decimal(6)))
        body = refused.value.body()
        assert (refused.value.status, body.code) == (402, ErrorCode.SPENDING_CAP)
        assert "This API key's cap" in body.message
        assert body.details == {"allowed": "5", "needed": "7"}

    def test_shortens_the_answer_and_counts_what_is_held_and_then_what_was_charged(self, mara: Holder) -> None:
        key = mara.key(150)
        first, _ = mara.admit(caller=key)
        second, answer = mara.admit(caller=key)
        assert (answer.max_tokens, mara.spent_by(key)) == (50, 150)
        _, refused = mara.admit(caller=key)
        assert (refused.outcome, refused.binding, refused.spendable) == ("out_of_credits", "key", 0)
        mara.settle(first, 20)
        mara.settle(second, None)
        mara.settle(second, 99)
        assert mara.spent_by(key) == 20
        assert mara.admit(caller=key, wanted_tokens=200)[1].max_tokens == 130

    def test_the_tightest_cap_is_the_one_that_is_told(self, mara: Holder) -> None:
        key = mara.key(10)
        for limits, binding in (
            (PlanLimits(), "key"),
            (PlanLimits(credits_per_request=Decimal(5)), "request"),
            (PlanLimits(credits_per_day=Decimal(5)), "day"),
        ):
            _, answer = mara.admit(caller=key, limits=limits, fixed_credits=Decimal(11))
            assert (answer.outcome, answer.binding) == ("out_of_credits", binding)

    def test_is_each_keys_own_and_not_the_persons(self, mara: Holder) -> None:
        one, other = mara.key(10), mara.key(10)
        assert [mara.admit(caller=key)[1].max_tokens for key in (one, other, mara.id)] == [10, 10, 100]

    def test_counts_what_was_spent_before_it_was_set(self, mara: Holder, connection: Connection) -> None:
        key = mara.key()
        mara.settle(mara.admit(caller=key)[0], 30)
        connection.execute("UPDATE api_keys SET monthly_credits = 40 WHERE id = %s", (key,))
        assert mara.admit(caller=key)[1].max_tokens == 10

    def test_admitting_twice_counts_once(self, mara: Holder) -> None:
        key = mara.key(150)
        asked = mara.admission(caller=key)
        assert [mara.admit(asked)[1].max_tokens for _ in range(2)] == [100, 100]
        assert mara.spent_by(key) == 100

    def test_a_new_month_begins_at_nothing_and_an_old_request_ends_in_its_own(
        self, mara: Holder, connection: Connection
    ) -> None:
        key = mara.key(100)
        running, _ = mara.admit(caller=key)
        mara.let_a_month_pass()
        assert mara.admit(caller=key)[1].max_tokens == 100
        mara.settle(running, 40)
        months = connection.execute(
            "SELECT credits FROM api_key_months WHERE api_key_id = %s ORDER BY month", (key,)
        ).fetchall()
        assert months == [(40,), (100,)]

    async def test_at_once_on_two_connections_pools_no_more_is_held_than_the_cap(
        self, mara: Holder, database: Database, database_url: str
    ) -> None:
        key = mara.key(7)
        second = Database(database_url)
        await second.open()
        try:
            asked = [mara.admission(caller=key, wanted_tokens=1) for _ in range(60)]
            answers = await asyncio.gather(
                *(repository.admit((database, second)[n % 2], [record]) for n, record in enumerate(asked))
            )
        finally:
            await second.close()
        outcomes = [next(iter(answer.values())).outcome for answer in answers]
        assert (outcomes.count("admitted"), outcomes.count("out_of_credits")) == (7, 53)
        assert mara.spent_by(key) == 7


class TestRecords:
    @pytest.mark.parametrize("table", ["model_calls", "usage_records"])
    def test_know_the_key_that_asked(self, mara: Holder, connection: Connection, table: str) -> None:
        key = mara.key()
        by_key, _ = mara.admit(caller=key)
        by_hand, _ = mara.admit()
        for request_id in (by_key, by_hand):
            mara.settle(request_id, 1)
        found = dict(connection.execute(f"SELECT request_id, api_key_id FROM {table}").fetchall())  # type: ignore[arg-type]
        assert found == {by_key: key, by_hand: None}


amounts = st.decimals(0, 60, places=4)


class Spending(RuleBasedStateMachine):
    """Two capped keys of a rich person against a model of them in memory."""

    connection: Connection
    steps = 0
    requests = Bundle("requests")

    def __init__(self) -> None:
        super().__init__()
        self.holder = Holder(self.connection, credits=1_000_000)
        self.caps: dict[UUID, Decimal | None] = {self.holder.key(): None for _ in range(2)}
        self.spent = dict.fromkeys(self.caps, Decimal(0))
        self.running: dict[UUID, tuple[UUID, Decimal, bool]] = {}

    @rule(which=st.integers(0, 1), cap=st.none() | st.decimals(0, 150, places=4))
    def set_a_cap(self, which: int, cap: Decimal | None) -> None:
        key = list(self.caps)[which]
        self.caps[key] = cap
        self.connection.execute("UPDATE api_keys SET monthly_credits = %s WHERE id = %s", (cap, key))

    @rule(
        target=requests,
        which=st.integers(0, 1),
        fixed=amounts,
        each=st.decimals(0, 3, places=6),
        wanted=st.integers(1, 100),
        least=st.integers(1, 20),
    )
    def admit(self, which: int, fixed: Decimal, each: Decimal, wanted: int, least: int) -> UUID:
        key = list(self.caps)[which]
        request_id, answer = self.holder.admit(
            caller=key, fixed_credits=fixed, credits_per_token=each, wanted_tokens=wanted, min_tokens=least
        )
        cap = self.caps[key]
        left = None if cap is None else cap - self.spent[key]
        tokens = wanted
        if left is not None and fixed + each * wanted > left and each > 0:
            tokens = min(wanted, int(Fraction(left - fixed) // Fraction(each)))
        if left is not None and (fixed > left or tokens < min(wanted, least)):
            assert (answer.outcome, answer.binding, answer.spendable) == ("out_of_credits", "key", left)
        else:
            amount = fixed + each * tokens
            assert (answer.outcome, answer.max_tokens, answer.held) == ("admitted", tokens, amount)
            assert left is None or amount <= left
            self.running[request_id] = (key, amount, False)
            self.spent[key] += amount
        return request_id

    @rule(request_id=requests, cost=st.none() | st.decimals(0, 120, places=6))
    def settle(self, request_id: UUID, cost: Decimal | None) -> None:
        first, _, _ = self.holder.settle(request_id, cost)
        assert first is (request_id in self.running)
        if first:
            key, amount, is_old = self.running.pop(request_id)
            if not is_old:
                self.spent[key] += min(cost or Decimal(0), amount) - amount

    @rule()
    def begin_a_month(self) -> None:
        self.holder.let_a_month_pass()
        self.holder.open_period(Decimal(1_000_000))
        self.spent = dict.fromkeys(self.caps, Decimal(0))
        self.running = {request_id: (key, amount, True) for request_id, (key, amount, _) in self.running.items()}

    @invariant()
    def the_keys_are_those_of_the_model(self) -> None:
        type(self).steps += 1
        assert {key: self.holder.spent_by(key) for key in self.caps} == self.spent
        assert all(spent >= 0 for spent in self.spent.values())


def test_no_sequence_of_events_overspends_a_key(connection: Connection) -> None:
    class Here(Spending):
        pass

    Here.connection = connection
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            derandomize=True,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
    assert Here.steps >= 1_000
