"""Cohere's chat, version 2. Addresses begin at the root of the host, as its list of models is of version 1.

Sources of the wire facts: docs.cohere.com/reference/chat, docs.cohere.com/reference/chat-stream,
docs.cohere.com/v2/docs/streaming, and the typed events of the `cohere` package.
"""

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backend.providers.calls import ChatCall, Reply, ToolUse
from backend.providers.dialects import Encoded, cohere_request
from backend.providers.dialects.arguments import NO_ARGUMENTS, is_object
from backend.providers.dialects.cohere_faults import decode_error, read_fault
from backend.providers.dialects.cohere_usage import read_usage
from backend.providers.dialects.frames import UNREADABLE
from backend.providers.dialects.partwise import PartwiseDecoder
from backend.providers.errors import Malformed, ServerFault, Truncated
from backend.providers.vendors import Vendor
from shared.messages import FinishReason

__all__ = [
    "StreamDecoder",
    "decode_error",
    "decode_reply",
    "encode_probe",
    "encode_request",
    "open_decoder",
    "unspoken",
]

_FINISH_REASONS = {
    "MAX_TOKENS": FinishReason.LENGTH,
    "ERROR_LIMIT": FinishReason.LENGTH,
    "ERROR_TOXIC": FinishReason.CONTENT_FILTER,
    "TOOL_CALL": FinishReason.TOOL_CALLS,
}
_BREAKDOWNS = {"ERROR", "TIMEOUT", "USER_CANCEL"}


class _Content(Struct, gc=False):
    text: str | None = None
    thinking: str | None = None
    type: str | None = None


class _Said(Struct, gc=False):
    """What a message gains. In its first event lists stand where objects come later."""

    content: _Content | list[_Content] | None = None
    tool_plan: str | None = None
    tool_calls: Raw | UnsetType = UNSET


class _Delta(Struct, gc=False):
    message: _Said | None = None
    finish_reason: str | None = None
    error: str | None = None
    usage: Raw | UnsetType = UNSET


class _Event(Struct, gc=False):
    """Any event. Raw parts are read by themselves: an odd one costs no text."""

    type: str | None = None
    index: int | None = None
    delta: _Delta | None = None
    id: str | None = None


class _Function(Struct):
    name: str | None = None
    arguments: str | None = None


class _ToolCall(Struct):
    id: str | None = None
    function: _Function | None = None


class _Message(Struct):
    content: list[_Content] | None = None
    tool_calls: list[_ToolCall] | None = None


class _Body(Struct):
    message: _Message | str | None = None
    id: str | None = None
    finish_reason: str | None = None
    usage: Raw | UnsetType = UNSET


_NO_FUNCTION = _Function()
_decode = msgspec.json.Decoder(_Event).decode
_decode_call = msgspec.json.Decoder(_ToolCall).decode
_decode_body = msgspec.json.Decoder(_Body).decode


def encode_request(call: ChatCall, *, stream: bool, vendor: Vendor) -> Encoded:
    """The request for `call`."""
    return Encoded("/v2/chat", vendor.headers, cohere_request.encode_body(call, stream=stream))


def encode_probe(vendor: Vendor) -> Encoded:
    """The list of models: docs.cohere.com/reference/list-models. `X-Client-Name` names the project that asks."""
    return Encoded("/v1/models?page_size=1", (("x-client-name", "fairlead"), *vendor.headers))


def unspoken(call: ChatCall, vendor: Vendor) -> tuple[str, ...]:
    """What of a call cannot be said, as names of OpenAI's request fields, in alphabetical order."""
    return cohere_request.unspoken(call)


def decode_reply(body: bytes) -> Reply:
    """The answer in a whole response. Raises `Malformed`, `Truncated`, or the fault that the body reports instead."""
    try:
        reply = _decode_body(body)
    except UNREADABLE as error:
        if "truncated" in str(error):
            raise Truncated("the response ended within its JSON") from None
        raise Malformed("not a chat response") from None
    if isinstance(reply.message, str):
        raise read_fault(reply.message)
    if reply.message is None:
        raise Malformed("a chat response without a message")
    if reply.finish_reason in _BREAKDOWNS:
        raise ServerFault(f"the answer ended with {reply.finish_reason!r}")
    finish_reason = _FINISH_REASONS.get(reply.finish_reason or "", FinishReason.STOP)
    uses = tuple(_whole(call) for call in reply.message.tool_calls or ())
    told = tuple(use for use in uses if use is not None)
    if len(told) < len(uses) and finish_reason is FinishReason.TOOL_CALLS:
        raise Malformed("a tool call that cannot be understood")
    try:
        usage = read_usage(reply.usage) if reply.usage is not UNSET and bytes(reply.usage) != b"null" else None
    except UNREADABLE:
        usage = None
    return Reply(
        text="".join(part.text or "" for part in reply.message.content or () if part.type in ("text", None)),
        finish_reason=finish_reason,
        usage=usage,
        provider_request_id=reply.id,
        tool_uses=told,
    )


class StreamDecoder(PartwiseDecoder):
    """Reads one streamed answer."""

    __slots__ = ()

    def _hear(self, payloads: list[bytes], texts: list[str]) -> None:
        for payload in payloads:
            try:
                event = _decode(payload)
            except UNREADABLE:
                if payload.strip() == b"[DONE]":
                    self.done = True
                    break
                self._skip()
                continue
            delta = event.delta
            if delta is not None:
                said = delta.message
                if said is not None:
                    content = said.content
                    if content.__class__ is _Content:
                        if content.text:
                            self.progress += 1
                            texts.append(content.text)
                        elif content.thinking:
                            self.progress += 1
                    else:
                        self._hear_other(event, said)
                elif event.type == "message-end":
                    self._end(delta)
            elif event.type == "tool-call-end":
                self._close(event.index)
            elif event.type == "message-end":
                self.done = True
            if self.fault is not None or self.done:
                break

    def _hear_other(self, event: _Event, said: _Said) -> None:
        """The beginning, a plan, or a part of a tool use."""
        if event.type == "message-start":
            self.request_id = event.id
        elif event.type == "tool-plan-delta":
            self.progress += bool(said.tool_plan)
        elif event.type in ("tool-call-start", "tool-call-delta") and said.tool_calls is not UNSET:
            self._call(event, said.tool_calls)

    def _call(self, event: _Event, tool_calls: Raw) -> None:
        self.progress += 1
        try:
            call = _decode_call(tool_calls)
        except UNREADABLE:
            self._skip()
            self._lost = True
            return
        function = call.function or _NO_FUNCTION
        if event.type == "tool-call-start":
            self._begin(event.index, call.id, function.name, function.arguments or "")
        else:
            self._extend(event.index, function.arguments or "")

    def _end(self, delta: _Delta) -> None:
        if delta.error is not None or delta.finish_reason in _BREAKDOWNS:
            ended = f"the answer ended with {delta.finish_reason!r}"
            self.fault = read_fault(delta.error) if delta.error else ServerFault(ended)
            return
        self.finish_reason = _FINISH_REASONS.get(delta.finish_reason or "", FinishReason.STOP)
        self._conclude()
        self.done = True
        if delta.usage is UNSET or bytes(delta.usage) == b"null":
            return
        try:
            self._figures = read_usage(delta.usage)
        except UNREADABLE:
            self.malformed += 1


def open_decoder() -> StreamDecoder:
    """A decoder for one stream."""
    return StreamDecoder()


def _whole(call: _ToolCall) -> ToolUse | None:
    """The tool use; None for one without a name or whose arguments are no object."""
    function = call.function or _NO_FUNCTION
    arguments = function.arguments or NO_ARGUMENTS
    if not call.id or not function.name or not is_object(arguments.encode()):
        return None
    return ToolUse(call.id, function.name, arguments)
