"""A whole answer as a response: platform.openai.com/docs/api-reference/responses/object."""

import time
from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct, structs

from backend.v1.chat.wire import AnsweredBy, CompletionDetails, PromptDetails
from backend.v1.refusals import NOWHERE, in_words
from backend.v1.responses.reading import IN_WORDS
from backend.v1.responses.request import ReasoningOptions, ResponsesRequest, TextFormat, TextOptions
from backend.v1.responses.response import (
    IncompleteDetails,
    ItemStatus,
    OutputFunctionCall,
    OutputItem,
    OutputMessage,
    OutputText,
    ResponseFault,
    ResponseObject,
    ResponseUsage,
    Status,
)
from shared.chat import ChatAnswer, Likelihood, TokenLikelihood, ToolCall, UsageFigures
from shared.errors import ErrorBody, ErrorCode
from shared.events import Done
from shared.messages import FinishReason
from shared.routing import Routing

_LIMITS = {ErrorCode.RATE_LIMITED, ErrorCode.TOO_MANY_CHATS, ErrorCode.SPENDING_CAP, ErrorCode.OUT_OF_CREDITS}
_PROMPTS = {ErrorCode.RISK_BLOCKED, ErrorCode.CONTENT_FILTERED, ErrorCode.CONTEXT_TOO_LONG, ErrorCode.INVALID_REQUEST}
_PLAIN_TEXT = TextFormat(type="text")


class End(Struct, frozen=True, kw_only=True):
    """How it ended, beside its output; all None while it has not."""

    usage: UsageFigures | None = None
    finish: FinishReason | None = None
    error: ErrorBody | None = None
    routing: Routing | None = None
    provider: AnsweredBy | None = None

    @property
    def status(self) -> Status:
        """The response's."""
        if self.error is not None:
            return "failed"
        if self.finish is None:
            return "in_progress"
        return item_status(self.finish)


def ended(done: Done, usage: UsageFigures | None) -> End:
    """The end of an answer that was given."""
    by = AnsweredBy(name=done.provider, model=done.model, latency_ms=done.latency_ms)
    return End(usage=usage, finish=done.finish_reason, routing=done.routing, provider=by)


def item_status(finish: FinishReason) -> ItemStatus:
    """Of what was being written when an answer ended."""
    return "incomplete" if finish in (FinishReason.LENGTH, FinishReason.CONTENT_FILTER) else "completed"


class Frame(Struct, frozen=True, kw_only=True):
    """What all tellings of one response have in common. `created` is in epoch seconds."""

    asked: ResponsesRequest
    request_id: UUID
    created: int

    def response(self, model: str, output: Sequence[OutputItem], end: End) -> ResponseObject:
        """The response as it is now."""
        asked, finish = self.asked, end.finish
        return ResponseObject(
            id=f"resp_{self.request_id.hex}",
            created_at=self.created,
            status=end.status,
            model=model,
            output=list(output),
            usage=usage_of(end.usage) if end.usage is not None and end.finish is not None else None,
            error=fault_of(end.error) if end.error is not None else None,
            incomplete_details=_incomplete(finish),
            routing_metadata=in_words(end.routing, IN_WORDS) if end.routing is not None else None,
            provider=end.provider,
            completed_at=int(time.time()) if end.status == "completed" else None,
            instructions=asked.instructions,
            max_output_tokens=asked.max_output_tokens,
            metadata=asked.metadata or {},
            parallel_tool_calls=asked.parallel_tool_calls is not False,
            reasoning=asked.reasoning or ReasoningOptions(),
            temperature=asked.temperature,
            text=_text_options(asked.text),
            tool_choice=asked.tool_choice or "auto",
            tools=asked.tools or [],
            top_logprobs=asked.top_logprobs,
            top_p=asked.top_p,
            user=asked.user,
        )

    def message(
        self, index: int, status: ItemStatus, text: str | None, logprobs: Sequence[TokenLikelihood] = ()
    ) -> OutputMessage:
        """The message at a place in the output; without content while there is no `text`."""
        content = [] if text is None else [OutputText(text=text, logprobs=list(logprobs))]
        return OutputMessage(id=f"msg_{self.request_id.hex}_{index}", status=status, content=content)

    def function_call(self, index: int, call: ToolCall, status: ItemStatus = "completed") -> OutputFunctionCall:
        """The use of a function at a place in the output; its arguments come once it is completed."""
        return OutputFunctionCall(
            id=f"fc_{self.request_id.hex}_{index}",
            status=status,
            call_id=call.id,
            name=call.name,
            arguments=call.arguments if status == "completed" else "",
        )


def whole(asked: ResponsesRequest, answer: ChatAnswer) -> ResponseObject:
    """A whole answer."""
    frame = Frame(asked=asked, request_id=answer.request_id, created=int(time.time()))
    output: list[OutputItem] = []
    if answer.text or not answer.tool_calls:
        output.append(frame.message(0, item_status(answer.finish_reason), answer.text, with_bytes(answer.logprobs)))
    output += [frame.function_call(index, call) for index, call in enumerate(answer.tool_calls, len(output))]
    end = End(
        usage=answer.usage,
        finish=answer.finish_reason,
        routing=answer.routing or NOWHERE,
        provider=AnsweredBy(name=answer.provider, model=answer.model, latency_ms=answer.latency_ms),
    )
    return frame.response(answer.model, output, end)


def usage_of(figures: UsageFigures) -> ResponseUsage:
    """What was used, in the words of this API."""
    return ResponseUsage(
        input_tokens=figures.prompt_tokens,
        input_tokens_details=PromptDetails(
            cached_tokens=figures.cached_tokens, cache_write_tokens=figures.cache_write_tokens
        ),
        output_tokens=figures.completion_tokens,
        output_tokens_details=CompletionDetails(reasoning_tokens=figures.reasoning_tokens),
        total_tokens=figures.prompt_tokens + figures.completion_tokens,
        credits=figures.credits,
        estimated=figures.estimated,
    )


def fault_of(error: ErrorBody) -> ResponseFault:
    """An error as a failed response has it."""
    if error.code in _LIMITS:
        return ResponseFault(code="rate_limit_exceeded", message=error.message)
    return ResponseFault(code="invalid_prompt" if error.code in _PROMPTS else "server_error", message=error.message)


def _incomplete(finish: FinishReason | None) -> IncompleteDetails | None:
    if finish is FinishReason.LENGTH:
        return IncompleteDetails(reason="max_output_tokens")
    return IncompleteDetails(reason="content_filter") if finish is FinishReason.CONTENT_FILTER else None


def _text_options(asked: TextOptions | None) -> TextOptions:
    if asked is None:
        return TextOptions(format=_PLAIN_TEXT)
    return TextOptions(format=asked.format or _PLAIN_TEXT, verbosity=asked.verbosity)


def with_bytes(tokens: Iterable[TokenLikelihood]) -> list[TokenLikelihood]:
    """Log probabilities with their tokens' UTF-8, which this API always has."""
    return [
        structs.replace(
            token,
            bytes=_bytes(token),
            top_logprobs=[structs.replace(other, bytes=_bytes(other)) for other in token.top_logprobs],
        )
        for token in tokens
    ]


def _bytes(token: Likelihood) -> list[int]:
    return token.bytes if token.bytes is not None else list(token.token.encode(errors="replace"))
