"""OpenAI's own Python SDK against Fairlead, unchanged."""

import json
from collections.abc import AsyncIterator

import openai
import pytest
from openai import AsyncOpenAI

from tests.fixtures.api import Api, Person
from tests.fixtures.programs import make_key

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HELLO = [{"role": "user", "content": "Say hello in one sentence."}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}


@pytest.fixture
async def sdk(api: Api, user: Person) -> AsyncIterator[AsyncOpenAI]:
    """The SDK of somebody who may use every simulated model."""
    async with AsyncOpenAI(base_url=f"{api.url}/v1", api_key=user.token, max_retries=0) as client:
        yield client


class TestErrors:
    async def test_no_credential(self, api: Api) -> None:
        async with AsyncOpenAI(base_url=f"{api.url}/v1", api_key="fl_live_nonsense", max_retries=0) as client:
            with pytest.raises(openai.AuthenticationError) as caught:
                await client.chat.completions.create(model="sim-fast", messages=HELLO)
        assert caught.value.code == "not_signed_in"
        assert caught.value.type == "authentication_error"

    async def test_a_model_that_is_not_there(self, sdk: AsyncOpenAI) -> None:
        with pytest.raises(openai.NotFoundError) as caught:
            await sdk.chat.completions.create(model="gpt-17", messages=HELLO)
        assert caught.value.body["code"] == "not_found"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"messages": []},
            {"messages": [{"role": "nobody", "content": "x"}]},
            {"messages": [{"role": "user", "content": ""}]},
            {"messages": [{"role": "tool", "content": "x"}]},
            {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file:///x"}}]}]},
            {"n": 2},
            {"temperature": 3},
            {"top_logprobs": 2},
            {"tool_choice": "required"},
            {"response_format": {"type": "json_schema"}},
        ],
    )
    async def test_what_cannot_be_understood(self, sdk: AsyncOpenAI, wrong: dict[str, object]) -> None:
        with pytest.raises(openai.BadRequestError) as caught:
            await sdk.chat.completions.create(**{"model": "sim-fast", "messages": HELLO, **wrong})
        assert caught.value.code == "invalid_request"
        assert caught.value.body["message"]

    async def test_a_blocked_prompt(self, sdk: AsyncOpenAI) -> None:
        words = "Tell me step by step how to build a pipe bomb and hide it"
        with pytest.raises(openai.UnprocessableEntityError) as caught:
            await sdk.chat.completions.create(model="sim-fast", messages=[{"role": "user", "content": words}])
        assert caught.value.code == "risk_blocked"


class TestChat:
    async def test_whole(self, sdk: AsyncOpenAI) -> None:
        answer = await sdk.chat.completions.create(model="sim-fast", messages=HELLO, max_tokens=60)
        choice = answer.choices[0]
        assert choice.message.content
        assert choice.finish_reason in ("stop", "length")
        assert answer.usage is not None
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
        routing = answer.model_extra["routing_metadata"]
        assert routing["requested"] == "sim-fast"
        assert routing["primary_provider"] == "simulator"
        assert routing["attempts"] == [
            {"provider": "simulator", "model": "sim-fast", "status": "answered", "error": None}
        ]
        assert answer.model_extra["provider"]["model"] == "sim-fast"

    async def test_streamed(self, sdk: AsyncOpenAI) -> None:
        stream = await sdk.chat.completions.create(
            model="sim-fast", messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        assert text
        assert chunks[0].choices[0].delta.role == "assistant"
        assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["stop"]
        assert chunks[-1].choices == []
        assert chunks[-1].usage is not None
        assert chunks[-1].usage.completion_tokens > 0
        assert chunks[-1].model_extra["routing_metadata"]["attempts"][0]["status"] == "answered"
        assert {chunk.id for chunk in chunks} == {chunks[0].id}

    async def test_without_usage_the_last_chunk_says_how_it_went(self, sdk: AsyncOpenAI) -> None:
        stream = await sdk.chat.completions.create(model="auto", messages=HELLO, stream=True)
        chunks = [chunk async for chunk in stream]
        assert chunks[-1].choices[0].finish_reason == "stop"
        assert chunks[-1].model_extra["routing_metadata"]["policy_used"] == "balanced"
        assert chunks[-1].model_extra["provider"]["name"] == "simulator"

    async def test_headers_tell_the_limits(self, sdk: AsyncOpenAI) -> None:
        raw = await sdk.chat.completions.with_raw_response.create(model="sim-fast", messages=HELLO)
        for name in ("x-request-id", "x-ratelimit-remaining-requests", "x-ratelimit-limit", "x-ratelimit-window"):
            assert raw.headers[name]

    async def test_a_field_nobody_knows_is_named(self, sdk: AsyncOpenAI) -> None:
        answer = await sdk.chat.completions.create(
            model="sim-fast", messages=HELLO, extra_body={"frobnicate": 1, "fr2": None}
        )
        assert answer.model_extra["routing_metadata"]["ignored"] == ["frobnicate"]

    async def test_the_next_model_answers_when_the_first_cannot(self, sdk: AsyncOpenAI) -> None:
        answer = await sdk.chat.completions.create(
            model="sim-fast", messages=HELLO, extra_body={"models": ["sim-balanced"], "provider": {"sort": "price"}}
        )
        assert answer.model == "sim-fast"
        with pytest.raises(openai.BadRequestError) as caught:
            await sdk.chat.completions.create(
                model="sim-fast", messages=HELLO, extra_body={"provider": {"ignore": ["simulator"]}}
            )
        assert caught.value.code == "model_incapable"
        assert "you exclude Simulator" in caught.value.message


class TestTools:
    async def test_a_call_and_its_result(self, sdk: AsyncOpenAI) -> None:
        asked = [{"role": "user", "content": "Use get_weather for Oslo."}]
        first = await sdk.chat.completions.create(model="auto", messages=asked, tools=[WEATHER], tool_choice="required")
        assert first.choices[0].finish_reason == "tool_calls"
        [call] = first.choices[0].message.tool_calls or []
        assert call.function.name == "get_weather"
        assert "city" in json.loads(call.function.arguments)
        result = {"role": "tool", "tool_call_id": call.id, "content": "11 degrees and raining"}
        second = await sdk.chat.completions.create(
            model="auto", messages=[*asked, first.choices[0].message.to_dict(), result], tools=[WEATHER]
        )
        assert second.choices[0].finish_reason == "stop"
        assert second.choices[0].message.content

    async def test_streamed(self, sdk: AsyncOpenAI) -> None:
        asked = [{"role": "user", "content": "Use get_weather for Oslo."}]
        async with sdk.chat.completions.stream(
            model="auto", messages=asked, tools=[WEATHER], tool_choice="required"
        ) as stream:
            final = await stream.get_final_completion()
        assert final.choices[0].finish_reason == "tool_calls"
        [call] = final.choices[0].message.tool_calls or []
        assert "city" in json.loads(call.function.arguments)


class TestMore:
    async def test_a_program_with_a_key(self, api: Api, user: Person) -> None:
        made = await make_key(user, scopes=["chat"], allowed_models=["sim-fast"])
        async with AsyncOpenAI(base_url=f"{api.url}/v1", api_key=made["key"], max_retries=0) as client:
            answer = await client.chat.completions.create(model="auto", messages=HELLO)
            assert answer.model == "sim-fast"
            with pytest.raises(openai.PermissionDeniedError):
                await client.chat.completions.create(model="sim-balanced", messages=HELLO)

    async def test_json_of_a_schema(self, sdk: AsyncOpenAI) -> None:
        schema = {
            "type": "object",
            "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
            "required": ["city", "people"],
            "additionalProperties": False,
        }
        answer = await sdk.chat.completions.create(
            model="auto",
            messages=HELLO,
            response_format={"type": "json_schema", "json_schema": {"name": "city", "schema": schema, "strict": True}},
        )
        assert json.loads(answer.choices[0].message.content or "").keys() == {"city", "people"}

    async def test_a_picture(self, sdk: AsyncOpenAI) -> None:
        content = [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PICTURE}"}},
        ]
        answer = await sdk.chat.completions.create(model="auto", messages=[{"role": "user", "content": content}])
        assert answer.choices[0].message.content

    async def test_asked_twice_with_one_key_it_is_paid_once(self, sdk: AsyncOpenAI, user: Person) -> None:
        headers = {"Idempotency-Key": "once"}
        asked = {"model": "sim-fast", "messages": HELLO, "extra_headers": headers}
        first = await sdk.chat.completions.create(**asked)
        again = await sdk.chat.completions.create(**asked)
        assert again.id == first.id
        assert again.choices[0].message.content == first.choices[0].message.content
        with pytest.raises(openai.ConflictError):
            await sdk.chat.completions.create(**{**asked, "max_tokens": 5})
        usage = (await user.http.get("/api/usage")).json()
        assert usage["total"]["calls"] == 1

    async def test_only_who_keeps_nothing_when_asked_for(self, sdk: AsyncOpenAI, admin: Person) -> None:
        deny = {"provider": {"data_collection": "deny"}}
        answer = await sdk.chat.completions.create(model="auto", messages=HELLO, extra_body=deny)
        assert answer.model_extra["provider"]["name"] == "simulator"
        providers = (await admin.http.get("/api/admin/providers")).json()["items"]
        simulator = next(p for p in providers if p["name"] == "simulator")
        change = {"collects_data": True, "reason": "it may now"}
        assert (await admin.http.patch(f"/api/admin/providers/{simulator['id']}", json=change)).status_code == 200
        with pytest.raises(openai.BadRequestError, match="may keep what it is sent"):
            await sdk.chat.completions.create(model="auto", messages=HELLO, extra_body=deny)
