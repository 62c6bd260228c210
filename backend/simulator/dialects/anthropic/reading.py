"""From Anthropic's requests to asks."""

from itertools import chain

import msgspec

from backend.simulator import sight
from backend.simulator.ask import Ask, Given, Speaker, Tool, ToolChoice, Trade, Turn
from backend.simulator.dialects.anthropic import requests as wire
from backend.simulator.dialects.anthropic.errors import UNREADABLE
from backend.simulator.dialects.pairing import OpenCalls
from backend.simulator.dialects.reading import decoded, seen
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.reply import prompt_tokens
from backend.simulator.sight import Picture

_decode = msgspec.json.Decoder(wire.MessagesRequest).decode
_decode_count = msgspec.json.Decoder(wire.CountRequest).decode
_encode = msgspec.json.Encoder().encode
_MODES = {"auto": "auto", "any": "required", "tool": "required", "none": "none"}


class TokenCount(msgspec.Struct, frozen=True):
    """What counting gives."""

    input_tokens: int


def messages(body: bytes) -> Ask:
    """A request for a message. Raises Refusal."""
    request = decoded(_decode, body, UNREADABLE)
    ask = _ask(request)
    return msgspec.structs.replace(
        ask,
        max_tokens=request.max_tokens,
        stop=tuple(request.stop_sequences or ()),
        stream=request.stream or False,
    )


def count(body: bytes) -> Given:
    """A request to count tokens, with the number. Raises Refusal."""
    ask = _ask(decoded(_decode_count, body, UNREADABLE))
    return Given(model=ask.model, trade=Trade.CHAT, data=_encode(TokenCount(prompt_tokens(ask))), prompt=ask.prompt)


def _ask(request: wire.CountRequest) -> Ask:
    format = request.output_config.format if request.output_config is not None else None
    choice = request.tool_choice or wire.Choice("auto")
    if request.tool_choice is not None and not request.tools:
        raise Refusal(Kind.INVALID, "tool_choice may only be specified while providing tools.", field="tool_choice")
    if (choice.type == "tool") is not (choice.name is not None):
        raise Refusal(Kind.INVALID, "tool_choice.name belongs to the type 'tool'.", field="tool_choice.name")
    kept = request.cache_control is not None or _keeps(request)
    return Ask(
        model=request.model,
        turns=(*_system(request.system), *_turns(request.messages)),
        json=format is not None,
        schema=format.schema if format is not None else None,
        tools=tuple(Tool(tool.name, tool.input_schema) for tool in request.tools or ()),
        tool_choice=ToolChoice(_MODES[choice.type], (choice.name,) if choice.name is not None else ()),  # type: ignore[arg-type]
        parallel_calls=not choice.disable_parallel_tool_use,
        caches=kept,
        writes_cache=kept,
    )


def _keeps(request: wire.CountRequest) -> bool:
    """Whether any block asks to be kept in the cache."""
    contents = [message.content for message in request.messages] + [request.system]
    blocks = chain.from_iterable(content for content in contents if isinstance(content, list))
    return any(getattr(block, "cache_control", None) is not None for block in chain(blocks, request.tools or ()))


def _system(system: str | list[wire.Text] | None) -> list[Turn]:
    if not system:
        return []
    return [Turn(Speaker.SYSTEM, system if isinstance(system, str) else "\n".join(block.text for block in system))]


def _turns(messages: list[wire.Message]) -> list[Turn]:
    turns, calls = list[Turn](), OpenCalls()
    for place, message in enumerate(messages):
        field = f"messages.{place}"
        content = message.content
        blocks: list[wire.Block] = [wire.Text(content)] if isinstance(content, str) else content
        if not content:
            raise Refusal(Kind.INVALID, f"{field}: all messages must have non-empty content", field=field)
        if message.role == "assistant":
            calls.settle(field)
            calls.called(block.id for block in blocks if isinstance(block, wire.ToolUse))
            turns.append(_assistant(blocks, field))
        else:
            turns += _user(blocks, field, calls)
    calls.settle(f"messages.{len(messages) - 1}")
    last = turns[-1]
    if last.speaker is Speaker.ASSISTANT and last.text != last.text.rstrip():
        raise Refusal(
            Kind.INVALID, "messages: final assistant content cannot end with trailing whitespace", field="messages"
        )
    return turns


def _assistant(blocks: list[wire.Block], field: str) -> Turn:
    texts, uses = [], []
    for block in blocks:
        match block:
            case wire.Text(text=text):
                texts.append(text)
            case wire.ToolUse(name=name, input=given):
                uses.append(name + _encode(given).decode())
            case wire.Thinking() | wire.RedactedThinking():
                pass
            case _:
                raise Refusal(Kind.INVALID, f"{field}: an assistant's turn has no such blocks", field=field)
    return Turn(Speaker.ASSISTANT, "".join(texts), uses="".join(uses))


def _user(blocks: list[wire.Block], field: str, calls: OpenCalls) -> list[Turn]:
    """Results first, as the API wants them; then what the person says."""
    turns: list[Turn] = []
    texts, pictures = list[str](), list[Picture]()
    for place, block in enumerate(blocks):
        here = f"{field}.content.{place}"
        match block:
            case wire.ToolResult():
                if texts or pictures:
                    raise Refusal(Kind.INVALID, f"{here}: tool results come before all else", field=here)
                calls.answered(block.tool_use_id, here)
                turns.append(_result(block, here))
            case wire.Text(text=text):
                texts.append(text)
            case wire.Image():
                pictures.append(_picture(block, here))
            case _:
                raise Refusal(Kind.INVALID, f"{here}: a user's turn has no such blocks", field=here)
    calls.settle(field)
    if texts or pictures:
        turns.append(Turn(Speaker.USER, "\n".join(texts), tuple(pictures)))
    return turns


def _result(block: wire.ToolResult, field: str) -> Turn:
    parts = [wire.Text(block.content)] if isinstance(block.content, str) and block.content else block.content or []
    texts = [part.text for part in parts if isinstance(part, wire.Text)]
    pictures = [_picture(part, field) for part in parts if isinstance(part, wire.Image)]
    return Turn(Speaker.TOOL, "\n".join(texts), tuple(pictures))


def _picture(image: wire.Image, field: str) -> Picture:
    source = image.source
    if isinstance(source, wire.UrlSource):
        return seen(sight.look_url, source.url, f"{field}.image.source.url")
    picture = seen(sight.look_base64, source.data, f"{field}.image.source.base64")
    if picture.format.lower() != source.media_type.removeprefix("image/"):
        raise Refusal(
            Kind.INVALID,
            f"{field}.image.source.base64.data: The image was specified using the {source.media_type} media type, "
            f"but appears to be a {picture.format} image",
            field=field,
        )
    return picture
