"""The Gemini API: ai.google.dev/api."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, unquote

import msgspec

from backend.simulator.ask import Ask, Given
from backend.simulator.dialects.dialect import Refused, Stamp
from backend.simulator.dialects.gemini import embeddings, models, reading, writing
from backend.simulator.dialects.gemini.errors import CODES, error, headers
from backend.simulator.frames import Frame
from backend.simulator.http import JSON, Request
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.reply import Reply

_VERSIONS = ("/v1beta", "/v1")
_MODELS = "/models"


class Gemini:
    """Answers, vectors, numbers of tokens and the models."""

    name = "gemini"
    stream_type = "text/event-stream"
    identity_header = "x-request-id"
    malformed = b'data: {"candidates": [{"content": {"parts": [{"te\r\n\r\n'

    def owns(self, path: str, headers: Mapping[str, str]) -> bool:
        """All of `/v1beta`; of `/v1`, which others use too, what names a method or comes with a key of Google's."""
        if not path.startswith("/v1/"):
            return path.startswith("/v1beta/")
        return "x-goog-api-key" in headers or (path.startswith("/v1/models/") and ":" in path)

    def key(self, request: Request) -> str:
        """The `x-goog-api-key` header or the `key` parameter."""
        header = request.headers.get("x-goog-api-key", "").strip()
        return header or parse_qs(request.query).get("key", [""])[0]

    def read(self, request: Request) -> Ask | Given | bytes:
        """What the method at the end of the path says."""
        path = next((request.path.removeprefix(each) for each in _VERSIONS if request.path.startswith(f"{each}/")), "")
        name, colon, method = unquote(path.removeprefix(f"{_MODELS}/")).rpartition(":")
        if request.method == "GET" and path == _MODELS:
            return models.listed()
        if request.method == "GET" and path.startswith(f"{_MODELS}/") and not colon:
            return models.one(method)
        match request.method, method:
            case "POST", "generateContent":
                return reading.generate(name, request.body, stream=False)
            case "POST", "streamGenerateContent":
                if parse_qs(request.query).get("alt") != ["sse"]:
                    raise Refusal(Kind.INVALID, "The simulator streams with `alt=sse` only.", field="alt")
                return reading.generate(name, request.body, stream=True)
            case "POST", "countTokens":
                return reading.count(name, request.body)
            case "POST", "embedContent":
                return embeddings.single(name, request.body)
            case "POST", "batchEmbedContents":
                return embeddings.batch(name, request.body)
            case _:
                raise Refusal(Kind.UNKNOWN_PATH, "Requested entity was not found.")

    def body(self, ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
        """A response in one piece."""
        return writing.body(ask, reply, stamp)

    def frames(self, ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
        """Responses that are pieces of one answer."""
        return writing.frames(ask, reply, stamp)

    def refused(self, refusal: Refusal, identity: str, *, stream: bool) -> Refused:
        """`{"error": {code, message, status, details}}`; a blocked prompt is no error (`promptFeedback`)."""
        if refusal.kind is not Kind.CONTENT_FILTER:
            return Refused(refusal.status(CODES), error(refusal), headers(refusal))
        feedback = writing.blocked(identity)
        if stream:
            return Refused(200, writing.event(feedback), {}, self.stream_type)
        return Refused(200, msgspec.json.encode(feedback), {}, JSON)

    def error_frame(self, refusal: Refusal, identity: str) -> bytes:
        """The error object as an event."""
        return b"data: " + error(refusal) + b"\r\n\r\n"
