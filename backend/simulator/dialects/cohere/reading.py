"""From Cohere's requests to asks."""

import msgspec

from backend.simulator import sight
from backend.simulator.ask import Ask, Speaker, Tool, ToolChoice, Turn
from backend.simulator.dialects.cohere import requests as wire
from backend.simulator.dialects.cohere.errors import UNREADABLE
from backend.simulator.dialects.pairing import OpenCalls
from backend.simulator.dialects.reading import decoded, seen
from backend.simulator.refusal import Kind, Refusal

_decode = msgspec.json.Decoder(wire.ChatRequest).decode
_encode = msgspec.json.Encoder().encode


def chat(body: bytes) -> Ask:
    """A chat request. Raises Refusal."""
    request = decoded(_decode, body, UNREADABLE)
    if request.tool_choice is not None and not request.tools:
        raise Refusal(Kind.INVALID, "invalid request: tool_choice needs tools", field="tool_choice")
    format = request.response_format
    if format is not None and format.type == "text" and format.json_schema is not None:
        raise Refusal(Kind.INVALID, "invalid request: json_schema needs the type json_object", field="response_format")
    return Ask(
        model=request.model,
        turns=_turns(request.messages),
        max_tokens=request.max_tokens,
        stop=tuple(request.stop_sequences or ()),
        stream=request.stream or False,
        json=format is not None and format.type == "json_object",
        schema=format.json_schema if format is not None else None,
        tools=tuple(Tool(tool.function.name, tool.function.parameters or {}) for tool in request.tools or ()),
        tool_choice=ToolChoice({"REQUIRED": "required", "NONE": "none"}.get(request.tool_choice or "", "auto")),  # type: ignore[arg-type]
        seed=request.seed,
    )


def _turns(messages: list[wire.Message]) -> tuple[Turn, ...]:
    turns, calls = [], OpenCalls()
    for place, message in enumerate(messages):
        field = f"messages[{place}]"
        if isinstance(message, wire.ToolTurn):
            calls.answered(message.tool_call_id, field)
        else:
            calls.settle(field)
            used = message.tool_calls or () if isinstance(message, wire.Assistant) else ()
            calls.called(call.id for call in used)
        turns.append(_turn(message, field))
    calls.settle("messages")
    return tuple(turns)


def _turn(message: wire.Message, field: str) -> Turn:
    content = message.content
    parts = [wire.Text(content)] if isinstance(content, str) else content or []
    texts = [part.text for part in parts if isinstance(part, wire.Text)]
    match message:
        case wire.User():
            shown = [part.image_url.url for part in parts if isinstance(part, wire.Image)]
            pictures = tuple(seen(sight.look_url, url, field) for url in shown)
            return Turn(Speaker.USER, "\n".join(texts), pictures)
        case wire.System():
            return Turn(Speaker.SYSTEM, "\n".join(texts))
        case wire.Assistant():
            calls = message.tool_calls or ()
            if not calls and not texts:
                raise Refusal(Kind.INVALID, f"invalid request: {field} needs content or tool_calls", field=field)
            uses = "".join(f"{call.function.name}{call.function.arguments}" for call in calls)
            return Turn(Speaker.ASSISTANT, "".join(texts), uses=(message.tool_plan or "") + uses)
        case wire.ToolTurn():
            texts += [_document(part.document) for part in parts if isinstance(part, wire.Document)]
            return Turn(Speaker.TOOL, "\n".join(texts))


def _document(document: wire.DocumentContent) -> str:
    return document.data if isinstance(document.data, str) else _encode(document.data).decode()
