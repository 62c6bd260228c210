"""Moderation: platform.openai.com/docs/api-reference/moderations. A few words decide."""

from typing import Annotated
from uuid import uuid4

import msgspec
from msgspec import Meta, Struct

from backend.simulator import tokens
from backend.simulator.ask import Given, Trade
from backend.simulator.dialects.openai.errors import UNREADABLE
from backend.simulator.dialects.reading import decoded

MODEL = "omni-moderation-latest"

_WORDS: dict[str, tuple[str, ...]] = {
    "harassment": ("humiliate", "worthless"),
    "harassment/threatening": ("i will hurt you",),
    "hate": ("subhuman", "vermin"),
    "hate/threatening": ("exterminate them",),
    "illicit": ("steal", "counterfeit", "launder"),
    "illicit/violent": ("bomb", "explosive", "grenade"),
    "self-harm": ("kill myself", "suicide"),
    "self-harm/intent": ("kill myself",),
    "self-harm/instructions": ("how to kill myself",),
    "sexual": ("porn", "erotic"),
    "sexual/minors": ("child porn",),
    "violence": ("kill", "murder", "stab"),
    "violence/graphic": ("dismember",),
}
_FLAGGED, _CLEAR = 0.93, 0.0004

Text = Annotated[str, Meta(min_length=1)]


class ModerationRequest(Struct, frozen=True):
    """Texts; pictures are not offered here."""

    input: Text | Annotated[list[Text], Meta(min_length=1, max_length=32)]
    model: Annotated[str, Meta(min_length=1)] = MODEL


class Result(Struct, frozen=True):
    """What was flagged in one text."""

    flagged: bool
    categories: dict[str, bool]
    category_scores: dict[str, float]
    category_applied_input_types: dict[str, list[str]]


class Moderation(Struct, frozen=True):
    """All texts, in their order."""

    id: str
    model: str
    results: list[Result]


_decode = msgspec.json.Decoder(ModerationRequest).decode


def read(body: bytes) -> Given:
    """A moderation request with its answer. Raises Refusal."""
    request = decoded(_decode, body, UNREADABLE)
    texts = [request.input] if isinstance(request.input, str) else request.input
    answer = Moderation(f"modr-{uuid4().hex}", request.model, [_result(text) for text in texts])
    return Given(
        model=request.model,
        trade=Trade.MODERATION,
        data=msgspec.json.encode(answer),
        prompt=texts[-1],
        longest=max(map(tokens.count, texts)),
    )


def _result(text: str) -> Result:
    said = text.lower()
    categories = {name: any(word in said for word in words) for name, words in _WORDS.items()}
    return Result(
        flagged=any(categories.values()),
        categories=categories,
        category_scores={name: _FLAGGED if flagged else _CLEAR for name, flagged in categories.items()},
        category_applied_input_types={name: ["text"] for name in categories},
    )
