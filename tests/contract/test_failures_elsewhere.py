"""The same failures at both other ends: providers of other dialects, and callers who speak OpenAI's API."""

import itertools
from collections.abc import AsyncIterator

import httpx
import openai
import psycopg
import pytest
from openai import AsyncOpenAI

from shared.errors import ErrorCode
from tests.contract.test_failures import BREAKS, LAST, streamed_or_whole
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.books import books_balance, holds
from tests.fixtures.faults import PROMPT, SOUND, Faults
from tests.fixtures.models import lift_limits

ASKED = [{"role": "user", "content": PROMPT}]


@pytest.fixture
async def person(join: Join) -> Person:
    """Somebody who may use every model."""
    return await join(plan="team")


@pytest.fixture
async def faults(person: Person, api: Api, simulator: httpx.Client, database_url: str) -> AsyncIterator[Faults]:
    """Two models that repeat the prompt; every other one is off."""
    lift_limits(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE models SET active = false")
    faults = Faults(person, simulator, database_url)
    faults.add("first")
    faults.add("second")
    await api.services.catalogue.refresh()
    yield faults
    await books_balance(api)
    assert await holds(api) == 0


@streamed_or_whole
@pytest.mark.parametrize("dialect", ["anthropic", "gemini", "cohere"])
class TestOtherDialects:
    @pytest.fixture(autouse=True)
    async def spoken(self, faults: Faults, api: Api, dialect: str) -> None:
        faults.speak(dialect)
        await api.services.catalogue.refresh()

    @pytest.mark.parametrize("fault", ["500", "503", "429-bare", "reset", "reset-after-headers"])
    async def test_one_failure_is_made_good(self, faults: Faults, fault: str, stream: bool) -> None:
        faults.to_come(fault)
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert (outcome.text, outcome.error) == (PROMPT, None)

    @pytest.mark.parametrize(("fault", "place"), list(itertools.product(BREAKS, [1, LAST // 2, LAST])))
    async def test_what_broke_off_is_asked_for_again_and_only_the_rest_is_told(
        self, faults: Faults, fault: str, place: int, stream: bool
    ) -> None:
        faults.to_come(f"{fault}-{place}")
        faults.always()
        outcome = await faults.ask(stream=stream)
        assert (outcome.text, outcome.error, outcome.restarts) == (PROMPT, None, 0)
        assert [status for _, status, _ in faults.attempts()] == ["failed", "answered"], faults.attempts()

    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            ("content-filter", ErrorCode.CONTENT_FILTERED),
            ("context-length-32000", ErrorCode.CONTEXT_TOO_LONG),
            ("400", ErrorCode.INVALID_REQUEST),
            ("401", ErrorCode.PROVIDER_FAILED),
        ],
    )
    async def test_what_nobody_can_mend_is_told(
        self, faults: Faults, fault: str, code: ErrorCode, stream: bool
    ) -> None:
        faults.always(fault)
        outcome = await faults.ask(stream=stream)
        assert outcome.error is not None
        assert outcome.error.code == code
        assert faults.one("SELECT count(*) FROM cost_records") == 0

    async def test_when_every_rescue_breaks_it_is_said_and_nothing_charged(self, faults: Faults, stream: bool) -> None:
        faults.always("cut-4")
        outcome = await faults.ask(stream=stream)
        assert outcome.error is not None
        assert PROMPT.startswith(outcome.text)
        assert faults.one("SELECT count(*) FROM cost_records") == 0


class TestOpenAIsCallers:
    @pytest.fixture
    async def sdk(self, api: Api, person: Person) -> AsyncIterator[AsyncOpenAI]:
        async with AsyncOpenAI(base_url=f"{api.url}/v1", api_key=person.token, max_retries=0) as client:
            yield client

    async def streamed(self, sdk: AsyncOpenAI) -> tuple[str, list[str]]:
        """The text and the finish reasons. Raises what the SDK raises."""
        text, reasons = "", []
        async for chunk in await sdk.chat.completions.create(model="auto", messages=ASKED, stream=True):
            for choice in chunk.choices:
                text += choice.delta.content or ""
                reasons += [choice.finish_reason] if choice.finish_reason else []
        return text, reasons

    @pytest.mark.parametrize("stream", [True, False])
    @pytest.mark.parametrize(("fault", "place"), list(itertools.product(BREAKS, [1, LAST // 2, LAST])))
    async def test_an_answer_that_broke_off_is_whole(
        self, faults: Faults, sdk: AsyncOpenAI, fault: str, place: int, stream: bool
    ) -> None:
        faults.to_come(f"{fault}-{place}")
        faults.always()
        if stream:
            assert await self.streamed(sdk) == (PROMPT, ["stop"])
            return
        answer = await sdk.chat.completions.create(model="auto", messages=ASKED)
        assert answer.choices[0].message.content == PROMPT
        tried = answer.model_extra["routing_metadata"]["attempts"]
        assert [attempt["status"] for attempt in tried] == ["failed", "answered"]

    async def test_what_was_shown_is_not_taken_back_the_stream_ends_with_an_error(
        self, faults: Faults, sdk: AsyncOpenAI
    ) -> None:
        faults.to_come("cut-3", script={"texts": ["a ", "b ", "c ", "d "]})
        faults.always(SOUND, script={"texts": ["a ", "b", "-", "e"]})
        with pytest.raises(openai.APIError, match="could not be continued"):
            await self.streamed(sdk)
        assert faults.one("SELECT count(*) FROM cost_records") == 0

    @pytest.mark.parametrize("stream", [True, False])
    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ("500", openai.InternalServerError),
            ("content-filter", openai.UnprocessableEntityError),
            ("400", openai.BadRequestError),
        ],
    )
    async def test_a_failure_before_the_first_word_is_an_error_response(
        self, faults: Faults, sdk: AsyncOpenAI, fault: str, error: type[openai.APIStatusError], stream: bool
    ) -> None:
        faults.always(fault)
        with pytest.raises(error) as caught:
            await sdk.chat.completions.create(model="auto", messages=ASKED, stream=stream)
        routing = caught.value.response.json()["routing_metadata"]
        assert routing["primary_provider"] == "simulator"
        assert {attempt["status"] for attempt in routing["attempts"]} == {"failed"}
        assert faults.one("SELECT count(*) FROM cost_records") == 0
