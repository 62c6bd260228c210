"""An answer as the events of the Responses API: platform.openai.com/docs/api-reference/responses-streaming.

The events' fields are those of the `openai` package's `ResponseStreamEvent`.
"""

import time
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.v1.refusals import BEGUN_ANEW, IN_STREAM, STOPPED, openai_error
from backend.v1.responses.answering import End, Frame, ended, item_status, with_bytes
from backend.v1.responses.request import ResponsesRequest
from backend.v1.responses.response import ItemStatus, OutputItem, OutputText
from shared.chat import RouteView, TokenLikelihood, ToolCall, UsageFigures
from shared.errors import ErrorBody
from shared.events import Accepted, ChatEvent, Done, Logprobs, Restart, ToolCalls
from shared.messages import FinishReason

_encode = msgspec.json.Encoder().encode
_PENDING = End()


class _Open(Struct):
    """The message that is being written: its place in the output, and the start of the frames of its deltas."""

    index: int
    id: str
    head: bytes
    texts: list[str] = []
    logprobs: list[TokenLikelihood] = []


class ResponsesVoice:
    """Tells one reader an answer in events. What cannot be said in them ends the stream with an error."""

    def __init__(self, asked: ResponsesRequest, request_id: UUID) -> None:
        self._frame = Frame(asked=asked, request_id=request_id, created=int(time.time()))
        self._number = 0
        self._model = ""
        self._output: list[OutputItem] = []
        self._open: _Open | None = None
        self._figures: UsageFigures | None = None
        self._begun = False
        self._over = False

    def delta(self, text: str, edition: int, offset: int) -> bytes:
        """More text; before the first one, the message that it is of."""
        if self._over:
            return b""
        opening, message = self._begin(), self._open
        if message is None:
            more, message = self._open_message()
            opening += more
        message.texts.append(text)
        return opening + b"%b%d%b%b}\n\n" % (message.head, self._next(), b',"logprobs":[],"delta":', _encode(text))

    def event(self, event: ChatEvent, edition: int, offset: int) -> bytes:
        """What this API can say of an event."""
        if self._over:
            return b""
        match event:
            case Accepted() if not self._begun:
                self._frame = msgspec.structs.replace(self._frame, request_id=event.request_id)
            case RouteView():
                self._model = event.model
                return self._begin()
            case Logprobs():
                return self._begin() + self._likelihoods(event.content)
            case ToolCalls():
                return self._begin() + self._close("completed") + b"".join(map(self._call, event.calls))
            case UsageFigures() if event.final:
                self._figures = event
            case Done():
                return self._begin() + self._end(event)
            case Restart():
                return self._begin() + self._fail(BEGUN_ANEW)
            case ErrorBody():
                return self._begin() + self._fail(event)
        return b""

    def _begin(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        now = self._response(_PENDING)
        return self._say("response.created", response=now) + self._say("response.in_progress", response=now)

    def _open_message(self) -> tuple[bytes, _Open]:
        index = len(self._output)
        item = self._frame.message(index, "in_progress", None)
        head = b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta",'
        head += b'"item_id":%b,"output_index":%d,"content_index":0,"sequence_number":' % (_encode(item.id), index)
        self._open = _Open(index, item.id, head, [], [])
        added = self._say("response.output_item.added", output_index=index, item=item)
        return added + self._of("response.content_part.added", self._open, part=OutputText(text="")), self._open

    def _likelihoods(self, content: list[TokenLikelihood]) -> bytes:
        """Log probabilities of text that was told: with no text of their own."""
        opening, message = b"", self._open
        if message is None:
            opening, message = self._open_message()
        tokens = with_bytes(content)
        message.logprobs += tokens
        return opening + self._of("response.output_text.delta", message, delta="", logprobs=tokens)

    def _close(self, status: ItemStatus) -> bytes:
        """Ends the message that is being written, if there is one."""
        message = self._open
        if message is None:
            return b""
        self._open = None
        text = "".join(message.texts)
        item = self._frame.message(message.index, status, text, message.logprobs)
        self._output.append(item)
        return (
            self._of("response.output_text.done", message, text=text, logprobs=message.logprobs)
            + self._of("response.content_part.done", message, part=item.content[0])
            + self._say("response.output_item.done", output_index=message.index, item=item)
        )

    def _call(self, call: ToolCall) -> bytes:
        index = len(self._output)
        item = self._frame.function_call(index, call)
        self._output.append(item)
        place = {"item_id": item.id, "output_index": index}
        return (
            self._say(
                "response.output_item.added",
                output_index=index,
                item=self._frame.function_call(index, call, "in_progress"),
            )
            + self._say("response.function_call_arguments.delta", **place, delta=call.arguments)
            + self._say("response.function_call_arguments.done", **place, name=call.name, arguments=call.arguments)
            + self._say("response.output_item.done", output_index=index, item=item)
        )

    def _end(self, done: Done) -> bytes:
        if done.finish_reason is FinishReason.CANCELLED:
            return self._fail(STOPPED)
        opening = self._open_message()[0] if self._open is None and not self._output else b""
        closing = self._close(item_status(done.finish_reason))
        end = ended(done, self._figures)
        self._model = done.model
        self._over = True
        return opening + closing + self._say(f"response.{end.status}", response=self._response(end))

    def _fail(self, error: ErrorBody) -> bytes:
        """The failed response, then an error event: of the latter clients make an exception."""
        self._over = True
        told = openai_error(error, IN_STREAM)
        failed = self._response(End(error=error, routing=told.routing_metadata))
        fault = told.error
        return self._say("response.failed", response=failed) + self._say(
            "error", code=fault.code, message=fault.message, param=fault.param, error=fault
        )

    def _response(self, end: End) -> object:
        return self._frame.response(self._model, self._output, end)

    def _of(self, kind: str, message: _Open, **facts: object) -> bytes:
        return self._say(kind, item_id=message.id, output_index=message.index, content_index=0, **facts)

    def _say(self, kind: str, **facts: object) -> bytes:
        event = {"type": kind, "sequence_number": self._next(), **facts}
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), _encode(event))

    def _next(self) -> int:
        number, self._number = self._number, self._number + 1
        return number
