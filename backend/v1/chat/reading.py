"""From a chat completion request to an inquiry. Pure."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from backend.assistants.pick import DIRECT
from backend.chat.inquiry import Inquiry, Manner
from backend.errors import InvalidRequest
from backend.policy.preferences import ANY, MaxPrice, Preferences
from backend.providers.calls import AnswerFormat, Part, Picture, Text, Tool, ToolChoice, ToolUse, Turn
from backend.v1.chat.wire import (
    ChatCompletionMessage,
    ChatCompletionRequest,
    ContentPart,
    NamedTool,
    ProviderPreferences,
    ResponseFormat,
    ToolDefinition,
)
from shared.chat import Strategy
from shared.messages import Role

ToolMode = Literal["auto", "none", "required"]
PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_STRATEGIES = {
    "price": Strategy.COST_OPTIMIZED,
    "throughput": Strategy.PERFORMANCE_FIRST,
    "latency": Strategy.PERFORMANCE_FIRST,
}
_fields = msgspec.json.Decoder(dict[str, Raw]).decode


def extra_fields(body: bytes, known: type[Struct]) -> Mapping[str, Raw] | None:
    """The fields of a JSON object that a request type does not have; those that are null say nothing."""
    names = known.__struct_encode_fields__
    extra = {name: raw for name, raw in _fields(body).items() if name not in names and bytes(raw) != b"null"}
    return extra or None


def inquiry_of(request: ChatCompletionRequest, extra: Mapping[str, Raw] | None) -> Inquiry:
    """What is asked. Raises `InvalidRequest` for what cannot be done."""
    if request.n not in (None, 1):
        raise InvalidRequest("n must be 1: one answer is given to each request.")
    preferences, strategy = preferences_of(request.provider)
    return Inquiry(
        body=Sent(request, dict(extra or {})),
        assistant=DIRECT.family,
        models=(request.model, *(request.models or ())),
        requested=request.model,
        turns=tuple(map(_turn, request.messages)),
        manner=_manner(request, extra),
        preferences=preferences,
        stream=request.stream is True,
        strategy=strategy,
        metadata=labels_of(request.metadata, request.user),
        mask=request.mask,
        keeps_shown=True,
        prefills=True,
    )


def labels_of(metadata: Mapping[str, str] | None, user: str | None) -> dict[str, str]:
    """What the caller calls the request, for their own use."""
    return {**(metadata or {}), **({"user": user} if user is not None else {})}


def stops_of(stop: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """What ends an answer; None for nothing."""
    return ((stop,) if isinstance(stop, str) else tuple(stop or ())) or None


class Sent(Struct, frozen=True):
    """All that was sent, the fields included that a request type does not have."""

    request: Struct
    extra: dict[str, Raw]


def _manner(request: ChatCompletionRequest, extra: Mapping[str, Raw] | None) -> Manner:
    if request.top_logprobs is not None and not request.logprobs:
        raise InvalidRequest("top_logprobs needs logprobs: true.")
    return Manner(
        max_tokens=request.max_completion_tokens or request.max_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        stop=stops_of(request.stop),
        seed=request.seed,
        tools=tuple(map(_tool, request.tools or ())),
        tool_choice=_tool_choice(request),
        parallel_tool_calls=request.parallel_tool_calls if request.tools else None,
        format=format_of(request.response_format),
        top_logprobs=(request.top_logprobs or 0) if request.logprobs else None,
        extra=extra,
    )


def _tool(defined: ToolDefinition) -> Tool:
    function = defined.function
    return Tool(
        name=function.name,
        description=function.description,
        parameters=raw(function.parameters),
        strict=function.strict,
    )


def _tool_choice(request: ChatCompletionRequest) -> ToolChoice | None:
    choice, names = request.tool_choice, [tool.function.name for tool in request.tools or ()]
    if isinstance(choice, NamedTool):
        return tool_choice_of("required", choice.function.name, names)
    return tool_choice_of(choice, None, names)


def tool_choice_of(mode: ToolMode | None, name: str | None, offered: Sequence[str]) -> ToolChoice | None:
    """Which of the offered tools is to be used; None when nothing is said. Raises `InvalidRequest`."""
    if mode is None or (not offered and mode in ("auto", "none")):
        return None
    if not offered:
        raise InvalidRequest("tool_choice needs tools.")
    if name is not None and name not in offered:
        raise InvalidRequest(f"tool_choice names {name}, which is not among the tools.")
    return ToolChoice(mode, name)


def format_of(wanted: ResponseFormat | None) -> AnswerFormat | None:
    """The format of an answer; None for text."""
    if wanted is None or wanted.type == "text":
        return None
    if wanted.type == "json_object":
        return AnswerFormat()
    if wanted.json_schema is None:
        raise InvalidRequest("response_format of the type json_schema needs a json_schema.")
    given = wanted.json_schema
    return AnswerFormat(schema=raw(given.schema), name=given.name, strict=given.strict)


def preferences_of(wanted: ProviderPreferences | None) -> tuple[Preferences, Strategy | None]:
    """Which routes the caller wants, and what is to be favoured."""
    if wanted is None:
        return ANY, None
    most = wanted.max_price
    return (
        Preferences(
            order=tuple(wanted.order or ()),
            only=frozenset(wanted.only) if wanted.only is not None else None,
            ignore=frozenset(wanted.ignore or ()),
            allow_fallbacks=wanted.allow_fallbacks,
            require_parameters=wanted.require_parameters,
            no_data_collection=wanted.data_collection == "deny",
            max_price=MaxPrice(prompt=most.prompt, completion=most.completion, request=most.request) if most else None,
        ),
        _STRATEGIES[wanted.sort] if wanted.sort is not None else None,
    )


def raw(value: dict[str, object] | None) -> Raw | None:
    """A JSON object as it is sent on."""
    return Raw(msgspec.json.encode(value)) if value is not None else None


def _turn(message: ChatCompletionMessage) -> Turn:
    role = Role.SYSTEM if message.role == "developer" else Role(message.role)
    if role is Role.TOOL and not message.tool_call_id:
        raise InvalidRequest("A message with the role tool needs the tool_call_id it answers.")
    if message.tool_calls and role is not Role.ASSISTANT:
        raise InvalidRequest("Only messages with the role assistant can have tool_calls.")
    uses = tuple(ToolUse(use.id, use.function.name, use.function.arguments) for use in message.tool_calls or ())
    content, parts = _content(message)
    if not (content.strip() or parts or uses or role is Role.TOOL):
        raise InvalidRequest(f"A message with the role {message.role} is empty.")
    return Turn(role, content, parts, uses, message.tool_call_id if role is Role.TOOL else None)


def _content(message: ChatCompletionMessage) -> tuple[str, tuple[Part, ...]]:
    if not isinstance(message.content, list):
        return message.content or "", ()
    parts = [_part(part) for part in message.content]
    words = "\n".join(part.text for part in parts if isinstance(part, Text))
    if not any(isinstance(part, Picture) for part in parts):
        return words, ()
    if message.role != "user":
        raise InvalidRequest("Only messages with the role user can have pictures.")
    return words, tuple(parts)


def _part(part: ContentPart) -> Part:
    if part.type == "text" and part.text is not None:
        return Text(part.text)
    if part.type == "image_url" and part.image_url is not None:
        return picture_at(part.image_url.url)
    raise InvalidRequest(f"Content of the type {part.type[:40]} cannot be read here: give text or image_url.")


def picture_at(url: str) -> Picture:
    """A picture in a `data:` URL (RFC 2397), or at an address the provider is to read. Raises `InvalidRequest`."""
    if url.startswith(("https://", "http://")):
        return Picture(url=url)
    head, comma, data = url.partition(",")
    media_type = head.removeprefix("data:").removesuffix(";base64")
    if not (comma and head.startswith("data:") and head.endswith(";base64")):
        raise InvalidRequest("image_url must be an http(s) address or a data: URL in base64.")
    return picture_in(media_type, data)


def picture_in(media_type: str, data: str) -> Picture:
    """A picture in base64. Raises `InvalidRequest`."""
    if media_type not in PICTURES:
        raise InvalidRequest(f"Pictures may be {', '.join(kind.removeprefix('image/') for kind in PICTURES)}.")
    try:
        return Picture(media_type, base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        raise InvalidRequest("A picture is not valid base64.") from None
