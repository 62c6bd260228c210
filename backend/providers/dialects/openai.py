"""The OpenAI chat dialect, as OpenAI documents it and as the many servers that copy it really speak it.

Source of the wire facts: platform.openai.com/docs/api-reference/chat; departures are named where they are met.
"""

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backend.providers.calls import Piece, Reply, ToolUse
from backend.providers.dialects.openai_faults import decode_error, read_fault, words_of
from backend.providers.dialects.openai_request import encode_probe, encode_request, unspoken
from backend.providers.dialects.openai_tools import ToolUses, whole_uses
from backend.providers.dialects.openai_usage import Reported, read_usage
from backend.providers.errors import Malformed, ProviderError, ServerFault, Truncated
from backend.providers.sse import EventReader
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

UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)
"""What msgspec raises for bytes that are not the JSON asked for."""

_FINISH_REASONS = {
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,  # Mistral: the context is full
    "content_filter": FinishReason.CONTENT_FILTER,
    "safety": FinishReason.CONTENT_FILTER,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
}
_BREAKDOWNS = {"error", "insufficient_system_resource"}
"""Finish reasons that confess a failure: OpenRouter's and Mistral's, and DeepSeek's."""

_CUT = {FinishReason.LENGTH, FinishReason.CONTENT_FILTER}
"""Ends that may come in the middle of a tool use."""


class _Part(Struct, gc=False):
    """Mistral's reasoning models send content in parts, of which only those of type `text` are the answer's."""

    type: str | None = None
    text: str | None = None


class _Message(Struct, gc=False):
    content: str | list[_Part] | None = None
    reasoning_content: Raw | UnsetType = UNSET  # DeepSeek, Groq, vLLM
    reasoning: Raw | UnsetType = UNSET  # OpenRouter, Ollama
    tool_calls: Raw | UnsetType = UNSET
    refusal: str | None = None

    def text(self) -> str:
        """The words for whoever asked; a refusal stands in place of content."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content if part.type == "text" and part.text)
        return self.content or self.refusal or ""

    def thought(self) -> bool:
        """Whether this carries tokens of the model's reasoning, which is no part of the answer."""
        return isinstance(self.content, list) or _said(self.reasoning_content) or _said(self.reasoning)


class _Choice(Struct, gc=False):
    index: int | None = 0
    delta: _Message | None = None
    message: _Message | None = None
    finish_reason: str | None = None
    logprobs: object = None


class _Body(Struct, gc=False):
    """A chunk of a stream, or a whole reply. Raw parts are read by themselves: an odd one costs no text."""

    choices: list[_Choice] | None = None
    usage: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET


class _Identity(Struct):
    id: str | None = None


_decode = msgspec.json.Decoder(_Body).decode
_encode = msgspec.json.Encoder().encode
_decode_identity = msgspec.json.Decoder(_Identity).decode
_NOTHING = Piece()
_NULL = b"null"


def decode_reply(body: bytes) -> Reply:
    """The answer in a whole response. Raises `Malformed`, `Truncated`, or the fault that the body reports instead."""
    try:
        reply = _decode(body)
    except UNREADABLE as error:
        if "truncated" in str(error):
            raise Truncated("the response ended within its JSON") from None
        raise Malformed(f"not a chat completion{_page(body)}") from None
    if reply.error is not UNSET and _said(reply.error):
        raise read_fault(bytes(reply.error))
    choice = reply.choices[0] if reply.choices else None
    if choice is None or choice.message is None:
        raise Malformed("a chat completion without a message")
    if choice.finish_reason in _BREAKDOWNS:
        raise ServerFault(f"the answer ended with {choice.finish_reason!r}")
    reported = _reported(reply.usage) or Reported(None, None)
    identity, finish_reason = _identity(body), _finish_reason(choice.finish_reason)
    uses: tuple[ToolUse, ...] = ()
    asked = choice.message.tool_calls
    if asked is not UNSET and _said(asked):
        try:
            uses = whole_uses(asked, identity, cut=finish_reason in _CUT)
        except UNREADABLE:
            raise Malformed("a chat completion whose tool calls are none") from None
    return Reply(
        text=choice.message.text(),
        finish_reason=_with_uses(finish_reason, uses),
        usage=reported.usage,
        provider_cost=reported.cost,
        provider_request_id=identity,
        tool_uses=uses,
        logprobs=tuple(_entries(choice.logprobs)),
    )


class StreamDecoder:
    """Reads one streamed answer; see `Decoder`. Nothing is kept of the text."""

    __slots__ = ("_events", "_named", "_uses", "done", "fault", "finish_reason", "malformed", "progress", "request_id")

    def __init__(self) -> None:
        self._events = EventReader()
        self.fault: ProviderError | None = None
        self._named = False
        self._uses: ToolUses | None = None
        self.request_id: str | None = None
        self.finish_reason: FinishReason | None = None
        self.malformed = 0
        self.progress = 0
        self.done = False

    def feed(self, data: bytes) -> Piece:
        """What these bytes bring. A fault in the stream is raised by the next call if text preceded it."""
        if self.fault is not None:
            raise self.fault
        payloads = self._events.feed(data)
        if not payloads or self.done:
            return _NOTHING
        if not self._named:
            self._named = True
            self.request_id = _identity(payloads[0])
        texts: list[str] = []
        entries: list[Raw] = []
        reported: Reported | None = None
        for payload in payloads:
            try:
                chunk = _decode(payload)
            except UNREADABLE:
                if payload.strip() == b"[DONE]":
                    self.done = True
                    break
                self.malformed += 1
                continue
            if chunk.choices:
                choice = chunk.choices[0]
                delta = choice.delta
                if delta is not None and not choice.index:
                    content = delta.content
                    if content.__class__ is str and content:
                        self.progress += 1
                        texts.append(content)
                    elif delta.thought() or delta.refusal:
                        self.progress += 1
                        texts.append(delta.text())
                    if delta.tool_calls is not UNSET:
                        self._use(delta.tool_calls)
                    if choice.logprobs is not None:
                        entries += _entries(choice.logprobs)
                if choice.finish_reason:
                    self._finish(choice.finish_reason)
            if chunk.usage is not UNSET and bytes(chunk.usage) != _NULL:
                reported = self._usage(chunk.usage) or reported
            if chunk.error is not UNSET and self.finish_reason is None and _said(chunk.error):
                self.fault = read_fault(bytes(chunk.error))
            if self.fault is not None or self.done:
                break
        text = "".join(texts)
        if self.fault is not None and not text:
            raise self.fault
        if self.done and self.finish_reason is None:
            self.finish_reason = FinishReason.STOP
        uses: tuple[ToolUse, ...] = ()
        if self._uses is not None and self.finish_reason is not None:
            uses = self._uses.tell(self.request_id, cut=self.finish_reason in _CUT)
            self.finish_reason = _with_uses(self.finish_reason, uses)
        if reported is None and not (uses or entries):
            return Piece(text, self.finish_reason, done=self.done)
        usage, cost = reported or (None, None)
        return Piece(text, self.finish_reason, usage, cost, self.done, uses, tuple(entries))

    def finish(self) -> None:
        """Raises the fault still owed, or `Truncated` unless a finish reason or a terminator came."""
        if self.fault is not None:
            raise self.fault
        if self.finish_reason is None:
            raise Truncated(f"the stream ended early; {self.malformed} of its frames could not be understood")

    def _finish(self, reason: str) -> None:
        if reason in _BREAKDOWNS:
            self.fault = self.fault or ServerFault(f"the answer ended with {reason!r}")
        else:
            self.finish_reason = _finish_reason(reason)

    def _use(self, raw: Raw) -> None:
        if not _said(raw):
            return
        self.progress += 1
        self._uses = self._uses or ToolUses()
        try:
            self._uses.feed(raw)
        except UNREADABLE:
            self.malformed += 1
        except ProviderError as endless:
            self.fault = endless

    def _usage(self, raw: Raw) -> Reported | None:
        """The figures; those that come with or after the finish reason are the last word."""
        reported = _reported(raw)
        if reported is not None:
            self.done = self.finish_reason is not None
        else:
            self.malformed += 1
        return reported


def open_decoder() -> StreamDecoder:
    """A decoder for one stream."""
    return StreamDecoder()


def _finish_reason(wire: str | None) -> FinishReason:
    """Unknown reasons, as `eos`, count as a stop: the model ended by itself."""
    return _FINISH_REASONS.get((wire or "").lower(), FinishReason.STOP)


def _with_uses(reason: FinishReason, uses: tuple[ToolUse, ...]) -> FinishReason:
    """Some say `stop` where the model waits for its tools: Ollama, Gemini."""
    return FinishReason.TOOL_CALLS if uses and reason is FinishReason.STOP else reason


def _entries(logprobs: object) -> list[Raw]:
    """The log probabilities of the tokens; none of shapes that are not OpenAI's, as Together's."""
    entries = logprobs.get("content") if isinstance(logprobs, dict) else None
    return [Raw(_encode(entry)) for entry in entries] if isinstance(entries, list) else []


def _reported(raw: Raw | UnsetType) -> Reported | None:
    if raw is UNSET or not _said(raw):
        return None
    try:
        return read_usage(bytes(raw))
    except UNREADABLE:
        return None


def _page(body: bytes) -> str:
    """The words of a web page in place of an answer. Anything else may be an answer, which is not for admins to see."""
    return f": {words_of(body)}" if body.lstrip().startswith(b"<") else ""


def _identity(body: bytes) -> str | None:
    try:
        return _decode_identity(body).id
    except UNREADABLE:
        return None


def _said(raw: Raw | UnsetType) -> bool:
    return raw is not UNSET and bytes(raw) not in (_NULL, b'""')
