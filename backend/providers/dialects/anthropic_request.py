"""Requests of the Messages API: docs.anthropic.com/en/api/messages.

Turns of one role that follow each other become one message, for the results of tools that were used together must be
in one. `system` turns, wherever they stand, become the system prompt. A temperature above 1, which OpenAI has and this
API has not, is sent as 1; of `temperature` and `top_p` only the former is sent, for current models refuse both at once.
"""

import re
from hashlib import blake2b
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from backend.providers.calls import ChatCall, Part, Picture, Tool, Turn
from backend.providers.dialects.anthropic_models import is_sampled, takes_effort
from backend.providers.dialects.anthropic_schema import acceptable
from backend.providers.dialects.arguments import as_object
from backend.providers.dialects.extra import said, text_of
from shared.messages import Role

_EFFORTS = {"low", "medium", "high", "xhigh", "max"}
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ANYTHING = Raw(b'{"type":"object","properties":{}}')


class _Bytes(Struct, tag_field="type", tag="base64"):
    media_type: str
    data: bytes


class _Address(Struct, tag_field="type", tag="url"):
    url: str


class _Text(Struct, tag_field="type", tag="text"):
    text: str


class _Image(Struct, tag_field="type", tag="image"):
    source: _Bytes | _Address


class _ToolUse(Struct, tag_field="type", tag="tool_use"):
    id: str
    name: str
    input: Raw


class _ToolResult(Struct, tag_field="type", tag="tool_result"):
    tool_use_id: str
    content: str | list[_Text | _Image]


_Block = _Text | _Image | _ToolUse | _ToolResult


class _Message(Struct):
    role: Literal["user", "assistant"]
    content: list[_Block]


class _Tool(Struct, omit_defaults=True):
    name: str
    input_schema: Raw
    description: str | None = None
    strict: bool | None = None


class _Choice(Struct, omit_defaults=True):
    type: Literal["auto", "any", "none", "tool"]
    name: str | None = None
    disable_parallel_tool_use: bool = False


class _Format(Struct, tag_field="type", tag="json_schema"):
    schema: Raw


class _Output(Struct, omit_defaults=True):
    format: _Format | None = None
    effort: str | None = None


class _Request(Struct, omit_defaults=True):
    model: str
    max_tokens: int
    messages: list[_Message]
    system: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: Raw | None = None
    stop_sequences: tuple[str, ...] | None = None
    tools: list[_Tool] | None = None
    tool_choice: _Choice | None = None
    output_config: _Output | None = None
    thinking: Raw | None = None
    metadata: dict[str, str] | None = None
    stream: bool = False


_encode = msgspec.json.Encoder().encode


def encode_body(call: ChatCall, *, stream: bool) -> bytes:
    """The JSON of a request for `call`."""
    sampled = is_sampled(call.model)
    user = text_of(call.extra, "user")
    tools = _tools(call)
    return _encode(
        _Request(
            model=call.model,
            max_tokens=call.max_tokens,
            messages=_messages(call.messages),
            system="\n\n".join(turn.content for turn in call.messages if turn.role is Role.SYSTEM) or None,
            temperature=min(call.temperature, 1.0) if call.temperature is not None and sampled else None,
            top_p=call.top_p if call.temperature is None and sampled else None,
            top_k=said(call.extra, "top_k") if sampled else None,
            stop_sequences=call.stop or None,
            tools=tools,
            tool_choice=_choice(call) if tools else None,
            output_config=_output(call),
            thinking=said(call.extra, "thinking"),
            metadata={"user_id": user} if user else None,
            stream=stream,
        )
    )


def unspoken(call: ChatCall) -> tuple[str, ...]:
    """What of a call these requests cannot say, as names of OpenAI's request fields, in alphabetical order."""
    sampled = is_sampled(call.model)
    known = {"thinking", *(("top_k",) if sampled else ())}
    known |= {"user"} if text_of(call.extra, "user") is not None else set()
    known |= {"reasoning_effort"} if _effort(call) is not None else set()
    unsaid = {name for name in call.extra or () if name not in known and said(call.extra, name) is not None}
    wishes = {
        "seed": call.seed is not None,
        "logprobs": call.top_logprobs is not None,
        "top_logprobs": bool(call.top_logprobs),
        "response_format": call.format is not None and call.format.schema is None,
        "temperature": call.temperature is not None and not sampled and call.temperature != 1,
        "top_p": call.top_p is not None and (call.temperature is not None or not sampled) and call.top_p != 1,
    }
    return tuple(sorted(unsaid | {name for name, wished in wishes.items() if wished}))


def _messages(turns: tuple[Turn, ...]) -> list[_Message]:
    messages: list[_Message] = []
    for turn in turns:
        blocks = _blocks(turn)
        if not blocks:
            continue
        role: Literal["user", "assistant"] = "assistant" if turn.role is Role.ASSISTANT else "user"
        if messages and messages[-1].role == role:
            messages[-1].content.extend(blocks)
        else:
            messages.append(_Message(role, blocks))
    _trim(messages)
    return messages


def _trim(messages: list[_Message]) -> None:
    """The beginning of an answer may not end in a space."""
    if not messages or messages[-1].role != "assistant" or not isinstance(messages[-1].content[-1], _Text):
        return
    begun = messages[-1].content[-1].text.rstrip()
    if begun:
        messages[-1].content[-1] = _Text(begun)
    else:
        messages[-1].content.pop()
        if not messages[-1].content:
            messages.pop()


def _blocks(turn: Turn) -> list[_Block]:
    if turn.role is Role.SYSTEM:
        return []
    shown = _shown(turn)
    if turn.role is Role.TOOL and turn.tool_use_id is not None:
        return [_ToolResult(_id(turn.tool_use_id), shown if turn.parts else turn.content)]
    return [*shown, *(_ToolUse(_id(use.id), use.name, as_object(use.arguments)) for use in turn.tool_uses)]


def _shown(turn: Turn) -> list[_Text | _Image]:
    """Words and pictures; empty words are an error to the API."""
    if not turn.parts:
        return [_Text(turn.content)] if turn.content else []
    return [_part(part) for part in turn.parts if isinstance(part, Picture) or part.text]


def _part(part: Part) -> _Text | _Image:
    if not isinstance(part, Picture):
        return _Text(part.text)
    return _Image(_Address(part.url) if part.url is not None else _Bytes(part.media_type, part.data))


def _id(tool_use: str) -> str:
    """As the API wants ids; those of other providers that are not so are replaced, always by the same."""
    if _ID.fullmatch(tool_use):
        return tool_use
    return f"toolu_{blake2b(tool_use.encode(errors='replace'), digest_size=12).hexdigest()}"


def _tools(call: ChatCall) -> list[_Tool] | None:
    """Tools that were used earlier must be declared, also when none is offered any more."""
    if call.tools:
        return [_tool(tool) for tool in call.tools]
    used = dict.fromkeys(use.name for turn in call.messages for use in turn.tool_uses)
    return [_Tool(name, _ANYTHING) for name in used] or None


def _tool(tool: Tool) -> _Tool:
    parameters = tool.parameters or _ANYTHING
    return _Tool(
        tool.name, acceptable(parameters) if tool.strict else parameters, tool.description, tool.strict or None
    )


def _choice(call: ChatCall) -> _Choice | None:
    single = call.parallel_tool_calls is False
    chosen = call.tool_choice
    if not call.tools or (chosen is not None and chosen.mode == "none" and chosen.name is None):
        return _Choice("none")
    if chosen is not None and chosen.name is not None:
        return _Choice("tool", chosen.name, single)
    if chosen is not None:
        return _Choice("any" if chosen.mode == "required" else "auto", None, single)
    return _Choice("auto", None, True) if single else None


def _output(call: ChatCall) -> _Output | None:
    schema = call.format.schema if call.format is not None else None
    wished = _Output(_Format(acceptable(schema)) if schema is not None else None, _effort(call))
    return wished if wished.format is not None or wished.effort is not None else None


def _effort(call: ChatCall) -> str | None:
    effort = text_of(call.extra, "reasoning_effort")
    return effort if effort in _EFFORTS and takes_effort(call.model) else None
