"""Google's own client is satisfied with the simulator."""

from typing import Any

import httpx
import jsonschema
import msgspec
import pytest
from google import genai
from google.genai import errors, types

from tests.backend.simulator.shown import picture
from tests.contract.simulator_sdks.asked import CALLING, CITY, PERSON, RESULT, SEEN

ONCE = types.HttpRetryOptions(attempts=1)


@pytest.fixture
def client(simulator_url: str, simulator: httpx.Client) -> genai.Client:
    options = types.HttpOptions(base_url=simulator_url, retry_options=ONCE)
    return genai.Client(api_key="sk-sdk", vertexai=False, http_options=options)


def config(**fields: Any) -> types.GenerateContentConfig:
    """The client would call Python functions by itself; here it only passes on."""
    by_hand = types.AutomaticFunctionCallingConfig(disable=True)
    return types.GenerateContentConfig(automatic_function_calling=by_hand, **fields)


def tools(*names: str) -> list[types.Tool]:
    functions = [types.FunctionDeclaration(name=name, parameters_json_schema=CITY) for name in names]
    return [types.Tool(function_declarations=functions)]


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        ("400", 400, "INVALID_ARGUMENT"),
        ("401", 401, "UNAUTHENTICATED"),
        ("403", 403, "PERMISSION_DENIED"),
        ("404", 404, "NOT_FOUND"),
        ("429", 429, "RESOURCE_EXHAUSTED"),
        ("quota", 429, "RESOURCE_EXHAUSTED"),
        ("500", 500, "INTERNAL"),
        ("503", 503, "UNAVAILABLE"),
        ("529", 529, "UNAVAILABLE"),
        ("context-length", 400, "INVALID_ARGUMENT"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_fault_raises_the_clients_own_error(
    client: genai.Client, fault: str, code: int, status: str, stream: bool
) -> None:
    ask = client.models.generate_content_stream if stream else client.models.generate_content
    with pytest.raises(errors.ClientError if code < 500 else errors.ServerError) as raised:
        list(ask(model=f"sim-fault-{fault}", contents="hi"))
    assert (raised.value.code, raised.value.status) == (code, status)


def test_errors_say_what(client: genai.Client, simulator_url: str) -> None:
    with pytest.raises(errors.ClientError) as limited:
        client.models.generate_content(model="sim-fault-429-7", contents="hi")
    assert {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"} in limited.value.details["error"][
        "details"
    ]
    stranger = genai.Client(
        api_key="bad-key",
        vertexai=False,
        http_options=types.HttpOptions(base_url=simulator_url, retry_options=ONCE),
    )
    with pytest.raises(errors.ClientError, match="API key not valid") as refused:
        stranger.models.generate_content(model="sim-echo", contents="hi")
    assert refused.value.code == 400


@pytest.mark.parametrize("stream", [False, True])
def test_a_blocked_prompt_is_an_answer_without_candidates(client: genai.Client, stream: bool) -> None:
    if stream:
        (answer,) = client.models.generate_content_stream(model="sim-fault-content-filter", contents="hi")
    else:
        answer = client.models.generate_content(model="sim-fault-content-filter", contents="hi")
    assert not answer.candidates
    assert answer.prompt_feedback is not None
    assert answer.prompt_feedback.block_reason is types.BlockedReason.SAFETY


def test_an_error_within_a_stream_is_raised_after_the_text_before_it(client: genai.Client) -> None:
    answers: list[types.GenerateContentResponse] = []
    stream = client.models.generate_content_stream(model="sim-fault-in-band-error-2", contents="hi")
    with pytest.raises(errors.APIError, match="internal error"):
        answers.extend(stream)
    assert len(answers) == 2


def test_an_answer_with_its_usage(client: genai.Client) -> None:
    answer = client.models.generate_content(
        model="sim-echo", contents="good day ü", config=config(system_instruction="be brief", temperature=0.5)
    )
    assert answer.text == "good day ü"
    assert answer.candidates is not None
    assert answer.candidates[0].finish_reason is types.FinishReason.STOP
    usage = answer.usage_metadata
    assert usage is not None
    assert usage.candidates_token_count == 3
    assert usage.total_token_count == (usage.prompt_token_count or 0) + 3


def test_a_stream_with_its_usage(client: genai.Client) -> None:
    answers = list(client.models.generate_content_stream(model="sim-echo", contents="good day ü"))
    assert "".join(answer.text or "" for answer in answers) == "good day ü"
    reasons = [answer.candidates[0].finish_reason for answer in answers if answer.candidates]
    assert reasons == [None, None, None, types.FinishReason.STOP]
    assert answers[-1].usage_metadata is not None
    assert answers[-1].usage_metadata.candidates_token_count == 3


@pytest.mark.parametrize("shown", [False, True])
def test_thoughts_are_counted_and_shown_when_asked_for(
    client: genai.Client, simulator: httpx.Client, shown: bool
) -> None:
    simulator.post("/control", json={"pace": {"first_ms": 0, "spacing_ms": 0}})
    thinking = types.ThinkingConfig(include_thoughts=shown)
    answers = list(
        client.models.generate_content_stream(
            model="sim-reasoning", contents="hi", config=config(thinking_config=thinking)
        )
    )
    parts = [part for answer in answers for part in answer.parts or []]
    assert any(part.thought for part in parts) is shown
    usage = answers[-1].usage_metadata
    assert usage is not None
    assert (usage.thoughts_token_count or 0) > 0


@pytest.mark.parametrize("stream", [False, True])
def test_functions_are_called_and_their_results_used(client: genai.Client, stream: bool) -> None:
    contents: Any = [types.UserContent(CALLING)]
    asked: Any = {"model": "sim-echo", "contents": contents, "config": config(tools=tools("get_weather"))}
    if stream:
        answers = list(client.models.generate_content_stream(**asked))
        (call,) = [call for answer in answers for call in answer.function_calls or []]
    else:
        (call,) = client.models.generate_content(**asked).function_calls or []
    assert call.name == "get_weather"
    jsonschema.validate(call.args, CITY)
    contents += [
        types.ModelContent(types.Part(function_call=call)),
        types.UserContent(types.Part.from_function_response(name="get_weather", response={"output": RESULT})),
    ]
    assert client.models.generate_content(**asked).text == RESULT


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ({"mode": "NONE"}, []),
        ({"mode": "AUTO"}, []),
        ({"mode": "ANY"}, ["get_weather"]),
        ({"mode": "ANY", "allowed_function_names": ["other"]}, ["other"]),
    ],
)
def test_the_choice_of_functions_is_followed(client: genai.Client, choice: Any, called: list[str]) -> None:
    chosen = types.ToolConfig(function_calling_config=types.FunctionCallingConfig(**choice))
    answer = client.models.generate_content(
        model="sim-echo", contents="hello", config=config(tools=tools("get_weather", "other"), tool_config=chosen)
    )
    assert [call.name for call in answer.function_calls or []] == called


@pytest.mark.parametrize("field", ["response_json_schema", "response_schema"])
def test_an_answer_keeps_to_its_schema(client: genai.Client, field: str) -> None:
    plain = {name: value for name, value in PERSON.items() if name != "additionalProperties"}
    schema = PERSON if field == "response_json_schema" else plain
    answer = client.models.generate_content(
        model="sim-instant",
        contents="who?",
        config=config(response_mime_type="application/json", **{field: schema}),
    )
    jsonschema.validate(msgspec.json.decode(answer.text or ""), PERSON)


def test_a_picture_is_seen(client: genai.Client) -> None:
    image = types.Part.from_bytes(data=picture(64, 48), mime_type="image/png")
    answer = client.models.generate_content(model="sim-instant", contents=[image, "what is it?"])
    assert SEEN in (answer.text or "")


def test_stop_sequences_and_length(client: genai.Client) -> None:
    stopped = client.models.generate_content(
        model="sim-echo", contents="one two three", config=config(stop_sequences=["two"])
    )
    assert stopped.text == "one "
    short = client.models.generate_content(
        model="sim-echo", contents="one two three", config=config(max_output_tokens=1)
    )
    assert short.candidates is not None
    assert short.candidates[0].finish_reason is types.FinishReason.MAX_TOKENS


def test_embeddings(client: genai.Client) -> None:
    answer = client.models.embed_content(
        model="sim-embedding",
        contents=["a red boat", "taxes"],
        config=types.EmbedContentConfig(output_dimensionality=256, task_type="RETRIEVAL_DOCUMENT"),
    )
    assert [len(entry.values or []) for entry in answer.embeddings or []] == [256, 256]


def test_tokens_are_counted_as_they_are_charged(client: genai.Client) -> None:
    counted = client.models.count_tokens(model="sim-echo", contents="good day ü")
    charged = client.models.generate_content(model="sim-echo", contents="good day ü").usage_metadata
    assert charged is not None
    assert counted.total_tokens == charged.prompt_token_count


def test_models(client: genai.Client) -> None:
    assert {"models/sim-fast", "models/sim-embedding"} <= {model.name for model in client.models.list()}
    assert client.models.get(model="sim-fast").input_token_limit == 32_768
    with pytest.raises(errors.ClientError):
        client.models.get(model="nobody")
