"""What each dialect does not take, as its vendor does not."""

from typing import Any

import pytest

from tests.backend.simulator.client import Client, post
from tests.backend.simulator.shown import base64, picture
from tests.backend.simulator.speech import ANTHROPIC, COHERE, GEMINI, OPENAI, Speech

CALL: Any = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
CALLING: Any = {"role": "assistant", "content": None, "tool_calls": [CALL]}
FUNCTION: Any = {"type": "function", "function": {"name": "add"}}
USE: Any = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "add", "input": {}}]}
MODEL_CALL: Any = {"role": "model", "parts": [{"functionCall": {"name": "add", "args": {}}}]}
JPEG: Any = {"type": "base64", "media_type": "image/jpeg", "data": base64(picture())}


def said(text: Any = "hi") -> Any:
    return {"role": "user", "content": text}


def part(**fields: Any) -> Any:
    return {"role": "user", "parts": [fields]}


@pytest.mark.parametrize(
    ("speech", "fields"),
    [
        (OPENAI, {"messages": [said(), CALLING]}),
        (OPENAI, {"messages": [said(), CALLING, said()]}),
        (OPENAI, {"messages": [said(), {"role": "tool", "tool_call_id": "c1", "content": "x"}]}),
        (OPENAI, {"messages": [said(), CALLING, {"role": "tool", "tool_call_id": "c2", "content": "x"}]}),
        (OPENAI, {"messages": [{"role": "user", "content": None}]}),
        (OPENAI, {"messages": [said([{"type": "input_audio"}])]}),
        (OPENAI, {"messages": [said([{"type": "image_url", "image_url": {"url": "data:image/png;base64,xx"}}])]}),
        (OPENAI, {"tool_choice": "auto"}),
        (OPENAI, {"parallel_tool_calls": False}),
        (OPENAI, {"tools": [FUNCTION], "tool_choice": {"type": "function", "function": {"name": "mul"}}}),
        (OPENAI, {"tools": [{"type": "function", "function": {"name": "a b"}}]}),
        (OPENAI, {"response_format": {"type": "json_schema"}}),
        (OPENAI, {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "y"}}}}),
        (OPENAI, {"top_logprobs": 2}),
        (OPENAI, {"logprobs": True, "top_logprobs": 21}),
        (OPENAI, {"model": "sim-small", "messages": [said([{"type": "image_url", "image_url": {"url": "http://x"}}])]}),
        (ANTHROPIC, {"max_tokens": None}),
        (ANTHROPIC, {"unknown": 1}),
        (ANTHROPIC, {"messages": [{"role": "system", "content": "x"}]}),
        (ANTHROPIC, {"messages": [said("")]}),
        (ANTHROPIC, {"messages": [said([{"type": "text", "text": ""}])]}),
        (ANTHROPIC, {"messages": [said(), USE]}),
        (ANTHROPIC, {"messages": [said(), USE, said()]}),
        (ANTHROPIC, {"messages": [said([{"type": "tool_result", "tool_use_id": "t1", "content": "x"}])]}),
        (ANTHROPIC, {"messages": [said(), {"role": "assistant", "content": "so "}]}),
        (ANTHROPIC, {"messages": [said([{"type": "image", "source": JPEG}])]}),
        (ANTHROPIC, {"tool_choice": {"type": "any"}}),
        (ANTHROPIC, {"tools": [{"name": "add", "input_schema": {}}], "tool_choice": {"type": "tool"}}),
        (ANTHROPIC, {"temperature": 1.1}),
        (ANTHROPIC, {"output_config": {"format": {"type": "json_schema", "schema": {"type": "y"}}}}),
        (GEMINI, {"unknown": 1}),
        (GEMINI, {"contents": []}),
        (GEMINI, {"contents": [{"role": "user", "parts": []}]}),
        (GEMINI, {"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}),
        (GEMINI, {"contents": [part()]}),
        (GEMINI, {"contents": [part(text="x", inlineData={"mimeType": "image/png", "data": "x"})]}),
        (GEMINI, {"contents": [part(inlineData={"mimeType": "audio/mp3", "data": "x"})]}),
        (GEMINI, {"contents": [part(text="x"), MODEL_CALL]}),
        (GEMINI, {"contents": [part(text="x"), MODEL_CALL, part(text="y")]}),
        (GEMINI, {"contents": [part(functionResponse={"name": "add", "response": {}})]}),
        (GEMINI, {"generationConfig": {"responseSchema": {"type": "OBJECT"}}}),
        (GEMINI, {"generationConfig": {"maxOutputTokens": 0}}),
        (GEMINI, {"generationConfig": {"candidateCount": 2}}),
        (GEMINI, {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}),
        (COHERE, {"unknown": 1}),
        (COHERE, {"messages": []}),
        (COHERE, {"messages": [{"role": "developer", "content": "x"}]}),
        (COHERE, {"messages": [said(), {"role": "assistant"}]}),
        (COHERE, {"messages": [said(), CALLING]}),
        (COHERE, {"messages": [said(), {"role": "tool", "tool_call_id": "c1", "content": "x"}]}),
        (COHERE, {"messages": [said([{"type": "image_url", "image_url": {"url": "data:,"}}])]}),
        (COHERE, {"tool_choice": "REQUIRED"}),
        (COHERE, {"tools": [FUNCTION], "tool_choice": "add"}),
        (COHERE, {"p": 1}),
        (COHERE, {"logprobs": True}),
        (COHERE, {"response_format": {"type": "text", "json_schema": {}}}),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
async def test_a_request_that_makes_no_sense_is_400_with_a_sentence(
    client: Client, speech: Speech, fields: dict[str, Any], stream: bool
) -> None:
    body = speech.body("sim-echo", "hi", stream) | fields
    path = speech.path("sim-echo", stream)
    heard = await client.hear(post(path, body, connection="close", **speech.headers), patience=5)
    assert (heard.status, heard.headers["content-type"]) == (400, "application/json")
    assert len(speech.message(heard.json)) > 10


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/embeddings", {"model": "sim-embedding", "input": ""}),
        ("/v1/embeddings", {"model": "sim-embedding", "input": []}),
        ("/v1/embeddings", {"model": "sim-embedding", "input": "x", "dimensions": 4096}),
        ("/v1/embeddings", {"model": "sim-embedding", "input": "word " * 9_000}),
        ("/v1/images/generations", {"model": "sim-image"}),
        ("/v1/images/generations", {"model": "sim-image", "prompt": "x", "n": 11}),
        ("/v1/images/generations", {"model": "sim-image", "prompt": "x", "size": "9999x9999"}),
        ("/v1/images/generations", {"model": "sim-image", "prompt": "x", "stream": True}),
        ("/v1/images/edits", {"model": "sim-image", "prompt": "x"}),
        ("/v1/completions", {"model": "sim-echo", "prompt": ["a", "b"]}),
        ("/v2/embed", {"model": "sim-embedding", "texts": ["x"]}),
        ("/v2/embed", {"model": "sim-embedding", "input_type": "search_query"}),
        ("/v2/embed", {"model": "sim-embedding", "texts": ["x"] * 97, "input_type": "search_query"}),
        ("/v1beta/models/sim-embedding:batchEmbedContents?key=k", {"requests": []}),
        ("/v1beta/models/sim-echo:streamGenerateContent?key=k", {"contents": [part(text="x")]}),
    ],
)
async def test_other_requests_likewise(client: Client, path: str, body: dict[str, Any]) -> None:
    heard = await client.hear(post(path, body, connection="close"), patience=5)
    assert heard.status == 400
    assert (heard.json.get("error") or heard.json)["message"]


@pytest.mark.parametrize(("path", "key"), [("/v1beta/nothing", "error"), ("/v2/nothing", "message")])
async def test_unknown_addresses_are_404_in_the_dialects_shape(client: Client, path: str, key: str) -> None:
    heard = await client.get(f"{path}?key=k")
    assert (heard.status, key in heard.json) == (404, True)


async def test_messages_need_a_version(client: Client) -> None:
    body = ANTHROPIC.body("sim-echo", "hi", False)
    heard = await client.hear(post("/v1/messages", body, connection="close"), patience=5)
    assert (heard.status, heard.json["error"]["type"]) == (400, "invalid_request_error")
    assert "anthropic-version" in heard.json["error"]["message"]
