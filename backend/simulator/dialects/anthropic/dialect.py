"""Anthropic's API: docs.anthropic.com/en/api."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import unquote

import msgspec

from backend.simulator.ask import Ask, Given, Trade
from backend.simulator.dialects.anthropic import reading, writing
from backend.simulator.dialects.anthropic.errors import STATUSES, error
from backend.simulator.dialects.dialect import Refused, Stamp
from backend.simulator.dialects.reading import bearer
from backend.simulator.frames import Frame
from backend.simulator.http import EVENT_STREAM, Request
from backend.simulator.personas import CREATED, NAMED, Persona
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.reply import Reply

_MESSAGES, _COUNT, _MODELS = "/v1/messages", "/v1/messages/count_tokens", "/v1/models"
_CREATED = datetime.fromtimestamp(CREATED, UTC).isoformat().replace("+00:00", "Z")


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the model list (docs.anthropic.com/en/api/models-list)."""

    type: str = "model"
    id: str
    display_name: str
    created_at: str = _CREATED
    lifecycle: str = "active"
    max_input_tokens: int
    max_tokens: int


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """One page, which is all."""

    data: list[Model]
    has_more: bool = False
    first_id: str
    last_id: str


class Anthropic:
    """Messages, their tokens and the models."""

    name = "anthropic"
    stream_type = EVENT_STREAM
    identity_header = "request-id"
    malformed = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"te\n\n'

    def owns(self, path: str, headers: Mapping[str, str]) -> bool:
        """`/v1/messages`, and all of `/v1` for those who name a version of this API."""
        return (
            path == _MESSAGES
            or path.startswith(f"{_MESSAGES}/")
            or (path.startswith("/v1/") and "anthropic-version" in headers)
        )

    def key(self, request: Request) -> str:
        """The `x-api-key` header, else the bearer token, which Anthropic's own clients send."""
        return request.headers.get("x-api-key", "").strip() or bearer(request)

    def read(self, request: Request) -> Ask | Given | bytes:
        """A message, a number of tokens, or the models."""
        if request.path in {_MESSAGES, _COUNT} and "anthropic-version" not in request.headers:
            raise Refusal(Kind.INVALID, "anthropic-version: header is required", field="anthropic-version")
        match request.method, request.path:
            case "POST", "/v1/messages":
                return reading.messages(request.body)
            case "POST", "/v1/messages/count_tokens":
                return reading.count(request.body)
            case "GET", "/v1/models":
                return _models()
            case "GET", path if path.startswith(f"{_MODELS}/"):
                return _model(unquote(path.removeprefix(f"{_MODELS}/")))
            case _, path if path in {_MESSAGES, _COUNT, _MODELS}:
                raise Refusal(Kind.WRONG_METHOD, "Method Not Allowed")
            case _:
                raise Refusal(Kind.UNKNOWN_PATH, "Not found")

    def body(self, ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
        """A message."""
        return writing.body(ask, reply, stamp)

    def frames(self, ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
        """A message as events."""
        return writing.frames(ask, reply, stamp)

    def refused(self, refusal: Refusal, identity: str, *, stream: bool) -> Refused:
        """`{"type": "error", "error": {type, message}, request_id}`."""
        return Refused(refusal.status(STATUSES), error(refusal, identity), refusal.headers)

    def error_frame(self, refusal: Refusal, identity: str) -> bytes:
        """The same as an `error` event."""
        return b"event: error\ndata: " + error(refusal, identity) + b"\n\n"


def _entry(persona: Persona) -> Model:
    return Model(
        id=persona.name,
        display_name=persona.name.replace("-", " ").title(),
        max_input_tokens=persona.context_window,
        max_tokens=persona.max_output,
    )


def _models() -> bytes:
    models = [_entry(persona) for persona in NAMED if persona.trade is Trade.CHAT]
    return msgspec.json.encode(ModelList(data=models, first_id=models[0].id, last_id=models[-1].id))


def _model(name: str) -> bytes:
    for persona in NAMED:
        if persona.name == name and persona.trade is Trade.CHAT:
            return msgspec.json.encode(_entry(persona))
    raise Refusal(Kind.UNKNOWN_MODEL, f"model: {name[:100]}")
