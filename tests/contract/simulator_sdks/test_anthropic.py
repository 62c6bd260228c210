"""Anthropic's own client is satisfied with the simulator."""

from typing import Any

import anthropic
import httpx
import jsonschema
import msgspec
import pytest
from anthropic import Anthropic

from tests.backend.simulator.shown import base64, picture
from tests.contract.simulator_sdks.asked import CALLING, CITY, PERSON, RESULT, SEEN

TOOL: Any = {"name": "get_weather", "input_schema": CITY}


@pytest.fixture
def client(simulator_url: str, simulator: httpx.Client) -> Anthropic:
    return Anthropic(base_url=simulator_url, api_key="sk-sdk", max_retries=0)


def user(content: Any) -> Any:
    return {"role": "user", "content": content}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("400", anthropic.BadRequestError),
        ("401", anthropic.AuthenticationError),
        ("403", anthropic.PermissionDeniedError),
        ("404", anthropic.NotFoundError),
        ("429", anthropic.RateLimitError),
        ("quota", anthropic.APIStatusError),
        ("500", anthropic.InternalServerError),
        ("503", anthropic.InternalServerError),
        ("529", anthropic.InternalServerError),
        ("context-length", anthropic.BadRequestError),
        ("content-filter", anthropic.BadRequestError),
        ("reset", anthropic.APIConnectionError),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_fault_raises_the_clients_own_error(
    client: Anthropic, fault: str, kind: type[Exception], stream: bool
) -> None:
    with pytest.raises(kind):
        list(client.messages.create(model=f"sim-fault-{fault}", max_tokens=9, messages=[user("hi")], stream=stream))


def test_errors_say_what(client: Anthropic) -> None:
    with pytest.raises(anthropic.APIStatusError) as overloaded:
        client.messages.create(model="sim-fault-529", max_tokens=9, messages=[user("hi")])
    assert overloaded.value.status_code == 529
    assert overloaded.value.body["error"]["type"] == "overloaded_error"  # type: ignore[index,call-overload]
    assert overloaded.value.request_id
    with pytest.raises(anthropic.BadRequestError, match=r"prompt is too long: 4097 tokens > 4096 maximum"):
        client.messages.create(model="sim-fault-context-length-4096", max_tokens=9, messages=[user("hi")])
    result = {"type": "tool_result", "tool_use_id": "toolu_x", "content": "x"}
    with pytest.raises(anthropic.BadRequestError, match="answers no tool call"):
        client.messages.create(model="sim-echo", max_tokens=9, messages=[user([result])])


def test_an_error_within_a_stream_is_raised_after_the_text_before_it(client: Anthropic) -> None:
    texts: list[str] = []
    with (
        pytest.raises(anthropic.APIStatusError, match="api_error"),
        client.messages.stream(model="sim-fault-in-band-error-2", max_tokens=99, messages=[user("hi")]) as stream,
    ):
        texts.extend(stream.text_stream)
    assert len(texts) == 2


def test_an_answer_with_its_usage(client: Anthropic) -> None:
    answer = client.messages.create(model="sim-echo", max_tokens=50, system="be brief", messages=[user("good day ü")])
    (block,) = answer.content
    assert block.type == "text"
    assert (block.text, answer.stop_reason) == ("good day ü", "end_turn")
    assert (answer.usage.output_tokens, answer.usage.cache_read_input_tokens) == (3, 0)
    assert answer._request_id


def test_a_stream_with_its_usage(client: Anthropic) -> None:
    with client.messages.stream(model="sim-echo", max_tokens=50, messages=[user("good day ü")]) as stream:
        assert list(stream.text_stream) == ["good", " day", " ü"]
        answer = stream.get_final_message()
    assert (answer.stop_reason, answer.usage.output_tokens) == ("end_turn", 3)
    assert answer.usage.input_tokens > 3


def test_thoughts_come_before_the_answer_and_are_counted(client: Anthropic, simulator: httpx.Client) -> None:
    simulator.post("/control", json={"pace": {"first_ms": 0, "spacing_ms": 0}})
    with client.messages.stream(model="sim-reasoning", max_tokens=5_000, messages=[user("hi")]) as stream:
        answer = stream.get_final_message()
    assert [block.type for block in answer.content] == ["thinking", "text"]
    details = answer.usage.output_tokens_details
    assert details is not None
    assert 0 < details.thinking_tokens < answer.usage.output_tokens


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_and_their_results_used(client: Anthropic, stream: bool) -> None:
    messages = [user(CALLING)]
    if stream:
        with client.messages.stream(model="sim-echo", max_tokens=99, messages=messages, tools=[TOOL]) as events:
            first: Any = events.get_final_message()
    else:
        first = client.messages.create(model="sim-echo", max_tokens=99, messages=messages, tools=[TOOL])
    assert first.stop_reason == "tool_use"
    (use,) = first.content
    assert use.name == "get_weather"
    jsonschema.validate(use.input, CITY)
    messages += [
        {"role": "assistant", "content": [{"type": "tool_use", "id": use.id, "name": use.name, "input": use.input}]},
        user([{"type": "tool_result", "tool_use_id": use.id, "content": RESULT}]),
    ]
    answer = client.messages.create(model="sim-echo", max_tokens=99, messages=messages, tools=[TOOL])
    assert answer.content[0].text == RESULT  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ({"type": "none"}, []),
        ({"type": "auto"}, []),
        ({"type": "any"}, ["get_weather"]),
        ({"type": "tool", "name": "other"}, ["other"]),
    ],
)
def test_the_choice_of_tools_is_followed(client: Anthropic, choice: Any, called: list[str]) -> None:
    other: Any = {"name": "other", "input_schema": {"type": "object"}}
    answer = client.messages.create(
        model="sim-echo", max_tokens=99, messages=[user("hello")], tools=[TOOL, other], tool_choice=choice
    )
    assert [block.name for block in answer.content if block.type == "tool_use"] == called


def test_an_answer_keeps_to_its_schema(client: Anthropic) -> None:
    answer = client.messages.create(
        model="sim-instant",
        max_tokens=200,
        messages=[user("who?")],
        output_config={"format": {"type": "json_schema", "schema": PERSON}},
    )
    jsonschema.validate(msgspec.json.decode(answer.content[0].text), PERSON)  # type: ignore[union-attr]


def test_a_picture_is_seen(client: Anthropic) -> None:
    image = {"type": "base64", "media_type": "image/png", "data": base64(picture(64, 48))}
    content = [{"type": "image", "source": image}, {"type": "text", "text": "what is it?"}]
    answer = client.messages.create(model="sim-instant", max_tokens=99, messages=[user(content)])
    assert SEEN in answer.content[0].text  # type: ignore[union-attr]
    image["media_type"] = "image/jpeg"
    with pytest.raises(anthropic.BadRequestError, match="appears to be a PNG image"):
        client.messages.create(model="sim-instant", max_tokens=99, messages=[user(content)])


def test_stop_sequences_and_length(client: Anthropic) -> None:
    stopped = client.messages.create(
        model="sim-echo", max_tokens=9, messages=[user("one two three")], stop_sequences=["zero", "two"]
    )
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "two")
    short = client.messages.create(model="sim-echo", max_tokens=1, messages=[user("one two three")])
    assert short.stop_reason == "max_tokens"


def test_what_is_marked_is_written_to_the_cache_and_read_from_it(client: Anthropic) -> None:
    long: Any = {"type": "text", "text": "word " * 2_000, "cache_control": {"type": "ephemeral"}}
    first = client.messages.create(model="sim-echo", max_tokens=9, messages=[user([long])]).usage
    assert (first.cache_creation_input_tokens or 0) > 2_000
    assert first.cache_read_input_tokens == 0
    turns = [user([long]), {"role": "assistant", "content": "yes"}, user("go on")]
    second = client.messages.create(model="sim-echo", max_tokens=9, messages=turns).usage
    assert (second.cache_read_input_tokens or 0) > 1_900
    plain = client.messages.create(model="sim-echo", max_tokens=9, messages=[user(long["text"])]).usage
    assert (plain.cache_read_input_tokens, plain.cache_creation_input_tokens) == (0, 0)


def test_tokens_are_counted_as_they_are_charged(client: Anthropic) -> None:
    messages = [user("good day ü")]
    counted = client.messages.count_tokens(model="sim-echo", system="be brief", messages=messages, tools=[TOOL])
    charged = client.messages.create(
        model="sim-echo", max_tokens=9, system="be brief", messages=messages, tools=[TOOL]
    ).usage
    assert counted.input_tokens == charged.input_tokens
    with pytest.raises(anthropic.NotFoundError):
        client.messages.count_tokens(model="claude-17", messages=messages)


def test_models(client: Anthropic) -> None:
    assert "sim-fast" in [model.id for model in client.models.list()]
    assert client.models.retrieve("sim-fast").display_name == "Sim Fast"
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("sim-image")
