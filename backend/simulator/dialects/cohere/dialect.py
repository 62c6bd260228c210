"""Cohere's API, second version: docs.cohere.com/reference."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from backend.simulator.ask import Ask, Given
from backend.simulator.dialects.cohere import embeddings, models, reading, writing
from backend.simulator.dialects.cohere.errors import STATUSES, error
from backend.simulator.dialects.dialect import Refused, Stamp
from backend.simulator.dialects.reading import bearer
from backend.simulator.frames import Frame
from backend.simulator.http import EVENT_STREAM, Request
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.reply import Reply

_MODELS = "/v1/models"
_PATHS = {"/v2/chat", "/v2/embed", _MODELS}


class Cohere:
    """Answers, vectors and the models."""

    name = "cohere"
    stream_type = EVENT_STREAM
    identity_header = "x-debug-trace-id"
    malformed = b'event: content-delta\ndata: {"type":"content-delta","index":0,"delta":{"message":{"con\n\n'

    def owns(self, path: str, headers: Mapping[str, str]) -> bool:
        """All of `/v2`, and the first version's list of models for Cohere's own clients."""
        if path == _MODELS or path.startswith(f"{_MODELS}/"):
            return headers.get("x-fern-sdk-name") == "cohere" or "x-client-name" in headers
        return path.startswith("/v2/")

    def key(self, request: Request) -> str:
        """The bearer token."""
        return bearer(request)

    def read(self, request: Request) -> Ask | Given | bytes:
        """An answer, vectors, or the models."""
        match request.method, request.path:
            case "POST", "/v2/chat":
                return reading.chat(request.body)
            case "POST", "/v2/embed":
                return embeddings.read(request.body)
            case "GET", "/v1/models":
                return models.listed()
            case "GET", path if path.startswith(f"{_MODELS}/"):
                return models.one(unquote(path.removeprefix(f"{_MODELS}/")))
            case _, path if path in _PATHS:
                raise Refusal(Kind.WRONG_METHOD)
            case _:
                raise Refusal(Kind.UNKNOWN_PATH)

    def body(self, ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
        """An answer in one piece."""
        return writing.body(ask, reply, stamp)

    def frames(self, ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
        """An answer as events."""
        return writing.frames(ask, reply, stamp)

    def refused(self, refusal: Refusal, identity: str, *, stream: bool) -> Refused:
        """`{"id", "message"}`."""
        return Refused(refusal.status(STATUSES), error(refusal, identity), refusal.headers)

    def error_frame(self, refusal: Refusal, identity: str) -> bytes:
        """A `message-end` that says what went wrong."""
        return writing.error_frame(refusal, identity)
