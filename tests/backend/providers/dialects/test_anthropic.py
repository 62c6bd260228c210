import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.calls import TokenUsage, ToolUse
from backend.providers.dialects.anthropic import decode_reply, encode_probe, open_decoder
from backend.providers.errors import (
    Malformed,
    ProviderError,
    RateLimited,
    Rejected,
    ServerFault,
    Truncated,
)
from backend.providers.vendors import Vendor
from shared.messages import FinishReason
from tests.backend.providers.dialects.hearing import Heard, frame


def event(type: str, **members: object) -> bytes:
    return frame({"type": type, **members}, named=type)


def start(**usage: int) -> bytes:
    figures = {"input_tokens": 25, "output_tokens": 1, **usage}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "stop_reason": None}
    return event("message_start", message={**message, "usage": figures})


def block(index: int, **content: object) -> bytes:
    return event("content_block_start", index=index, content_block=content)


def delta(index: int, type: str, **members: object) -> bytes:
    return event("content_block_delta", index=index, delta={"type": type, **members})


def token(text: str, index: int = 0) -> bytes:
    return delta(index, "text_delta", text=text)


def arguments(text: str, index: int = 1) -> bytes:
    return delta(index, "input_json_delta", partial_json=text)


def stop(index: int = 0) -> bytes:
    return event("content_block_stop", index=index)


def ended(reason: str | None = "end_turn", **usage: object) -> bytes:
    return event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage=usage)


PING = event("ping")
OVER = event("message_stop")
TOOL = block(1, type="tool_use", id="toolu_1", name="weather", input={})
FAILED = event("error", error={"type": "overloaded_error", "message": "Overloaded"})


def heard(*reads: bytes) -> Heard:
    return Heard(open_decoder(), reads)


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        (token("Hel") + PING + token("lo"), "Hello"),
        (block(0, type="text", text="") + token("x") + stop(), "x"),
        (block(0, type="text", text="be") + token("gun"), "begun"),
        (block(0, type="thinking", thinking="") + delta(0, "thinking_delta", thinking="hm") + token("x", 1), "x"),
        (delta(0, "signature_delta", signature="EqQB") + token("x"), "x"),
        (block(0, type="redacted_thinking", data="xx") + stop() + token("x", 1), "x"),
        (delta(0, "citations_delta", citation={"cited_text": "y"}) + token("x"), "x"),
        (event("something_new", delta={"type": "new_delta", "novelty": 1}) + event("newer") + token("x"), "x"),
        (block(0, type="server_tool_use", id="s", name="web_search", input={}) + token("x", 1), "x"),
        (b"event: content_block_delta\ndata: {broken\n\n" + token("x"), "x"),
        (b'data: "text"\n\ndata: 5\n\ndata: null\n\ndata: []\n\n' + token("x"), "x"),
        (b"data: \xff\xfe\n\n" + token("x"), "x"),
        (token("x").partition(b"\n")[2], "x"),
        (token("x").replace(b"\n", b"\r\n"), "x"),
        (token("ünï\u2028cödé 😀"), "ünï\u2028cödé 😀"),
        (token("event: error\ndata: {}\n\n"), "event: error\ndata: {}\n\n"),
    ],
)
def test_the_text_is_what_the_model_said(stream, text):
    told = heard(start() + stream + ended(output_tokens=15) + OVER)
    assert (told.text, told.error, told.usage, told.done) == (text, None, TokenUsage(input=25, output=15), True)
    assert told.decoder.request_id == "msg_1"


@pytest.mark.parametrize("stream", [b"", start(), start() + token("x"), start() + TOOL + arguments("{"), PING])
def test_an_end_without_a_stop_reason_or_a_terminator_is_no_success(stream):
    told = heard(stream)
    assert isinstance(told.error, Truncated)
    assert not told.done


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        ("end_turn", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("something new", FinishReason.STOP),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("pause_turn", FinishReason.LENGTH),
        ("tool_use", FinishReason.TOOL_CALLS),
        ("refusal", FinishReason.CONTENT_FILTER),
    ],
)
def test_stop_reasons_are_mapped_and_unknown_ones_are_a_stop(wire, reason):
    told = heard(start() + token("x") + ended(wire, output_tokens=2))
    assert (told.decoder.finish_reason, told.done, told.error) == (reason, True, None)
    body = json.dumps({"content": [{"type": "text", "text": "x"}], "stop_reason": wire}).encode()
    assert decode_reply(body).finish_reason is reason


def test_a_terminator_alone_ends_an_answer():
    told = heard(token("x") + OVER + token("after the end"))
    assert (told.text, told.decoder.finish_reason, told.done) == ("x", FinishReason.STOP, True)


def test_an_error_in_the_stream_is_raised_after_the_text_before_it():
    decoder = open_decoder()
    assert decoder.feed(start() + token("x") + FAILED + token("never seen")).text == "x"
    for _ in range(2):
        with pytest.raises(ServerFault, match=r"internal fault"):
            decoder.feed(OVER)
    with pytest.raises(ServerFault):
        decoder.finish()
    with pytest.raises(ServerFault):
        open_decoder().feed(start() + FAILED)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"type": "rate_limit_error", "message": "slow"}, RateLimited),
        ({"type": "invalid_request_error", "message": "odd"}, Rejected),
        ({"type": "api_error", "message": "oops"}, ServerFault),
        (None, ServerFault),
        ("words", ServerFault),
        ([1], ServerFault),
    ],
)
def test_errors_in_the_stream_are_told_apart(error, kind):
    assert type(heard(event("error", error=error)).error) is kind


def test_an_error_after_the_stop_reason_changes_nothing():
    told = heard(token("x") + ended(output_tokens=1) + FAILED)
    assert (told.text, told.error) == ("x", None)


@pytest.mark.parametrize(
    ("fragments", "said"),
    [
        (["", '{"ci', 'ty": "Pa', 'ris"}'], '{"city": "Paris"}'),
        ([], "{}"),
        ([""], "{}"),
        (['{"a": {"b": [1, 2]}}'], '{"a": {"b": [1, 2]}}'),
    ],
)
def test_a_tool_use_is_told_once_and_whole(fragments, said):
    parts = [TOOL, *map(arguments, fragments), stop(1), ended("tool_use", output_tokens=9)]
    for reads in (parts, [b"".join(parts)]):
        told = heard(start(), token("Let me see."), stop(), *reads)
        assert told.tool_uses == (ToolUse("toolu_1", "weather", said),)
        assert (told.text, told.decoder.finish_reason, told.error) == ("Let me see.", FinishReason.TOOL_CALLS, None)


def test_tool_uses_that_are_told_between_each_other_keep_their_own_arguments():
    other = block(2, type="tool_use", id="toolu_2", name="clock", input={})
    told = heard(TOOL + other + arguments('{"a"') + arguments('{"b"', 2) + arguments(": 1}") + arguments(": 2}", 2))
    assert told.tool_uses == ()
    ending = TOOL + other + arguments('{"a": 1}') + arguments('{"b": 2}', 2) + stop(2) + stop(1)
    assert [(use.id, use.arguments) for use in heard(ending).tool_uses] == [
        ("toolu_2", '{"b": 2}'),
        ("toolu_1", '{"a": 1}'),
    ]


def test_arguments_given_whole_at_the_beginning_are_taken():
    whole = block(1, type="tool_use", id="toolu_1", name="weather", input={"city": "Paris"})
    (use,) = heard(whole + stop(1) + ended("tool_use")).tool_uses
    assert json.loads(use.arguments) == {"city": "Paris"}


BROKEN_USES = [
    arguments('{"a": 1}') + stop(1),
    TOOL + arguments('{"a"') + stop(1),
    TOOL + arguments("[1]") + stop(1),
    TOOL + arguments('{"a": 1}'),
    block(1, type="tool_use", id="toolu_1", input={}) + stop(1),
    TOOL + arguments('{"a": 1') + TOOL + arguments("}") + stop(1),
]


@pytest.mark.parametrize("broken", BROKEN_USES)
def test_a_tool_use_of_which_a_part_is_missing_is_a_failure_and_never_told(broken):
    told = heard(start() + token("x") + broken + ended("tool_use"), OVER)
    assert (told.tool_uses, told.text) == ((), "x")
    assert isinstance(told.error, Malformed)
    assert not told.done


def test_a_tool_use_cut_by_the_output_limit_is_left_out_of_a_short_answer():
    told = heard(token("x") + TOOL + arguments('{"a"') + stop(1) + ended("max_tokens", output_tokens=3) + OVER)
    assert (told.tool_uses, told.error, told.decoder.finish_reason) == ((), None, FinishReason.LENGTH)


def test_tokens_that_are_not_shown_count_as_progress():
    decoder = open_decoder()
    decoder.feed(start() + PING + block(0, type="thinking", thinking="") + token(""))
    assert decoder.progress == 0
    decoder.feed(delta(0, "thinking_delta", thinking="hm") + delta(0, "signature_delta", signature="x"))
    assert decoder.progress == 2
    decoder.feed(TOOL + arguments("") + arguments("{"))
    assert decoder.progress == 4


def test_figures_are_those_of_the_last_word_in_disjoint_buckets():
    opening = start(input_tokens=10, cache_read_input_tokens=100, cache_creation_input_tokens=7)
    growing = ended(None, output_tokens=4) + ended("end_turn", output_tokens=9, output_tokens_details={})
    told = heard(opening, token("x"), growing)
    assert told.usage == TokenUsage(input=10, cached_input=100, cache_write=7, output=9)
    later = ended("end_turn", input_tokens=11, output_tokens=9, output_tokens_details={"thinking_tokens": 5})
    assert heard(opening, later).usage == TokenUsage(input=11, cached_input=100, cache_write=7, output=4, reasoning=5)


def test_figures_of_the_beginning_are_not_told_as_if_they_were_the_ends():
    assert heard(start() + token("x")).usage is None


@pytest.mark.parametrize("odd", [{"output_tokens": -1}, {"output_tokens": "many"}, {"output_tokens": 10**12}])
def test_figures_that_cannot_be_are_counted_as_malformed_and_end_nothing(odd):
    told = heard(start() + token("x") + ended(**odd) + OVER)
    assert (told.usage, told.decoder.malformed, told.done) == (None, 1, True)


def test_skipped_frames_are_counted():
    assert heard(b"data: {\n\ndata: x\n\ndata: [1]\n\n" + token("x") + OVER).decoder.malformed == 3


WHOLE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [
        {"type": "thinking", "thinking": "hm", "signature": "x"},
        {"type": "text", "text": "Let me "},
        {"type": "text", "text": "see."},
        {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Paris"}},
    ],
    "stop_reason": "tool_use",
    "usage": {"input_tokens": 3, "cache_read_input_tokens": 2, "output_tokens": 5},
}


def test_a_whole_reply_is_read():
    reply = decode_reply(json.dumps(WHOLE).encode())
    assert (reply.text, reply.finish_reason) == ("Let me see.", FinishReason.TOOL_CALLS)
    assert reply.usage == TokenUsage(input=3, cached_input=2, output=5)
    assert reply.provider_request_id == "msg_1"
    assert [(use.id, use.name, json.loads(use.arguments)) for use in reply.tool_uses] == [
        ("toolu_1", "weather", {"city": "Paris"})
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Truncated),
        (b'{"content": [{"type": "text", "text": "secr', Truncated),
        (b'{"content": "secret"}', Malformed),
        (b"<html>hello</html>", Malformed),
        (b"{}", Malformed),
        (
            b'{"content": [{"type": "tool_use", "id": "x", "name": "y", "input": 5}], "stop_reason": "tool_use"}',
            Malformed,
        ),
        (b'{"type": "error", "error": {"type": "overloaded_error", "message": "x"}}', ServerFault),
        (b'{"type": "error", "error": {"type": "rate_limit_error", "message": "x"}}', RateLimited),
    ],
)
def test_a_reply_that_is_none_raises(body, kind):
    with pytest.raises(kind) as caught:
        decode_reply(body)
    assert "secr" not in caught.value.reason


@given(st.binary(max_size=200))
def test_nothing_a_server_replies_can_break_the_decoder(body):
    with suppress(ProviderError):
        assert isinstance(decode_reply(body).text, str)


def test_a_probe_asks_for_the_models_in_the_version_that_is_spoken():
    probe = encode_probe(Vendor(headers=(("x-title", "F"),)))
    assert probe == ("/models", (("anthropic-version", "2023-06-01"), ("x-title", "F")), b"")
