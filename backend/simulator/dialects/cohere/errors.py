"""Refusals in Cohere's form: docs.cohere.com/reference/errors."""

import msgspec
from msgspec import Struct

from backend.simulator.refusal import Kind, Refusal

UNREADABLE = "invalid request: the body is not valid JSON"
STATUSES = {Kind.QUOTA: 402, Kind.CONTENT_FILTER: 498}
"""Where the status is not the usual one."""

_MESSAGES = {
    Kind.NO_KEY: "no api key supplied",
    Kind.BAD_KEY: "invalid api token",
    Kind.UNKNOWN_PATH: "not found",
    Kind.QUOTA: "your account has reached its billing limit. Please add or update your payment method to continue.",
    Kind.RATE_LIMIT: "You are past the per minute request limit, please wait and try again later.",
    Kind.SERVER: "internal server error, this has been reported to our developers",
    Kind.CONTENT_FILTER: "the request was blocked because it may violate the usage guidelines",
}


class ErrorBody(Struct, frozen=True):
    """The whole body of an error response."""

    id: str
    message: str


def error(refusal: Refusal, identity: str) -> bytes:
    """`{"id", "message"}`."""
    return msgspec.json.encode(ErrorBody(identity, message(refusal)))


def message(refusal: Refusal) -> str:
    """What went wrong, in Cohere's words."""
    if refusal.window is not None:
        size, prompt, completion = refusal.window
        return (
            f"too many tokens: total number of tokens in the prompt cannot exceed {size} - received "
            f"{prompt + completion}. Try using a shorter prompt, or a smaller max_tokens value."
        )
    return _MESSAGES.get(refusal.kind, refusal.message)
