"""Requests of the Gemini API: ai.google.dev/api/generate-content.

Turns of one kind that follow each other become one content, for the results of tools that were used together must be
in one; results stay apart from what a person says. How much a model thinks is left to it.
"""

import mimetypes
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from backend.providers.calls import ChatCall, Part, Picture, Tool, Turn
from backend.providers.dialects.extra import said
from backend.providers.dialects.gemini_tools import FunctionCall, FunctionResponse, say_result, say_use
from shared.messages import Role

_KNOWN = {"frequency_penalty", "presence_penalty", "top_k"}


class _Blob(Struct, rename="camel"):
    mime_type: str
    data: bytes


class _File(Struct, rename="camel", omit_defaults=True):
    file_uri: str
    mime_type: str | None = None


class _Part(Struct, rename="camel", omit_defaults=True):
    text: str | None = None
    inline_data: _Blob | None = None
    file_data: _File | None = None
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None
    thought_signature: str | None = None


class _Content(Struct, omit_defaults=True):
    parts: list[_Part]
    role: Literal["user", "model"] | None = None


class _Declaration(Struct, rename="camel", omit_defaults=True):
    name: str
    description: str | None = None
    parameters_json_schema: Raw | None = None


class _Tools(Struct, rename="camel"):
    function_declarations: list[_Declaration]


class _Calling(Struct, rename="camel", omit_defaults=True):
    mode: Literal["AUTO", "ANY", "NONE"]
    allowed_function_names: tuple[str, ...] | None = None


class _ToolConfig(Struct, rename="camel"):
    function_calling_config: _Calling


class _Generation(Struct, rename="camel", omit_defaults=True):
    max_output_tokens: int
    temperature: float | None = None
    top_p: float | None = None
    top_k: Raw | None = None
    stop_sequences: tuple[str, ...] | None = None
    seed: int | None = None
    presence_penalty: Raw | None = None
    frequency_penalty: Raw | None = None
    response_mime_type: str | None = None
    response_json_schema: Raw | None = None
    response_logprobs: bool = False
    logprobs: int | None = None


class _Request(Struct, rename="camel", omit_defaults=True):
    contents: list[_Content]
    generation_config: _Generation
    system_instruction: _Content | None = None
    tools: list[_Tools] | None = None
    tool_config: _ToolConfig | None = None


_encode = msgspec.json.Encoder().encode


def encode_body(call: ChatCall) -> bytes:
    """The JSON of a request for `call`; whether it is streamed, and the model, are said in the address."""
    system = "\n\n".join(turn.content for turn in call.messages if turn.role is Role.SYSTEM)
    return _encode(
        _Request(
            contents=_contents(call),
            generation_config=_generation(call),
            system_instruction=_Content([_Part(text=system)]) if system else None,
            tools=[_Tools([_declaration(tool) for tool in call.tools])] if call.tools else None,
            tool_config=_tool_config(call) if call.tools else None,
        )
    )


def unspoken(call: ChatCall) -> tuple[str, ...]:
    """What of a call these requests cannot say, as names of OpenAI's request fields, in alphabetical order."""
    unsaid = {name for name in call.extra or () if name not in _KNOWN and said(call.extra, name) is not None}
    if call.parallel_tool_calls is False:
        unsaid.add("parallel_tool_calls")
    return tuple(sorted(unsaid))


def _contents(call: ChatCall) -> list[_Content]:
    contents: list[_Content] = []
    before: Role | None = None
    names = {use.id: use.name for turn in call.messages for use in turn.tool_uses}
    for turn in call.messages:
        parts = _parts(turn, call.model, names)
        if not parts:
            continue
        if turn.role is before:
            contents[-1].parts.extend(parts)
        else:
            contents.append(_Content(parts, "model" if turn.role is Role.ASSISTANT else "user"))
        before = turn.role
    return contents


def _parts(turn: Turn, model: str, names: dict[str, str]) -> list[_Part]:
    if turn.role is Role.SYSTEM:
        return []
    if turn.role is Role.TOOL and turn.tool_use_id is not None:
        name = names.get(turn.tool_use_id, turn.tool_use_id)
        result = _Part(function_response=say_result(turn.tool_use_id, name, turn.content))
        return [result, *(_part(part) for part in turn.parts if isinstance(part, Picture))]
    parts = [_part(part) for part in turn.parts if isinstance(part, Picture) or part.text]
    if not turn.parts and turn.content:
        parts.append(_Part(text=turn.content))
    for place, use in enumerate(turn.tool_uses):
        said_use, signature = say_use(use, model, first=not place)
        parts.append(_Part(function_call=said_use, thought_signature=signature))
    return parts


def _part(part: Part) -> _Part:
    if not isinstance(part, Picture):
        return _Part(text=part.text)
    if part.url is None:
        return _Part(inline_data=_Blob(part.media_type, part.data))
    return _Part(file_data=_File(part.url, part.media_type or mimetypes.guess_type(part.url.partition("?")[0])[0]))


def _declaration(tool: Tool) -> _Declaration:
    return _Declaration(tool.name, tool.description, tool.parameters)


def _tool_config(call: ChatCall) -> _ToolConfig | None:
    chosen = call.tool_choice
    if chosen is None:
        return None
    if chosen.name is not None:
        return _ToolConfig(_Calling("ANY", (chosen.name,)))
    if chosen.mode == "required":
        return _ToolConfig(_Calling("ANY"))
    return _ToolConfig(_Calling("NONE" if chosen.mode == "none" else "AUTO"))


def _generation(call: ChatCall) -> _Generation:
    return _Generation(
        max_output_tokens=call.max_tokens,
        temperature=call.temperature,
        top_p=call.top_p,
        top_k=said(call.extra, "top_k"),
        stop_sequences=call.stop or None,
        seed=call.seed,
        presence_penalty=said(call.extra, "presence_penalty"),
        frequency_penalty=said(call.extra, "frequency_penalty"),
        response_mime_type="application/json" if call.format is not None else None,
        response_json_schema=call.format.schema if call.format is not None else None,
        response_logprobs=call.top_logprobs is not None,
        logprobs=call.top_logprobs or None,
    )
