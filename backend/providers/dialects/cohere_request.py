"""Requests of Cohere's chat: docs.cohere.com/reference/chat.

A tool that must be used is said by offering only that one. Temperatures above 1 and values of `top_p` beyond 0.01 and
0.99, which OpenAI has and this API refuses, are sent as the nearest it takes. An answer's format cannot be said beside
tools (docs.cohere.com/docs/structured-outputs).
"""

from base64 import b64encode
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from backend.providers.calls import ChatCall, Part, Picture, Tool, Turn
from backend.providers.dialects.extra import said
from shared.messages import Role

_KNOWN = {"frequency_penalty", "presence_penalty", "top_k"}
_ANYTHING = Raw(b'{"type":"object","properties":{}}')


class _Text(Struct, tag_field="type", tag="text"):
    text: str


class _Address(Struct):
    url: str


class _Image(Struct, tag_field="type", tag="image_url"):
    image_url: _Address


class _Function(Struct):
    name: str
    arguments: str


class _ToolCall(Struct, tag_field="type", tag="function"):
    id: str
    function: _Function


class _Message(Struct, omit_defaults=True):
    role: Role
    content: str | list[_Text | _Image] | None = None
    tool_calls: list[_ToolCall] | None = None
    tool_call_id: str | None = None


class _Declared(Struct, omit_defaults=True):
    name: str
    parameters: Raw
    description: str | None = None


class _Tool(Struct, tag_field="type", tag="function"):
    function: _Declared


class _Format(Struct, tag_field="type", tag="json_object", omit_defaults=True):
    json_schema: Raw | None = None


class _Request(Struct, omit_defaults=True):
    model: str
    messages: list[_Message]
    max_tokens: int
    stream: bool
    temperature: float | None = None
    p: float | None = None
    k: Raw | None = None
    stop_sequences: tuple[str, ...] | None = None
    seed: int | None = None
    frequency_penalty: Raw | None = None
    presence_penalty: Raw | None = None
    tools: list[_Tool] | None = None
    strict_tools: bool = False
    tool_choice: Literal["REQUIRED", "NONE"] | None = None
    response_format: _Format | None = None


_encode = msgspec.json.Encoder().encode


def encode_body(call: ChatCall, *, stream: bool) -> bytes:
    """The JSON of a request for `call`."""
    tools = _offered(call)
    return _encode(
        _Request(
            model=call.model,
            messages=[_message(turn) for turn in call.messages],
            max_tokens=call.max_tokens,
            stream=stream,
            temperature=min(call.temperature, 1.0) if call.temperature is not None else None,
            p=min(max(call.top_p, 0.01), 0.99) if call.top_p is not None else None,
            k=said(call.extra, "top_k"),
            stop_sequences=call.stop or None,
            seed=call.seed,
            frequency_penalty=said(call.extra, "frequency_penalty"),
            presence_penalty=said(call.extra, "presence_penalty"),
            tools=[_tool(tool) for tool in tools] or None,
            strict_tools=any(tool.strict for tool in tools),
            tool_choice=_choice(call) if tools else None,
            response_format=_Format(call.format.schema) if call.format is not None and not tools else None,
        )
    )


def unspoken(call: ChatCall) -> tuple[str, ...]:
    """What of a call these requests cannot say, as names of OpenAI's request fields, in alphabetical order."""
    unsaid = {name for name in call.extra or () if name not in _KNOWN and said(call.extra, name) is not None}
    wishes = {
        "logprobs": call.top_logprobs is not None,
        "top_logprobs": bool(call.top_logprobs),
        "parallel_tool_calls": call.parallel_tool_calls is False,
        "response_format": call.format is not None and bool(call.tools),
    }
    return tuple(sorted(unsaid | {name for name, wished in wishes.items() if wished}))


def _message(turn: Turn) -> _Message:
    if turn.role is Role.TOOL:
        words = [_Text(part.text) for part in turn.parts if not isinstance(part, Picture)]
        return _Message(turn.role, list(words) if turn.parts else turn.content, None, turn.tool_use_id)
    content = [_part(part) for part in turn.parts] if turn.parts else turn.content
    uses = [_ToolCall(use.id, _Function(use.name, use.arguments)) for use in turn.tool_uses]
    return _Message(turn.role, content or (None if uses else ""), uses or None)


def _part(part: Part) -> _Text | _Image:
    if not isinstance(part, Picture):
        return _Text(part.text)
    return _Image(_Address(part.url or f"data:{part.media_type};base64,{b64encode(part.data).decode()}"))


def _offered(call: ChatCall) -> tuple[Tool, ...]:
    name = call.tool_choice.name if call.tool_choice is not None else None
    return tuple(tool for tool in call.tools if name is None or tool.name == name)


def _tool(tool: Tool) -> _Tool:
    return _Tool(_Declared(tool.name, tool.parameters or _ANYTHING, tool.description))


def _choice(call: ChatCall) -> Literal["REQUIRED", "NONE"] | None:
    chosen = call.tool_choice
    if chosen is None:
        return None
    if chosen.name is not None or chosen.mode == "required":
        return "REQUIRED"
    return "NONE" if chosen.mode == "none" else None
