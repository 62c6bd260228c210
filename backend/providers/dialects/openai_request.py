"""Requests of the OpenAI chat dialect: platform.openai.com/docs/api-reference/chat/create."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import blake2b
from string import ascii_letters, digits

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, structs

from backend.providers.calls import AnswerFormat, ChatCall, Part, Picture, Text, Tool, ToolChoice, Turn
from backend.providers.dialects import Encoded
from backend.providers.vendors import Vendor
from shared.messages import Role

PATH = "/chat/completions"

_LETTERS = ascii_letters + digits
_SHORT_ID = 9
_SHOWN = "It is shown in the next message."


class _Url(Struct):
    url: str


class _TextPart(Struct, tag_field="type", tag="text"):
    text: str


class _PicturePart(Struct, tag_field="type", tag="image_url"):
    image_url: _Url


class _Function(Struct, omit_defaults=True):
    name: str
    arguments: str | None = None
    description: str | None = None
    parameters: Raw | None = None
    strict: bool | None = None


class _Tool(Struct, tag_field="type", tag="function"):
    """A definition, a choice or, with an id, a use."""

    function: _Function
    id: str | UnsetType = UNSET


class _Message(Struct):
    """`content` is null where a model only used tools. `prefix` marks the beginning of an answer, as Mistral wants it:
    docs.mistral.ai/capabilities/completion/usage."""

    role: Role
    content: str | list[_TextPart | _PicturePart] | None
    tool_calls: list[_Tool] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET
    prefix: bool | UnsetType = UNSET


class _Schema(Struct, omit_defaults=True):
    name: str
    schema: Raw
    strict: bool | None = None


class _Format(Struct, omit_defaults=True):
    type: str
    json_schema: _Schema | None = None


_encode = msgspec.json.Encoder().encode


def encode_request(call: ChatCall, *, stream: bool, vendor: Vendor) -> Encoded:
    """The request for `call` in the fields this vendor knows."""
    body: dict[str, object] = {
        "model": call.model,
        "messages": _messages(call.messages, vendor),
        vendor.output_limit: call.max_tokens,
    }
    for name, wish in _wishes(call, vendor).items():
        if name not in vendor.lacks:
            body[vendor.seed if name == "seed" else name] = wish
    if call.extra:
        body.update((name, value) for name, value in call.extra.items() if name in vendor.knows)
    if stream:
        body["stream"] = True
        if vendor.usage_option:
            body["stream_options"] = {"include_usage": True}
    if vendor.cost_option:
        body["usage"] = {"include": True}
    return Encoded(vendor.path(PATH, call.model), vendor.headers, _encode(body))


def encode_probe(vendor: Vendor) -> Encoded:
    """The list of models: platform.openai.com/docs/api-reference/models/list."""
    return Encoded(vendor.path("/models"), vendor.headers)


def unspoken(call: ChatCall, vendor: Vendor) -> tuple[str, ...]:
    """The wishes this vendor has no field for, and an answer format of which only "JSON" can be said."""
    lost = _wishes(call, vendor).keys() & vendor.lacks
    if call.extra:
        lost |= call.extra.keys() - vendor.knows
    if call.format is not None and call.format.schema is not None and not vendor.schemas:
        lost.add("response_format")
    return tuple(sorted(lost))


def _wishes(call: ChatCall, vendor: Vendor) -> dict[str, object]:
    """What a call may leave open, by the names of the request's fields."""
    wishes: dict[str, object] = {
        "temperature": call.temperature,
        "top_p": call.top_p,
        "stop": call.stop or None,
        "seed": call.seed,
        "tools": [_tool(tool) for tool in call.tools] or None,
        "tool_choice": None if call.tool_choice is None else _choice(call.tool_choice),
        "parallel_tool_calls": call.parallel_tool_calls,
        "response_format": None if call.format is None else _format(call.format, vendor),
        "logprobs": None if call.top_logprobs is None else True,
        "top_logprobs": call.top_logprobs or None,
    }
    return {name: wish for name, wish in wishes.items() if wish is not None}


def _messages(turns: tuple[Turn, ...], vendor: Vendor) -> list[_Message]:
    messages = [_message(turn, vendor) for turn in (_results_in_words(turns) if _shows_results(turns) else turns)]
    if vendor.prefix and messages and messages[-1].role is Role.ASSISTANT:
        messages[-1].prefix = True
    return messages


def _shows_results(turns: tuple[Turn, ...]) -> bool:
    return any(turn.role is Role.TOOL and turn.parts for turn in turns)


def _results_in_words(turns: tuple[Turn, ...]) -> Iterator[Turn]:
    """The same with pictures that tools gave shown by the user after them: messages of tools have only words."""
    shown: list[Part] = []
    for turn in turns:
        if shown and turn.role is not Role.TOOL:
            yield Turn(Role.USER, "", tuple(shown))
            shown = []
        if turn.role is Role.TOOL and turn.parts:
            shown += [part for part in turn.parts if isinstance(part, Picture)]
            yield structs.replace(turn, content=turn.content or _SHOWN, parts=())
        else:
            yield turn
    if shown:
        yield Turn(Role.USER, "", tuple(shown))


def _message(turn: Turn, vendor: Vendor) -> _Message:
    if not (turn.parts or turn.tool_uses or turn.tool_use_id):
        return _Message(turn.role, turn.content)
    message = _Message(turn.role, [_part(part) for part in turn.parts] if turn.parts else turn.content)
    if turn.tool_uses:
        message.content = message.content or None
        message.tool_calls = [
            _Tool(_Function(use.name, use.arguments), _tool_id(use.id, vendor)) for use in turn.tool_uses
        ]
    if turn.tool_use_id is not None:
        message.tool_call_id = _tool_id(turn.tool_use_id, vendor)
    return message


def _part(part: Part) -> _TextPart | _PicturePart:
    if isinstance(part, Text):
        return _TextPart(part.text)
    return _PicturePart(_Url(part.url or f"data:{part.media_type};base64,{b64encode(part.data).decode()}"))


def _tool_id(id: str, vendor: Vendor) -> str:
    """The id, or one of nine letters and digits that stands for it: Mistral takes no others."""
    if not vendor.short_tool_ids or (len(id) == _SHORT_ID and id.isascii() and id.isalnum()):
        return id
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in blake2b(id.encode(), digest_size=_SHORT_ID).digest())


def _tool(tool: Tool) -> _Tool:
    return _Tool(_Function(tool.name, description=tool.description, parameters=tool.parameters, strict=tool.strict))


def _choice(choice: ToolChoice) -> str | _Tool:
    return choice.mode if choice.name is None else _Tool(_Function(choice.name))


def _format(wanted: AnswerFormat, vendor: Vendor) -> _Format:
    if wanted.schema is None or not vendor.schemas:
        return _Format("json_object")
    return _Format("json_schema", _Schema(wanted.name, wanted.schema, wanted.strict))
