"""What every adapter can do, against the simulator: one suite for all dialects and vendors."""

import json
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from typing import NamedTuple

import httpx
import pytest
from msgspec import Raw
from msgspec.structs import replace
from PIL import Image

from backend.providers.calls import (
    AnswerFormat,
    ChatCall,
    EmbeddingCall,
    Picture,
    PictureCall,
    Target,
    Text,
    TokenUsage,
    Tool,
    ToolChoice,
    ToolUse,
    Turn,
    Upload,
)
from backend.providers.engine import ProviderClient
from backend.providers.errors import AuthRejected, ContextTooLong, RateLimited, Rejected
from backend.providers.registry import DIALECTS, EMBEDDING_DIALECTS, PICTURE_DIALECTS, dialect
from backend.providers.transport import trusted_roots
from backend.providers.vendors import vendor
from shared.messages import FinishReason, Role
from tests.contract import adapters
from tests.contract.adapters import Way


class Answer(NamedTuple):
    """What came of a call, streamed or whole."""

    text: str
    finish: FinishReason | None
    usage: TokenUsage | None
    uses: tuple[ToolUse, ...]
    logprobs: tuple[Raw, ...]
    request_id: str | None


@pytest.fixture(scope="module")
def roots() -> ssl.SSLContext:
    return trusted_roots()


@pytest.fixture
async def client(roots: ssl.SSLContext) -> AsyncIterator[ProviderClient]:
    async with ProviderClient(tls=roots) as client:
        yield client


@pytest.fixture(params=adapters.ALL, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.fixture
def target(way: Way, simulator_url: str) -> Target:
    return way.target(simulator_url)


@pytest.fixture(params=[True, False], ids=["streamed", "whole"])
def stream(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module", autouse=True)
def brisk(simulator_url: str) -> Iterator[None]:
    """Answers without delays: how they come in parts is the other suite's matter."""
    with httpx.Client(base_url=simulator_url) as control:
        control.delete("/control")
        control.post("/control", json={"pace": {"first_ms": 0, "spacing_ms": 0, "jitter": 0}}).raise_for_status()
        yield
        control.delete("/control")


def asking(words: str, model: str = "sim-balanced", **more: object) -> ChatCall:
    call = ChatCall(model=model, messages=(Turn(Role.USER, words),), max_tokens=2000)
    return replace(call, **more)


async def ask(client: ProviderClient, target: Target, call: ChatCall, *, stream: bool) -> Answer:
    if not stream:
        reply = await client.complete(target, call)
        return Answer(
            reply.text, reply.finish_reason, reply.usage, reply.tool_uses, reply.logprobs, reply.provider_request_id
        )
    opened = await client.open_stream(target, call)
    pieces = []
    try:
        while not (pieces and pieces[-1].done):
            pieces.append(await opened.read())
        assert opened.malformed == 0 or pieces[-1].finish_reason is FinishReason.LENGTH, "cut in the middle of JSON"
        return Answer(
            "".join(piece.text for piece in pieces),
            pieces[-1].finish_reason,
            next((piece.usage for piece in reversed(pieces) if piece.usage is not None), None),
            tuple(use for piece in pieces for use in piece.tool_uses),
            tuple(entry for piece in pieces for entry in piece.logprobs),
            opened.provider_request_id,
        )
    finally:
        await opened.aclose()


def lost(target: Target, call: ChatCall) -> tuple[str, ...]:
    return dialect(target).unspoken(call, vendor(target.provider, target.dialect, target.base_url))


def test_every_dialect_is_held_to_this_suite():
    assert {way.dialect for way in adapters.DIALECTS} == set(DIALECTS)


class TestAnswers:
    async def test_an_answer_is_the_same_streamed_and_whole(self, client, target):
        call = asking("Write a table about ropes.")
        streamed, whole = [await ask(client, target, call, stream=stream) for stream in (True, False)]
        assert len(streamed.text) > 100
        assert streamed[:3] == whole[:3]
        assert streamed.finish is FinishReason.STOP

    async def test_the_call_has_the_providers_name(self, client, target, stream):
        first, second = [await ask(client, target, asking("hello"), stream=stream) for _ in range(2)]
        assert first.request_id
        assert second.request_id
        assert first.request_id != second.request_id

    async def test_a_system_prompt_is_heard(self, client, target, stream):
        system = Turn(Role.SYSTEM, "You are a bosun and speak of nothing but ropes.")
        plain = asking("hello")
        told = replace(plain, messages=(system, *plain.messages))
        without, having = [await ask(client, target, call, stream=stream) for call in (plain, told)]
        assert without.usage is not None
        assert having.usage is not None
        assert having.usage.prompt_tokens >= without.usage.prompt_tokens + 10
        assert having.text != without.text

    async def test_a_conversation_goes_on(self, client, target, stream):
        turns = (Turn(Role.USER, "first"), Turn(Role.ASSISTANT, "yes?"), Turn(Role.USER, "last words"))
        assert "last words" in (await ask(client, target, asking("", "sim-echo", messages=turns), stream=stream)).text

    async def test_any_words_come_through(self, client, target, stream):
        words = 'Grüße, 😀 "wörld"\n\tdata: [DONE]\n\n{"a": 1} \u2028 end'
        assert (await ask(client, target, asking(words, "sim-echo"), stream=stream)).text == words

    async def test_tokens_are_counted_once(self, client, target, stream):
        long = Turn(Role.USER, "Tell me about ropes. " * 600)
        turns = (long, Turn(Role.ASSISTANT, "Ropes are long."), Turn(Role.USER, "And knots?"))
        usage = (await ask(client, target, asking("", messages=turns), stream=stream)).usage
        assert usage is not None
        assert usage.cached_input >= 1024 or target.dialect == "anthropic", "it caches only what it is told to"
        assert usage.input > 0
        assert usage.output > 0
        assert 2000 < usage.prompt_tokens < 6000

    async def test_reasoning_is_not_shown(self, client, target, stream):
        answer = await ask(client, target, asking("hello", "sim-reasoning"), stream=stream)
        assert "simulation, so I only pretend" not in answer.text
        assert answer.usage is not None
        thought = answer.usage.reasoning or answer.usage.output
        assert thought > 50

    async def test_an_answer_ends_at_a_stop_sequence(self, client, target, stream):
        call = asking("one two three four", "sim-echo", stop=("three",))
        answer = await ask(client, target, call, stream=stream)
        assert (answer.text, answer.finish) == ("one two ", FinishReason.STOP)

    async def test_an_answer_ends_at_its_limit(self, client, target, stream):
        call = asking("Write a table about ropes.", max_tokens=7)
        answer = await ask(client, target, call, stream=stream)
        assert answer.finish is FinishReason.LENGTH
        assert answer.usage is not None
        assert answer.usage.completion_tokens == 7

    async def test_what_varies_an_answer_is_taken_or_told(self, client, target, stream):
        call = asking("hello", temperature=0.7, top_p=0.9, seed=3)
        answer = await ask(client, target, call, stream=stream)
        other = await ask(client, target, replace(call, seed=4), stream=stream)
        assert answer.text
        assert (answer.text == other.text) == ("seed" in lost(target, call))

    async def test_fields_nobody_knows_are_told_and_do_no_harm(self, client, target, stream):
        call = asking("hello", extra={"made_up": Raw(b'{"a": 1}')})
        assert lost(target, call) == ("made_up",)
        assert (await ask(client, target, call, stream=stream)).text

    async def test_log_probabilities_come_where_they_can_be_asked_for(self, client, target, stream):
        call = asking("hello", top_logprobs=2)
        if target.dialect == "gemini":  # its simulated models have none, as many real ones
            with pytest.raises(Rejected, match="Logprobs"):
                await ask(client, target, call, stream=stream)
            return
        answer = await ask(client, target, call, stream=stream)
        if "logprobs" in lost(target, call):
            assert answer.logprobs == ()
            return
        entries = [json.loads(bytes(entry)) for entry in answer.logprobs]
        assert "".join(entry["token"] for entry in entries) == answer.text
        assert all(entry["logprob"] <= 0 for entry in entries)


PNG = BytesIO()
Image.new("RGB", (31, 17), "red").save(PNG, "PNG")


async def test_a_picture_is_seen(client, target, stream):
    parts = (Text("What is this?"), Picture("image/png", PNG.getvalue()))
    call = asking("", messages=(Turn(Role.USER, "What is this?", parts=parts),))
    assert "PNG picture of 31x17" in (await ask(client, target, call, stream=stream)).text


WEATHER = Tool(
    name="weather",
    description="The weather of a city.",
    parameters=Raw(
        b'{"type":"object","properties":{"city":{"type":"string","minLength":3},"days":{"type":"integer","minimum":2}},'
        b'"required":["city","days"],"additionalProperties":false}'
    ),
)
CLOCK = Tool(name="clock", description="The time.", parameters=Raw(b'{"type":"object","properties":{}}'))


class TestTools:
    async def test_a_tool_is_asked_for_with_arguments_of_its_schema(self, client, target, stream):
        call = asking("Use weather.", tools=(WEATHER, CLOCK))
        answer = await ask(client, target, call, stream=stream)
        (use,) = answer.uses
        arguments = json.loads(use.arguments)
        assert (use.name, set(arguments), answer.finish) == ("weather", {"city", "days"}, FinishReason.TOOL_CALLS)
        assert len(arguments["city"]) >= 3
        assert arguments["days"] >= 2
        assert use.id

    async def test_several_are_told_apart(self, client, target, stream):
        call = asking("Use weather and clock.", tools=(WEATHER, CLOCK))
        answer = await ask(client, target, call, stream=stream)
        assert [use.name for use in answer.uses] == ["weather", "clock"]
        assert len({use.id for use in answer.uses}) == 2
        assert json.loads(answer.uses[1].arguments) == {}

    async def test_results_are_heard(self, client, target, stream):
        question = asking("Use weather and clock.", tools=(WEATHER, CLOCK))
        uses = (await ask(client, target, question, stream=stream)).uses
        results = ("Rain until evening.", "Half past four.")
        told = (
            *question.messages,
            Turn(Role.ASSISTANT, "", tool_uses=uses),
            *(Turn(Role.TOOL, result, tool_use_id=use.id) for use, result in zip(uses, results, strict=True)),
        )
        answer = await ask(client, target, replace(question, messages=told), stream=stream)
        assert (answer.uses, answer.finish) == ((), FinishReason.STOP)
        assert all(result in answer.text for result in results)

    async def test_a_tool_can_be_demanded_or_forbidden(self, client, target, stream):
        for choice, names in (
            (ToolChoice("none"), []),
            (ToolChoice("required"), ["weather"]),
            (ToolChoice("required", "clock"), ["clock"]),
        ):
            call = asking("hello", tools=(WEATHER, CLOCK), tool_choice=choice)
            answer = await ask(client, target, call, stream=stream)
            told = [use.name for use in answer.uses]
            assert told == ([] if "tool_choice" in lost(target, call) else names)

    async def test_one_at_a_time_can_be_wished_for(self, client, target, stream):
        call = asking("Use weather and clock.", tools=(WEATHER, CLOCK), parallel_tool_calls=False)
        answer = await ask(client, target, call, stream=stream)
        assert len(answer.uses) == (2 if "parallel_tool_calls" in lost(target, call) else 1)

    async def test_a_use_that_is_cut_off_is_not_told(self, client, target, stream):
        answer = await ask(client, target, asking("Use weather.", tools=(WEATHER,), max_tokens=2), stream=stream)
        assert (answer.uses, answer.finish) == ((), FinishReason.LENGTH)


SCHEMA = Raw(
    b'{"type":"object","properties":{"name":{"type":"string"},"size":{"type":"integer"}},'
    b'"required":["name","size"],"additionalProperties":false}'
)


class TestFormats:
    async def test_an_answer_can_be_json(self, client, target, stream):
        call = asking("A knot, as JSON.", format=AnswerFormat())
        answer = await ask(client, target, call, stream=stream)
        if "response_format" not in lost(target, call):
            assert isinstance(json.loads(answer.text), dict)

    async def test_an_answer_can_follow_a_schema(self, client, target, stream):
        call = asking("A knot, as JSON.", format=AnswerFormat(schema=SCHEMA, name="knot", strict=True))
        answer = await ask(client, target, call, stream=stream)
        if "response_format" not in lost(target, call):
            said = json.loads(answer.text)
            assert (set(said), type(said["size"])) == ({"name", "size"}, int)


class TestFaults:
    @pytest.mark.parametrize(
        ("model", "kind", "reason"),
        [
            ("sim-fault-401", AuthRejected, "401"),
            ("sim-fault-429-7", RateLimited, ""),
            ("sim-unknown", Rejected, "sim-unknown"),
        ],
    )
    async def test_the_provider_says_why(self, client, target, stream, model, kind, reason):
        with pytest.raises(kind) as caught:
            await ask(client, target, asking("hello", model), stream=stream)
        assert reason in caught.value.reason
        assert len(caught.value.reason) > 10
        assert adapters.KEY not in f"{caught.value!r} {caught.value.reason}"
        if kind is RateLimited:
            assert caught.value.retry_after == 7

    async def test_a_context_that_is_too_long_is_told_with_both_numbers(self, client, target, stream):
        call = asking("ropes " * 5000, "sim-small", max_tokens=100)
        with pytest.raises(ContextTooLong) as caught:
            await ask(client, target, call, stream=stream)
        assert caught.value.limit == 4096
        assert caught.value.requested is not None
        assert caught.value.requested > 4096

    async def test_a_provider_in_working_order_says_so(self, client, target):
        await client.probe(target)

    async def test_a_missing_key_is_found_out(self, client, target):
        with pytest.raises(AuthRejected):
            await client.complete(replace(target, api_key=None), asking("hello"))
        if target.dialect != "gemini":  # it answers 403, as to a key that may do all but see the list
            with pytest.raises(AuthRejected):
                await client.probe(replace(target, api_key=None))


@pytest.mark.parametrize("way", [way for way in adapters.ALL if way.dialect in EMBEDDING_DIALECTS], ids=str)
class TestEmbeddings:
    async def test_texts_become_vectors_in_order(self, client, target):
        texts = ("a rope", "a knot", "a rope")
        made = await client.embed(target, EmbeddingCall(model="sim-embedding", texts=texts))
        first, second, third = made.vectors
        assert first == third != second
        assert abs(sum(number * number for number in first) - 1) < 1e-3
        assert made.usage is None or made.usage.input > 0

    async def test_the_number_of_dimensions_can_be_wished_for(self, client, target):
        call = EmbeddingCall(model="sim-embedding", texts=("a rope",), dimensions=256, task="query")
        assert [len(vector) for vector in (await client.embed(target, call)).vectors] == [256]

    async def test_a_model_that_makes_none_is_refused(self, client, target):
        with pytest.raises(Rejected):
            await client.embed(target, EmbeddingCall(model="sim-fault-400", texts=("a",)))


@pytest.mark.parametrize("way", [way for way in adapters.ALL if way.dialect in PICTURE_DIALECTS], ids=str)
class TestPictures:
    @pytest.mark.parametrize("kind", ["generate", "edit", "vary"])
    async def test_pictures_are_made(self, client, target, kind):
        pictures = () if kind == "generate" else (Upload("rope.png", "image/png", PNG.getvalue()),)
        prompt = "" if kind == "vary" else "a rope"
        call = PictureCall(kind=kind, model="sim-image", prompt=prompt, count=2, pictures=pictures, size="256x256")
        made = await client.draw(target, replace(call, extra={"response_format": Raw(b'"b64_json"')}))
        assert len(made.items) == 2
        for item in made.items:
            assert item.base64 is not None
            with Image.open(BytesIO(b64decode(item.base64))) as image:
                assert image.format == "PNG"

    async def test_a_picture_can_be_left_at_its_address(self, client, target):
        call = PictureCall(kind="generate", model="sim-image", prompt="x", extra={"response_format": Raw(b'"url"')})
        made = await client.draw(target, call)
        assert (made.items[0].base64, str(made.items[0].url)[:7]) == (None, "http://")
