"""Admission and settlement in a real PostgreSQL: exact, once, and in any order."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from backend.database import Database
from backend.metering import repository
from backend.metering.rates import Window
from backend.metering.records import IdempotencyRecord, StoredResult
from shared.errors import ErrorBody, ErrorCode
from shared.plans import PlanLimits
from tests.backend.metering.ledger import MONTHLY, Connection, Holder
from tests.fixtures.books import books_balance

FOREVER = 1_000_000_000
STEPS = 10_000


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


def count(connection: Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


class TestOnce:
    def test_admitting_twice_holds_once_and_answers_the_same(self, mara: Holder) -> None:
        asked = mara.admission()
        _, first = mara.admit(asked)
        _, second = mara.admit(asked)
        assert (first.outcome, first.held, first.balance) == ("admitted", 100, 900)
        assert (second.outcome, second.max_tokens, second.held, second.balance) == ("admitted", 100, 100, 900)
        assert mara.account == (1000, 100, 1, 100)

    async def test_nor_does_admitting_at_once(self, mara: Holder, database: Database) -> None:
        asked = mara.admission()
        answers = await asyncio.gather(*(repository.admit(database, [asked]) for _ in range(20)))
        assert {answer[asked.request_id].outcome for answer in answers} == {"admitted"}
        assert mara.account == (1000, 100, 1, 100)

    def test_settling_twice_charges_once(self, mara: Holder) -> None:
        request_id, _ = mara.admit()
        assert mara.settle(request_id, 30) == (True, 30, 970)
        assert mara.settle(request_id, 99) == (False, 30, 970)
        assert mara.account == (970, 0, 0, 30)
        assert [entry for entry in mara.ledger() if entry[0] == "charge"] == [("charge", -30)]

    async def test_nor_does_settling_at_once(self, mara: Holder, database: Database, connection: Connection) -> None:
        request_id, _ = mara.admit()
        answers = await asyncio.gather(
            *(repository.settle(database, [mara.settlement(request_id, 30)]) for _ in range(20))
        )
        assert sorted(answer[request_id].settled for answer in answers) == [False] * 19 + [True]
        assert {answer[request_id].charged for answer in answers} == {30}
        assert (mara.balance, count(connection, "cost_records"), count(connection, "usage_records")) == (970, 1, 1)

    def test_settling_what_was_never_admitted_does_nothing(self, mara: Holder, connection: Connection) -> None:
        assert mara.settle(uuid4(), 30) == (False, None, 1000)
        assert (mara.balance, count(connection, "model_calls")) == (1000, 0)

    def test_a_request_that_was_settled_can_be_admitted_no_more_than_any_other(self, mara: Holder) -> None:
        asked = mara.admission()
        mara.admit(asked)
        mara.settle(asked.request_id, 30)
        mara.admit(asked)
        with pytest.raises(psycopg.errors.UniqueViolation):
            mara.settle(asked.request_id, 30)


class TestCharge:
    def test_nothing_is_charged_for_a_failure(self, mara: Holder, connection: Connection) -> None:
        request_id, _ = mara.admit()
        assert mara.settle(request_id, None) == (True, 0, 1000)
        assert mara.account == (1000, 0, 0, 0)
        assert (count(connection, "model_calls"), count(connection, "cost_records")) == (1, 0)

    def test_what_exceeds_the_hold_is_the_operators(self, mara: Holder, connection: Connection) -> None:
        request_id, _ = mara.admit()
        assert mara.settle(request_id, 130) == (True, 100, 900)
        row = connection.execute("SELECT display_cost, charged, absorbed, held FROM cost_records").fetchone()
        assert row == (130, 100, 30, 100)

    def test_the_smallest_amounts_are_kept(self, mara: Holder) -> None:
        tiny = Decimal("0.000000000000000000000001")
        request_id, answer = mara.admit(credits_per_token=tiny)
        assert answer.held == 100 * tiny
        mara.settle(request_id, tiny)
        assert mara.balance == 1000 - tiny


class TestRefusals:
    def test_leave_nothing_behind(self, connection: Connection) -> None:
        poor = Holder(connection, credits=0)
        before = poor.account
        window = Window(f"chat user {poor.id}", 60, 5, 1000)
        _, answer = poor.admit(windows=[window], idempotency=IdempotencyRecord(poor.id, "k", "00"))
        assert (answer.outcome, answer.binding, answer.spendable, answer.needed) == ("out_of_credits", "balance", 0, 1)
        assert poor.account == before
        assert count(connection, "holds") == count(connection, "idempotency_keys") == 0
        row = connection.execute("SELECT requests, tokens FROM rate_windows WHERE key = %s", (window.key,)).fetchone()
        assert row == (0, 0)

    @pytest.mark.parametrize(
        ("facts", "outcome"),
        [
            ({"catalogue_version": 0}, "stale_catalogue"),
            ({"identity_version": 0}, "stale_identity"),
            ({"user_id": UUID(int=7)}, "stale_identity"),
        ],
    )
    def test_an_outdated_decision_is_to_be_made_again(self, mara: Holder, facts: dict[str, Any], outcome: str) -> None:
        assert mara.admit(**facts)[1].outcome == outcome

    def test_somebody_suspended_meanwhile_is_not_admitted(self, mara: Holder, connection: Connection) -> None:
        asked = mara.admission()
        connection.execute("UPDATE users SET suspended = true WHERE id = %s", (mara.id,))
        assert mara.admit(asked)[1].outcome == "stale_identity"

    def test_concurrent_chats_are_counted(self, mara: Holder) -> None:
        limits = PlanLimits(concurrent_chats=2)
        first, _ = mara.admit(limits=limits)
        mara.admit(limits=limits)
        _, answer = mara.admit(limits=limits)
        assert (answer.outcome, answer.limit, answer.whose) == ("too_many_chats", 2, "user")
        mara.settle(first, 1)
        assert mara.admit(limits=limits)[1].outcome == "admitted"

    def test_those_of_an_organisation_too(self, mara: Holder, connection: Connection) -> None:
        connection.execute(
            "INSERT INTO organisation_limits (organisation_id, concurrent_chats) VALUES (%s, 1)",
            (mara.organisation_id,),
        )
        first, _ = mara.admit()
        _, answer = mara.admit()
        assert (answer.outcome, answer.limit, answer.whose) == ("too_many_chats", 1, "organisation")
        mara.settle(first, None)
        assert mara.admit()[1].outcome == "admitted"


class TestKeys:
    def test_the_chats_of_each_are_counted_for_itself(self, mara: Holder, connection: Connection) -> None:
        one, other = mara.key(), mara.key()
        first, _ = mara.admit(caller=one, key_chats=2)
        mara.admit(caller=one, key_chats=2)
        _, answer = mara.admit(caller=one, key_chats=2)
        assert (answer.outcome, answer.limit, answer.whose) == ("too_many_chats", 2, "key")
        assert mara.admit(caller=other, key_chats=2)[1].outcome == "admitted"
        assert mara.admit()[1].outcome == "admitted"
        assert count(connection, "holds") == mara.account[2] == 4
        mara.settle(first, 1)
        assert mara.admit(caller=one, key_chats=2)[1].outcome == "admitted"

    def test_a_key_without_a_limit_has_none(self, mara: Holder) -> None:
        key = mara.key()
        assert {mara.admit(caller=key)[1].outcome for _ in range(5)} == {"admitted"}

    def test_what_runs_counts_against_a_limit_set_later(self, mara: Holder) -> None:
        key = mara.key()
        for _ in range(3):
            mara.admit(caller=key)
        assert mara.admit(caller=key, key_chats=3)[1].whose == "key"

    def test_the_persons_own_limit_stays_above_it(self, mara: Holder) -> None:
        limits = PlanLimits(concurrent_chats=1)
        mara.admit(limits=limits)
        _, answer = mara.admit(limits=limits, caller=mara.key(), key_chats=5)
        assert (answer.outcome, answer.limit, answer.whose) == ("too_many_chats", 1, "user")

    def test_admitting_twice_is_no_second_chat(self, mara: Holder) -> None:
        asked = mara.admission(caller=mara.key(), key_chats=1)
        assert [mara.admit(asked)[1].outcome for _ in range(2)] == ["admitted", "admitted"]

    async def test_at_once_no_more_than_the_limit_are_admitted_and_each_end_makes_room(
        self, mara: Holder, database: Database
    ) -> None:
        key = mara.key()

        async def ask() -> UUID | None:
            asked = mara.admission(caller=key, key_chats=3, wanted_tokens=1)
            answers = await repository.admit(database, [asked])
            return asked.request_id if answers[asked.request_id].outcome == "admitted" else None

        for _ in range(3):
            running = [request for request in await asyncio.gather(*(ask() for _ in range(30))) if request]
            assert len(running) == 3
            await asyncio.gather(
                *(repository.settle(database, [mara.settlement(request, None)]) for request in running)
            )
        assert mara.account[2] == 0


class TestClamping:
    @pytest.mark.parametrize(
        ("credits", "fixed", "each", "wanted", "tokens"),
        [
            ("10", "0", "1", 100, 10),
            ("10", "9.5", "1", 100, None),
            ("10", "9", "1", 100, 1),
            ("10", "0", "0.3", 100, 33),
            ("1", "0", "0." + "3" * 29 + "4", 100, 2),
            ("10", "0", "3." + "3" * 29 + "4", 100, 2),
            ("10", "0", "0", 100, 100),
            ("10", "10", "0", 100, 100),
            ("10", "10.1", "0", 100, None),
        ],
    )
    def test_the_answer_is_as_long_as_the_credits_pay_for_exactly(
        self, connection: Connection, credits: str, fixed: str, each: str, wanted: int, tokens: int | None
    ) -> None:
        holder = Holder(connection, credits=Decimal(credits))
        _, answer = holder.admit(fixed_credits=Decimal(fixed), credits_per_token=Decimal(each), wanted_tokens=wanted)
        if tokens is None:
            assert answer.outcome == "out_of_credits"
        else:
            assert (answer.outcome, answer.max_tokens) == ("admitted", tokens)
            assert Fraction(answer.held) == Fraction(fixed) + Fraction(each) * tokens
            assert holder.account[1] <= holder.balance

    def test_too_short_an_answer_is_refused_unless_it_was_asked_for(self, connection: Connection) -> None:
        holder = Holder(connection, credits=10)
        assert holder.admit(min_tokens=11)[1].outcome == "out_of_credits"
        assert holder.admit(min_tokens=11, wanted_tokens=4)[1].max_tokens == 4

    def test_a_cap_on_each_request(self, mara: Holder) -> None:
        limits = PlanLimits(credits_per_request=Decimal(30))
        assert mara.admit(limits=limits)[1].max_tokens == 30
        assert mara.admit(limits=limits)[1].max_tokens == 30
        _, answer = mara.admit(limits=limits, fixed_credits=Decimal(31))
        assert (answer.outcome, answer.binding, answer.spendable) == ("out_of_credits", "request", 30)

    def test_a_cap_on_each_day_counts_what_is_held_and_then_what_was_charged(self, mara: Holder) -> None:
        limits = PlanLimits(credits_per_day=Decimal(150))
        first, _ = mara.admit(limits=limits)
        second, answer = mara.admit(limits=limits)
        assert answer.max_tokens == 50
        _, refused = mara.admit(limits=limits)
        assert (refused.outcome, refused.binding, refused.spendable) == ("out_of_credits", "day", 0)
        mara.settle(first, 20)
        mara.settle(second, 10)
        assert mara.account[3] == 30
        assert mara.admit(limits=limits, wanted_tokens=200)[1].max_tokens == 120

    def test_a_new_day_begins_with_what_is_still_held(self, mara: Holder) -> None:
        limits = PlanLimits(credits_per_day=Decimal(150))
        running, _ = mara.admit(limits=limits)
        over, _ = mara.admit(limits=limits, wanted_tokens=40)
        mara.settle(over, 40)
        mara.let_a_day_pass()
        assert mara.admit(limits=limits, wanted_tokens=200)[1].max_tokens == 50
        mara.settle(running, 100)
        assert mara.account[3] == 150


class TestPeriods:
    def test_credits_of_the_old_month_expire_and_the_new_ones_are_granted_once(self, mara: Holder) -> None:
        mara.let_a_month_pass()
        for _ in range(3):
            mara.open_period(Decimal(500))
        assert mara.balance == 500
        assert mara.ledger()[-2:] == [("expire", -1000), ("grant", 500)]

    def test_what_a_running_request_holds_outlives_the_month_and_expires_at_its_end(self, mara: Holder) -> None:
        request_id, _ = mara.admit()
        mara.let_a_month_pass()
        mara.open_period()
        assert mara.account[:3] == (100 + MONTHLY, 100, 1)
        assert mara.settle(request_id, 30) == (True, 30, MONTHLY)
        assert mara.account[:3] == (MONTHLY, 0, 0)
        assert mara.ledger()[-2:] == [("charge", -30), ("expire", -70)]

    def test_also_when_it_fails(self, mara: Holder) -> None:
        request_id, _ = mara.admit()
        mara.let_a_month_pass()
        mara.open_period()
        assert mara.settle(request_id, None) == (True, 0, MONTHLY)
        assert mara.ledger()[-1] == ("expire", -100)

    def test_a_request_that_ends_before_anybody_opens_the_new_month_spends_the_old_one(self, mara: Holder) -> None:
        request_id, _ = mara.admit()
        mara.let_a_month_pass()
        mara.settle(request_id, 30)
        mara.open_period()
        assert mara.balance == MONTHLY
        assert [amount for kind, amount in mara.ledger() if kind == "expire"] == [-970]

    def test_an_empty_account_opens_too(self, connection: Connection) -> None:
        holder = Holder(connection, credits=0)
        holder.let_a_month_pass()
        assert holder.admit()[1].balance == MONTHLY - 100

    async def test_many_who_open_it_at_once_are_granted_once(self, mara: Holder, database: Database) -> None:
        mara.let_a_month_pass()
        found = await asyncio.gather(*(repository.spendable(database, mara.id, MONTHLY) for _ in range(20)))
        assert set(found) == {MONTHLY}
        assert [kind for kind, _ in mara.ledger()].count("grant") == 1


class TestMoving:
    def test_only_what_is_neither_spent_nor_held_can_be_taken_back(self, mara: Holder) -> None:
        mara.admit()
        mara.move(Decimal(-5000))
        assert mara.account[:2] == (100, 100)
        assert mara.ledger()[-1] == ("adjust", -900)

    def test_nothing_to_take_leaves_no_entry(self, connection: Connection) -> None:
        holder = Holder(connection, credits=0)
        holder.move(Decimal(-5))
        assert holder.ledger() == []


class TestRates:
    def window(self, holder: Holder, requests: int = FOREVER, tokens: int = FOREVER) -> list[Window]:
        return [Window(f"chat user {holder.id}", 86400, requests, tokens)]

    def test_requests_are_counted_exactly(self, mara: Holder) -> None:
        windows = self.window(mara, requests=3)
        left = [mara.admit(windows=windows)[1].windows[0].requests_left for _ in range(3)]
        assert left == [2, 1, 0]
        _, answer = mara.admit(windows=windows)
        assert (answer.outcome, answer.what, answer.limit, answer.seconds) == ("rate_limited", "requests", 3, 86400)
        assert 0 < answer.retry_after <= 86400

    def test_tokens_of_prompts_and_of_answers_are_counted(self, mara: Holder) -> None:
        windows = [Window(f"chat user {mara.id}", 60, FOREVER, 35)]
        request_id, answer = mara.admit(windows=windows)
        assert answer.windows[0].tokens_left == 25
        mara.settle(request_id, 1)
        _, refused = mara.admit(windows=windows)
        assert (refused.outcome, refused.what, refused.limit) == ("rate_limited", "tokens", 35)

    def test_a_new_window_begins_at_zero(self, mara: Holder, connection: Connection) -> None:
        windows = self.window(mara, requests=1)
        mara.admit(windows=windows)
        assert mara.admit(windows=windows)[1].outcome == "rate_limited"
        connection.execute("UPDATE rate_windows SET started_at = started_at - interval '1 day'")
        assert mara.admit(windows=windows)[1].outcome == "admitted"

    def test_one_full_window_is_enough_and_the_others_are_not_charged(
        self, mara: Holder, connection: Connection
    ) -> None:
        mine, shared = self.window(mara)[0], Window("chat address x", 86400, 1, FOREVER)
        mara.admit(windows=[mine, shared])
        assert mara.admit(windows=[mine, shared])[1].outcome == "rate_limited"
        row = connection.execute("SELECT requests FROM rate_windows WHERE key = %s", (mine.key,)).fetchone()
        assert row == (1,)

    async def test_what_needs_no_credits_is_counted_by_itself(self, mara: Holder, database: Database) -> None:
        windows = self.window(mara, requests=5)
        answers = await asyncio.gather(*(repository.take_rate(database, windows, 0) for _ in range(12)))
        assert sorted(answer.outcome for answer in answers) == ["rate_limited"] * 7 + ["taken"] * 5


class TestIdempotency:
    def test_a_key_stands_for_its_first_request(self, mara: Holder) -> None:
        first, _ = mara.admit(idempotency=IdempotencyRecord(mara.id, "k", "aa"))
        for body, same in (("aa", True), ("bb", False)):
            _, answer = mara.admit(idempotency=IdempotencyRecord(mara.id, "k", body))
            assert (answer.outcome, answer.request_id, answer.same) == ("repeated", first, same)
        assert mara.account[2] == 1

    def test_for_a_day(self, mara: Holder, connection: Connection) -> None:
        first, _ = mara.admit(idempotency=IdempotencyRecord(mara.id, "k", "aa"))
        connection.execute("UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'")
        second, answer = mara.admit(idempotency=IdempotencyRecord(mara.id, "k", "bb"))
        assert (answer.outcome, second != first) == ("admitted", True)

    async def test_its_result_can_be_read_once_there_is_one(self, mara: Holder, database: Database) -> None:
        first, _ = mara.admit(idempotency=IdempotencyRecord(mara.id, "k", "aa"))
        assert await repository.stored_result(database, mara.id, first) == (None, True)
        result = StoredResult(error=ErrorBody(code=ErrorCode.PROVIDER_FAILED, message="no"))
        record = mara.settlement(first, None)
        await repository.settle(database, [type(record)(**{**_fields(record), "result": result})])
        assert await repository.stored_result(database, mara.id, first) == (result, False)
        assert await repository.stored_result(database, uuid4(), first) == (None, False)


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


class TestTogether:
    async def test_each_of_a_batch_is_for_itself(self, connection: Connection, database: Database) -> None:
        rich, poor = Holder(connection, credits=150), Holder(connection, credits=0)
        asked = [rich.admission(), poor.admission(), rich.admission(), rich.admission(catalogue_version=0)]
        answers = await repository.admit(database, asked)
        assert [answers[record.request_id].outcome for record in asked] == [
            "admitted",
            "out_of_credits",
            "admitted",
            "stale_catalogue",
        ]
        assert answers[asked[2].request_id].max_tokens == 50

    async def test_nothing_deadlocks_however_batches_are_mixed(
        self, connection: Connection, database: Database, database_url: str
    ) -> None:
        people = [Holder(connection, credits=100_000) for _ in range(4)]
        for holder in people[:2]:
            connection.execute(
                "INSERT INTO organisation_limits (organisation_id, concurrent_chats) VALUES (%s, 1000)",
                (holder.organisation_id,),
            )
        shared = Window("chat address x", 60, FOREVER, FOREVER)
        chance = random.Random(7)

        async def work() -> None:
            for _ in range(6):
                chosen = [chance.choice(people) for _ in range(5)]
                asked = [
                    holder.admission(windows=[Window(f"chat user {holder.id}", 60, FOREVER, FOREVER), shared])
                    for holder in chosen
                ]
                answers = await repository.admit(database, asked)
                assert {answer.outcome for answer in answers.values()} == {"admitted"}
                ends = [h.settlement(r.request_id, 7) for h, r in zip(chosen, asked, strict=True)]
                chance.shuffle(ends)
                settled = await repository.settle(database, ends)
                assert all(end.settled for end in settled.values())

        await asyncio.gather(*(work() for _ in range(8)))
        assert sum(holder.balance for holder in people) == 400_000 - 8 * 6 * 5 * 7
        await books_balance(database_url)


class TestLeases:
    async def test_only_what_nobody_renews_is_an_orphan(
        self, mara: Holder, database: Database, connection: Connection
    ) -> None:
        left, _ = mara.admit(process_id=UUID(int=1))
        kept, _ = mara.admit(process_id=UUID(int=2))
        lost, _ = mara.admit(process_id=UUID(int=2))
        connection.execute("UPDATE holds SET lease_until = clock_timestamp() - interval '2 hours'")
        assert await repository.renew_leases(database, UUID(int=2), {kept, left}, 60) == {kept: False}
        assert {orphan.request_id for orphan in await repository.orphans(database, 60)} == {left, lost}

    async def test_old_keys_and_windows_are_forgotten(
        self, mara: Holder, database: Database, connection: Connection
    ) -> None:
        window = Window(f"chat user {mara.id}", 60, FOREVER, FOREVER)
        mara.admit(windows=[window], idempotency=IdempotencyRecord(mara.id, "k", "aa"))
        await repository.purge(database)
        assert (count(connection, "idempotency_keys"), count(connection, "rate_windows")) == (1, 1)
        age = timedelta(days=3)
        connection.execute("UPDATE idempotency_keys SET created_at = created_at - %s", (age,))
        connection.execute("UPDATE rate_windows SET started_at = started_at - %s", (age,))
        await repository.purge(database)
        assert (count(connection, "idempotency_keys"), count(connection, "rate_windows")) == (0, 0)


amounts = st.decimals(0, 60, places=4)


class Ledger(RuleBasedStateMachine):
    """One account against a model of it in memory, through any sequence of what can happen."""

    connection: Connection
    steps = 0
    requests = Bundle("requests")

    def __init__(self) -> None:
        super().__init__()
        self.holder = Holder(self.connection, credits=0)
        self.balance = self.day_used = Decimal(0)
        self.holds: dict[UUID, tuple[Decimal, bool]] = {}

    @property
    def held(self) -> Decimal:
        return sum((amount for amount, _ in self.holds.values()), Decimal(0))

    @rule(amount=st.decimals(-200, 300, places=4))
    def grant(self, amount: Decimal) -> None:
        self.holder.move(amount)
        self.balance += max(amount, self.held - self.balance)

    @rule(
        target=requests,
        fixed=amounts,
        each=st.decimals(0, 3, places=6),
        wanted=st.integers(1, 100),
        least=st.integers(1, 20),
        a_day=st.none() | st.decimals(0, 200, places=2),
        a_request=st.none() | st.decimals(0, 80, places=2),
    )
    def admit(
        self, fixed: Decimal, each: Decimal, wanted: int, least: int, a_day: Decimal | None, a_request: Decimal | None
    ) -> UUID:
        request_id, answer = self.holder.admit(
            fixed_credits=fixed,
            credits_per_token=each,
            wanted_tokens=wanted,
            min_tokens=least,
            limits=PlanLimits(credits_per_day=a_day, credits_per_request=a_request),
        )
        caps = [self.balance - self.held]
        caps += [] if a_day is None else [a_day - self.day_used]
        caps += [] if a_request is None else [a_request]
        spendable = min(caps)
        tokens = wanted
        if fixed + each * wanted > spendable and each > 0:
            tokens = min(wanted, int(Fraction(spendable - fixed) // Fraction(each)))
        if fixed > spendable or tokens < min(wanted, least):
            assert (answer.outcome, answer.spendable) == ("out_of_credits", spendable)
        else:
            amount = fixed + each * tokens
            assert (answer.outcome, answer.max_tokens, answer.held) == ("admitted", tokens, amount)
            assert answer.balance == self.balance - self.held - amount
            self.holds[request_id] = (amount, False)
            self.day_used += amount
        return request_id

    @rule(request_id=requests, cost=st.decimals(0, 120, places=6))
    def settle(self, request_id: UUID, cost: Decimal | None) -> None:
        first, charged, spendable = self.holder.settle(request_id, cost)
        assert first is (request_id in self.holds)
        if first:
            amount, is_old = self.holds.pop(request_id)
            owed = min(cost or Decimal(0), amount)
            assert charged == owed
            self.balance -= amount if is_old else owed
            self.day_used = max(self.day_used - amount + owed, Decimal(0))
        assert spendable == self.balance - self.held

    @rule(request_id=requests)
    def release(self, request_id: UUID) -> None:
        """The request failed: nothing is charged, and what it held is free again."""
        self.settle(request_id, None)

    @rule(request_id=requests)
    def admit_again(self, request_id: UUID) -> None:
        """The answer to the first admission got lost on its way."""
        if request_id in self.holds:
            _, answer = self.holder.admit(request_id=request_id)
            assert (answer.outcome, answer.held) == ("admitted", self.holds[request_id][0])

    @rule(request_id=consumes(requests))
    def forget(self, request_id: UUID) -> None:
        """A process that is gone: its hold stays until somebody settles it."""
        self.holder.connection.execute("UPDATE holds SET lease_until = now() WHERE request_id = %s", (request_id,))

    @rule(monthly=st.sampled_from([Decimal(0), Decimal("12.5"), Decimal(100)]))
    def begin_a_month(self, monthly: Decimal) -> None:
        self.holder.let_a_month_pass()
        self.holder.open_period(monthly)
        self.balance = self.held + monthly
        self.day_used = self.held
        self.holds = {request_id: (amount, True) for request_id, (amount, _) in self.holds.items()}

    @rule()
    def begin_a_day(self) -> None:
        self.holder.let_a_day_pass()
        self.holder.open_period()
        self.day_used = self.held

    @invariant()
    def it_is_a_step(self) -> None:
        type(self).steps += 1

    @invariant()
    def the_account_is_that_of_the_model(self) -> None:
        assert self.holder.account == (self.balance, self.held, len(self.holds), self.day_used)

    @invariant()
    def nothing_is_overdrawn_and_the_ledger_adds_up(self) -> None:
        assert Decimal(0) <= self.held <= self.balance
        assert sum((amount for _, amount in self.holder.ledger()), Decimal(0)) == self.balance


def test_no_sequence_of_events_breaks_the_books(connection: Connection) -> None:
    class Here(Ledger):
        pass

    Here.connection = connection
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=250,
            stateful_step_count=60,
            derandomize=True,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
    assert Here.steps >= STEPS
