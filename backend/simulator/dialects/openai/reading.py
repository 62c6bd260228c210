"""From OpenAI's chat requests to asks."""

import msgspec

from backend.simulator import sight
from backend.simulator.ask import Ask, Schema, Speaker, Tool, ToolChoice, Turn
from backend.simulator.dialects.openai import requests as wire
from backend.simulator.dialects.openai.errors import UNREADABLE
from backend.simulator.dialects.pairing import OpenCalls
from backend.simulator.dialects.reading import decoded, seen
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.sight import Picture

_SPEAKERS = {
    "system": Speaker.SYSTEM,
    "developer": Speaker.SYSTEM,
    "user": Speaker.USER,
    "assistant": Speaker.ASSISTANT,
    "tool": Speaker.TOOL,
}
_decode = msgspec.json.Decoder(wire.ChatRequest).decode


def chat(body: bytes) -> Ask:
    """A chat completion request. Raises Refusal."""
    request = decoded(_decode, body, UNREADABLE)
    if request.stream_options is not None and not request.stream:
        raise Refusal(
            Kind.INVALID,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            field="stream_options",
        )
    if request.top_logprobs is not None and not request.logprobs:
        raise Refusal(
            Kind.INVALID,
            "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
            field="top_logprobs",
        )
    choice = _choice(request)
    return Ask(
        model=request.model,
        turns=_turns(request.messages),
        max_tokens=request.max_completion_tokens or request.max_tokens,
        stop=stops(request.stop),
        stream=request.stream or False,
        stream_usage=request.stream_options is not None and request.stream_options.include_usage,
        json=request.response_format is not None and request.response_format.type != "text",
        schema=_schema(request.response_format),
        tools=tuple(Tool(tool.function.name, tool.function.parameters or {}) for tool in request.tools or ()),
        tool_choice=choice,
        parallel_calls=request.parallel_tool_calls is not False,
        seed=request.seed,
        top_logprobs=request.top_logprobs or 0 if request.logprobs else None,
    )


def stops(stop: wire.Stop) -> tuple[str, ...]:
    """One stop sequence, several or none."""
    return (stop,) if isinstance(stop, str) else tuple(stop or ())


def _choice(request: wire.ChatRequest) -> ToolChoice:
    choice = request.tool_choice
    for field, given in ("tool_choice", choice), ("parallel_tool_calls", request.parallel_tool_calls):
        if given is not None and given is not msgspec.UNSET and not request.tools:
            raise Refusal(Kind.INVALID, f"'{field}' is only allowed when 'tools' are specified.", field=field)
    if isinstance(choice, wire.Choice):
        return ToolChoice("required", (choice.function.name,))
    return ToolChoice(choice or "auto")


def _schema(format: wire.ResponseFormat | None) -> Schema | None:
    if format is None or format.type != "json_schema":
        return None
    if format.json_schema is None:
        raise Refusal(
            Kind.INVALID,
            "Missing required parameter: 'response_format.json_schema'.",
            field="response_format.json_schema",
        )
    return format.json_schema.schema or {"type": "object"}


def _turns(messages: list[wire.Message]) -> tuple[Turn, ...]:
    turns, calls = [], OpenCalls()
    for place, message in enumerate(messages):
        field = f"messages[{place}]"
        speaker = _SPEAKERS.get(message.role)
        if speaker is None:
            raise Refusal(
                Kind.INVALID,
                f"Invalid value: '{message.role}'. Supported values are: {', '.join(map(repr, _SPEAKERS))}.",
                field=f"{field}.role",
            )
        if speaker is Speaker.TOOL:
            calls.answered(message.tool_call_id or "", f"{field}.tool_call_id")
        else:
            calls.settle("messages")
            calls.called(call.id for call in message.tool_calls or ())
        turns.append(_turn(message, speaker, field))
    calls.settle("messages")
    return tuple(turns)


def _turn(message: wire.Message, speaker: Speaker, field: str) -> Turn:
    uses = "".join(f"{call.function.name}{call.function.arguments}" for call in message.tool_calls or ())
    content = message.content
    if content is None and not (speaker is Speaker.ASSISTANT and message.tool_calls is not None):
        raise Refusal(
            Kind.INVALID, "Invalid value for 'content': expected a string, got null.", field=f"{field}.content"
        )
    if isinstance(content, str) or content is None:
        return Turn(speaker, content or "", uses=uses)
    pictures = tuple(
        _picture(part, f"{field}.content[{place}]") for place, part in enumerate(content) if part.type != "text"
    )
    return Turn(speaker, "\n".join(part.text for part in content if part.type == "text"), pictures, uses)


def _picture(part: wire.ContentPart, field: str) -> Picture:
    if part.type != "image_url" or part.image_url is None:
        raise Refusal(
            Kind.INVALID, f"Content of type '{part.type}' is not taken by the simulator.", field=f"{field}.type"
        )
    return seen(sight.look_url, part.image_url.url, f"{field}.image_url.url")
