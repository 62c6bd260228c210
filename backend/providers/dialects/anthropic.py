"""Anthropic's Messages API.

Sources of the wire facts: docs.anthropic.com/en/api/messages, /messages-streaming, /versioning (unknown events are to
be passed over), /handling-stop-reasons, and the typed events of the `anthropic` package.
"""

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backend.providers.calls import ChatCall, Reply, ToolUse
from backend.providers.dialects import Encoded, anthropic_request
from backend.providers.dialects.anthropic_faults import decode_error, read_fault
from backend.providers.dialects.anthropic_usage import Figures, read_figures
from backend.providers.dialects.arguments import NO_ARGUMENTS, is_object
from backend.providers.dialects.frames import UNREADABLE
from backend.providers.dialects.partwise import PartwiseDecoder
from backend.providers.errors import Malformed, Truncated
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

VERSION = ("anthropic-version", "2023-06-01")
"""The last version in which `temperature` and its kin can be said: platform.claude.com/docs/en/api/versioning."""

_FINISH_REASONS = {
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "pause_turn": FinishReason.LENGTH,  # the answer would go on if asked to
    "tool_use": FinishReason.TOOL_CALLS,
    "refusal": FinishReason.CONTENT_FILTER,
}


class _Delta(Struct, gc=False):
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    signature: Raw | UnsetType = UNSET
    stop_reason: str | None = None
    stop_sequence: str | None = None


class _Event(Struct, gc=False):
    """Any event. Raw parts are read by themselves: an odd one costs no text."""

    type: str | None = None
    index: int | None = None
    delta: _Delta | None = None
    content_block: Raw | UnsetType = UNSET
    message: Raw | UnsetType = UNSET
    usage: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET


class _Block(Struct):
    type: str | None = None
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw | UnsetType = UNSET


class _Opening(Struct):
    id: str | None = None
    usage: Raw | UnsetType = UNSET


class _Message(Struct):
    content: list[_Block] | None = None
    id: str | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    usage: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET


_decode = msgspec.json.Decoder(_Event).decode
_decode_block = msgspec.json.Decoder(_Block).decode
_decode_opening = msgspec.json.Decoder(_Opening).decode
_decode_message = msgspec.json.Decoder(_Message).decode


def encode_request(call: ChatCall, *, stream: bool, vendor: Vendor) -> Encoded:
    """The request for `call`."""
    return Encoded("/messages", (VERSION, *vendor.headers), anthropic_request.encode_body(call, stream=stream))


def encode_probe(vendor: Vendor) -> Encoded:
    """The list of models: docs.anthropic.com/en/api/models-list."""
    return Encoded("/models", (VERSION, *vendor.headers))


def unspoken(call: ChatCall, vendor: Vendor) -> tuple[str, ...]:
    """What of a call cannot be said, as names of OpenAI's request fields, in alphabetical order."""
    return anthropic_request.unspoken(call)


def decode_reply(body: bytes) -> Reply:
    """The answer in a whole response. Raises `Malformed`, `Truncated`, or the fault that the body reports instead."""
    try:
        message = _decode_message(body)
    except UNREADABLE as error:
        if "truncated" in str(error):
            raise Truncated("the response ended within its JSON") from None
        raise Malformed("not a message") from None
    if message.error is not UNSET and bytes(message.error) != b"null":
        raise read_fault(bytes(message.error))
    if message.content is None:
        raise Malformed("a message without content")
    uses = tuple(_whole(block) for block in message.content if block.type == "tool_use")
    told = tuple(use for use in uses if use is not None)
    finish_reason = _FINISH_REASONS.get(message.stop_reason or "", FinishReason.STOP)
    if len(told) < len(uses) and finish_reason is FinishReason.TOOL_CALLS:
        raise Malformed("a tool call that cannot be understood")
    figures = _figures(message.usage)
    return Reply(
        text="".join(block.text or "" for block in message.content if block.type == "text"),
        finish_reason=finish_reason,
        usage=figures.buckets() if figures is not None else None,
        provider_request_id=message.id,
        tool_uses=told,
        stop_sequence=message.stop_sequence,
    )


class StreamDecoder(PartwiseDecoder):
    """Reads one streamed answer."""

    __slots__ = ("_said",)

    def __init__(self) -> None:
        super().__init__()
        self._said = Figures()

    def _hear(self, payloads: list[bytes], texts: list[str]) -> None:
        for payload in payloads:
            try:
                event = _decode(payload)
            except UNREADABLE:
                self._skip()
                continue
            delta = event.delta
            if delta is not None:
                if delta.text is not None:
                    if delta.text:
                        self.progress += 1
                        texts.append(delta.text)
                elif event.type == "message_delta":
                    self._end(delta, event.usage)
                else:
                    self._go_on(event.index, delta)
            else:
                self._mark(event, texts)
            if self.fault is not None or self.done:
                break

    def _go_on(self, index: int | None, delta: _Delta) -> None:
        """A token that is not shown: of the model's thoughts or of the arguments of a tool use."""
        self.progress += bool(delta.partial_json or delta.thinking or delta.signature is not UNSET)
        if delta.partial_json is not None:
            self._extend(index, delta.partial_json)

    def _end(self, delta: _Delta, usage: Raw | UnsetType) -> None:
        if delta.stop_reason is not None:
            self.finish_reason = _FINISH_REASONS.get(delta.stop_reason, FinishReason.STOP)
            self.stop_sequence = delta.stop_sequence
            self._conclude()
        figures = _figures(usage)
        if figures is None:
            self.malformed += usage is not UNSET
            return
        self._said = figures.after(self._said)
        self._figures = self._said.buckets()
        self.done = self.finish_reason is not None

    def _mark(self, event: _Event, texts: list[str]) -> None:
        """What is not a delta: a beginning, an end, or an error."""
        if event.type == "content_block_start" and event.content_block is not UNSET:
            self._open(event.index, event.content_block, texts)
        elif event.type == "content_block_stop":
            self._close(event.index)
        elif event.type == "message_start" and event.message is not UNSET:
            self._introduce(event.message)
        elif event.type == "message_stop":
            self.done = True
        elif event.type == "error" and self.finish_reason is None:
            self.fault = read_fault(b"{}" if event.error is UNSET else bytes(event.error))

    def _introduce(self, message: Raw) -> None:
        try:
            opening = _decode_opening(message)
        except UNREADABLE:
            self.malformed += 1
            return
        self.request_id = opening.id
        self._said = _figures(opening.usage) or self._said

    def _open(self, index: int | None, content_block: Raw, texts: list[str]) -> None:
        try:
            block = _decode_block(content_block)
        except UNREADABLE:
            self._skip()
            return
        if block.type == "tool_use":
            self.progress += 1
            self._begin(index, block.id, block.name, _input(block))
        elif block.type == "text" and block.text:
            self.progress += 1
            texts.append(block.text)


def open_decoder() -> StreamDecoder:
    """A decoder for one stream."""
    return StreamDecoder()


def _input(block: _Block) -> str:
    """The arguments a tool use comes with; in a stream an empty object, for they follow."""
    said = NO_ARGUMENTS if block.input is UNSET else bytes(block.input).decode(errors="replace")
    return "" if said == NO_ARGUMENTS else said


def _whole(block: _Block) -> ToolUse | None:
    """The tool use; None for one without a name or whose arguments are no object."""
    arguments = _input(block) or NO_ARGUMENTS
    if not block.id or not block.name or not is_object(arguments.encode()):
        return None
    return ToolUse(block.id, block.name, arguments)


def _figures(usage: Raw | UnsetType) -> Figures | None:
    if usage is UNSET or bytes(usage) == b"null":
        return None
    try:
        return read_figures(usage)
    except UNREADABLE:
        return None
