"""The one error family and the one place where errors become responses."""

import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from msgspec import DecodeError, structs

from shared.errors import ErrorBody, ErrorCode, ErrorEnvelope, JsonScalar
from shared.paths import REQUEST_ID_HEADER

log = structlog.get_logger()


class AppError(Exception):
    """An expected refusal or failure. Subclasses live in the feature that raises them."""

    code: ErrorCode = ErrorCode.INTERNAL
    status: int = 500
    retryable: bool = False

    def __init__(
        self,
        message: str,
        *,
        retry_after: int | None = None,
        details: dict[str, JsonScalar | list[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after
        self.details = details or {}

    def body(self, request_id: str | None = None) -> ErrorBody:
        """What the caller reads; `retry_after` is in seconds."""
        return ErrorBody(
            code=self.code,
            message=self.message,
            retryable=self.retryable,
            retry_after=self.retry_after,
            details=self.details,
            request_id=request_id,
        )


class InvalidRequest(AppError):
    """The request cannot be understood or contradicts itself."""

    code, status = ErrorCode.INVALID_REQUEST, 400


class NotFound(AppError):
    """Absent, or somebody else's."""

    code, status = ErrorCode.NOT_FOUND, 404


class NotAllowed(AppError):
    """The caller's role does not permit this."""

    code, status = ErrorCode.NOT_ALLOWED, 403


class Conflict(AppError):
    """The state of things forbids the change."""

    code, status = ErrorCode.CONFLICT, 409


class Unavailable(AppError):
    """Something Fairlead needs is away for the moment."""

    code, status, retryable = ErrorCode.UNAVAILABLE, 503, True


_HTTP_CODES = {
    400: ErrorCode.INVALID_REQUEST,
    401: ErrorCode.NOT_SIGNED_IN,
    403: ErrorCode.NOT_ALLOWED,
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.METHOD_NOT_ALLOWED,
    409: ErrorCode.CONFLICT,
    413: ErrorCode.TOO_LARGE,
    415: ErrorCode.UNSUPPORTED_MEDIA_TYPE,
    429: ErrorCode.RATE_LIMITED,
}


def _answer(request: Request, body: ErrorBody, status: int, headers: dict[str, str]) -> Response[ErrorEnvelope]:
    if body.retry_after is not None:
        headers = {**headers, "retry-after": str(body.retry_after)}
    return Response(ErrorEnvelope(error=body), status_code=status, headers=headers, media_type=MediaType.JSON)


def _request_id(request: Request) -> str | None:
    found = request.scope.get("state", {}).get("request_id")
    return str(found) if found is not None else None


def _app_error(request: Request, error: AppError) -> Response[ErrorEnvelope]:
    return _answer(request, error.body(_request_id(request)), error.status, {})


def _http_error(request: Request, error: HTTPException) -> Response[ErrorEnvelope]:
    body = ErrorBody(
        code=_HTTP_CODES.get(error.status_code, ErrorCode.INVALID_REQUEST),
        message=_readable(error),
        request_id=_request_id(request),
    )
    return _answer(request, body, error.status_code, dict(error.headers or {}))
