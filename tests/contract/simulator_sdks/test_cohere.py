"""Cohere's own client is satisfied with the simulator."""

from typing import Any

import cohere
import httpx
import jsonschema
import msgspec
import pytest
from cohere.core.api_error import ApiError
from cohere.core.request_options import RequestOptions

from tests.backend.simulator.shown import data_url, picture
from tests.contract.simulator_sdks.asked import CALLING, CITY, PERSON, RESULT, SEEN

TOOL: Any = {"type": "function", "function": {"name": "get_weather", "parameters": CITY}}
ONCE: RequestOptions = {"max_retries": 0}


@pytest.fixture
def client(simulator_url: str, simulator: httpx.Client) -> cohere.ClientV2:
    return cohere.ClientV2(api_key="sk-sdk", base_url=simulator_url)


def user(content: Any) -> Any:
    return {"role": "user", "content": content}


@pytest.mark.parametrize(
    ("fault", "kind", "status"),
    [
        ("400", cohere.BadRequestError, 400),
        ("401", cohere.UnauthorizedError, 401),
        ("403", cohere.ForbiddenError, 403),
        ("404", cohere.NotFoundError, 404),
        ("429", cohere.TooManyRequestsError, 429),
        ("quota", ApiError, 402),
        ("500", cohere.InternalServerError, 500),
        ("503", cohere.ServiceUnavailableError, 503),
        ("529", ApiError, 529),
        ("context-length", cohere.BadRequestError, 400),
        ("content-filter", ApiError, 498),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_fault_raises_the_clients_own_error(
    client: cohere.ClientV2, fault: str, kind: type[ApiError], status: int, stream: bool
) -> None:
    asked: Any = {"model": f"sim-fault-{fault}", "messages": [user("hi")], "request_options": ONCE}
    with pytest.raises(kind) as raised:
        list(client.chat_stream(**asked)) if stream else client.chat(**asked)
    assert raised.value.status_code == status
    assert raised.value.body["message"]


def test_an_error_within_a_stream_ends_it_after_the_text_before_it(client: cohere.ClientV2) -> None:
    events = list(client.chat_stream(model="sim-fault-in-band-error-2", messages=[user("hi")]))
    assert sum(event.type == "content-delta" for event in events) == 2
    last = events[-1]
    assert last.type == "message-end"
    assert last.delta is not None
    assert (last.delta.finish_reason, bool(last.delta.error)) == ("ERROR", True)


def test_an_answer_with_its_usage(client: cohere.ClientV2) -> None:
    system: Any = {"role": "system", "content": "be brief"}
    answer = client.chat(model="sim-echo", messages=[system, user("good day ü")], temperature=0.5)
    assert answer.message.content is not None
    assert answer.message.content[0].text == "good day ü"  # type: ignore[union-attr]
    assert answer.finish_reason == "COMPLETE"
    assert answer.usage is not None
    assert answer.usage.tokens is not None
    assert answer.usage.tokens.output_tokens == 3
    assert answer.usage.cached_tokens == 0


def test_a_stream_with_its_usage(client: cohere.ClientV2) -> None:
    events = list(client.chat_stream(model="sim-echo", messages=[user("good day ü")]))
    texts = [event.delta.message.content.text for event in events if event.type == "content-delta"]  # type: ignore[union-attr]
    assert texts == ["good", " day", " ü"]
    last = events[-1]
    assert last.type == "message-end"
    assert last.delta is not None
    assert last.delta.finish_reason == "COMPLETE"
    assert last.delta.usage is not None


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_and_their_results_used(client: cohere.ClientV2, stream: bool) -> None:
    asked: Any = {"model": "sim-echo", "messages": [user(CALLING)], "tools": [TOOL]}
    name, identity, arguments = streamed(client, asked) if stream else plain(client, asked)
    assert name == "get_weather"
    jsonschema.validate(msgspec.json.decode(arguments), CITY)
    call = {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}
    document = {"type": "document", "document": {"data": RESULT}}
    asked["messages"] += [
        {"role": "assistant", "tool_calls": [call], "tool_plan": "I will."},
        {"role": "tool", "tool_call_id": identity, "content": [document]},
    ]
    answer = client.chat(**asked)
    assert answer.message.content is not None
    assert answer.message.content[0].text == RESULT  # type: ignore[union-attr]


def plain(client: cohere.ClientV2, asked: Any) -> tuple[str, str, str]:
    answer = client.chat(**asked)
    assert answer.finish_reason == "TOOL_CALL"
    assert answer.message.tool_plan
    (call,) = answer.message.tool_calls or []
    assert call.function is not None
    return call.function.name or "", call.id, call.function.arguments or ""


def streamed(client: cohere.ClientV2, asked: Any) -> tuple[str, str, str]:
    name = identity = arguments = ""
    for event in client.chat_stream(**asked):
        match event.type:
            case "tool-call-start":
                call = event.delta.message.tool_calls  # type: ignore[union-attr]
                name, identity = call.function.name, call.id  # type: ignore[union-attr,assignment]
            case "tool-call-delta":
                arguments += event.delta.message.tool_calls.function.arguments  # type: ignore[union-attr,operator]
            case "message-end":
                assert event.delta.finish_reason == "TOOL_CALL"  # type: ignore[union-attr]
    return name, identity, arguments


@pytest.mark.parametrize(("choice", "called"), [("NONE", []), (None, []), ("REQUIRED", ["get_weather"])])
def test_the_choice_of_tools_is_followed(client: cohere.ClientV2, choice: Any, called: list[str]) -> None:
    chosen = {} if choice is None else {"tool_choice": choice}
    answer = client.chat(model="sim-echo", messages=[user("hello")], tools=[TOOL], **chosen)
    assert [call.function.name for call in answer.message.tool_calls or [] if call.function] == called


def test_an_answer_keeps_to_its_schema(client: cohere.ClientV2) -> None:
    form: Any = {"type": "json_object", "json_schema": PERSON}
    answer = client.chat(model="sim-instant", messages=[user("who?")], response_format=form)
    assert answer.message.content is not None
    jsonschema.validate(msgspec.json.decode(answer.message.content[0].text), PERSON)  # type: ignore[union-attr]


def test_a_picture_is_seen(client: cohere.ClientV2) -> None:
    image = {"type": "image_url", "image_url": {"url": data_url(picture(64, 48))}}
    answer = client.chat(model="sim-instant", messages=[user([{"type": "text", "text": "what is it?"}, image])])
    assert answer.message.content is not None
    assert SEEN in answer.message.content[0].text  # type: ignore[union-attr]


def test_stop_sequences_and_length(client: cohere.ClientV2) -> None:
    stopped = client.chat(model="sim-echo", messages=[user("one two three")], stop_sequences=["two"])
    assert stopped.finish_reason == "STOP_SEQUENCE"
    short = client.chat(model="sim-echo", messages=[user("one two three")], max_tokens=1)
    assert short.finish_reason == "MAX_TOKENS"


def test_embeddings(client: cohere.ClientV2) -> None:
    answer = client.embed(
        model="sim-embedding",
        input_type="search_document",
        texts=["a red boat", "taxes"],
        output_dimension=256,
        embedding_types=["float", "int8"],
    )
    assert [len(vector) for vector in answer.embeddings.float_ or []] == [256, 256]
    assert [len(vector) for vector in answer.embeddings.int8 or []] == [256, 256]
    assert answer.meta is not None
    assert answer.meta.billed_units is not None
    assert answer.meta.billed_units.input_tokens == 4


def test_models(client: cohere.ClientV2) -> None:
    assert {"sim-fast", "sim-embedding"} <= {model.name for model in client.models.list().models}
    assert client.models.get("sim-fast").context_length == 32_768
    with pytest.raises(cohere.NotFoundError):
        client.models.get("nobody", request_options=ONCE)
