"""Calls to the API on behalf of the person at the browser."""

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar

import httpx
import msgspec
import streamlit as st

from frontend import state
from frontend.settings import settings
from shared.errors import ErrorBody, ErrorCode, ErrorEnvelope
from shared.paths import REQUEST_ID_HEADER
from shared.wire import Request, encode

T = TypeVar("T")
Query = dict[str, str | int | bool | None]

_CONNECT_SECONDS = 2.0
_UPLOAD_SECONDS = 60.0


class NotSignedIn(Exception):
    """There is no session, or it has ended. The frame answers with the sign-in page; pages let it pass."""


class ApiError(Exception):
    """The API refused or failed; `body` says what happened and what to do next."""

    def __init__(self, body: ErrorBody) -> None:
        super().__init__(body.message)
        self.body = body


@st.cache_resource(show_spinner=False)
def connection() -> httpx.Client:
    """The pool of connections to the API that all sessions of this process share. It keeps no cookies."""
    wait = settings().api_timeout
    return httpx.Client(
        base_url=str(settings().api_url),
        timeout=httpx.Timeout(wait, connect=_CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=500, max_keepalive_connections=50),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


def identity() -> dict[str, str]:
    """Headers that say who asks and from where. Raises `NotSignedIn` without a session cookie."""
    token = state.session_token()
    if token is None:
        raise NotSignedIn
    return _origin() | {"authorization": f"Bearer {token}"}


def _origin() -> dict[str, str]:
    """From where the person asks, and in which language: throttles count addresses, and help is named by country."""
    address, locale = state.client_address(), state.locale()
    origin = {} if address is None else {"x-forwarded-for": address}
    return origin if locale is None else origin | {"accept-language": locale}


def call(
    method: str,
    path: str,
    answer: type[T],
    *,
    body: Request | None = None,
    query: Query | None = None,
    headers: dict[str, str] | None = None,
    wait: float | None = None,
) -> T:
    """One call as the signed-in person, decoded. Raises `NotSignedIn` and `ApiError`.

    `wait` is how many seconds the answer may take, where that is longer than usual.
    """
    return decoded(_send(method, path, body, query, identity() | (headers or {}), wait), answer)


def command(method: str, path: str, *, body: Request | None = None, query: Query | None = None) -> None:
    """`call` for what answers with nothing."""
    _send(method, path, body, query, identity())


def open_command(method: str, path: str, *, body: Request | None = None) -> None:
    """`open_call` for what answers with nothing."""
    _send(method, path, body, None, _origin())


def open_call(method: str, path: str, answer: type[T], *, body: Request | None = None) -> T:
    """`call` for the few addresses that are open to everybody."""
    return decoded(_send(method, path, body, None, _origin()), answer)


def decoded(response: httpx.Response, answer: type[T]) -> T:
    """The body as `answer`; a body of another shape is an `ApiError`, as a newer or broken server may send one."""
    try:
        return msgspec.json.decode(response.content, type=answer)
    except msgspec.DecodeError:
        raise ApiError(_unreadable(response)) from None


def checked(response: httpx.Response) -> httpx.Response:
    """The response if it is a success. Raises `NotSignedIn` and `ApiError`; the body must have been read."""
    if response.is_success:
        return response
    try:
        body = msgspec.json.decode(response.content, type=ErrorEnvelope).error
    except msgspec.DecodeError:
        body = _unreadable(response)
    if response.status_code == httpx.codes.UNAUTHORIZED and body.code is not ErrorCode.WRONG_CREDENTIALS:
        raise NotSignedIn
    raise ApiError(body)


def unreachable(error: httpx.TransportError) -> ApiError:
    """What a failed connection means to the person."""
    slow = isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout)
    message = "The server did not answer in time." if slow else "The server cannot be reached."
    return ApiError(ErrorBody(code=ErrorCode.UNAVAILABLE, message=message, retryable=True))


def upload(path: str, answer: type[T], name: str, data: bytes) -> T:
    """`call` with a file as a form's field `file`; reading it may take the API a while."""
    try:
        response = connection().post(
            path, files={"file": (name, data)}, headers=identity(), timeout=httpx.Timeout(_UPLOAD_SECONDS)
        )
    except httpx.TransportError as error:
        raise unreachable(error) from None
    return decoded(checked(response), answer)


def _send(
    method: str,
    path: str,
    body: Request | None,
    query: Query | None,
    headers: dict[str, str],
    wait: float | None = None,
) -> httpx.Response:
    if body is not None:
        headers = headers | {"content-type": "application/json"}
    try:
        response = connection().request(
            method,
            path,
            content=None if body is None else encode(body),
            params={name: value for name, value in (query or {}).items() if value is not None},
            headers=headers,
            timeout=httpx.USE_CLIENT_DEFAULT if wait is None else httpx.Timeout(wait, connect=_CONNECT_SECONDS),
        )
    except httpx.TransportError as error:
        raise unreachable(error) from None
    return checked(response)


def _unreadable(response: httpx.Response) -> ErrorBody:
    return ErrorBody(
        code=ErrorCode.INTERNAL,
        message=f"The server sent an answer that cannot be read (status {response.status_code}).",
        retryable=response.is_server_error,
        request_id=response.headers.get(REQUEST_ID_HEADER),
    )
