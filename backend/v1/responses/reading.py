"""From a request of the Responses API to an inquiry. Pure."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Raw

from backend.assistants.pick import DIRECT
from backend.chat.inquiry import Inquiry, Manner
from backend.errors import InvalidRequest
from backend.providers.calls import AnswerFormat, Tool, ToolChoice, Turn
from backend.v1.chat.reading import Sent, labels_of, preferences_of, raw, tool_choice_of
from backend.v1.responses.items import turns_of
from backend.v1.responses.request import ChosenTool, FunctionTool, ResponsesRequest, TextOptions
from shared.messages import Role

LOGPROBS = "message.output_text.logprobs"
"""What `include` says to have log probabilities."""

IN_WORDS = {
    "logprobs": "include",
    "reasoning_effort": "reasoning.effort",
    "response_format": "text.format",
    "verbosity": "text.verbosity",
}
"""Names of this API for fields that chat completions name otherwise."""

_KEPT = ("previous_response_id", "conversation", "prompt")


def inquiry_of(request: ResponsesRequest, extra: Mapping[str, Raw] | None) -> Inquiry:
    """What is asked. Raises `InvalidRequest` for what cannot be done."""
    _refuse(request)
    preferences, strategy = preferences_of(request.provider)
    instructions = (Turn(Role.SYSTEM, request.instructions),) if request.instructions else ()
    turns, unread = turns_of(request.input)
    return Inquiry(
        body=Sent(request, dict(extra or {})),
        assistant=DIRECT.family,
        models=(request.model, *(request.models or ())),
        requested=request.model,
        turns=(*instructions, *turns),
        manner=_manner(request, {**(extra or {}), **dict(_more(request, unread))}),
        preferences=preferences,
        stream=request.stream is True,
        strategy=strategy,
        metadata=labels_of(request.metadata, request.user),
        keeps_shown=True,
        prefills=True,
    )


def _refuse(request: ResponsesRequest) -> None:
    for name in _KEPT:
        if getattr(request, name) is not None:
            raise InvalidRequest(f"{name} cannot be used: nothing is kept here. Give the whole conversation in input.")
    if request.background:
        raise InvalidRequest("background cannot be used: answers are given at once, streamed or whole.")


def _more(request: ResponsesRequest, unread: frozenset[str]) -> Iterator[tuple[str, Raw]]:
    """Wishes for which a call has no place of its own; what no model knows is so named as ignored."""
    if request.reasoning is not None and request.reasoning.effort is not None:
        yield "reasoning_effort", _json(request.reasoning.effort)
    if request.reasoning is not None and request.reasoning.summary is not None:
        yield "reasoning.summary", _json(request.reasoning.summary)
    if request.text is not None and request.text.verbosity is not None:
        yield "verbosity", _json(request.text.verbosity)
    if request.store:
        yield "store", _json(True)
    if request.truncation == "auto":
        yield "truncation", _json("auto")
    if further := [name for name in request.include or () if name != LOGPROBS]:
        yield "include", _json(further)
    for kind in unread:
        yield f"input.{kind}", _json(True)


def _json(value: object) -> Raw:
    return Raw(msgspec.json.encode(value))


def _manner(request: ResponsesRequest, extra: Mapping[str, Raw]) -> Manner:
    likelihoods = request.top_logprobs
    if likelihoods is None and LOGPROBS in (request.include or ()):
        likelihoods = 0
    return Manner(
        max_tokens=request.max_output_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        tools=tuple(map(_tool, request.tools or ())),
        tool_choice=_tool_choice(request),
        parallel_tool_calls=request.parallel_tool_calls if request.tools else None,
        format=_format(request.text),
        top_logprobs=likelihoods,
        extra=extra or None,
    )


def _tool(tool: FunctionTool) -> Tool:
    if tool.type != "function":
        raise InvalidRequest(f"Tools of the type {tool.type[:40]} are not offered here: give functions.")
    if tool.name is None:
        raise InvalidRequest("A tool of the type function needs a name.")
    return Tool(name=tool.name, description=tool.description, parameters=raw(tool.parameters), strict=tool.strict)


def _tool_choice(request: ResponsesRequest) -> ToolChoice | None:
    choice, names = request.tool_choice, [tool.name for tool in request.tools or () if tool.name is not None]
    if isinstance(choice, ChosenTool):
        return tool_choice_of("required", choice.name, names)
    return tool_choice_of(choice, None, names)


def _format(text: TextOptions | None) -> AnswerFormat | None:
    wanted = text.format if text is not None else None
    if wanted is None or wanted.type == "text":
        return None
    if wanted.type == "json_object":
        return AnswerFormat()
    if wanted.schema is None:
        raise InvalidRequest("text.format of the type json_schema needs a schema.")
    return AnswerFormat(schema=raw(wanted.schema), name=wanted.name or "answer", strict=wanted.strict)
