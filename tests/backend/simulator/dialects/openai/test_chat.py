from typing import Any

import msgspec
import pytest

from backend.simulator.personas import NAMED
from tests.backend.simulator.client import Client, chat, post
from tests.backend.simulator.shown import data_url, picture

PATH = "/v1/chat/completions"


async def refused(client: Client, body: object) -> dict[str, Any]:
    heard = await client.hear(post(PATH, body, connection="close"), patience=5)
    assert heard.status == 400
    assert heard.headers["content-type"] == "application/json"
    assert set(heard.json) == {"error"}
    assert set(heard.json["error"]) == {"message", "type", "param", "code"}
    return heard.json["error"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"model": "\xff"}', b'{"x":' + b"[" * 100_000, b"NaN"])
async def test_what_is_not_json_is_refused(client: Client, body: bytes) -> None:
    assert "parse the JSON" in (await refused(client, body))["message"]


USER = [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ([], ""),
        ({"messages": USER}, "model"),
        ({"model": "", "messages": USER}, "model"),
        ({"model": "sim-fast"}, "messages"),
        ({"model": "sim-fast", "messages": []}, "messages"),
        ({"model": "sim-fast", "messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role"),
        ({"model": "sim-fast", "messages": [{"content": "x"}]}, "messages[0]"),
        ({"model": "sim-fast", "messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"model": "sim-fast", "messages": USER, "max_tokens": 0}, "max_tokens"),
        ({"model": "sim-fast", "messages": USER, "max_tokens": 1.5}, "max_tokens"),
        ({"model": "sim-fast", "messages": USER, "temperature": 2.1}, "temperature"),
        ({"model": "sim-fast", "messages": USER, "stream": "yes"}, "stream"),
        ({"model": "sim-fast", "messages": USER, "n": 2}, "n"),
        ({"model": "sim-fast", "messages": USER, "stop": ["a"] * 5}, "stop"),
        ({"model": "sim-fast", "messages": USER, "stream_options": {"include_usage": True}}, "stream_options"),
    ],
)
async def test_an_invalid_request_names_its_parameter(client: Client, body: object, param: str) -> None:
    error = await refused(client, body)
    assert (error["type"], error["param"] or "") == ("invalid_request_error", param)


async def test_an_unknown_model_is_404(client: Client) -> None:
    heard = await client.chat("gpt-17")
    assert (heard.status, heard.json["error"]["code"]) == (404, "model_not_found")
    assert "gpt-17" in heard.json["error"]["message"]


@pytest.mark.parametrize("path", [PATH, "/v1/models"])
async def test_another_method_is_405(client: Client, path: str) -> None:
    assert (await client.get(path, method="DELETE")).status == 405


async def test_models_are_listed(client: Client) -> None:
    listed = (await client.get("/v1/models")).json
    assert listed["object"] == "list"
    assert [model["id"] for model in listed["data"]] == [persona.name for persona in NAMED]
    assert {"id", "object", "created", "owned_by"} == set(listed["data"][0])


async def test_an_answer_in_one_piece(client: Client) -> None:
    answer = (await client.chat("sim-echo", "good day", stream=False)).json
    assert (answer["object"], answer["model"]) == ("chat.completion", "sim-echo")
    assert answer["id"].startswith("chatcmpl-")
    (choice,) = answer["choices"]
    assert choice["message"] == {"role": "assistant", "content": "good day", "refusal": None}
    assert choice["finish_reason"] == "stop"
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["completion_tokens"] == 2
    assert usage["prompt_tokens_details"]["cached_tokens"] == 0
    assert usage["completion_tokens_details"]["reasoning_tokens"] == 0


async def test_the_bytes_of_a_stream(client: Client) -> None:
    heard = await client.chat("sim-echo", "hi ü")
    assert heard.headers["content-type"].startswith("text/event-stream")
    head = heard.events[0]
    stem = f'data: {{"id":"{head["id"]}","object":"chat.completion.chunk","created":{head["created"]},'
    stem += '"model":"sim-echo","system_fingerprint":"fp_simulated","choices":['

    def event(delta: str, finish: str = "null") -> str:
        return f'{stem}{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{finish}}}],"usage":null}}\n\n'

    usage = msgspec.json.encode(heard.usages[0]).decode()
    assert heard.body.decode() == (
        event('{"role":"assistant","content":""}')
        + event('{"content":"hi"}')
        + event('{"content":" ü"}')
        + event("{}", '"stop"')
        + f'{stem}],"usage":{usage}}}\n\n'
        + "data: [DONE]\n\n"
    )
    assert heard.is_whole


async def test_usage_is_streamed_only_when_asked_for(client: Client) -> None:
    request = chat("sim-echo") | {"stream_options": None}
    heard = await client.hear(post(PATH, request, connection="close"), patience=5)
    assert heard.usages == []
    assert all("usage" not in event for event in heard.events)
    assert heard.data[-1] == b"[DONE]"


async def test_streamed_and_plain_answers_say_and_cost_the_same(client: Client) -> None:
    streamed = await client.chat("sim-instant", "Write a Python function")
    plain = (await client.chat("sim-instant", "Write a Python function", stream=False)).json
    assert streamed.text == plain["choices"][0]["message"]["content"]
    assert streamed.usages == [plain["usage"]]
    assert len(streamed.tokens) == plain["usage"]["completion_tokens"]


async def test_the_same_body_gets_the_same_chunks_under_another_id(client: Client) -> None:
    first, second = [await client.chat("sim-instant", "compare rivers and roads") for _ in range(2)]
    assert first.tokens == second.tokens
    assert first.usages == second.usages
    assert first.events[0]["id"] != second.events[0]["id"]


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
async def test_the_limit_ends_with_length(client: Client, field: str) -> None:
    heard = await client.hear(post(PATH, chat("sim-instant") | {field: 3}, connection="close"))
    assert (len(heard.tokens), heard.finishes, heard.usages[0]["completion_tokens"]) == (3, ["length"], 3)


async def test_reasoning_is_streamed_apart_and_counted(client: Client) -> None:
    request = chat("sim-reasoning", max_tokens=30)
    pace = {"x_simulator_first_ms": "0", "x_simulator_spacing_ms": "0"}
    heard = await client.hear(post(PATH, request, connection="close", **pace), patience=5)
    thoughts = [event["choices"][0]["delta"].get("reasoning_content") for event in heard.events[:-1]]
    assert len([thought for thought in thoughts if thought]) == 30
    assert heard.usages[0]["completion_tokens_details"]["reasoning_tokens"] == 30


async def test_parts_tools_and_developer_turns_are_read(client: Client) -> None:
    messages = [
        {"role": "developer", "content": "be brief"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "1", "type": "function", "function": {"name": "add", "arguments": "{}"}}],
        },
        {"role": "tool", "content": "42", "tool_call_id": "1"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "look"},
                {"type": "image_url", "image_url": {"url": data_url(picture())}},
            ],
        },
    ]
    heard = await client.hear(post(PATH, {"model": "sim-echo", "messages": messages}, connection="close"), patience=5)
    assert heard.json["choices"][0]["message"]["content"] == "look"
    assert heard.json["usage"]["prompt_tokens"] > 85


async def test_a_json_answer_is_one_object(client: Client) -> None:
    heard = await client.chat("sim-instant", "rivers", stream=False, response_format={"type": "json_object"})
    assert msgspec.json.decode(heard.json["choices"][0]["message"]["content"])["simulated"] is True
