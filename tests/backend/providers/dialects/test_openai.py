import json
from contextlib import suppress
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.providers.calls import ChatCall, Piece, TokenUsage, Turn
from backend.providers.dialects.openai import StreamDecoder, decode_reply, encode_request
from backend.providers.errors import ContextTooLong, Malformed, ProviderError, RateLimited, ServerFault, Truncated
from backend.providers.vendors import Vendor
from shared.messages import FinishReason, Role


def frame(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def token(content: object, **choice: object) -> bytes:
    return frame({"id": "c-1", "choices": [{"index": 0, "delta": {"content": content}, **choice}]})


STOP = frame({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
FIGURES = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
USAGE = frame({"choices": [], "usage": FIGURES})
DONE = b"data: [DONE]\n\n"
COUNTED = TokenUsage(input=3, output=2)


class Heard:
    """What a decoder made of a stream, fed in the given reads and then ended."""

    def __init__(self, *reads: bytes) -> None:
        self.decoder = StreamDecoder()
        self.pieces: list[Piece] = []
        self.error: ProviderError | None = None
        try:
            for read in (*reads, b"\n\n"):
                self.pieces.append(self.decoder.feed(read))
            self.decoder.finish()
        except ProviderError as error:
            self.error = error

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def usage(self) -> TokenUsage | None:
        return next((piece.usage for piece in reversed(self.pieces) if piece.usage is not None), None)

    @property
    def done(self) -> bool:
        return any(piece.done for piece in self.pieces)


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        (token("Hel") + token("lo"), "Hello"),
        (token("") + token(None) + token("x"), "x"),
        (frame({"choices": [{"index": 0, "delta": {"role": "assistant"}}]}) + token("x"), "x"),
        (frame({"choices": [{"index": 0, "delta": None}]}) + token("x"), "x"),
        (frame({"choices": []}) + frame({"choices": None}) + frame({}) + token("x"), "x"),
        (b": OPENROUTER PROCESSING\n\n" + token("x"), "x"),
        (token("x").replace(b"\n", b"\r\n"), "x"),
        (b'data: {"choices":\ndata: [{"delta": {"content": "x"}}]}\n\n', "x"),
        (b'event: message\nid: 1\ndata: {"choices": [{"delta": {"content": "x"}}]}\n\n', "x"),
        (b"data: {broken\n\n" + token("x"), "x"),
        (b"data: \xff\xfe\n\n" + token("x"), "x"),
        (b'data: "text"\n\ndata: 5\n\ndata: null\n\n' + token("x"), "x"),
        (b'data: {"choices": ' + b"[" * 10_000 + b"\n\n" + token("x"), "x"),
        (token("x", index=0) + token("other", index=1), "x"),
        (frame({"choices": [{"delta": {"reasoning_content": "hm", "content": None}}]}) + token("x"), "x"),
        (frame({"choices": [{"delta": {"reasoning": "hm", "content": ""}}]}) + token("x"), "x"),
        (token([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]) + token("x"), "x"),
        (token([{"type": "text", "text": "x"}]), "x"),
        (token("ünï\u2028cödé 😀") + token("x"), "ünï\u2028cödé 😀x"),
        (token("data: x\n\ndata: [DONE]\n\n"), "data: x\n\ndata: [DONE]\n\n"),
    ],
)
def test_the_text_is_what_the_model_said(stream, text):
    heard = Heard(stream + STOP + USAGE + DONE)
    assert (heard.text, heard.error, heard.usage) == (text, None, COUNTED)


@pytest.mark.parametrize(
    ("stream", "usage"),
    [
        (token("x") + STOP + USAGE + DONE, COUNTED),
        (token("x") + STOP + USAGE, COUNTED),
        (token("x", finish_reason="stop") + DONE, None),
        (token("x") + frame({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": FIGURES}), COUNTED),
        (frame({"choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}], "usage": FIGURES}) + DONE, COUNTED),
        (token("x") + DONE, None),
        (token("x") + STOP + b"data: [DONE]", None),
        (token("x") + STOP + b"data:[DONE]\n\n", None),
        (token("x") + STOP + frame({"choices": [], "usage": None}) + DONE, None),
        (token("x") + STOP + frame({"choices": [], "usage": {"prompt_tokens": -1}}) + DONE, None),
        (token("x") + DONE + token("after the end") + frame({"error": {"message": "late"}}), None),
    ],
)
def test_an_answer_is_complete_with_a_finish_reason_or_a_terminator(stream, usage):
    heard = Heard(stream)
    assert (heard.text, heard.error, heard.usage, heard.done) == ("x", None, usage, True)
    assert heard.decoder.finish_reason is FinishReason.STOP


def test_usage_in_every_chunk_counts_only_as_the_last_one_says():
    growing = [
        frame({"choices": [{"delta": {"content": "x"}}], "usage": {"prompt_tokens": 3, "completion_tokens": n}})
        for n in (1, 2)
    ]
    heard = Heard(*growing, STOP, USAGE, DONE)
    assert heard.usage == COUNTED
    assert [piece.done for piece in heard.pieces] == [False, False, False, True, False, False]


def test_usage_before_the_finish_reason_does_not_end_the_answer():
    decoder = StreamDecoder()
    decoder.feed(token("x") + USAGE + STOP)
    assert decoder.finish_reason is FinishReason.STOP
    assert not decoder.done


def test_a_finish_reason_alone_is_whole_but_not_done():
    decoder = StreamDecoder()
    piece = decoder.feed(token("x") + STOP)
    assert (piece.finish_reason, piece.done) == (FinishReason.STOP, False)
    decoder.finish()


@pytest.mark.parametrize(
    "stream", [b"", token("x"), b"<html>no stream</html>", b": only a comment\n\n", token("x")[:-3]]
)
def test_an_end_without_finish_reason_or_terminator_is_no_success(stream):
    heard = Heard(stream)
    assert isinstance(heard.error, Truncated)
    assert not heard.done


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("max_tokens", FinishReason.LENGTH),
        ("MAX_TOKENS", FinishReason.LENGTH),
        ("model_length", FinishReason.LENGTH),
        ("content_filter", FinishReason.CONTENT_FILTER),
        ("tool_calls", FinishReason.TOOL_CALLS),
        ("function_call", FinishReason.TOOL_CALLS),
        ("something new", FinishReason.STOP),
    ],
)
def test_finish_reasons_are_mapped_and_unknown_ones_are_a_stop(wire, reason):
    assert Heard(token("x") + token("", finish_reason=wire) + DONE).decoder.finish_reason is reason
    body = json.dumps({"choices": [{"message": {"content": "x"}, "finish_reason": wire}]}).encode()
    assert decode_reply(body).finish_reason is reason


@pytest.mark.parametrize("wire", ["error", "insufficient_system_resource"])
def test_a_finish_reason_that_confesses_a_failure_is_one(wire):
    heard = Heard(token("x"), token("", finish_reason=wire), DONE)
    assert isinstance(heard.error, ServerFault)
    with pytest.raises(ServerFault):
        decode_reply(json.dumps({"choices": [{"message": {"content": "x"}, "finish_reason": wire}]}).encode())


def test_skipped_frames_are_counted():
    assert Heard(b"data: {\n\ndata: x\n\n" + token("x") + b"data: [1]\n\n" + DONE).decoder.malformed == 3


def test_an_error_in_the_stream_is_raised_after_the_text_before_it():
    decoder = StreamDecoder()
    broken = frame({"error": {"message": "slow down", "code": 429}})
    assert decoder.feed(token("x") + broken + token("never seen")).text == "x"
    for _ in range(2):
        with pytest.raises(RateLimited):
            decoder.feed(DONE)
    with pytest.raises(RateLimited):
        StreamDecoder().feed(broken)
    with pytest.raises(RateLimited):
        decoder.finish()


def test_an_empty_error_member_is_no_error():
    assert Heard(frame({"error": None, "choices": [{"delta": {"content": "x"}}]}) + DONE).text == "x"


def test_tokens_that_are_not_shown_count_as_progress():
    decoder = StreamDecoder()
    decoder.feed(b": comment\n\n" + frame({"choices": [{"delta": {"role": "assistant", "content": ""}}]}))
    assert decoder.progress == 0
    decoder.feed(frame({"choices": [{"delta": {"reasoning_content": "hm"}}]}))
    assert decoder.progress == 1
    decoder.feed(token("x") + token("y"))
    assert decoder.progress == 3


def test_the_providers_name_for_the_call_is_kept():
    assert Heard(token("x") + DONE).decoder.request_id == "c-1"
    assert Heard(b"data: {\n\n" + DONE).decoder.request_id is None
    assert Heard(frame({"id": 7, "choices": [{"delta": {"content": "x"}}]}) + DONE).text == "x"


STREAM = b"".join(
    [
        b": hello\r\n\r\n",
        token("Grüße, "),
        token("😀 wörld").replace(b"\n", b"\r\n"),
        b"data: {broken\n\n",
        token("data: \n\n"),
        frame({"choices": [{"delta": {"reasoning": "hm"}}]}),
        token(" end"),
        STOP,
        USAGE,
        DONE,
    ]
)


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_how_a_stream_is_split_changes_nothing(cuts):
    borders = [0, *sorted(cuts), len(STREAM)]
    heard = Heard(*(STREAM[begin:end] for begin, end in pairwise(borders)))
    assert (heard.text, heard.usage, heard.error) == ("Grüße, 😀 wörlddata: \n\n end", COUNTED, None)
    assert (heard.decoder.malformed, heard.decoder.progress, heard.done) == (1, 5, True)


def test_a_stream_can_come_byte_by_byte():
    assert Heard(*(bytes([byte]) for byte in STREAM)).text == "Grüße, 😀 wörlddata: \n\n end"


@given(st.lists(st.text(), max_size=20))
def test_any_text_comes_through_unchanged(texts):
    assert Heard(b"".join(token(text) for text in texts) + DONE).text == "".join(texts)


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "content", "usage", "error", "finish_reason", "index", "message", "id"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=60) | JSONISH.map(frame) | st.just(DONE) | st.just(token("x")), max_size=8))
def test_nothing_a_server_sends_can_break_the_decoder(reads):
    heard = Heard(*reads)
    assert isinstance(heard.text, str)


@given(st.binary(max_size=200) | JSONISH.map(lambda value: json.dumps(value).encode()))
def test_nothing_a_server_replies_can_break_the_decoder(body):
    with suppress(ProviderError):
        assert isinstance(decode_reply(body).text, str)


def test_a_whole_reply_is_read():
    body = {
        "id": "c-1",
        "choices": [
            {"index": 0, "message": {"content": "Hello", "reasoning_content": "hm"}, "finish_reason": "length"}
        ],
        "usage": {**FIGURES, "cost": 0.00012},
    }
    reply = decode_reply(b"\n\n \n" + json.dumps(body).encode())  # DeepSeek sends blank lines while it works
    assert reply.text == "Hello"
    assert reply.finish_reason is FinishReason.LENGTH
    assert reply.usage == COUNTED
    assert reply.provider_cost == Decimal("0.00012")
    assert reply.provider_request_id == "c-1"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Truncated),
        (b'{"choices": [{"message": {"content": "secr', Truncated),
        (b'{"choices": "secret"}', Malformed),
        (b"<html>hello</html>", Malformed),
        (b"{}", Malformed),
        (b'{"choices": []}', Malformed),
        (b'{"choices": [{"index": 0}]}', Malformed),
        (b'{"error": {"message": "x", "code": 500}}', ServerFault),
        (b'{"error": {"message": "x", "code": "context_length_exceeded"}}', ContextTooLong),
    ],
)
def test_a_reply_that_is_none_raises(body, kind):
    with pytest.raises(kind) as caught:
        decode_reply(body)
    assert "secr" not in caught.value.reason


@pytest.mark.parametrize("content", [None, "", []])
def test_an_empty_reply_is_an_empty_text(content):
    body = json.dumps({"choices": [{"message": {"content": content}, "finish_reason": None}]}).encode()
    assert decode_reply(body).text == ""


def test_a_request_has_only_what_was_asked_for():
    call = ChatCall(model="m", messages=(Turn(Role.SYSTEM, "s"), Turn(Role.USER, "ü\u0000\n")), max_tokens=5)
    path, headers, body = encode_request(call, stream=False, vendor=Vendor(headers=(("x-title", "F"),)))
    assert (path, headers) == ("/chat/completions", (("x-title", "F"),))
    assert json.loads(body) == {
        "model": "m",
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "ü\u0000\n"}],
        "max_tokens": 5,
    }


def test_zero_is_a_value_and_not_an_absence():
    call = ChatCall(model="m", messages=(), max_tokens=5, temperature=0.0, seed=0, stop=())
    body = json.loads(encode_request(call, stream=False, vendor=Vendor()).body)
    assert (body["temperature"], body["seed"]) == (0.0, 0)
    assert "stop" not in body
