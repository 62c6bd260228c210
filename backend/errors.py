"""The one error family and the one place where errors become responses."""

import psycopg
import psycopg_pool
import structlog
from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from msgspec import UNSET, MsgspecError, UnsetType
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import OperationalError as SqlOperationalError
from sqlalchemy.exc import TimeoutError as SqlTimeoutError

from backend.accounts.api_keys.secret import without_secrets
from shared.errors import ErrorBody, ErrorCode, ErrorEnvelope, JsonScalar
from shared.routing import Routing

log = structlog.get_logger()

AnyRequest = Request[object, object, State]


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
        self.routing: Routing | UnsetType = UNSET

    def body(self, request_id: str | None = None) -> ErrorBody:
        """What the caller reads; `retry_after` is in seconds. Keys that were sent by mistake are not quoted."""
        return ErrorBody(
            code=self.code,
            message=without_secrets(self.message),
            retryable=self.retryable,
            retry_after=self.retry_after,
            details={name: _discreet(value) for name, value in self.details.items()},
            request_id=request_id,
            routing=self.routing,
        )


def _discreet(value: JsonScalar | list[str]) -> JsonScalar | list[str]:
    if isinstance(value, list):
        return [without_secrets(text) for text in value]
    return without_secrets(value) if isinstance(value, str) else value


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


def _answer(request: AnyRequest, body: ErrorBody, status: int, headers: dict[str, str]) -> Response[ErrorEnvelope]:
    if body.retry_after is not None:
        headers = {**headers, "retry-after": str(body.retry_after)}
    return Response(ErrorEnvelope(error=body), status_code=status, headers=headers, media_type=MediaType.JSON)


def _request_id(request: AnyRequest) -> str | None:
    found = request.scope.get("state", {}).get("request_id")
    return str(found) if found is not None else None


def _app_error(request: AnyRequest, error: AppError) -> Response[ErrorEnvelope]:
    return _answer(request, error.body(_request_id(request)), error.status, {})


def _http_error(request: AnyRequest, error: HTTPException) -> Response[ErrorEnvelope]:
    body = ErrorBody(
        code=_HTTP_CODES.get(error.status_code, ErrorCode.INVALID_REQUEST),
        message=_readable(error),
        request_id=_request_id(request),
    )
    kept = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return _answer(request, body, error.status_code, kept)


def _readable(error: HTTPException) -> str:
    """What the framework found wrong, as one sentence."""
    if error.status_code == 404:
        return "There is nothing at this address."
    if error.status_code == 405:
        return "This address does not take that method."
    if error.status_code == 413:
        return "The request is larger than 10 MB."
    parts = [
        f"{item['key']}: {item['message']}" if item.get("key") else str(item["message"])
        for item in (error.extra if isinstance(error.extra, list) else [])
        if isinstance(item, dict) and "message" in item
    ]
    text = "; ".join(parts) or str(error.detail)
    cause = error.__cause__
    if isinstance(cause, MsgspecError) and str(cause) not in text:
        text = f"{text} ({cause})"
    return without_secrets(text.encode("utf-8", "replace").decode())[:500]


def _database_away(request: AnyRequest, error: Exception) -> Response[ErrorEnvelope]:
    log.error("database_away", fault=type(error).__name__, request_id=_request_id(request))
    away = Unavailable("The database cannot be reached at the moment. Nothing was changed. Try again.", retry_after=2)
    return _app_error(request, away)


def _unstorable(request: AnyRequest, error: DBAPIError | psycopg.DataError) -> Response[ErrorEnvelope]:
    """What PostgreSQL cannot store (a NUL character, a number out of range) is the caller's mistake."""
    if isinstance(error, psycopg.DataError) or isinstance(error.orig, psycopg.DataError):
        return _app_error(request, InvalidRequest("A value cannot be stored: it has a NUL character or is too large."))
    return _bug(request, error)


def _not_utf8(request: AnyRequest, _: UnicodeDecodeError) -> Response[ErrorEnvelope]:
    return _app_error(request, InvalidRequest("The body is not UTF-8."))


def _too_deep(request: AnyRequest, _: RecursionError) -> Response[ErrorEnvelope]:
    return _app_error(request, InvalidRequest("The body is nested too deeply."))


def _bug(request: AnyRequest, error: Exception) -> Response[ErrorEnvelope]:
    log.error("bug", request_id=_request_id(request), path=request.scope["path"], exc_info=error)
    return _app_error(request, AppError("Something went wrong inside Fairlead. The request id helps your admin."))


HANDLERS: ExceptionHandlersMap = {
    AppError: _app_error,
    HTTPException: _http_error,
    psycopg.OperationalError: _database_away,
    psycopg_pool.PoolTimeout: _database_away,
    SqlOperationalError: _database_away,
    SqlTimeoutError: _database_away,
    psycopg.DataError: _unstorable,
    DBAPIError: _unstorable,
    UnicodeDecodeError: _not_utf8,
    RecursionError: _too_deep,
    Exception: _bug,
}
"""The one place where errors become responses."""
