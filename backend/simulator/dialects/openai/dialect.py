"""OpenAI's API: platform.openai.com/docs/api-reference."""

from collections.abc import Iterator, Mapping

from backend.simulator.ask import Ask, Given
from backend.simulator.dialects.dialect import Refused, Stamp
from backend.simulator.dialects.openai import chat, completions, embeddings, images, models, moderations, reading
from backend.simulator.dialects.openai.errors import error
from backend.simulator.dialects.reading import bearer
from backend.simulator.frames import Frame
from backend.simulator.http import EVENT_STREAM, Request
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.reply import Reply

_PATHS = {
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/embeddings",
    "/v1/images/generations",
    "/v1/images/edits",
    "/v1/images/variations",
    "/v1/models",
    "/v1/moderations",
}


class OpenAI:
    """The dialect that most providers and servers speak."""

    name = "openai"
    stream_type = EVENT_STREAM
    identity_header = "x-request-id"
    malformed = b'data: {"id":"simulated","choices":[{"index":0,"delta":{"cont\n\n'

    def owns(self, path: str, headers: Mapping[str, str]) -> bool:
        """All of `/v1` that is nobody else's."""
        return path.startswith("/v1/")

    def key(self, request: Request) -> str:
        """The bearer token."""
        return bearer(request)

    def read(self, request: Request) -> Ask | Given | bytes:
        """An answer, vectors, pictures, a moderation, or the list of models."""
        match request.method, request.path:
            case "POST", "/v1/chat/completions":
                return reading.chat(request.body)
            case "POST", "/v1/completions":
                return completions.read(request.body)
            case "POST", "/v1/embeddings":
                return embeddings.read(request.body)
            case "POST", "/v1/moderations":
                return moderations.read(request.body)
            case "POST", "/v1/images/generations":
                return images.generate(request)
            case "POST", "/v1/images/edits":
                return images.edit(request)
            case "POST", "/v1/images/variations":
                return images.vary(request)
            case "GET", "/v1/models":
                return models.listed()
            case "GET", path if path.startswith("/v1/models/"):
                return models.one(path.removeprefix("/v1/models/"))
            case _, path if path in _PATHS:
                raise Refusal(Kind.WRONG_METHOD, f"Not allowed to {request.method} on {path}.")
            case _:
                raise Refusal(Kind.UNKNOWN_PATH, f"Unknown request URL: {request.method} {request.path}.")

    def body(self, ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
        """A completion."""
        write = completions.body if ask.form == completions.FORM else chat.body
        return write(ask, reply, stamp)

    def frames(self, ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
        """A completion in chunks and `[DONE]`."""
        write = completions.frames if ask.form == completions.FORM else chat.frames
        return write(ask, reply, stamp)

    def refused(self, refusal: Refusal, identity: str, *, stream: bool) -> Refused:
        """`{"error": {message, type, param, code}}`."""
        return Refused(refusal.status(), error(refusal), refusal.headers)

    def error_frame(self, refusal: Refusal, identity: str) -> bytes:
        """The error object as an event."""
        return b"data: " + error(refusal) + b"\n\n"
