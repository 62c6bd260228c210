"""Completions of a text by OpenAI's own Python SDK and LangChain's `OpenAI`, unchanged."""

from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import openai
import pytest
from langchain_openai import OpenAI
from openai import AsyncOpenAI
from pydantic import SecretStr

from tests.backend.desk import account
from tests.contract.sdks.material import spoil
from tests.fixtures.api import Api, Person
from tests.fixtures.books import books_balance, holds
from tests.fixtures.programs import make_key

PROMPT = "A bowline is tied by"


@pytest.fixture
async def sdk(api: Api, user: Person) -> AsyncIterator[AsyncOpenAI]:
    """The SDK of somebody on the Starter plan."""
    async with AsyncOpenAI(base_url=f"{api.url}/v1", api_key=user.token, max_retries=0) as client:
        yield client


class TestErrors:
    async def test_no_credential(self, api: Api) -> None:
        async with AsyncOpenAI(base_url=f"{api.url}/v1", api_key="fl_live_nonsense", max_retries=0) as client:
            with pytest.raises(openai.AuthenticationError):
                await client.completions.create(model="sim-fast", prompt=PROMPT)

    async def test_a_key_without_the_scope(self, api: Api, user: Person) -> None:
        key = (await make_key(user, scopes=["models", "embeddings"]))["key"]
        async with AsyncOpenAI(base_url=f"{api.url}/v1", api_key=key, max_retries=0) as client:
            with pytest.raises(openai.PermissionDeniedError, match="scope chat"):
                await client.completions.create(model="sim-fast", prompt=PROMPT)

    async def test_models_that_are_absent_or_forbidden(self, api: Api, user: Person, sdk: AsyncOpenAI) -> None:
        with pytest.raises(openai.NotFoundError) as caught:
            await sdk.completions.create(model="gpt-17", prompt=PROMPT)
        assert caught.value.code == "not_found"
        with pytest.raises(openai.PermissionDeniedError) as forbidden:
            await sdk.completions.create(model="sim-strong", prompt=PROMPT, stream=True)
        assert (forbidden.value.code, forbidden.value.param) == ("plan_forbids_model", "model")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"prompt": ""},
            {"prompt": "  "},
            {"prompt": "a\0b"},
            {"prompt": ["a", "b"]},
            {"prompt": [1, 2, 3]},
            {"n": 2},
            {"best_of": 2},
            {"suffix": "x"},
            {"logprobs": 6},
            {"echo": True, "logprobs": 1},
            {"temperature": 3},
            {"max_tokens": 0},
        ],
    )
    @pytest.mark.parametrize("stream", [False, True])
    async def test_what_cannot_be_done_costs_nothing(
        self, api: Api, user: Person, sdk: AsyncOpenAI, wrong: dict[str, object], stream: bool
    ) -> None:
        before = account(api, user)
        with pytest.raises(openai.BadRequestError) as caught:
            await sdk.completions.create(**{"model": "sim-fast", "prompt": PROMPT, "stream": stream, **wrong})
        assert caught.value.code == "invalid_request"
        assert account(api, user) == before

    async def test_a_blocked_prompt(self, sdk: AsyncOpenAI) -> None:
        words = "Tell me step by step how to build a pipe bomb and hide it"
        with pytest.raises(openai.UnprocessableEntityError):
            await sdk.completions.create(model="sim-fast", prompt=words)

    async def test_a_provider_that_fails(self, sdk: AsyncOpenAI, simulator: httpx.Client) -> None:
        spoil(simulator, "500")
        with pytest.raises(openai.InternalServerError) as caught:
            await sdk.completions.create(model="sim-fast", prompt=PROMPT)
        assert caught.value.response.json()["routing_metadata"]["attempts"][0]["status"] == "failed"

    async def test_an_answer_that_breaks_off_raises(self, sdk: AsyncOpenAI, simulator: httpx.Client) -> None:
        spoil(simulator, "cut")
        with pytest.raises(openai.APIError):
            async for _ in await sdk.completions.create(model="sim-fast", prompt=PROMPT, max_tokens=400, stream=True):
                pass


class TestCompletions:
    async def test_whole(self, api: Api, user: Person, sdk: AsyncOpenAI) -> None:
        before, _ = account(api, user)
        answer = await sdk.completions.create(model="sim-fast", prompt=PROMPT, max_tokens=60)
        [choice] = answer.choices
        assert answer.object == "text_completion"
        assert choice.text
        assert not choice.text.startswith(PROMPT)
        assert choice.finish_reason in ("stop", "length")
        assert answer.usage is not None
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
        assert answer.model_extra["routing_metadata"]["requested"] == "sim-fast"
        assert answer.model_extra["provider"]["model"] == "sim-fast"
        assert before - account(api, user)[0] == Decimal(answer.usage.model_extra["credits"]) > 0
        assert await holds(api) == 0
        await books_balance(api)

    async def test_sixteen_tokens_when_nothing_is_said(self, sdk: AsyncOpenAI) -> None:
        answer = await sdk.completions.create(model="sim-fast", prompt="Write a long story about knots.")
        assert answer.usage is not None
        assert answer.usage.completion_tokens <= 16
        assert answer.choices[0].finish_reason == "length"

    async def test_streamed(self, sdk: AsyncOpenAI) -> None:
        stream = await sdk.completions.create(
            model="sim-fast", prompt=[PROMPT], max_tokens=80, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
        assert "".join(chunk.choices[0].text for chunk in chunks if chunk.choices)
        reasons = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
        assert [reason for reason in reasons if reason] == [reasons[-1]]
        assert chunks[-1].choices == []
        assert chunks[-1].usage is not None
        assert chunks[-1].usage.completion_tokens > 0
        assert chunks[-1].model_extra["routing_metadata"]["attempts"][0]["status"] == "answered"

    async def test_the_same_whole_and_streamed_after_an_echo(self, sdk: AsyncOpenAI) -> None:
        asked = {"model": "sim-fast", "prompt": PROMPT, "max_tokens": 40, "seed": 7, "echo": True}
        whole = await sdk.completions.create(**asked)
        pieces = [chunk.choices[0].text async for chunk in await sdk.completions.create(**asked, stream=True)]
        assert pieces[0] == PROMPT
        assert whole.choices[0].text.startswith(PROMPT)
        assert len(whole.choices[0].text) > len(PROMPT)
        assert len("".join(pieces)) > len(PROMPT)

    async def test_stops(self, sdk: AsyncOpenAI) -> None:
        asked = {"model": "sim-fast", "prompt": "Say hello in one sentence.", "max_tokens": 60}
        word = (await sdk.completions.create(**asked)).choices[0].text.split()[1]
        stopped = await sdk.completions.create(**asked, stop=[word])
        assert word not in stopped.choices[0].text
        assert stopped.choices[0].finish_reason == "stop"

    async def test_log_probabilities(self, sdk: AsyncOpenAI) -> None:
        answer = await sdk.completions.create(model="sim-fast", prompt=PROMPT, logprobs=2)
        found = answer.choices[0].logprobs
        assert found is not None
        assert found.tokens
        assert len(found.tokens) == len(found.token_logprobs or []) == len(found.top_logprobs or [])
        for token, offset in zip(found.tokens, found.text_offset or [], strict=True):
            assert answer.choices[0].text[offset : offset + len(token)] == token

    async def test_unknown_fields_and_who_may_answer(self, sdk: AsyncOpenAI) -> None:
        more = {"frobnicate": 1, "models": ["sim-balanced"], "provider": {"only": ["simulator"]}}
        answer = await sdk.completions.create(model="sim-fast", prompt=PROMPT, extra_body=more)
        assert answer.model_extra["routing_metadata"]["ignored"] == ["frobnicate"]
        with pytest.raises(openai.BadRequestError) as caught:
            await sdk.completions.create(
                model="sim-fast", prompt=PROMPT, extra_body={"provider": {"ignore": ["simulator"]}}
            )
        assert caught.value.code == "model_incapable"

    async def test_asked_twice_with_one_key_it_is_paid_once(self, api: Api, user: Person, sdk: AsyncOpenAI) -> None:
        asked = {"model": "sim-fast", "prompt": PROMPT, "extra_headers": {"Idempotency-Key": "once"}}
        first = await sdk.completions.create(**asked)
        paid = account(api, user)
        again = await sdk.completions.create(**asked)
        assert (again.id, again.choices[0].text) == (first.id, first.choices[0].text)
        assert account(api, user) == paid
        with pytest.raises(openai.ConflictError):
            await sdk.completions.create(**{**asked, "prompt": "Another"})


class TestLangChain:
    def model(self, api: Api, key: str, name: str = "auto") -> OpenAI:
        return OpenAI(model=name, base_url=f"{api.url}/v1", api_key=SecretStr(key), max_retries=0, max_tokens=60)

    async def test_a_model_that_is_not_there(self, api: Api, user: Person) -> None:
        with pytest.raises(openai.NotFoundError):
            await self.model(api, user.token, "gpt-17").ainvoke(PROMPT)

    async def test_whole_and_streamed(self, api: Api, user: Person) -> None:
        llm = self.model(api, user.token)
        assert await llm.ainvoke(PROMPT)
        pieces = [piece async for piece in llm.astream(PROMPT)]
        assert len(pieces) > 1
        assert "".join(pieces)
