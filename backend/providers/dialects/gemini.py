"""Google's Gemini API.

Sources of the wire facts: ai.google.dev/api/generate-content, ai.google.dev/api/models, and the types of the
`google-genai` package. A stream has no terminator: it is whole with a finish reason, and over with its connection.
"""

from urllib.parse import quote

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backend.providers.calls import ChatCall, Reply
from backend.providers.dialects import Encoded, gemini_request
from backend.providers.dialects.frames import UNREADABLE, FrameDecoder
from backend.providers.dialects.gemini_faults import decode_error, read_fault
from backend.providers.dialects.gemini_logprobs import read_logprobs
from backend.providers.dialects.gemini_tools import read_use
from backend.providers.dialects.gemini_usage import read_usage
from backend.providers.errors import (
    AuthRejected,
    ContentFiltered,
    Malformed,
    ProviderError,
    Rejected,
    ServerFault,
    Truncated,
)
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

_FILTERED = {
    "SAFETY",
    "RECITATION",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "ESCALATION",
    "MODEL_ARMOR",
}
_FINISH_REASONS = {
    "MAX_TOKENS": FinishReason.LENGTH,
    "CONTINUATION": FinishReason.LENGTH,
    "TOO_MANY_TOOL_CALLS": FinishReason.LENGTH,
    **dict.fromkeys(_FILTERED, FinishReason.CONTENT_FILTER),
}
_BREAKDOWNS: dict[str, type[ProviderError]] = {
    "OTHER": ServerFault,
    "IMAGE_OTHER": ServerFault,
    "NO_IMAGE": ServerFault,
    "MALFORMED_FUNCTION_CALL": ServerFault,
    "MALFORMED_RESPONSE": ServerFault,
    "UNEXPECTED_TOOL_CALL": ServerFault,
    "MISSING_THOUGHT_SIGNATURE": Rejected,
    "PUP_LIMITED_DISABLED": AuthRejected,
}
"""Finish reasons that confess a failure. Their `finishMessage` quotes the model and is nobody else's business."""


class _Part(Struct, gc=False, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    function_call: Raw | UnsetType = UNSET
    thought_signature: Raw | UnsetType = UNSET


class _Content(Struct, gc=False):
    parts: list[_Part] | None = None


class _Candidate(Struct, gc=False, rename="camel"):
    content: _Content | None = None
    finish_reason: str | None = None
    index: int | None = None
    logprobs_result: Raw | UnsetType = UNSET


class _Body(Struct, gc=False, rename="camel"):
    """A frame of a stream, or a whole reply."""

    candidates: list[_Candidate] | None = None
    prompt_feedback: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET


class _Facts(Struct, rename="camel"):
    """What every frame repeats and only the last one has to say."""

    response_id: str | None = None
    usage_metadata: Raw | UnsetType = UNSET


class _Feedback(Struct, rename="camel"):
    block_reason: str | None = None
    block_reason_message: str | None = None


_decode = msgspec.json.Decoder(_Body).decode
_decode_facts = msgspec.json.Decoder(_Facts).decode
_decode_feedback = msgspec.json.Decoder(_Feedback).decode


def encode_request(call: ChatCall, *, stream: bool, vendor: Vendor) -> Encoded:
    """The request for `call`."""
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return Encoded(f"/{resource(call.model)}:{method}", vendor.headers, gemini_request.encode_body(call))


def encode_probe(vendor: Vendor) -> Encoded:
    """The list of models: ai.google.dev/api/models."""
    return Encoded("/models?pageSize=1", vendor.headers)


def unspoken(call: ChatCall, vendor: Vendor) -> tuple[str, ...]:
    """What of a call cannot be said, as names of OpenAI's request fields, in alphabetical order."""
    return gemini_request.unspoken(call)


def resource(model: str) -> str:
    """A model's name as part of an address."""
    return quote(model if model.startswith(("models/", "tunedModels/")) else f"models/{model}")


def decode_reply(body: bytes) -> Reply:
    """The answer in a whole response. Raises `Malformed`, `Truncated`, or the fault that the body reports instead."""
    try:
        _decode(body)
    except UNREADABLE as error:
        if "truncated" in str(error):
            raise Truncated("the response ended within its JSON") from None
        raise Malformed("not a generated content") from None
    decoder = StreamDecoder()
    texts: list[str] = []
    decoder._hear([body], texts)
    piece = decoder._piece("".join(texts))
    if decoder.fault is not None:
        raise decoder.fault
    if not decoder.answered:
        raise Malformed("a generated content without a candidate")
    return Reply(
        text=piece.text,
        finish_reason=piece.finish_reason or FinishReason.STOP,
        usage=piece.usage,
        provider_request_id=decoder.request_id,
        tool_uses=piece.tool_uses,
        logprobs=piece.logprobs,
    )


class StreamDecoder(FrameDecoder):
    """Reads one streamed answer. A whole reply is a stream of one frame."""

    __slots__ = ("_used", "answered")

    def __init__(self) -> None:
        super().__init__()
        self._used = 0
        self.answered = False
        """Whether there was a candidate, if an empty one."""

    def _hear(self, payloads: list[bytes], texts: list[str]) -> None:
        for payload in payloads:
            try:
                body = _decode(payload)
            except UNREADABLE:
                self.malformed += 1
                continue
            if body.candidates:
                candidate = body.candidates[0]
                if not self.answered:
                    self.answered = True
                    self._identify(payload)
                content = candidate.content
                if content is not None and content.parts and not candidate.index:
                    for part in content.parts:
                        if part.text:
                            self.progress += 1
                            if not part.thought:
                                texts.append(part.text)
                        elif part.function_call is not UNSET:
                            self._use(part.function_call, part.thought_signature)
                if candidate.logprobs_result is not UNSET:
                    self._rate(candidate.logprobs_result)
                if candidate.finish_reason:
                    self._finish(candidate.finish_reason)
            if self.finish_reason is not None:
                self._count(payload)
            elif body.error is not UNSET or body.prompt_feedback is not UNSET:
                self._refuse(body)
            if self.fault is not None:
                break

    def _identify(self, payload: bytes) -> None:
        try:
            self.request_id = _decode_facts(payload).response_id or self.request_id
        except UNREADABLE:
            return

    def _use(self, function_call: Raw, signature: Raw | UnsetType) -> None:
        self.progress += 1
        self._used += 1
        try:
            use = read_use(function_call, signature, f"call_{self.request_id or ''}_{self._used}")
        except UNREADABLE:
            use = None
        if use is None:
            self.malformed += 1
            self._lost = True
        else:
            self._uses.append(use)
        if self.finish_reason is FinishReason.STOP:
            self.finish_reason = FinishReason.TOOL_CALLS

    def _rate(self, logprobs: Raw) -> None:
        try:
            self._logprobs += read_logprobs(logprobs)
        except UNREADABLE:
            self.malformed += 1

    def _finish(self, reason: str) -> None:
        kind = _BREAKDOWNS.get(reason)
        if kind is not None:
            self.fault = kind(f"the answer ended with {reason!r}")
            return
        called = FinishReason.TOOL_CALLS if self._used else FinishReason.STOP
        self.finish_reason = _FINISH_REASONS.get(reason, called)

    def _count(self, payload: bytes) -> None:
        """The figures, cumulative in every frame, count when the answer is whole."""
        try:
            usage = _decode_facts(payload).usage_metadata
            if usage is not UNSET:
                self._figures = read_usage(usage) or self._figures
        except UNREADABLE:
            self.malformed += 1

    def _refuse(self, body: _Body) -> None:
        """An error, or the reason why there will be no answer. Feedback on a prompt that passed is no reason."""
        if body.error is not UNSET and bytes(body.error) != b"null":
            self.fault = read_fault(bytes(body.error))
        elif body.prompt_feedback is not UNSET:
            try:
                feedback = _decode_feedback(body.prompt_feedback)
            except UNREADABLE:
                self.malformed += 1
                return
            if feedback.block_reason:
                words = (feedback.block_reason, feedback.block_reason_message)
                self.fault = ContentFiltered(": ".join(word for word in words if word))


def open_decoder() -> StreamDecoder:
    """A decoder for one stream."""
    return StreamDecoder()
