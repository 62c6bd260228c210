"""Calls to the API: who asks, what comes back, and what every kind of failure becomes."""

import socket

import httpx
import msgspec
import pytest

from frontend import state
from frontend.client import accounts, assistants, chat, conversations, http
from frontend.settings import settings
from shared.accounts import Me
from shared.errors import ErrorBody, ErrorCode, ErrorEnvelope
from shared.wire import encode
from tests.frontend.conftest import Visitor
from tests.frontend.samples import ASSISTANTS, answer, person, prompt


def replies(monkeypatch: pytest.MonkeyPatch, status: int, content: bytes = b"", **headers: str) -> list[httpx.Request]:
    """Has the API answer like this; returns what it was asked."""
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(
            status, content=content, headers={name.replace("_", "-"): v for name, v in headers.items()}
        )

    client = httpx.Client(transport=httpx.MockTransport(reply), base_url="http://api")
    monkeypatch.setattr(http, "connection", lambda: client)
    monkeypatch.setattr(state, "session_token", lambda: "secret")
    monkeypatch.setattr(state, "client_address", lambda: None)
    return asked


def envelope(code: ErrorCode, message: str = "It is so.") -> bytes:
    return encode(ErrorEnvelope(error=ErrorBody(code=code, message=message, retry_after=7, request_id="r-1")))


def test_without_a_cookie_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = replies(monkeypatch, 200)
    monkeypatch.setattr(state, "session_token", lambda: None)
    with pytest.raises(http.NotSignedIn):
        accounts.me()
    assert not asked


def test_the_cookie_becomes_a_bearer_token_and_no_header_names_an_unknown_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = replies(monkeypatch, 200, encode(person("Mara")))
    assert accounts.me().name == "Mara"
    assert asked[0].headers["authorization"] == "Bearer secret"
    assert "x-forwarded-for" not in asked[0].headers


def test_a_refusal_keeps_the_apis_words(monkeypatch: pytest.MonkeyPatch) -> None:
    replies(monkeypatch, 429, envelope(ErrorCode.RATE_LIMITED))
    with pytest.raises(http.ApiError) as caught:
        accounts.me()
    assert caught.value.body == ErrorBody(
        code=ErrorCode.RATE_LIMITED, message="It is so.", retry_after=7, request_id="r-1"
    )


@pytest.mark.parametrize("content", [b"", b"<html>", envelope(ErrorCode.NOT_SIGNED_IN)])
def test_every_401_means_to_sign_in_again(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    replies(monkeypatch, 401, content)
    with pytest.raises(http.NotSignedIn):
        accounts.me()


def test_a_wrong_password_is_an_error_and_not_the_end_of_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    replies(monkeypatch, 401, envelope(ErrorCode.WRONG_CREDENTIALS))
    with pytest.raises(http.ApiError):
        accounts.change_password("old", "new password")


@pytest.mark.parametrize(
    ("status", "content"),
    [(200, b"<html>"), (200, b"{}"), (502, b"<html>bad gateway"), (500, b'{"error": {"code": "brand_new"}}')],
)
def test_an_answer_of_another_shape_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, status: int, content: bytes
) -> None:
    replies(monkeypatch, status, content, x_request_id="r-9")
    with pytest.raises(http.ApiError) as caught:
        accounts.me()
    assert caught.value.body.message == f"The server sent an answer that cannot be read (status {status})."
    assert caught.value.body.request_id == "r-9"
    assert caught.value.body.retryable == (status >= 500)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (httpx.ConnectError("refused"), "The server cannot be reached."),
        (httpx.ConnectTimeout("slow"), "The server cannot be reached."),
        (httpx.ReadTimeout("slow"), "The server did not answer in time."),
        (httpx.RemoteProtocolError("cut"), "The server cannot be reached."),
    ],
)
def test_a_broken_connection_is_one_sentence_that_may_be_retried(error: httpx.TransportError, message: str) -> None:
    body = http.unreachable(error).body
    assert (body.code, body.message, body.retryable) == (ErrorCode.UNAVAILABLE, message, True)


def test_a_server_that_is_not_there_is_an_error_of_the_same_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("FAIRLEAD_API_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        settings.cache_clear()
        http.connection.clear()
        with pytest.raises(http.ApiError):
            http.open_call("GET", "/v1/auth/options", Me)
    settings.cache_clear()
    http.connection.clear()


def test_queries_leave_out_what_is_none_and_bodies_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = replies(monkeypatch, 200, b'{"items": []}')
    conversations.conversations("ropes")
    assert str(asked[0].url) == "http://api/api/conversations?q=ropes&limit=50"
    asked = replies(monkeypatch, 204)
    accounts.reset_password("token", "a new password")
    assert msgspec.json.decode(asked[0].content) == {"token": "token", "new": "a new password"}
    assert asked[0].headers["content-type"] == "application/json"
    assert "authorization" not in asked[0].headers


def test_cookies_of_one_person_never_reach_another(visitor: Visitor) -> None:
    http.connection().post("/v1/auth/signup", content=b'{"email":"a@b.c","password":"0123456789","name":"Eve"}')
    assert not list(http.connection().cookies.jar)


def test_lists_follow_their_cursor_as_far_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    replies(monkeypatch, 200, b'{"items": [], "next": "c"}')
    assert conversations.conversations(pages=2).next == "c"
    asked = replies(monkeypatch, 200, b'{"items": [], "next": "c"}')
    history = conversations.messages(ASSISTANTS[0].id, pages=3)
    assert history.more
    assert [request.url.params.get("cursor") for request in asked] == [None, "c", "c"]


def test_every_call_finds_its_route(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    assert [family.name for family in assistants.assistants()] == [family.name for family in ASSISTANTS]
    conversations.rename(kept, "New name")
    assert conversations.conversation(kept).title == "New name"
    conversations.rate(visitor.api.messages[kept][-1].id, "up")
    assert len(accounts.sessions()) == 2
    accounts.end_session(accounts.sessions()[1].id)
    accounts.end_session()
    accounts.change_password("old", "a new password")
    assert accounts.signin_options().signup == "open"
    conversations.delete(kept)
    with pytest.raises(http.ApiError) as caught:
        conversations.messages(kept)
    assert caught.value.body.code is ErrorCode.NOT_FOUND


def test_only_answers_can_be_followed(visitor: Visitor) -> None:
    with pytest.raises(ValueError, match="only answers"):
        chat.follow(prompt(ASSISTANTS[0].id, "hi"))
    assert answer(ASSISTANTS[0].id).request_id is not None
