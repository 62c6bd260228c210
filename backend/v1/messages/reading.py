"""From a request of Anthropic's Messages API to an inquiry. Pure."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Raw

from backend.assistants.pick import DIRECT
from backend.chat.inquiry import Inquiry, Manner
from backend.errors import InvalidRequest
from backend.providers.calls import AnswerFormat, Tool, ToolChoice, Turn
from backend.v1.chat.reading import Sent, ToolMode, preferences_of, raw, tool_choice_of
from backend.v1.messages.blocks import THOUGHTS, turns_of, words_of
from backend.v1.messages.request import Block, Conversation, MessagesRequest, OfferedTool
from shared.messages import Role

IN_WORDS = {
    "parallel_tool_calls": "tool_choice.disable_parallel_tool_use",
    "reasoning_effort": "output_config.effort",
    "response_format": "output_config.format",
    "stop": "stop_sequences",
}
"""Names of this API for fields that chat completions name otherwise."""

_MODES: dict[str, ToolMode] = {"auto": "auto", "any": "required", "tool": "required", "none": "none"}
_TRUE = Raw(b"true")


def inquiry_of(request: Conversation, extra: Mapping[str, Raw] | None) -> Inquiry:
    """What is asked. Raises `InvalidRequest` for what cannot be done."""
    preferences, strategy = preferences_of(request.provider)
    system = words_of(request.system or "")
    turns = turns_of(request.messages)
    labels = request.metadata if isinstance(request, MessagesRequest) else None
    return Inquiry(
        body=Sent(request, dict(extra or {})),
        assistant=DIRECT.family,
        models=(request.model, *(request.models or ())),
        requested=request.model,
        turns=(Turn(Role.SYSTEM, system), *turns) if system.strip() else turns,
        manner=_manner(request, {**(extra or {}), **dict(_more(request))}),
        preferences=preferences,
        stream=isinstance(request, MessagesRequest) and request.stream is True,
        strategy=strategy,
        metadata={"user": labels.user_id} if labels is not None and labels.user_id is not None else {},
        keeps_shown=True,
        prefills=True,
    )


def _manner(request: Conversation, extra: Mapping[str, Raw]) -> Manner:
    choice, answer = request.tool_choice, request if isinstance(request, MessagesRequest) else None
    single = choice is not None and choice.disable_parallel_tool_use is True
    return Manner(
        max_tokens=answer.max_tokens if answer is not None else None,
        temperature=answer.temperature if answer is not None else None,
        top_p=answer.top_p if answer is not None else None,
        stop=tuple(answer.stop_sequences or ()) or None if answer is not None else None,
        tools=tuple(map(_tool, request.tools or ())),
        tool_choice=_tool_choice(request),
        parallel_tool_calls=False if single and request.tools else None,
        format=_format(request),
        extra=extra or None,
    )


def _more(request: Conversation) -> Iterator[tuple[str, Raw]]:
    """Wishes for which a call has no place of its own; what no model knows is so named as ignored."""
    if request.output_config is not None and request.output_config.effort is not None:
        yield "reasoning_effort", Raw(msgspec.json.encode(request.output_config.effort))
    blocks = list(_all_blocks(request))
    if any(part.cache_control is not None for part in (*blocks, *(request.tools or ()))):
        yield "cache_control", _TRUE
    for kind in sorted(THOUGHTS & {block.type for block in blocks}):
        yield f"messages.{kind}", _TRUE


def _all_blocks(request: Conversation) -> Iterator[Block]:
    for given in (request.system, *(message.content for message in request.messages)):
        for block in given if isinstance(given, list) else ():
            yield block
            yield from block.content if isinstance(block.content, list) else ()


def _tool(tool: OfferedTool) -> Tool:
    if tool.type not in (None, "custom"):
        raise InvalidRequest(f"Tools of the type {(tool.type or '')[:40]} are not offered here: give your own.")
    return Tool(name=tool.name, description=tool.description, parameters=raw(tool.input_schema), strict=tool.strict)


def _tool_choice(request: Conversation) -> ToolChoice | None:
    choice = request.tool_choice
    if choice is None:
        return None
    if choice.type == "tool" and choice.name is None:
        raise InvalidRequest("tool_choice of the type tool needs a name.")
    name = choice.name if choice.type == "tool" else None
    return tool_choice_of(_MODES[choice.type], name, [tool.name for tool in request.tools or ()])


def _format(request: Conversation) -> AnswerFormat | None:
    wanted = request.output_config.format if request.output_config is not None else None
    return AnswerFormat(schema=raw(wanted.schema), strict=True) if wanted is not None else None
