"""An answer as the events of Anthropic's Messages API: docs.anthropic.com/en/api/messages-streaming."""

from uuid import UUID

import msgspec

from backend.v1.chat.wire import AnsweredBy
from backend.v1.messages.answering import message_id, named, stop_reason, tool_use, usage_of
from backend.v1.messages.message import AnthropicMessage, MessageUsage, TextBlock
from backend.v1.messages.refusals import error_in_stream
from backend.v1.refusals import BEGUN_ANEW, STOPPED
from shared.chat import RouteView, ToolCall, UsageFigures
from shared.errors import ErrorBody
from shared.events import Accepted, ChatEvent, Done, Restart, ToolCalls
from shared.messages import FinishReason
from shared.precheck import Precheck

_encode = msgspec.json.Encoder().encode
_PING = b'event: ping\ndata: {"type":"ping"}\n\n'


class MessagesVoice:
    """Tells one reader an answer in blocks. What cannot be said in them ends the stream with an error.

    The prompt's tokens are an estimate in `message_start` and those that were counted in `message_delta`.
    """

    def __init__(self, request_id: UUID) -> None:
        self._request_id = request_id
        self._model = ""
        self._prompt_tokens = 0
        self._blocks = 0
        self._head = b""
        self._figures: UsageFigures | None = None
        self._used_tools = False
        self._begun = False
        self._over = False

    def delta(self, text: str, edition: int, offset: int) -> bytes:
        """More text; before the first one, the block that it is of."""
        if self._over:
            return b""
        opening = self._begin()
        if not self._head:
            opening += self._say("content_block_start", index=self._blocks, content_block=TextBlock(text=""))
            self._head = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,' % self._blocks
            self._head += b'"delta":{"type":"text_delta","text":'
        return opening + b"%b%b}}\n\n" % (self._head, _encode(text))

    def event(self, event: ChatEvent, edition: int, offset: int) -> bytes:
        """What this API can say of an event."""
        if self._over:
            return b""
        match event:
            case Accepted():
                self._request_id = event.request_id
            case Precheck():
                self._prompt_tokens = event.estimate.prompt_tokens
            case RouteView():
                self._model = event.model
                return self._begin()
            case ToolCalls():
                self._used_tools = True
                return self._begin() + self._close() + b"".join(map(self._call, event.calls))
            case UsageFigures() if event.final:
                self._figures = event
            case Done():
                return self._begin() + self._close() + self._end(event)
            case Restart():
                return self._fail(BEGUN_ANEW)
            case ErrorBody():
                return self._fail(event)
        return b""

    def _begin(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        begun = AnthropicMessage(
            id=message_id(self._request_id),
            model=self._model,
            content=[],
            stop_reason=None,
            stop_sequence=None,
            usage=MessageUsage(input_tokens=self._prompt_tokens, output_tokens=0, estimated=True),
        )
        return self._say("message_start", message=begun) + _PING

    def _close(self) -> bytes:
        """Ends the text that is being written, if there is any."""
        if not self._head:
            return b""
        self._head = b""
        return self._stop()

    def _call(self, call: ToolCall) -> bytes:
        use = tool_use(call)
        begun = msgspec.structs.replace(use, input=msgspec.Raw(b"{}"))
        arguments = {"type": "input_json_delta", "partial_json": bytes(use.input).decode()}
        return (
            self._say("content_block_start", index=self._blocks, content_block=begun)
            + self._say("content_block_delta", index=self._blocks, delta=arguments)
            + self._stop()
        )

    def _stop(self) -> bytes:
        stopped = self._say("content_block_stop", index=self._blocks)
        self._blocks += 1
        return stopped

    def _end(self, done: Done) -> bytes:
        if done.finish_reason is FinishReason.CANCELLED:
            return self._fail(STOPPED)
        self._over = True
        reason = stop_reason(done.finish_reason, done.stop_sequence, used_tools=self._used_tools)
        facts = {
            "routing_metadata": named(done.routing),
            "provider": AnsweredBy(name=done.provider, model=done.model, latency_ms=done.latency_ms),
        }
        usage = (
            usage_of(self._figures)
            if self._figures is not None
            else MessageUsage(input_tokens=self._prompt_tokens, output_tokens=0, estimated=True)
        )
        delta = {"stop_reason": reason, "stop_sequence": done.stop_sequence}
        return self._say("message_delta", delta=delta, usage=usage, **facts) + self._say("message_stop", **facts)

    def _fail(self, error: ErrorBody) -> bytes:
        self._over = True
        return b"event: error\ndata: %b\n\n" % _encode(error_in_stream(error))

    @staticmethod
    def _say(kind: str, **facts: object) -> bytes:
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), _encode({"type": kind, **facts}))
