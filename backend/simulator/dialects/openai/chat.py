"""From replies to chat completions, whole and in chunks."""

from collections.abc import Iterator

import msgspec

from backend.simulator.ask import Ask
from backend.simulator.dialects.dialect import Stamp
from backend.simulator.dialects.mould import cast
from backend.simulator.dialects.openai import answers as wire
from backend.simulator.dialects.openai.logprobs import logprobs
from backend.simulator.frames import Frame, Part
from backend.simulator.reply import Finish, Reply

DONE = Frame(Part.END, b"data: [DONE]\n\n")
_FINISHES = {
    Finish.STOP: "stop",
    Finish.STOP_SEQUENCE: "stop",
    Finish.CALLS: "tool_calls",
    Finish.LENGTH: "length",
    Finish.CONTENT_FILTER: "content_filter",
}
_encode = msgspec.json.Encoder().encode


def finish_reason(reply: Reply) -> str | None:
    """Why it ended, in OpenAI's words."""
    return _FINISHES[reply.finish] if reply.finish is not None else None


def body(ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
    """A `chat.completion` object."""
    calls = [
        wire.ToolCall(
            id=_call_id(stamp, place),
            type="function",
            function=wire.Function(name=call.name, arguments=call.arguments),
        )
        for place, call in enumerate(reply.calls)
    ]
    message = wire.AnswerMessage(
        content=None if calls and not reply.texts else reply.text,
        reasoning_content="".join(reply.reasoning) or msgspec.UNSET,
        tool_calls=calls or msgspec.UNSET,
    )
    likely = None if ask.top_logprobs is None else logprobs(reply.texts, ask.top_logprobs)
    return _encode(
        wire.Completion(
            id=f"chatcmpl-{stamp.identity}",
            created=stamp.created,
            model=ask.model,
            choices=[wire.Choice(message=message, logprobs=likely, finish_reason=finish_reason(reply))],
            usage=wire.usage(reply.usage),
        )
    )


def frames(ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
    """`chat.completion.chunk` events and `[DONE]`."""
    usage = wire.usage(reply.usage) if ask.stream_usage else msgspec.UNSET
    no_usage = None if usage is not msgspec.UNSET else msgspec.UNSET

    def event(*choices: wire.ChunkChoice, usage: wire.Usage | None | msgspec.UnsetType = no_usage) -> bytes:
        chunk = wire.Chunk(
            id=f"chatcmpl-{stamp.identity}",
            created=stamp.created,
            model=ask.model,
            choices=list(choices),
            usage=usage,
        )
        return b"data: " + _encode(chunk) + b"\n\n"

    def add(delta: wire.Delta, likely: wire.Logprobs | None = None) -> bytes:
        return event(wire.ChunkChoice(delta=delta, logprobs=likely))

    content = None if reply.calls and not reply.texts else ""
    yield Frame(Part.FRAME, add(wire.Delta(role="assistant", content=content)))
    if reply.reasoning:
        yield from cast(add(wire.Delta(reasoning_content="")), b"reasoning_content", reply.reasoning)
    if ask.top_logprobs is None:
        yield from cast(add(wire.Delta(content="")), b"content", reply.texts)
    else:
        for text in reply.texts:
            yield Frame(Part.TOKEN, add(wire.Delta(content=text), logprobs([text], ask.top_logprobs)))
    for place, call in enumerate(reply.calls):
        begun = wire.Function(name=call.name, arguments="")
        opening = wire.ToolCall(index=place, id=_call_id(stamp, place), type="function", function=begun)
        yield Frame(Part.FRAME, add(wire.Delta(tool_calls=[opening])))
        further = wire.ToolCall(index=place, function=wire.Function(arguments=""))
        yield from cast(add(wire.Delta(tool_calls=[further])), b"arguments", call.pieces)
    finish = wire.ChunkChoice(delta=wire.Delta(), finish_reason=finish_reason(reply))
    if reply.usage_with_finish:
        yield Frame(Part.FINISH, event(finish, usage=usage))
    else:
        if reply.finish is not None:
            yield Frame(Part.FINISH, event(finish))
        if usage is not msgspec.UNSET:
            yield Frame(Part.USAGE, event(usage=usage))
    yield DONE


def _call_id(stamp: Stamp, place: int) -> str:
    return f"call_{stamp.identity[:22]}{place:02}"
