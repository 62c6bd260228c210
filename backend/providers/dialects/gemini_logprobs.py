"""Log probabilities of the Gemini API in the words of OpenAI's.

Sources: ai.google.dev/api/generate-content (LogprobsResult), platform.openai.com/docs/api-reference/chat/object.
"""

import msgspec
from msgspec import Raw, Struct


class _Token(Struct, rename="camel"):
    token: str = ""
    log_probability: float = 0.0


class _Top(Struct):
    candidates: list[_Token] = []


class _Result(Struct, rename="camel"):
    chosen_candidates: list[_Token] = []
    top_candidates: list[_Top] = []


class _Entry(Struct):
    token: str
    logprob: float
    bytes: list[int]


class _TopEntry(_Entry):
    top_logprobs: list[_Entry]


_decode = msgspec.json.Decoder(_Result).decode


def read_logprobs(raw: bytes) -> list[Raw]:
    """The entries of one `logprobsResult`, in order. Raises `msgspec.DecodeError`."""
    result = _decode(raw)
    entries = []
    for place, chosen in enumerate(result.chosen_candidates):
        top = result.top_candidates[place].candidates if place < len(result.top_candidates) else []
        entry = _TopEntry(*_said(chosen), [_Entry(*_said(candidate)) for candidate in top])
        entries.append(Raw(msgspec.json.encode(entry)))
    return entries


def _said(token: _Token) -> tuple[str, float, list[int]]:
    return token.token, token.log_probability, list(token.token.encode(errors="replace"))
