"""Which shape errors have at an address, for what is refused before any controller is asked."""

from collections.abc import Callable

from msgspec import Struct

from backend.v1.messages.refusals import anthropic_error
from backend.v1.process.envelope import refused
from backend.v1.refusals import openai_error
from shared.errors import ErrorBody, ErrorEnvelope
from shared.paths import (
    ANTHROPIC_MESSAGES,
    CHAT_COMPLETIONS,
    COMPLETIONS,
    EMBEDDINGS,
    IMAGES,
    MODEL_NAMES,
    PROCESS,
    RESPONSES,
)

Shape = Callable[[ErrorBody, int], Struct]

SHAPES: dict[str, Shape] = {
    CHAT_COMPLETIONS: openai_error,
    COMPLETIONS: openai_error,
    RESPONSES: openai_error,
    MODEL_NAMES: openai_error,
    EMBEDDINGS: openai_error,
    IMAGES: openai_error,
    ANTHROPIC_MESSAGES: anthropic_error,
    PROCESS: refused,
}
"""By how an address begins."""


def in_shape(path: str, body: ErrorBody, status: int) -> Struct:
    """The whole body of an error response: in the shape that the address has, else in ours."""
    for start, shape in SHAPES.items():
        if path.startswith(start):
            return shape(body, status)
    return ErrorEnvelope(error=body)
