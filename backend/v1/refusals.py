"""Errors as OpenAI's clients know them: platform.openai.com/docs/guides/error-codes."""

from collections.abc import Callable, Mapping
from typing import cast

import msgspec
from litestar import MediaType, Response
from litestar.types import ExceptionHandlersMap
from msgspec import Struct, UnsetType, structs

from backend.errors import HANDLERS, AnyRequest
from shared.errors import ErrorBody, ErrorCode, ErrorEnvelope
from shared.paths import REQUEST_ID_HEADER
from shared.routing import Routing

_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "server_error",
    502: "upstream_error",
    503: "server_error",
    504: "timeout_error",
}
_PARAMS = {
    ErrorCode.CONTEXT_TOO_LONG: "messages",
    ErrorCode.MODEL_DISABLED: "model",
    ErrorCode.PLAN_FORBIDS_MODEL: "model",
    ErrorCode.MODEL_INCAPABLE: "model",
}
_CODES = {ErrorCode.CONTEXT_TOO_LONG: "context_length_exceeded", ErrorCode.RATE_LIMITED: "rate_limit_exceeded"}
"""Codes that clients of OpenAI match on."""

NOWHERE = Routing(requested=None, policy_used=None, primary_provider=None)
STOPPED = ErrorBody(code=ErrorCode.INTERRUPTED, message="The answer was stopped.")
BEGUN_ANEW = ErrorBody(
    code=ErrorCode.PROVIDER_FAILED, message="The answer broke off and was begun anew. Ask again.", retryable=True
)
"""What a restart is to an API that cannot take back what it said."""
IN_STREAM = 502
"""The status of what goes wrong after the status was sent."""


class OpenAIFault(Struct, frozen=True, kw_only=True):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIError(Struct, frozen=True, kw_only=True):
    """The whole body of an error response, with what was tried."""

    error: OpenAIFault
    routing_metadata: Routing
    request_id: str | None


def openai_error(body: ErrorBody, status: int) -> OpenAIError:
    """An error in OpenAI's shape."""
    return OpenAIError(
        error=OpenAIFault(
            message=body.message,
            type=_TYPES.get(status, "invalid_request_error"),
            param=_PARAMS.get(body.code),
            code=_CODES.get(body.code, body.code.value),
        ),
        routing_metadata=NOWHERE if isinstance(body.routing, UnsetType) else body.routing,
        request_id=body.request_id,
    )


def reshaped(shape: Callable[[ErrorBody, int], Struct], id_header: str = REQUEST_ID_HEADER) -> ExceptionHandlersMap:
    """The one place where errors become responses, with another shape of the body.

    `id_header` is where else this API's clients look for the request's id.
    """
    return {kind: _in_shape(handler, shape, id_header) for kind, handler in HANDLERS.items()}


def _in_shape(
    handler: object, shape: Callable[[ErrorBody, int], Struct], id_header: str
) -> Callable[[AnyRequest, Exception], Response[bytes]]:
    def answer(request: AnyRequest, error: Exception) -> Response[bytes]:
        made = cast("Callable[[AnyRequest, Exception], Response[ErrorEnvelope]]", handler)(request, error)
        error_body = made.content.error
        body = msgspec.json.encode(shape(error_body, made.status_code or 500))
        headers = dict(made.headers)
        if error_body.request_id is not None:
            headers |= {REQUEST_ID_HEADER: error_body.request_id, id_header: error_body.request_id}
        return Response(body, status_code=made.status_code, headers=headers, media_type=MediaType.JSON)

    return answer


def in_words(routing: Routing, names: Mapping[str, str]) -> Routing:
    """The routing with ignored fields called as an API calls them."""
    if not routing.ignored:
        return routing
    return structs.replace(routing, ignored=sorted({names.get(name, name) for name in routing.ignored}))
