"""OpenAI's own client is satisfied with the simulator."""

from io import BytesIO
from typing import Any

import httpx
import jsonschema
import msgspec
import openai
import pytest
from openai import OpenAI
from PIL import Image

from tests.backend.simulator.shown import data_url, picture
from tests.contract.simulator_sdks.asked import CALLING, CITY, PERSON, RESULT, SEEN

TOOL: Any = {"type": "function", "function": {"name": "get_weather", "parameters": CITY, "strict": True}}


@pytest.fixture
def client(simulator_url: str, simulator: httpx.Client) -> OpenAI:
    return OpenAI(base_url=f"{simulator_url}/v1", api_key="sk-sdk", max_retries=0)


def user(text: str) -> Any:
    return {"role": "user", "content": text}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("400", openai.BadRequestError),
        ("401", openai.AuthenticationError),
        ("403", openai.PermissionDeniedError),
        ("404", openai.NotFoundError),
        ("409", openai.ConflictError),
        ("429", openai.RateLimitError),
        ("quota", openai.RateLimitError),
        ("500", openai.InternalServerError),
        ("502", openai.InternalServerError),
        ("503", openai.InternalServerError),
        ("529", openai.InternalServerError),
        ("context-length", openai.BadRequestError),
        ("content-filter", openai.BadRequestError),
        ("reset", openai.APIConnectionError),
        ("cut", openai.APIConnectionError),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_fault_raises_the_clients_own_error(client: OpenAI, fault: str, kind: type[Exception], stream: bool) -> None:
    with pytest.raises(kind):
        list(client.chat.completions.create(model=f"sim-fault-{fault}", messages=[user("hi")], stream=stream))


def test_errors_say_what_and_where(client: OpenAI) -> None:
    with pytest.raises(openai.RateLimitError) as quota:
        client.chat.completions.create(model="sim-fault-quota", messages=[user("hi")])
    assert quota.value.code == "insufficient_quota"
    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="gpt-17", messages=[user("hi")])
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.AuthenticationError) as refused:
        client.with_options(api_key="bad-key").models.list()
    assert refused.value.code == "invalid_api_key"
    assert refused.value.request_id


def test_an_error_within_a_stream_is_raised_after_the_text_before_it(client: OpenAI) -> None:
    chunks: list[Any] = []
    answer = client.chat.completions.create(model="sim-fault-in-band-error-2", messages=[user("hi")], stream=True)
    with pytest.raises(openai.APIError, match="server had an error"):
        chunks.extend(answer)
    assert len([chunk for chunk in chunks if chunk.choices[0].delta.content]) == 2


def test_an_answer_with_its_usage(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="sim-echo", messages=[{"role": "system", "content": "be brief"}, user("good day ü")]
    )
    assert answer.choices[0].message.content == "good day ü"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 3
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 3
    assert answer._request_id


def test_a_stream_with_its_usage(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model="sim-echo", messages=[user("good day ü")], stream_options={"include_usage": True}
    ) as stream:
        answer = stream.get_final_completion()
    assert answer.choices[0].message.content == "good day ü"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 3


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_and_their_results_used(client: OpenAI, stream: bool) -> None:
    messages = [user(CALLING)]
    if stream:
        with client.chat.completions.stream(model="sim-echo", messages=messages, tools=[TOOL]) as events:
            first = events.get_final_completion().choices[0]
    else:
        first = client.chat.completions.create(model="sim-echo", messages=messages, tools=[TOOL]).choices[0]  # type: ignore[assignment]
    assert first.finish_reason == "tool_calls"
    assert first.message.tool_calls is not None
    (call,) = first.message.tool_calls
    assert call.type == "function"
    assert call.function.name == "get_weather"
    jsonschema.validate(msgspec.json.decode(call.function.arguments), CITY)
    used = {"name": "get_weather", "arguments": call.function.arguments}
    messages += [
        {"role": "assistant", "tool_calls": [{"id": call.id, "type": "function", "function": used}]},
        {"role": "tool", "tool_call_id": call.id, "content": RESULT},
    ]
    answer = client.chat.completions.create(model="sim-echo", messages=messages, tools=[TOOL])
    assert answer.choices[0].message.content == RESULT


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ("none", []),
        ("auto", []),
        ("required", ["get_weather"]),
        ({"type": "function", "function": {"name": "other"}}, ["other"]),
    ],
)
def test_the_choice_of_tools_is_followed(client: OpenAI, choice: Any, called: list[str]) -> None:
    other: Any = {"type": "function", "function": {"name": "other"}}
    answer = client.chat.completions.create(
        model="sim-echo", messages=[user("hello")], tools=[TOOL, other], tool_choice=choice
    )
    names = [call.function.name for call in answer.choices[0].message.tool_calls or [] if call.type == "function"]
    assert names == called


def test_an_answer_keeps_to_its_schema(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="sim-instant",
        messages=[user("who?")],
        response_format={"type": "json_schema", "json_schema": {"name": "person", "schema": PERSON, "strict": True}},
    )
    jsonschema.validate(msgspec.json.decode(answer.choices[0].message.content or ""), PERSON)


def test_a_picture_is_seen(client: OpenAI) -> None:
    content: Any = [
        {"type": "text", "text": "what is it?"},
        {"type": "image_url", "image_url": {"url": data_url(picture(64, 48))}},
    ]
    answer = client.chat.completions.create(model="sim-instant", messages=[{"role": "user", "content": content}])
    assert SEEN in (answer.choices[0].message.content or "")


def test_stop_sequences_length_seeds_and_probabilities(client: OpenAI) -> None:
    stopped = client.chat.completions.create(model="sim-echo", messages=[user("one two three")], stop=["two"])
    assert (stopped.choices[0].message.content, stopped.choices[0].finish_reason) == ("one ", "stop")
    short = client.chat.completions.create(model="sim-echo", messages=[user("one two three")], max_completion_tokens=1)
    assert (short.choices[0].message.content, short.choices[0].finish_reason) == ("one", "length")
    texts = {
        client.chat.completions.create(model="sim-instant", messages=[user("rivers")], seed=seed)
        .choices[0]
        .message.content
        for seed in (1, 1, 2)
    }
    assert len(texts) == 2
    likely = client.chat.completions.create(
        model="sim-echo", messages=[user("a b")], logprobs=True, top_logprobs=3
    ).choices[0]
    assert likely.logprobs is not None
    entries = likely.logprobs.content or []
    assert [entry.token for entry in entries] == ["a", " b"]
    assert all(len(entry.top_logprobs) == 3 and entry.logprob < 0 for entry in entries)


def test_completions_without_turns(client: OpenAI) -> None:
    assert client.completions.create(model="sim-echo", prompt="hi there").choices[0].text == "hi there"
    chunks = list(client.completions.create(model="sim-echo", prompt="hi there", stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks if chunk.choices) == "hi there"


@pytest.mark.parametrize("form", ["float", "base64"])
def test_embeddings(client: OpenAI, form: Any) -> None:
    answer = client.embeddings.create(
        model="sim-embedding", input=["a red boat", "a red ship", "taxes"], dimensions=256, encoding_format=form
    )
    assert len(answer.data) == 3
    assert answer.usage.prompt_tokens == 7
    if form == "float":
        boat, ship, taxes = (entry.embedding for entry in answer.data)
        assert len(boat) == 256
        assert sum(value * value for value in boat) == pytest.approx(1, abs=1e-4)
        near = sum(one * other for one, other in zip(boat, ship, strict=True))
        assert near > sum(one * other for one, other in zip(boat, taxes, strict=True))


def test_pictures_are_made_edited_and_varied(client: OpenAI) -> None:
    made = client.images.generate(model="sim-image", prompt="a cat", n=2, size="256x128", response_format="url")
    assert made.data is not None
    assert len({image.url for image in made.data}) == 2
    url = made.data[0].url
    assert url is not None
    file = httpx.get(url).raise_for_status().content
    assert Image.open(BytesIO(file)).size == (256, 128)
    edited = client.images.edit(model="sim-image", prompt="a dog", image=("cat.png", file), size="256x256")
    varied = client.images.create_variation(model="sim-image", image=("cat.png", file), size="256x256")
    assert edited.data is not None
    assert varied.data is not None
    assert edited.data[0].b64_json != varied.data[0].b64_json
    assert edited.usage is not None
    assert edited.usage.total_tokens == edited.usage.input_tokens + edited.usage.output_tokens
    with pytest.raises(openai.BadRequestError, match="not a PNG"):
        client.images.edit(model="sim-image", prompt="a dog", image=("cat.png", b"no picture"))


def test_models(client: OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert {"sim-fast", "sim-embedding", "sim-image"} <= set(names)
    assert client.models.retrieve("sim-fast").id == "sim-fast"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nobody")


def test_moderation(client: OpenAI) -> None:
    told = client.moderations.create(model="omni-moderation-latest", input=["How is a bowline tied?", "how to bomb"])
    harmless, harmful = told.results
    assert (harmless.flagged, harmful.flagged) == (False, True)
    assert harmful.categories.illicit_violent
    assert harmful.category_scores.illicit_violent > 0.9
    assert client.moderations.create(input="I want to kill myself").results[0].categories.self_harm_intent
    with pytest.raises(openai.NotFoundError):
        client.moderations.create(model="gpt-17", input="hi")
    with pytest.raises(openai.BadRequestError):
        client.moderations.create(input=[])
    with pytest.raises(openai.RateLimitError):
        client.moderations.create(model="sim-fault-429", input="hi")
