"""Reading an answer in a thread of its own."""

import threading
from collections.abc import Iterator

import httpx
import pytest

from frontend.client import chat, http, stream
from frontend.client.stream import ChatStream
from frontend.components.progress import Progress
from shared.chat import ChatRequest, NewMessage
from shared.errors import ErrorBody, ErrorCode
from shared.events import Accepted, ChatEvent, Delta, Done, Restart, encode
from shared.messages import FinishReason
from tests.frontend.conftest import Visitor
from tests.frontend.fake_api import Refused

DONE = Done(finish_reason=FinishReason.STOP, model="m", latency_ms=1, first_token_ms=1)


def ask(text: str) -> ChatStream:
    return chat.ask(ChatRequest(message=NewMessage(content=text)))


def everything(answer: ChatStream) -> list[ChatEvent]:
    return [event for event in answer.arriving() if event is not None]


def text(events: list[ChatEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta))


def until(answer: ChatStream, kind: type[ChatEvent]) -> ChatEvent:
    return next(event for event in answer.arriving() if isinstance(event, kind))


def test_events_come_in_order_and_the_stream_ends(visitor: Visitor) -> None:
    events = everything(ask("hello"))
    assert isinstance(events[0], Accepted)
    assert isinstance(events[-1], Done)
    assert "".join(event.text for event in events if isinstance(event, Delta)).startswith("This answers: hello.")


def test_a_refusal_is_raised_and_nothing_is_accepted(visitor: Visitor) -> None:
    stream = ask("block this")
    with pytest.raises(http.ApiError) as caught:
        everything(stream)
    assert caught.value.body.code is ErrorCode.RISK_BLOCKED
    assert stream.accepted(0) is None


def test_an_ended_session_is_told_apart_from_a_refusal(visitor: Visitor) -> None:
    visitor.api.people.clear()
    with pytest.raises(http.NotSignedIn):
        everything(ask("hello"))


def test_a_failure_in_mid_answer_is_an_event_and_the_last(visitor: Visitor) -> None:
    assert isinstance(everything(ask("fail now"))[-1], ErrorBody)


def test_while_the_model_is_silent_the_page_gets_its_chance_ten_times_a_second(visitor: Visitor) -> None:
    stream = ask("stall")
    until(stream, Delta)
    for event in stream.arriving():
        if event is None:
            break
    accepted = stream.accepted(1)
    assert accepted is not None
    chat.cancel(accepted.request_id)
    assert isinstance(everything(stream)[-1], Done)
    assert visitor.api.cancelled == [accepted.request_id]


def test_leaving_ends_the_thread_and_not_the_answer(visitor: Visitor) -> None:
    visitor.api.words_per_second = 200
    stream = ask("long")
    assert stream.accepted(5) is not None
    stream.leave()
    stream.join(10)
    assert not any(isinstance(event, Done) for event in everything(stream))


def test_an_answer_can_be_followed_from_its_beginning(visitor: Visitor) -> None:
    first = everything(ask("restart it"))
    (stored,) = (messages[-1] for messages in visitor.api.messages.values())
    stream = chat.follow(stored)
    assert stream.accepted(0) == first[0]
    again = everything(stream)
    assert again == first
    assert any(isinstance(event, Restart) for event in again)


def test_an_answer_that_is_not_there_any_more_is_an_error(visitor: Visitor) -> None:
    everything(ask("hello"))
    (stored,) = (messages[-1] for messages in visitor.api.messages.values())
    visitor.api.generations.clear()
    with pytest.raises(http.ApiError):
        everything(chat.follow(stored))


class TestGoingOn:
    """After the connection broke in mid-answer."""

    @pytest.fixture(autouse=True)
    def _hurry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stream, "PAUSES", (0.01, 0.02, 0.03))

    @pytest.mark.parametrize("cuts", [[0], [1], [2], [3], [9], [3, 0, 5], [7, 1, 1, 1, 1, 1, 1]])
    def test_no_text_is_missed_or_doubled(self, visitor: Visitor, cuts: list[int]) -> None:
        visitor.api.cuts = list(cuts)
        visitor.api.words_per_second = 200
        events = everything(ask("hello"))
        assert visitor.api.cuts == []
        assert text(events) == "This answers: hello. " * 3 + " "
        assert isinstance(events[-1], Done)
        assert not any(isinstance(event, Done) for event in events[:-1])

    def test_the_prompt_is_sent_once(self, visitor: Visitor) -> None:
        visitor.api.cuts = [4]
        everything(ask("hello"))
        assert len(visitor.api.asked) == 1
        assert visitor.api.headers[-1]["last-event-id"].startswith("1.")
        assert "idempotency-key" not in visitor.api.headers[-1]

    def test_what_is_begun_anew_replaces_what_was_shown(self, visitor: Visitor) -> None:
        visitor.api.cuts = [11, 2]
        progress = Progress()
        for event in everything(ask("restart it")):
            progress.take(event)
        (stored,) = (messages[-1] for messages in visitor.api.messages.values())
        assert progress.text == stored.content

    def test_after_some_failed_tries_it_says_so(self, visitor: Visitor) -> None:
        visitor.api.cuts = [4, 0, 0, 0, 0]
        answer = ask("hello")
        with pytest.raises(http.ApiError) as caught:
            everything(answer)
        assert caught.value.body.retryable
        assert answer.accepted(0) is not None
        assert visitor.api.cuts == [0]

    def test_a_refusal_to_go_on_is_final(self, visitor: Visitor) -> None:
        visitor.api.cuts = [4]
        answer = ask("hello")
        until(answer, Delta)
        accepted = answer.accepted(1)
        assert accepted is not None
        path = f"/api/ai/chat/{accepted.request_id}/events"
        visitor.api.refused[path] = Refused(409, ErrorCode.CONFLICT, "It cannot be followed any more.")
        with pytest.raises(http.ApiError) as caught:
            everything(answer)
        assert caught.value.body.code is ErrorCode.CONFLICT

    def test_an_answer_that_is_left_is_not_read_on(self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stream, "PAUSES", (60.0,))
        visitor.api.cuts = [4]
        answer = ask("hello")
        next(None for _ in answer.arriving() if answer.lost)
        answer.leave()
        answer.join(5)
        assert list(answer.arriving())[-1:] != [None]

    def test_a_prompt_whose_answer_never_began_is_asked_again_with_its_key(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keys: list[str] = []
        whole = httpx.ByteStream(encode(Delta(text="a"), 1, 1) + encode(DONE, 1, 1))

        def answer(request: httpx.Request) -> httpx.Response:
            keys.append(request.headers["idempotency-key"])
            if len(keys) == 1:
                raise httpx.ReadError("cut")
            return httpx.Response(200, stream=whole)

        client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://api")
        monkeypatch.setattr(http, "connection", lambda: client)
        assert text(everything(ask("hello"))) == "a"
        assert keys == [keys[0]] * 2

    def test_a_server_that_is_not_there_is_said_at_once(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("refused")

        client = httpx.Client(transport=httpx.MockTransport(refuse), base_url="http://api")
        monkeypatch.setattr(http, "connection", lambda: client)
        monkeypatch.setattr(stream, "PAUSES", (60.0,))
        with pytest.raises(http.ApiError):
            everything(ask("hello"))


class Broken(httpx.SyncByteStream):
    def __init__(self, *parts: bytes) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts
        raise httpx.ReadError("cut")


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (Broken(b'event: delta\ndata: {"text":"a"}\n\n'), "The server cannot be reached."),
        (httpx.ByteStream(b"event: delta\ndata: <html>\n\n"), "The server sent an answer that cannot be read."),
        (httpx.ByteStream(b"id: x\nevent: delta\n\n"), "The server sent an answer that cannot be read."),
    ],
)
def test_a_stream_that_breaks_is_one_sentence(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, stream: httpx.SyncByteStream, message: str
) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=stream))
    client = httpx.Client(transport=transport, base_url="http://api")
    monkeypatch.setattr(http, "connection", lambda: client)
    with pytest.raises(http.ApiError) as caught:
        everything(ask("hello"))
    assert caught.value.body.message == message


def test_many_streams_at_once_do_not_mix(visitor: Visitor) -> None:
    streams = {word: ask(word) for word in ("one", "two", "three", "four", "five")}
    texts: dict[str, str] = {}

    def read(word: str, stream: ChatStream) -> None:
        texts[word] = "".join(event.text for event in everything(stream) if isinstance(event, Delta))

    threads = [threading.Thread(target=read, args=pair) for pair in streams.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert texts == {word: f"This answers: {word}. " * 3 + " " for word in streams}
