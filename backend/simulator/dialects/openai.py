"""OpenAI's chat completions. Shapes: platform.openai.com/docs/api-reference/chat and .../models."""

from collections.abc import Iterator

import msgspec

from backend.simulator.ask import Ask, Speaker, Turn
from backend.simulator.dialects import openai_wire as wire
from backend.simulator.dialects.dialect import Stamp
from backend.simulator.frames import Frame, Part
from backend.simulator.http import EVENT_STREAM, Request
from backend.simulator.personas import CREATED, NAMED
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.reply import Finish, Reply, Usage

_SPEAKERS = {
    "system": Speaker.SYSTEM,
    "developer": Speaker.SYSTEM,
    "user": Speaker.USER,
    "assistant": Speaker.ASSISTANT,
    "tool": Speaker.TOOL,
    "function": Speaker.TOOL,
}
_FINISHES = {Finish.STOP: "stop", Finish.LENGTH: "length", Finish.CONTENT_FILTER: "content_filter"}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(wire.ChatRequest).decode


class OpenAI:
    """The dialect that most providers and servers speak."""

    name = "openai"
    stream_type = EVENT_STREAM

    def owns(self, path: str) -> bool:
        """All of `/v1`."""
        return path.startswith("/v1/")

    def key(self, request: Request) -> str:
        """The bearer token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def read(self, request: Request) -> Ask | bytes:
        """A chat completion, or the list of models."""
        match request.method, request.path:
            case "POST", "/v1/chat/completions":
                return _ask(request.body)
            case "GET", "/v1/models":
                models = [wire.Model(id=persona.name, created=CREATED) for persona in NAMED]
                return _encode(wire.ModelList(data=models))
            case _, "/v1/chat/completions" | "/v1/models":
                raise Refusal(Kind.WRONG_METHOD, f"Not allowed to {request.method} on {request.path}.")
            case _:
                raise Refusal(Kind.UNKNOWN_PATH, f"Unknown request URL: {request.method} {request.path}.")

    def body(self, ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
        """A `chat.completion` object."""
        message = wire.AnswerMessage(content=reply.text, reasoning_content="".join(reply.reasoning) or msgspec.UNSET)
        return _encode(
            wire.Completion(
                id=f"chatcmpl-{stamp.identity}",
                created=stamp.created,
                model=ask.model,
                choices=[wire.Choice(message=message, finish_reason=_finish(reply))],
                usage=_usage(reply.usage),
            )
        )

    def frames(self, ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
        """`chat.completion.chunk` events and `[DONE]`."""
        usage = _usage(reply.usage) if ask.stream_usage else msgspec.UNSET
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

        def pieces(field: str, texts: list[str]) -> Iterator[Frame]:
            name = f'"{field}":'.encode()
            mould = event(wire.ChunkChoice(delta=wire.Delta(**{field: ""})))
            before, _, after = mould.partition(name + b'""')
            before += name
            for text in texts:
                yield Frame(Part.TOKEN, before + _encode(text) + after)

        yield Frame(Part.FRAME, event(wire.ChunkChoice(delta=wire.Delta(role="assistant", content=""))))
        yield from pieces("reasoning_content", list(reply.reasoning))
        yield from pieces("content", list(reply.texts))
        finish = wire.ChunkChoice(delta=wire.Delta(), finish_reason=_finish(reply))
        if reply.usage_with_finish:
            yield Frame(Part.FINISH, event(finish, usage=usage))
        else:
            if reply.finish is not None:
                yield Frame(Part.FINISH, event(finish))
            if usage is not msgspec.UNSET:
                yield Frame(Part.USAGE, event(usage=usage))
        yield Frame(Part.END, b"data: [DONE]\n\n")

    def error(self, refusal: Refusal) -> bytes:
        """`{"error": {message, type, param, code}}`."""
        kind, code = wire.ERRORS[refusal.kind]
        error = wire.Error(message=refusal.message, type=kind, param=refusal.field, code=code)
        return _encode(wire.ErrorBody(error))

    def error_frame(self, refusal: Refusal) -> bytes:
        """The error object as an event."""
        return b"data: " + self.error(refusal) + b"\n\n"


def _finish(reply: Reply) -> str | None:
    return _FINISHES[reply.finish] if reply.finish is not None else None


def _usage(usage: Usage | None) -> wire.Usage | msgspec.UnsetType:
    if usage is None:
        return msgspec.UNSET
    return wire.Usage(
        prompt_tokens=usage.prompt,
        completion_tokens=usage.completion,
        total_tokens=usage.prompt + usage.completion,
        prompt_tokens_details=wire.PromptDetails(cached_tokens=usage.cached),
        completion_tokens_details=wire.CompletionDetails(reasoning_tokens=usage.reasoning),
    )


def _ask(body: bytes) -> Ask:
    request = _checked(body)
    if request.stream_options is not None and not request.stream:
        raise Refusal(
            Kind.INVALID,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            field="stream_options",
        )
    stop = request.stop
    return Ask(
        model=request.model,
        turns=tuple(_turn(message, place) for place, message in enumerate(request.messages)),
        max_tokens=request.max_completion_tokens or request.max_tokens,
        stop=(stop,) if isinstance(stop, str) else tuple(stop or ()),
        stream=request.stream or False,
        stream_usage=request.stream_options is not None and request.stream_options.include_usage,
        json=request.response_format is not None and request.response_format.type != "text",
    )


def _checked(body: bytes) -> wire.ChatRequest:
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$")
        field = place.rstrip("`").lstrip(".") or _missing(problem)
        raise Refusal(Kind.INVALID, f"Invalid request: {problem}.", field=field) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(
            Kind.INVALID,
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using "
            "your HTTP library correctly. The OpenAI API expects a JSON payload.)",
        ) from None


def _missing(problem: str) -> str | None:
    _, found, field = problem.partition("missing required field `")
    return field.rstrip("`") if found else None


def _turn(message: wire.Message, place: int) -> Turn:
    speaker = _SPEAKERS.get(message.role)
    if speaker is None:
        raise Refusal(
            Kind.INVALID,
            f"Invalid value: '{message.role}'. Supported values are: {', '.join(map(repr, _SPEAKERS))}.",
            field=f"messages[{place}].role",
        )
    content = message.content
    if isinstance(content, str) or content is None:
        return Turn(speaker, content or "")
    text = "\n".join(part.text for part in content if part.type == "text")
    return Turn(speaker, text, images=sum(part.type == "image_url" for part in content))
