import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.calls import TokenUsage, ToolUse
from backend.providers.dialects.cohere import decode_reply, encode_probe, open_decoder
from backend.providers.errors import ContentFiltered, ContextTooLong, Malformed, ProviderError, ServerFault, Truncated
from backend.providers.vendors import PLAIN
from shared.messages import FinishReason
from tests.backend.providers.dialects.hearing import Heard, frame

FIGURES = {"billed_units": {"input_tokens": 3.0, "output_tokens": 2.0}, "tokens": {"input_tokens": 70.0}}
COUNTED = TokenUsage(input=3, output=2)


def event(type: str, **members: object) -> bytes:
    return frame({"type": type, **members}, named=type)


def said(type: str, index: int = 0, **message: object) -> bytes:
    return event(type, index=index, delta={"message": message})


def token(text: str, index: int = 0) -> bytes:
    return said("content-delta", index, content={"text": text})


def called(index: int = 0, id: str | None = "t-1", name: str | None = "weather", arguments: str = "") -> bytes:
    function = {"name": name, "arguments": arguments}
    return said("tool-call-start", index, tool_calls={"id": id, "type": "function", "function": function})


def arguments(text: str, index: int = 0) -> bytes:
    return said("tool-call-delta", index, tool_calls={"function": {"arguments": text}})


def stop(index: int = 0) -> bytes:
    return event("tool-call-end", index=index)


def ended(reason: str | None = "COMPLETE", **delta: object) -> bytes:
    return event("message-end", delta={"finish_reason": reason, "usage": FIGURES, **delta})


EMPTY = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
START = event("message-start", id="m-1", delta={"message": EMPTY})
DONE = b"data: [DONE]\n\n"


def heard(*reads: bytes) -> Heard:
    return Heard(open_decoder(), reads)


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        (token("Hel") + token("lo"), "Hello"),
        (said("content-start", content={"type": "text", "text": ""}) + token("x") + event("content-end", index=0), "x"),
        (said("content-start", content={"type": "text", "text": "be"}) + token("gun"), "begun"),
        (said("content-delta", content={"thinking": "hm"}) + token("x", 1), "x"),
        (said("tool-plan-delta", tool_plan="I will look") + token("x"), "x"),
        (
            said("citation-start", citations={"start": 0, "end": 1, "text": "x"}) + event("citation-end") + token("x"),
            "x",
        ),
        (said("content-delta", content=[{"type": "text", "text": "y"}]) + token("x"), "x"),
        (event("something-new", delta={"message": {"novelty": 1}}) + event("newer") + token("x"), "x"),
        (event("debug", prompt="secret") + token("x"), "x"),
        (b"event: content-delta\ndata: {broken\n\n" + token("x"), "x"),
        (b'data: "text"\n\ndata: 5\n\ndata: null\n\n' + token("x"), "x"),
        (b"data: \xff\xfe\n\n" + token("x"), "x"),
        (token("x").partition(b"\n")[2], "x"),
        (token("x").replace(b"\n", b"\r\n"), "x"),
        (token("ünï\u2028cödé 😀 event: message-end\n\n"), "ünï\u2028cödé 😀 event: message-end\n\n"),
    ],
)
def test_the_text_is_what_the_model_said(stream, text):
    told = heard(START + stream + ended() + DONE)
    assert (told.text, told.error, told.usage, told.done) == (text, None, COUNTED, True)
    assert (told.decoder.request_id, told.decoder.finish_reason) == ("m-1", FinishReason.STOP)


@pytest.mark.parametrize("stream", [b"", START, START + token("x"), START + called() + arguments("{")])
def test_an_end_without_a_finish_reason_or_a_terminator_is_no_success(stream):
    told = heard(stream)
    assert isinstance(told.error, Truncated)
    assert not told.done


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        ("COMPLETE", FinishReason.STOP),
        ("STOP_SEQUENCE", FinishReason.STOP),
        ("SOMETHING_NEW", FinishReason.STOP),
        (None, FinishReason.STOP),
        ("MAX_TOKENS", FinishReason.LENGTH),
        ("ERROR_LIMIT", FinishReason.LENGTH),
        ("TOOL_CALL", FinishReason.TOOL_CALLS),
        ("ERROR_TOXIC", FinishReason.CONTENT_FILTER),
    ],
)
def test_finish_reasons_are_mapped_and_unknown_ones_are_a_stop(wire, reason):
    told = heard(token("x") + ended(wire))
    assert (told.decoder.finish_reason, told.done, told.error) == (reason, True, None)
    body = json.dumps({"message": {"content": [{"type": "text", "text": "x"}]}, "finish_reason": wire}).encode()
    assert decode_reply(body).finish_reason is reason


@pytest.mark.parametrize("ending", [DONE, event("message-end"), event("message-end", delta=None)])
def test_a_terminator_alone_ends_an_answer(ending):
    told = heard(token("x") + ending + token("after the end"))
    assert (told.text, told.decoder.finish_reason, told.done) == ("x", FinishReason.STOP, True)


@pytest.mark.parametrize("wire", ["ERROR", "TIMEOUT", "USER_CANCEL"])
def test_a_finish_reason_that_confesses_a_failure_is_one(wire):
    told = heard(token("x") + ended(wire))
    assert (type(told.error), told.text, told.done) == (ServerFault, "x", False)
    with pytest.raises(ServerFault):
        decode_reply(json.dumps({"message": {"content": []}, "finish_reason": wire}).encode())


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("internal server error", ServerFault),
        ("too many tokens: size limit exceeded by 3 tokens", ContextTooLong),
        ("blocked output: unsafe", ContentFiltered),
    ],
)
def test_an_error_in_the_stream_is_raised_after_the_text_before_it(words, kind):
    failed = ended("ERROR", error=words)
    decoder = open_decoder()
    assert decoder.feed(START + token("x") + failed + token("never seen")).text == "x"
    for _ in range(2):
        with pytest.raises(kind):
            decoder.feed(DONE)
    with pytest.raises(kind):
        decoder.finish()
    with pytest.raises(kind):
        open_decoder().feed(failed)


@pytest.mark.parametrize(
    ("fragments", "said_in_all"),
    [
        (["", '{"ci', 'ty": "Pa', 'ris"}'], '{"city": "Paris"}'),
        ([], "{}"),
        (['{"a": {"b": [1, 2]}}'], '{"a": {"b": [1, 2]}}'),
    ],
)
def test_a_tool_use_is_told_once_and_whole(fragments, said_in_all):
    parts = [called(), *map(arguments, fragments), stop(), ended("TOOL_CALL")]
    for reads in (parts, [b"".join(parts)]):
        told = heard(START, said("tool-plan-delta", tool_plan="I will look"), *reads)
        assert told.tool_uses == (ToolUse("t-1", "weather", said_in_all),)
        assert (told.text, told.decoder.finish_reason, told.error) == ("", FinishReason.TOOL_CALLS, None)


def test_tool_uses_that_are_told_between_each_other_keep_their_own_arguments():
    begun = called() + called(1, "t-2", "clock") + arguments('{"a"') + arguments('{"b"', 1)
    told = heard(begun + arguments(": 1}") + arguments(": 2}", 1) + stop(1) + stop() + ended("TOOL_CALL"))
    assert [(use.id, use.arguments) for use in told.tool_uses] == [("t-2", '{"b": 2}'), ("t-1", '{"a": 1}')]


@pytest.mark.parametrize(
    "broken",
    [
        arguments('{"a": 1}') + stop(),
        called() + arguments('{"a"') + stop(),
        called() + arguments('{"a": 1}'),
        called(name=None) + stop(),
        called(id=None) + stop(),
        said("tool-call-start", tool_calls=[1]) + stop(),
        called() + arguments('{"a": 1') + called() + arguments("}") + stop(),
    ],
)
def test_a_tool_use_of_which_a_part_is_missing_is_a_failure_and_never_told(broken):
    told = heard(START + token("x") + broken + ended("TOOL_CALL"))
    assert (told.tool_uses, told.text, told.done) == ((), "x", False)
    assert isinstance(told.error, Malformed)


def test_a_tool_use_cut_by_the_output_limit_is_left_out_of_a_short_answer():
    told = heard(token("x") + called() + arguments('{"a"') + stop() + ended("MAX_TOKENS"))
    assert (told.tool_uses, told.error, told.decoder.finish_reason) == ((), None, FinishReason.LENGTH)


def test_tokens_that_are_not_shown_count_as_progress():
    decoder = open_decoder()
    decoder.feed(START + said("content-start", content={"type": "thinking", "thinking": ""}) + token(""))
    assert decoder.progress == 0
    decoder.feed(said("content-delta", content={"thinking": "hm"}) + said("tool-plan-delta", tool_plan="I"))
    assert decoder.progress == 2
    decoder.feed(called() + arguments("{") + token("x"))
    assert decoder.progress == 5


@pytest.mark.parametrize("odd", [{"billed_units": {"input_tokens": -1}}, {"tokens": {"output_tokens": 0.5}}, 5])
def test_figures_that_cannot_be_are_counted_as_malformed_and_hide_no_end(odd):
    told = heard(token("x") + ended(usage=odd))
    assert (told.usage, told.decoder.malformed, told.done, told.error) == (None, 1, True, None)


def test_an_answer_may_say_nothing_of_tokens():
    assert heard(token("x") + ended(usage=None)).usage is None
    assert heard(token("x") + ended(usage={})).usage is None


WHOLE = {
    "id": "m-1",
    "finish_reason": "TOOL_CALL",
    "message": {
        "role": "assistant",
        "tool_plan": "I will look",
        "content": [
            {"type": "thinking", "thinking": "hm"},
            {"type": "text", "text": "Hel"},
            {"type": "text", "text": "lo"},
        ],
        "tool_calls": [{"id": "t-1", "type": "function", "function": {"name": "weather", "arguments": '{"a":1}'}}],
    },
    "usage": FIGURES,
}


def test_a_whole_reply_is_read():
    reply = decode_reply(json.dumps(WHOLE).encode())
    assert (reply.text, reply.finish_reason, reply.usage) == ("Hello", FinishReason.TOOL_CALLS, COUNTED)
    assert reply.provider_request_id == "m-1"
    assert reply.tool_uses == (ToolUse("t-1", "weather", '{"a":1}'),)


def test_a_reply_without_content_is_an_empty_text():
    assert decode_reply(b'{"message": {"role": "assistant"}, "finish_reason": "MAX_TOKENS"}').text == ""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Truncated),
        (b'{"message": {"content": [{"type": "text", "text": "secr', Truncated),
        (b'{"message": {"content": "secret"}}', Malformed),
        (b"<html>hello</html>", Malformed),
        (b"{}", Malformed),
        (b'{"message": {"tool_calls": [{"id": "t"}]}, "finish_reason": "TOOL_CALL"}', Malformed),
        (b'{"message": "internal server error", "id": "m-1"}', ServerFault),
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


def test_a_probe_asks_for_the_models():
    assert encode_probe(PLAIN["cohere"]) == ("/v1/models?page_size=1", (("x-client-name", "fairlead"),), b"")
