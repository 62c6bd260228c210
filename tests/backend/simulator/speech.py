"""The same question in every dialect, and what is heard in the answer."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.backend.simulator.client import Client, Heard, post

Events = list[Any]


class Speech(NamedTuple):
    """How a dialect asks and answers. `texts` are the pieces of a stream, `whole` is the text of a plain answer."""

    name: str
    path: Callable[[str, bool], str]
    body: Callable[[str, str, bool], dict[str, Any]]
    headers: dict[str, str]
    texts: Callable[[Events], list[str]]
    whole: Callable[[Any], str]
    finishes: Callable[[Events], list[Any]]
    output_tokens: Callable[[Events], list[int]]
    terminator: bytes
    message: Callable[[Any], str]

    async def ask(
        self, client: Client, model: str, prompt: str = "hello", *, stream: bool = True, **more: Any
    ) -> Heard:
        """The answer to `prompt`, as it came."""
        request = self.request(model, prompt, stream=stream, **more)
        return await client.hear(request, patience=5)

    def request(self, model: str, prompt: str = "hello", *, stream: bool = True, **more: Any) -> bytes:
        """The bytes of a request; the connection closes after the answer."""
        body = self.body(model, prompt, stream) | more
        return post(self.path(model, stream), body, connection="close", **self.headers)


def _user(prompt: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt}]


def _deltas(events: Events) -> list[Any]:
    return [event["choices"][0] for event in events if event.get("choices")]


def _candidates(events: Events) -> list[Any]:
    return [event["candidates"][0] for event in events if event.get("candidates")]


def _gemini_text(candidate: Any) -> str:
    return "".join(part.get("text", "") for part in candidate["content"].get("parts", []) if not part.get("thought"))


def _of_type(events: Events, kind: str) -> list[Any]:
    return [event for event in events if event.get("type") == kind]


OPENAI = Speech(
    name="openai",
    path=lambda model, stream: "/v1/chat/completions",
    body=lambda model, prompt, stream: {
        "model": model,
        "messages": _user(prompt),
        "stream": stream,
        **({"stream_options": {"include_usage": True}} if stream else {}),
    },
    headers={},
    texts=lambda events: [choice["delta"]["content"] for choice in _deltas(events) if choice["delta"].get("content")],
    whole=lambda answer: answer["choices"][0]["message"]["content"],
    finishes=lambda events: [choice["finish_reason"] for choice in _deltas(events) if choice["finish_reason"]],
    output_tokens=lambda events: [event["usage"]["completion_tokens"] for event in events if event.get("usage")],
    terminator=b"data: [DONE]",
    message=lambda body: body["error"]["message"],
)
ANTHROPIC = Speech(
    name="anthropic",
    path=lambda model, stream: "/v1/messages",
    body=lambda model, prompt, stream: {
        "model": model,
        "max_tokens": 16_000,
        "messages": _user(prompt),
        "stream": stream,
    },
    headers={"x_api_key": "k", "anthropic_version": "2023-06-01", "authorization": ""},
    texts=lambda events: [
        event["delta"]["text"] for event in _of_type(events, "content_block_delta") if "text" in event["delta"]
    ],
    whole=lambda answer: "".join(block["text"] for block in answer["content"]),
    finishes=lambda events: [
        event["delta"]["stop_reason"] for event in _of_type(events, "message_delta") if event["delta"]["stop_reason"]
    ],
    output_tokens=lambda events: [
        event["usage"]["output_tokens"] for event in _of_type(events, "message_delta") if "usage" in event
    ],
    terminator=b"event: message_stop",
    message=lambda body: body["error"]["message"],
)
GEMINI = Speech(
    name="gemini",
    path=lambda model, stream: (
        f"/v1beta/models/{model}:" + ("streamGenerateContent?alt=sse" if stream else "generateContent")
    ),
    body=lambda model, prompt, stream: {"contents": [{"role": "user", "parts": [{"text": prompt}]}]},
    headers={"x_goog_api_key": "k", "authorization": ""},
    texts=lambda events: [text for candidate in _candidates(events) if (text := _gemini_text(candidate))],
    whole=lambda answer: _gemini_text(answer["candidates"][0]),
    finishes=lambda events: [one["finishReason"] for one in _candidates(events) if "finishReason" in one],
    output_tokens=lambda events: [
        event["usageMetadata"]["candidatesTokenCount"]
        for event in events
        if "candidatesTokenCount" in event.get("usageMetadata", {})
    ],
    terminator=b"",
    message=lambda body: body["error"]["message"],
)
COHERE = Speech(
    name="cohere",
    path=lambda model, stream: "/v2/chat",
    body=lambda model, prompt, stream: {"model": model, "messages": _user(prompt), "stream": stream},
    headers={},
    texts=lambda events: [event["delta"]["message"]["content"]["text"] for event in _of_type(events, "content-delta")],
    whole=lambda answer: "".join(part["text"] for part in answer["message"].get("content", [])),
    finishes=lambda events: [
        event["delta"]["finish_reason"]
        for event in _of_type(events, "message-end")
        if "finish_reason" in event["delta"] and "error" not in event["delta"]
    ],
    output_tokens=lambda events: [
        event["delta"]["usage"]["tokens"]["output_tokens"]
        for event in _of_type(events, "message-end")
        if "usage" in event["delta"]
    ],
    terminator=b"data: [DONE]",
    message=lambda body: body["message"],
)
SPEECHES = (OPENAI, ANTHROPIC, GEMINI, COHERE)
