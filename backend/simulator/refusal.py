"""Saying no, free of any dialect."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """Why a request is refused: its HTTP status and the usual sentence."""

    INVALID = 400, "The request is not valid."
    NO_KEY = 401, "You did not provide an API key."
    BAD_KEY = 401, "Incorrect API key provided."
    FORBIDDEN = 403, "Your key has no access to this."
    UNKNOWN_PATH = 404, "Unknown request URL."
    UNKNOWN_MODEL = 404, "The model does not exist or you do not have access to it."
    WRONG_METHOD = 405, "This address does not take that method."
    TIMEOUT = 408, "The request took too long to arrive."
    CONFLICT = 409, "The request conflicts with another one."
    TOO_LARGE = 413, "The body of the request is too large."
    QUOTA = 429, "You exceeded your current quota, please check your plan and billing details."
    RATE_LIMIT = 429, "Rate limit reached. Please try again later."
    SERVER = 500, "The server had an error while processing your request. Sorry about that!"
    BAD_GATEWAY = 502, "Bad gateway."
    UNAVAILABLE = 503, "The service is temporarily unavailable."
    GATEWAY_TIMEOUT = 504, "The gateway did not hear from the model in time."
    OVERLOADED = 529, "The engine is currently overloaded, please try again later."
    CONTEXT_TOO_LONG = 400, "The conversation is longer than the model's context window."
    CONTENT_FILTER = 400, "The prompt was rejected by the content filter."

    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        self.sentence = sentence


class Window(NamedTuple):
    """The size of a context window and what was to fit it, in tokens."""

    size: int
    prompt: int
    completion: int = 0


class Refusal(Exception):
    """A request that gets no answer. `field` names the parameter at fault.

    `status`, when given, is the HTTP status in every dialect; otherwise some dialects have another for some kinds.
    """

    def __init__(
        self,
        kind: Kind,
        message: str | None = None,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        window: Window | None = None,
        status: int | None = None,
    ) -> None:
        self.kind = kind
        self.message = message if message is not None else kind.sentence
        self.field = field
        self.headers = dict(headers or {})
        self.window = window
        self._status = status
        super().__init__(self.message)

    def status(self, usual: Mapping[Kind, int] | None = None) -> int:
        """The HTTP status, where a dialect has statuses of its own by those."""
        return self._status or (usual or {}).get(self.kind, self.kind.status)
