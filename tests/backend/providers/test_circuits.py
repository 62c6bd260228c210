"""The circuit: what it does with every finding, and that a recovered endpoint is never kept waiting."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.circuits import (
    CLOSED,
    FEWEST_CALLS,
    IN_A_ROW,
    LONGEST_COOL_DOWN,
    RECHECK,
    WINDOW,
    Circuit,
    CircuitState,
    Finding,
    Tally,
    Verdict,
    What,
    cool_down,
    step,
    verdict,
)
from backend.providers.errors import (
    AuthRejected,
    ConnectFailed,
    ConnectionLost,
    ContentFiltered,
    ContextTooLong,
    Endless,
    Malformed,
    ProviderError,
    RateLimited,
    Rejected,
    ServerFault,
    TargetRefused,
    TimedOut,
    Truncated,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FAILING = Finding(What.FAILING, "5 calls in a row failed")
OPEN = step(CLOSED, FAILING, NOW)
HALF_OPEN = step(OPEN, Finding(What.PROBE_PASSED), NOW)

findings = st.builds(Finding, st.sampled_from(What), st.just("because"), st.booleans())
moments = st.integers(0, 60).map(lambda seconds: timedelta(seconds=seconds))


class TestStep:
    @pytest.mark.parametrize(
        ("circuit", "what", "state"),
        [
            (CLOSED, What.FAILING, "open"),
            (CLOSED, What.ANSWERED, "closed"),
            (CLOSED, What.TRIAL_FAILED, "closed"),
            (CLOSED, What.PROBE_FAILED, "closed"),
            (CLOSED, What.PROBE_PASSED, "closed"),
            (OPEN, What.FAILING, "open"),
            (OPEN, What.ANSWERED, "open"),
            (OPEN, What.TRIAL_FAILED, "open"),
            (OPEN, What.PROBE_FAILED, "open"),
            (OPEN, What.PROBE_PASSED, "half_open"),
            (HALF_OPEN, What.FAILING, "half_open"),
            (HALF_OPEN, What.ANSWERED, "closed"),
            (HALF_OPEN, What.TRIAL_FAILED, "open"),
            (HALF_OPEN, What.PROBE_FAILED, "open"),
            (HALF_OPEN, What.PROBE_PASSED, "closed"),
        ],
    )
    def test_every_finding_in_every_state(self, circuit: Circuit, what: What, state: str) -> None:
        assert step(circuit, Finding(what, "because"), NOW).state == state

    @given(st.lists(st.tuples(moments, findings)))
    def test_whatever_is_found_the_next_try_is_near(self, found: list[tuple[timedelta, Finding]]) -> None:
        circuit, now = CLOSED, NOW
        for later, finding in found:
            now += later
            circuit = step(circuit, finding, now)
            if circuit.state is CircuitState.CLOSED:
                assert (circuit.retry_at, circuit.reason) == (None, "")
            else:
                assert circuit.reason == "because"
                assert circuit.opened_at is not None
                assert circuit.opened_at <= now
                assert circuit.retry_in(now) <= LONGEST_COOL_DOWN

    @given(st.lists(findings))
    def test_an_endpoint_that_recovers_is_closed_by_two_probes(self, found: list[Finding]) -> None:
        circuit = CLOSED
        for finding in found:
            circuit = step(circuit, finding, NOW)
        for _ in range(2):
            circuit = step(circuit, Finding(What.PROBE_PASSED), NOW)
        assert circuit.state is CircuitState.CLOSED

    @given(st.lists(findings), findings)
    def test_a_call_that_succeeds_in_the_half_open_state_makes_all_good(
        self, found: list[Finding], last: Finding
    ) -> None:
        circuit = CLOSED
        for finding in (*found, last):
            circuit = step(circuit, finding, NOW)
        if circuit.state is CircuitState.HALF_OPEN:
            assert step(circuit, Finding(What.ANSWERED), NOW) == CLOSED

    def test_each_failed_try_waits_longer_up_to_a_limit(self) -> None:
        circuit, waits = OPEN, [OPEN.retry_in(NOW)]
        for _ in range(6):
            circuit = step(circuit, Finding(What.PROBE_FAILED, "still"), NOW)
            waits.append(circuit.retry_in(NOW))
        assert waits == [2, 4, 8, 15, 15, 15, 15]
        assert circuit.opened_at == NOW

    def test_a_relapse_after_probes_alone_waits_longer_and_after_a_call_does_not(self) -> None:
        closed_by_probe = step(HALF_OPEN, Finding(What.PROBE_PASSED), NOW)
        assert step(closed_by_probe, FAILING, NOW).retry_in(NOW) == cool_down(2)
        proved = step(closed_by_probe, Finding(What.ANSWERED), NOW)
        assert step(proved, FAILING, NOW).retry_in(NOW) == cool_down(1)

    def test_many_trips_do_not_overflow(self) -> None:
        assert cool_down(10**9) == LONGEST_COOL_DOWN

    def test_recovery_takes_less_than_half_a_minute(self) -> None:
        probe, tick = 5, 1
        assert LONGEST_COOL_DOWN + RECHECK + 2 * (probe + tick) < 30


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (ConnectFailed(), Verdict.FAULT),
        (ConnectionLost(), Verdict.FAULT),
        (ServerFault(), Verdict.FAULT),
        (TimedOut("connect"), Verdict.FAULT),
        (TimedOut("first_token"), Verdict.FAULT),
        (Truncated(), Verdict.FAULT),
        (Malformed(), Verdict.FAULT),
        (Endless(), Verdict.FAULT),
        (AuthRejected(), Verdict.CONFIGURATION),
        (TargetRefused(), Verdict.CONFIGURATION),
        (RateLimited(), Verdict.SILENT),
        (Rejected(), Verdict.ALIVE),
        (ContentFiltered(), Verdict.ALIVE),
        (ContextTooLong(), Verdict.ALIVE),
    ],
)
def test_what_a_failure_says_of_the_endpoint(error: ProviderError, found: Verdict) -> None:
    assert verdict(error) is found


class TestTally:
    def test_faults_in_a_row(self) -> None:
        tally = Tally()
        for n in range(IN_A_ROW):
            assert tally.failing(n) is None
            tally.add(n, fault=True)
        assert tally.failing(IN_A_ROW) == "5 calls in a row failed"

    def test_a_success_begins_a_new_row(self) -> None:
        tally = Tally()
        for fault in (True, True, True, True, False, True, True, True, True):
            tally.add(0, fault=fault)
        assert tally.failing(0) is None

    def test_half_of_enough_calls(self) -> None:
        tally = Tally()
        for n in range(FEWEST_CALLS):
            assert tally.failing(n) is None
            tally.add(n, fault=n % 2 == 0)
        assert tally.failing(FEWEST_CALLS) == "5 of 10 calls in 30 seconds failed"

    @given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=60).map(sorted))
    def test_only_calls_of_the_window_count(self, calls: list[tuple[float, bool]]) -> None:
        tally = Tally()
        for at, fault in calls:
            tally.add(at, fault=fault)
        assert len(tally._buckets) <= 11
        now = 100 + 2 * WINDOW
        tally.add(now, fault=False)
        assert tally.failing(now) is None
