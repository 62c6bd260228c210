"""One process's circuits: who may call, and what is owed to the others."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from backend.providers.circuit_book import CircuitBook, Permit, words
from backend.providers.circuits import (
    CLOSED,
    FEWEST_CALLS,
    IN_A_ROW,
    Circuit,
    CircuitState,
    Finding,
    What,
    step,
)
from backend.providers.errors import (
    AuthRejected,
    ConnectFailed,
    ProviderError,
    RateLimited,
    Rejected,
    ServerFault,
    TargetRefused,
    TimedOut,
)

ONE, OTHER = uuid4(), uuid4()
START = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPEN = step(CLOSED, Finding(What.FAILING, "because"), START)
HALF_OPEN = step(OPEN, Finding(What.PROBE_PASSED), START)


@pytest.fixture
def book() -> CircuitBook:
    return CircuitBook(lambda: START)


def fail(book: CircuitBook, times: int, error: Callable[[], ProviderError] = ServerFault) -> None:
    for _ in range(times):
        book.failed(ONE, error())


class TestOpening:
    def test_faults_in_a_row_open_it_and_are_owed(self, book: CircuitBook) -> None:
        fail(book, IN_A_ROW - 1)
        assert book.take(ONE) is Permit.CALL
        fail(book, 1)
        assert book.take(ONE) is None
        assert book.owed[ONE].what is What.FAILING
        assert book.circuit(ONE).reason == (
            "5 calls in a row failed; the last: The model's provider had an internal fault. (HTTP 500)"
        )

    def test_half_of_the_calls_open_it(self, book: CircuitBook) -> None:
        for _ in range(FEWEST_CALLS // 2):
            book.succeeded(ONE)
            book.failed(ONE, TimedOut("first_byte"))
        assert book.state(ONE) is CircuitState.OPEN

    @pytest.mark.parametrize("error", [AuthRejected, TargetRefused])
    def test_a_fault_of_the_configuration_opens_it_at_once(
        self, book: CircuitBook, error: Callable[[], ProviderError]
    ) -> None:
        fail(book, 1, error)
        assert book.state(ONE) is CircuitState.OPEN
        assert book.owed[ONE].configuration

    def test_refusals_of_a_prompt_and_limits_never_do(self, book: CircuitBook) -> None:
        fail(book, 100, RateLimited)
        fail(book, 100, Rejected)
        assert (book.state(ONE), book.owed) == (CircuitState.CLOSED, {})

    def test_other_endpoints_are_left_alone(self, book: CircuitBook) -> None:
        fail(book, IN_A_ROW)
        assert book.take(OTHER) is Permit.CALL

    def test_what_providers_say_stays_out_of_the_reason(self) -> None:
        assert "prompt" not in words(ServerFault("HTTP 500 cannot read the prompt", provider_status=500))
        assert "prompt" not in words(AuthRejected("HTTP 401 your prompt"))
        assert words(ConnectFailed("127.0.0.1:1: refused")) == "127.0.0.1:1: refused"


class TestHalfOpen:
    @pytest.fixture
    def book(self) -> CircuitBook:
        book = CircuitBook(lambda: START)
        book.adopt(ONE, HALF_OPEN)
        return book

    def test_one_call_at_a_time_tries_it(self, book: CircuitBook) -> None:
        assert book.take(ONE) is Permit.TRIAL
        assert book.take(ONE) is None
        book.let_go(ONE, Permit.TRIAL)
        assert book.take(ONE) is Permit.TRIAL

    def test_its_success_closes(self, book: CircuitBook) -> None:
        permit = book.take(ONE)
        assert permit is not None
        book.succeeded(ONE, permit)
        assert book.take(ONE) is Permit.CALL
        assert book.owed == {ONE: Finding(What.ANSWERED)}

    def test_its_failure_opens_for_longer(self, book: CircuitBook) -> None:
        book.failed(ONE, ServerFault(), Permit.TRIAL)
        assert book.take(ONE) is None
        assert book.retry_in([ONE]) > OPEN.retry_in(START)

    def test_a_limit_on_the_trial_says_nothing(self, book: CircuitBook) -> None:
        assert book.take(ONE) is Permit.TRIAL
        book.failed(ONE, RateLimited(), Permit.TRIAL)
        assert book.take(ONE) is Permit.TRIAL

    def test_calls_from_before_say_nothing(self, book: CircuitBook) -> None:
        book.succeeded(ONE)
        fail(book, IN_A_ROW)
        assert book.state(ONE) is CircuitState.HALF_OPEN


class TestSharing:
    def test_a_circuit_that_another_process_opened_is_open_here(self, book: CircuitBook) -> None:
        book.adopt(ONE, OPEN)
        assert book.take(ONE) is None
        assert dict(book.unsettled()) == {ONE: OPEN}
        book.adopt(ONE, CLOSED)
        assert book.take(ONE) is Permit.CALL

    def test_what_is_owed_goes_before_what_is_read(self, book: CircuitBook) -> None:
        fail(book, 1, AuthRejected)
        book.adopt_all({OTHER: OPEN})
        assert (book.take(ONE), book.take(OTHER)) == (None, None)
        book.owed.clear()
        book.adopt_all({})
        assert (book.take(ONE), book.take(OTHER)) == (Permit.CALL, Permit.CALL)

    def test_changes_are_told_once(self, book: CircuitBook) -> None:
        told: list[tuple[UUID, Circuit]] = []
        book.on_change = lambda id, circuit: told.append((id, circuit))
        book.adopt(ONE, OPEN)
        book.adopt(ONE, OPEN)
        assert told == [(ONE, OPEN)]

    def test_the_first_success_after_a_probe_closed_it_is_owed_and_no_other(self, book: CircuitBook) -> None:
        book.adopt(ONE, step(HALF_OPEN, Finding(What.PROBE_PASSED), START))
        book.succeeded(ONE)
        assert book.owed.pop(ONE) == Finding(What.ANSWERED)
        book.succeeded(ONE)
        assert not book.owed


class Calls(RuleBasedStateMachine):
    """Calls, probes and news of other processes in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.book = CircuitBook(lambda: self.now)
        self.running: list[Permit] = []

    @rule(seconds=st.integers(1, 20))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def a_call_begins(self) -> None:
        state = self.book.state(ONE)
        permit = self.book.take(ONE)
        if permit is not None:
            self.running.append(permit)
        assert (permit is Permit.CALL) == (state is CircuitState.CLOSED)

    @rule(end=st.sampled_from(["answered", "fault", "refused", "configuration", "cancelled"]), which=st.integers(0, 9))
    def a_call_ends(self, end: str, which: int) -> None:
        if not self.running:
            return
        permit = self.running.pop(which % len(self.running))
        match end:
            case "answered":
                self.book.succeeded(ONE, permit)
            case "cancelled":
                self.book.let_go(ONE, permit)
            case _:
                errors = {"fault": ServerFault(), "refused": Rejected(), "configuration": AuthRejected()}
                self.book.failed(ONE, errors[end], permit)

    @rule(what=st.sampled_from([What.PROBE_PASSED, What.PROBE_FAILED]))
    def a_probe_ends(self, what: What) -> None:
        self.book.learn(ONE, Finding(what, "probed"))

    @rule(circuit=st.sampled_from([CLOSED, OPEN, HALF_OPEN]))
    def another_process_speaks(self, circuit: Circuit) -> None:
        self.book.owed.clear()
        self.book.adopt(ONE, circuit)

    @invariant()
    def nothing_is_stuck(self) -> None:
        """Whatever happened, two good probes let calls through again."""
        assert self.book.retry_in([ONE]) <= 15
        if self.book.state(ONE) is CircuitState.OPEN:
            assert self.book.take(ONE) is None

    def teardown(self) -> None:
        for permit in self.running:
            self.book.let_go(ONE, permit)
        for _ in range(2):
            self.book.learn(ONE, Finding(What.PROBE_PASSED))
        assert self.book.take(ONE) is Permit.CALL


Calls.TestCase.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
TestCalls = Calls.TestCase
