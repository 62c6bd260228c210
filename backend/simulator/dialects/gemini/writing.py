"""From replies to what the Gemini API gives: ai.google.dev/api/generate-content#v1beta.GenerateContentResponse."""

from base64 import b64encode
from collections.abc import Iterator

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backend.simulator.ask import Ask
from backend.simulator.calling import Call
from backend.simulator.dialects.dialect import Stamp
from backend.simulator.dialects.gemini.reading import WITH_THOUGHTS
from backend.simulator.dialects.mould import cast
from backend.simulator.frames import Frame, Part
from backend.simulator.reply import Finish, Reply
from backend.simulator.reply import Usage as Bill

_REASONS = {
    Finish.STOP: "STOP",
    Finish.STOP_SEQUENCE: "STOP",
    Finish.CALLS: "STOP",
    Finish.LENGTH: "MAX_TOKENS",
    Finish.CONTENT_FILTER: "SAFETY",
}
_encode = msgspec.json.Encoder().encode


class FunctionCall(Struct, frozen=True):
    """A call. It has no id: not every model gives one."""

    name: str
    args: Raw


class Piece(Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of an answer. A thinking model signs its calls, and wants the signature back."""

    text: str | UnsetType = UNSET
    thought: bool | UnsetType = UNSET
    function_call: FunctionCall | UnsetType = UNSET
    thought_signature: str | UnsetType = UNSET


class Content(Struct, frozen=True, kw_only=True):
    """An answer's turn; without parts when nothing was said."""

    parts: list[Piece] | UnsetType = UNSET
    role: str = "model"


class Candidate(Struct, frozen=True, kw_only=True, rename="camel"):
    """One of the answers; there is only one."""

    content: Content
    finish_reason: str | UnsetType = UNSET
    index: int = 0


class TokenDetail(Struct, frozen=True, rename="camel"):
    """Tokens of one kind."""

    modality: str
    token_count: int


class Usage(Struct, frozen=True, kw_only=True, rename="camel"):
    """Tokens of one call. The prompt includes what was cached, the candidates do not include the thoughts."""

    prompt_token_count: int
    candidates_token_count: int | UnsetType = UNSET
    total_token_count: int
    cached_content_token_count: int | UnsetType = UNSET
    thoughts_token_count: int | UnsetType = UNSET
    prompt_tokens_details: list[TokenDetail]


class Answer(Struct, frozen=True, kw_only=True, rename="camel"):
    """A whole answer, or an event of a stream."""

    candidates: list[Candidate]
    usage_metadata: Usage | UnsetType
    model_version: str
    response_id: str


class Feedback(Struct, frozen=True, rename="camel"):
    """Why a prompt was blocked."""

    block_reason: str


class Blocked(Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer to a blocked prompt: none."""

    prompt_feedback: Feedback = Feedback("SAFETY")
    usage_metadata: Usage = Usage(prompt_token_count=1, total_token_count=1, prompt_tokens_details=[])
    response_id: str


def body(ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
    """A response in one piece. A call whose arguments were cut off is left out: half of it is not JSON."""
    pieces: list[Piece] = []
    if reply.reasoning and ask.form == WITH_THOUGHTS:
        pieces.append(Piece(text="".join(reply.reasoning), thought=True))
    if reply.texts:
        pieces.append(Piece(text=reply.text))
    pieces += [_call(call, reply, stamp) for call in reply.calls if _is_whole(call)]
    return _encode(_answer(ask, stamp, pieces, _usage(reply.usage), _reason(reply)))


def frames(ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
    """Events that are responses each. There is no terminator: the last one has a finish reason."""
    so_far = _usage(reply.usage, so_far=True)

    def add(piece: Piece) -> bytes:
        return event(_answer(ask, stamp, [piece], so_far))

    if ask.form == WITH_THOUGHTS:
        yield from cast(add(Piece(text="", thought=True)), b"text", reply.reasoning)
    else:
        # Thinking takes its time, whether it is shown or not.
        yield from (Frame(Part.TOKEN, b"") for _ in reply.reasoning)
    yield from cast(add(Piece(text="")), b"text", reply.texts)
    for call in reply.calls:
        yield from (Frame(Part.TOKEN, b"") for _ in call.pieces[1:])
        yield Frame(Part.TOKEN, add(_call(call, reply, stamp)) if _is_whole(call) else b"")
    if reply.finish is not None or reply.usage is not None:
        last = _answer(ask, stamp, [Piece(text="")], _usage(reply.usage), _reason(reply))
        yield Frame(Part.FINISH, event(last))
    yield Frame(Part.END, b"")


def event(data: Struct) -> bytes:
    """An event as Google's servers write it: lines end in CR LF."""
    return b"data: " + _encode(data) + b"\r\n\r\n"


def blocked(identity: str) -> Blocked:
    """What comes instead of an answer when the prompt is blocked."""
    return Blocked(response_id=identity)


def _answer(
    ask: Ask, stamp: Stamp, pieces: list[Piece], usage: Usage | UnsetType, reason: str | UnsetType = UNSET
) -> Answer:
    return Answer(
        candidates=[Candidate(content=Content(parts=pieces or UNSET), finish_reason=reason)],
        usage_metadata=usage,
        model_version=ask.model,
        response_id=stamp.identity,
    )


def _call(call: Call, reply: Reply, stamp: Stamp) -> Piece:
    signature = b64encode(f"simulated {stamp.identity}".encode()).decode()
    return Piece(
        function_call=FunctionCall(call.name, Raw(call.arguments)),
        thought_signature=signature if reply.reasoning else UNSET,
    )


def _reason(reply: Reply) -> str | UnsetType:
    return _REASONS[reply.finish] if reply.finish is not None else UNSET


def _usage(bill: Bill | None, *, so_far: bool = False) -> Usage | UnsetType:
    if bill is None:
        return UNSET
    return Usage(
        prompt_token_count=bill.prompt,
        candidates_token_count=UNSET if so_far else bill.completion - bill.reasoning,
        total_token_count=bill.prompt if so_far else bill.prompt + bill.completion,
        cached_content_token_count=bill.cached or UNSET,
        thoughts_token_count=UNSET if so_far else bill.reasoning or UNSET,
        prompt_tokens_details=[TokenDetail("TEXT", bill.prompt)],
    )


def _is_whole(call: Call) -> bool:
    try:
        msgspec.json.decode(call.arguments)
    except msgspec.DecodeError:
        return False
    return True
