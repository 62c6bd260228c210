"""What people get when providers fail: every row of the table of failures, alone and combined, streamed and whole.

Whatever happens, an answer is whole, begun anew or cleanly failed, in time, and the books balance.
"""

import itertools
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import psycopg
import pytest

from backend.simulator import tokens
from shared.errors import ErrorCode
from tests.fixtures.api import Api, Join
from tests.fixtures.books import books_balance, holds
from tests.fixtures.faults import LIMIT, PROMPT, SOUND, Faults
from tests.fixtures.models import lift_limits

LAST = tokens.count(PROMPT)
"""Chunks of an answer that repeats the prompt."""

streamed_or_whole = pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])


@pytest.fixture
async def faults(api: Api, join: Join, simulator: httpx.Client, database_url: str) -> AsyncIterator[Faults]:
    """Two models that repeat the prompt; every other one is off."""
    lift_limits(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE models SET active = false")
    faults = Faults(await join(plan="team"), simulator, database_url)
    faults.add("first")
    faults.add("second")
    await api.services.catalogue.refresh()
    yield faults
    await books_balance(api)
    assert await holds(api) == 0


@streamed_or_whole
class TestBeforeTheFirstToken:
    @pytest.mark.parametrize(
        "fault", ["500", "502", "503", "504", "529", "429-bare", "reset", "close", "reset-after-headers"]
    )
    async def test_one_failure_is_made_good_by_the_same_route(self, faults: Faults, fault: str, stream: bool) -> None:
        faults.to_come(fault)
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert (outcome.text, outcome.error) == (PROMPT, None)
        assert [(model, status) for model, status, _ in faults.attempts()] == [
            ("first", "failed"),
            ("first", "answered"),
        ]

    @pytest.mark.parametrize(("fault", "tries"), [("500", 2), ("503", 3), ("429-bare", 3), ("close", 2)])
    async def test_a_route_that_fails_again_and_again_is_left(
        self, faults: Faults, fault: str, tries: int, stream: bool
    ) -> None:
        faults.to_come(*[fault] * tries)
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert (outcome.text, outcome.error) == (PROMPT, None)
        assert [model for model, *_ in faults.attempts()] == ["first"] * tries + ["second"]

    async def test_a_wait_that_is_asked_for_is_kept(self, faults: Faults, stream: bool) -> None:
        faults.to_come("429-1")
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert outcome.text == PROMPT
        assert outcome.seconds >= 1
        assert [model for model, *_ in faults.attempts()] == ["first", "first"]

    async def test_a_wait_beyond_all_patience_is_not_waited_for(self, faults: Faults, stream: bool) -> None:
        faults.to_come("429-600")
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert outcome.text == PROMPT
        assert outcome.seconds < 5
        assert [model for model, *_ in faults.attempts()] == ["first", "second"]

    @pytest.mark.parametrize("fault", ["silent", "no-first-token"])
    async def test_a_silent_route_costs_its_limit_and_is_not_asked_twice(
        self, faults: Faults, fault: str, stream: bool
    ) -> None:
        faults.to_come(fault)
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert (outcome.text, outcome.error) == (PROMPT, None)
        assert LIMIT <= outcome.seconds < 3 * LIMIT
        assert [model for model, *_ in faults.attempts()] == ["first", "second"]

    @pytest.mark.parametrize("fault", ["401", "403"])
    async def test_a_rejected_key_is_our_fault_and_another_model_answers(
        self, faults: Faults, fault: str, stream: bool
    ) -> None:
        faults.to_come(fault)
        faults.always()
        outcome = await faults.ask(stream=stream)
        # Both models are at one endpoint, whose circuit is now open: it is the operator who has to act.
        assert outcome.error is not None
        assert outcome.error.code == ErrorCode.PROVIDER_FAILED
        assert "administrator" in outcome.error.message

    async def test_the_filter_is_not_routed_around(self, faults: Faults, stream: bool) -> None:
        faults.to_come("content-filter")
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert outcome.error is not None
        assert outcome.error.code == ErrorCode.CONTENT_FILTERED
        assert faults.calls() == 1

    @pytest.mark.parametrize("fault", ["400", "404", "413", "html", "content-type"])
    async def test_what_cannot_be_mended_here_is_asked_elsewhere(
        self, faults: Faults, fault: str, stream: bool
    ) -> None:
        faults.to_come(fault)
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert (outcome.text, outcome.error) == (PROMPT, None)

    async def test_when_nobody_is_left_the_last_reason_is_told_and_nothing_charged(
        self, faults: Faults, stream: bool
    ) -> None:
        faults.always("500")
        outcome = await faults.ask(stream=stream)
        assert outcome.error is not None
        assert outcome.error.code == ErrorCode.PROVIDER_FAILED
        assert [status for _, status, _ in faults.attempts()] == ["failed"] * 4
        assert faults.one("SELECT count(*) FROM cost_records") == 0


@streamed_or_whole
class TestTooLongForTheModel:
    async def test_a_model_that_reads_more_is_asked_and_the_same_one_never_again(
        self, faults: Faults, api: Api, stream: bool
    ) -> None:
        for name in ("third", "fourth", "fifth"):
            faults.add(name)
        faults.add("vast", price="1", latency_tier="slow", context_window=500_000)
        await api.services.catalogue.refresh()
        faults.to_come("context-length-32000")
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert (outcome.text, outcome.error) == (PROMPT, None)
        assert [(model, code) for model, _, code in faults.attempts()] == [
            ("first", ErrorCode.CONTEXT_TOO_LONG),
            ("vast", None),
        ]

    async def test_without_one_both_numbers_are_told(self, faults: Faults, stream: bool) -> None:
        faults.to_come("context-length-32000")
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert outcome.error is not None
        assert outcome.error.code == ErrorCode.CONTEXT_TOO_LONG
        assert outcome.error.details.keys() == {"limit", "requested"}
        assert faults.calls() == 1


BREAKS = ["cut", "cut-reset", "cut-unframed", "end-early", "stall", "in-band-error"]
PLACES = [1, 2, LAST // 2, LAST - 1, LAST]


@streamed_or_whole
class TestInMidAnswer:
    @pytest.mark.parametrize(("fault", "place"), list(itertools.product(BREAKS, PLACES)))
    async def test_what_broke_off_is_asked_for_again_and_only_the_rest_is_told(
        self, faults: Faults, fault: str, place: int, stream: bool
    ) -> None:
        faults.to_come(f"{fault}-{place}")
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert (outcome.text, outcome.error) == (PROMPT, None)
        assert outcome.restarts == 0
        assert [status for _, status, _ in faults.attempts()] == ["failed", "answered"], faults.attempts()

    @pytest.mark.parametrize(
        ("first", "second"), [*itertools.product(["cut-3", "stall-3"], ["500", "silent", "cut-2", "cut-9", "stall-1"])]
    )
    async def test_the_rescue_may_break_too(self, faults: Faults, first: str, second: str, stream: bool) -> None:
        faults.to_come(first, second)
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert (outcome.text, outcome.error) == (PROMPT, None)

    @pytest.mark.parametrize("fault", BREAKS)
    async def test_when_every_rescue_breaks_it_is_said_and_nothing_charged(
        self, faults: Faults, fault: str, stream: bool
    ) -> None:
        faults.always(f"{fault}-4")
        outcome = await faults.ask(stream=stream)
        assert outcome.error is not None
        assert PROMPT.startswith(outcome.text)
        assert faults.one("SELECT count(*) FROM cost_records") == 0

    async def test_another_text_replaces_the_one_that_broke_off(self, faults: Faults, stream: bool) -> None:
        faults.to_come("cut-3", script={"texts": ["a ", "b ", "c ", "d "]})
        faults.to_come(SOUND, script={"texts": ["a ", "b", "-", "e"]})
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert (outcome.text, outcome.error) == ("a b-e", None)
        assert outcome.restarts == int(stream)

    async def test_a_shorter_text_replaces_it_too(self, faults: Faults, stream: bool) -> None:
        faults.to_come("cut-3", script={"texts": ["a ", "b ", "c ", "d "]})
        faults.to_come(SOUND, script={"texts": ["a ", "b "]})
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert (outcome.text, outcome.error) == ("a b ", None)

    async def test_only_the_attempt_that_answered_is_charged(self, faults: Faults, stream: bool) -> None:
        faults.to_come("cut-5")
        faults.always()
        await faults.ask(stream=stream)
        assert faults.one("SELECT count(*) FROM cost_records") == 1
        output = faults.one("SELECT output_tokens FROM model_calls WHERE status = 'answered'")
        assert output == LAST
        assert faults.one("SELECT may_have_run FROM model_calls WHERE status = 'failed'") is True


@streamed_or_whole
class TestGoingOn:
    """A model that goes on from the beginning of an answer is given it, and writes only the rest."""

    @pytest.fixture
    async def able(self, faults: Faults, api: Api, database_url: str) -> Faults:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("UPDATE models SET active = false")
        for name in ("able", "apt"):
            faults.add(name, "sim-balanced", capabilities='["prefill"]')
        await api.services.catalogue.refresh()
        return faults

    @pytest.mark.parametrize("fault", ["cut-7", "stall-7", "in-band-error-20"])
    async def test_the_whole_is_as_if_nothing_had_happened(self, able: Faults, fault: str, stream: bool) -> None:
        able.always()
        sound = await able.ask("Tell me about ropes.", stream=stream)
        able.simulate_anew()
        able.to_come(fault)
        able.always()
        outcome = await able.ask("Tell me about ropes.", stream=stream)
        assert (outcome.text, outcome.error) == (sound.text, None)
        assert outcome.restarts == 0
        rows = able.one(
            "SELECT array_agg(output_tokens ORDER BY created_at) FROM model_calls WHERE status = 'answered'"
        )
        assert rows[1] == rows[0] - int(fault.rpartition("-")[2]), "only the rest was written again"
        charged = able.one("SELECT array_agg(charged ORDER BY created_at) FROM cost_records")
        assert Decimal(0) < charged[1]


class TestOddities:
    """What real servers do; none of it is a failure."""

    @pytest.mark.parametrize("fault", ["no-done", "no-finish", "never-ends", "duplicate-finish", "comments", "crlf"])
    async def test_a_complete_answer_is_complete_at_once(self, faults: Faults, fault: str) -> None:
        faults.to_come(fault)
        faults.always()
        outcome = await faults.ask()
        assert (outcome.text, outcome.error) == (PROMPT, None)
        assert [status for _, status, _ in faults.attempts()] == ["answered"]
        assert faults.one("SELECT estimated FROM cost_records") is False

    async def test_a_malformed_frame_is_skipped_and_counted(self, faults: Faults) -> None:
        faults.to_come("malformed-3")
        faults.always()
        outcome = await faults.ask()
        assert (outcome.text, outcome.error) == (PROMPT, None)
        assert faults.one("SELECT malformed FROM model_calls") == 1

    async def test_usage_that_is_not_reported_is_estimated_and_the_record_says_so(self, faults: Faults) -> None:
        faults.to_come("no-usage")
        faults.always()
        await faults.ask()
        assert faults.one("SELECT estimated FROM cost_records") is True

    async def test_the_filter_that_ends_an_answer_is_named(self, faults: Faults) -> None:
        faults.to_come("content-filter-finish-3")
        faults.always()
        outcome = await faults.ask()
        assert outcome.events[-1].finish_reason == "content_filter"
