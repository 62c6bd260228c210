import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.calls import TokenUsage
from backend.providers.dialects.gemini import decode_reply, encode_probe, open_decoder
from backend.providers.errors import (
    AuthRejected,
    ContentFiltered,
    Malformed,
    ProviderError,
    RateLimited,
    Rejected,
    ServerFault,
    Truncated,
)
from backend.providers.vendors import PLAIN
from shared.messages import FinishReason
from tests.backend.providers.dialects.hearing import Heard, frame

FIGURES = {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5}
COUNTED = TokenUsage(input=3, output=2)


def said(*parts: object, **candidate: object) -> dict:
    content = {"parts": list(parts), "role": "model"}
    facts = {"usageMetadata": FIGURES, "modelVersion": "gemini-2.5-flash", "responseId": "r-1"}
    return {"candidates": [{"content": content, "index": 0, **candidate}], **facts}


def chunk(*parts: object, **candidate: object) -> bytes:
    return frame(said(*parts, **candidate), newline=b"\r\n")


def token(text: str) -> bytes:
    return chunk({"text": text})


def ended(reason: str = "STOP") -> bytes:
    return chunk({"text": ""}, finishReason=reason)


def used(name: str = "weather", **more: object) -> dict:
    return {"functionCall": {"name": name, "args": {"city": "Paris"}, **more}}


def heard(*reads: bytes) -> Heard:
    return Heard(open_decoder(), reads)


FAILED = frame({"error": {"code": 503, "message": "high demand", "status": "UNAVAILABLE"}})


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        (token("Hel") + token("lo"), "Hello"),
        (chunk({"text": "a"}, {"text": "b"}), "ab"),
        (chunk({"text": "hm", "thought": True}) + token("x"), "x"),
        (chunk({"text": "", "thoughtSignature": "c2ln"}) + token("x"), "x"),
        (chunk({"text": "hm", "thought": True}, {"text": "x", "thought": False}), "x"),
        (chunk({"inlineData": {"mimeType": "image/png", "data": "eA=="}}, {"text": "x"}), "x"),
        (chunk({"executableCode": {"code": "1"}}) + token("x"), "x"),
        (frame({"candidates": []}) + frame({"candidates": None}) + frame({}) + token("x"), "x"),
        (frame({"candidates": [{}]}) + frame({"candidates": [{"content": {"role": "model"}}]}) + token("x"), "x"),
        (chunk({"text": "other"}, index=1) + token("x"), "x"),
        (frame({"promptFeedback": {"safetyRatings": []}}) + token("x"), "x"),
        (frame({"promptFeedback": 5, "error": None}) + token("x"), "x"),
        (b"data: {broken\r\n\r\n" + token("x"), "x"),
        (b"data: \xff\xfe\n\n" + token("x"), "x"),
        (token("x").replace(b"\r\n", b"\n"), "x"),
        (token("ünï\u2028cödé 😀 data: \r\n\r\n"), "ünï\u2028cödé 😀 data: \r\n\r\n"),
    ],
)
def test_the_text_is_what_the_model_said(stream, text):
    told = heard(stream + ended())
    assert (told.text, told.error, told.usage) == (text, None, COUNTED)
    assert told.decoder.finish_reason is FinishReason.STOP


@pytest.mark.parametrize("stream", [b"", token("x"), chunk(used()), token("x")[:-5]])
def test_an_end_without_a_finish_reason_is_no_success(stream):
    assert isinstance(heard(stream).error, Truncated)


def test_text_after_a_finish_reason_is_not_lost():
    told = heard(chunk({"text": "a"}, finishReason="STOP") + chunk({"text": "b"}, finishReason="STOP"))
    assert (told.text, told.error, told.decoder.done) == ("ab", None, False)


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        ("STOP", FinishReason.STOP),
        ("FINISH_REASON_UNSPECIFIED", FinishReason.STOP),
        ("SOMETHING_NEW", FinishReason.STOP),
        ("MAX_TOKENS", FinishReason.LENGTH),
        ("SAFETY", FinishReason.CONTENT_FILTER),
        ("RECITATION", FinishReason.CONTENT_FILTER),
        ("LANGUAGE", FinishReason.CONTENT_FILTER),
        ("BLOCKLIST", FinishReason.CONTENT_FILTER),
        ("PROHIBITED_CONTENT", FinishReason.CONTENT_FILTER),
        ("SPII", FinishReason.CONTENT_FILTER),
        ("IMAGE_SAFETY", FinishReason.CONTENT_FILTER),
    ],
)
def test_finish_reasons_are_mapped_and_unknown_ones_are_a_stop(wire, reason):
    assert heard(token("x") + ended(wire)).decoder.finish_reason is reason
    assert decode_reply(json.dumps(said({"text": "x"}, finishReason=wire)).encode()).finish_reason is reason


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        ("OTHER", ServerFault),
        ("MALFORMED_FUNCTION_CALL", ServerFault),
        ("UNEXPECTED_TOOL_CALL", ServerFault),
        ("MALFORMED_RESPONSE", ServerFault),
        ("MISSING_THOUGHT_SIGNATURE", Rejected),
        ("PUP_LIMITED_DISABLED", AuthRejected),
    ],
)
def test_a_finish_reason_that_confesses_a_failure_is_one_and_quotes_nobody(wire, kind):
    last = {"finishReason": wire, "finishMessage": "secret words"}
    told = heard(token("x"), chunk(**last))
    assert (type(told.error), told.text, told.done) == (kind, "x", False)
    assert told.error is not None
    assert "secret" not in told.error.reason
    with pytest.raises(kind):
        decode_reply(json.dumps(said({"text": "x"}, **last)).encode())


def test_a_blocked_prompt_is_a_content_filters_refusal():
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 3}}
    told = heard(frame(blocked))
    assert isinstance(told.error, ContentFiltered)
    assert told.error.reason == "PROHIBITED_CONTENT"
    with pytest.raises(ContentFiltered):
        decode_reply(json.dumps(blocked).encode())


def test_an_error_in_the_stream_is_raised_after_the_text_before_it():
    decoder = open_decoder()
    assert decoder.feed(token("x") + FAILED + token("never seen")).text == "x"
    for _ in range(2):
        with pytest.raises(ServerFault):
            decoder.feed(ended())
    with pytest.raises(ServerFault):
        decoder.finish()
    with pytest.raises(RateLimited):
        open_decoder().feed(frame({"error": {"status": "RESOURCE_EXHAUSTED", "message": "slow"}}))


def test_an_error_after_the_finish_reason_changes_nothing():
    assert heard(token("x") + ended() + FAILED).error is None


def test_tool_uses_are_told_whole_with_the_providers_ids():
    told = heard(token("Let me see."), chunk(used(id="f-1"), used("clock", id="f-2")), ended())
    assert [(use.id, use.name, json.loads(use.arguments)) for use in told.tool_uses] == [
        ("f-1", "weather", {"city": "Paris"}),
        ("f-2", "clock", {"city": "Paris"}),
    ]
    assert (told.text, told.decoder.finish_reason) == ("Let me see.", FinishReason.TOOL_CALLS)


def test_tool_uses_without_ids_get_some_that_stay_the_same_and_differ():
    stream = [chunk(used()), chunk(used()), ended()]
    ids = [use.id for use in heard(*stream).tool_uses]
    assert ids == [use.id for use in heard(b"".join(stream)).tool_uses] == ["call_r-1_1", "call_r-1_2"]
    both = decode_reply(json.dumps(said(used(), used(), finishReason="STOP")).encode())
    assert [use.id for use in both.tool_uses] == ids


def test_a_tool_use_after_the_finish_reason_still_counts():
    told = heard(chunk({"text": ""}, finishReason="STOP") + chunk(used()))
    assert len(told.tool_uses) == 1
    assert told.decoder.finish_reason is FinishReason.TOOL_CALLS


@pytest.mark.parametrize("call", [{"name": "t", "args": 5}, {"args": {}}, "words", {"name": "", "args": {}}])
def test_a_tool_use_that_cannot_be_read_is_a_failure_and_never_told(call):
    told = heard(token("x") + chunk({"functionCall": call}) + ended())
    assert (told.tool_uses, told.text) == ((), "x")
    assert isinstance(told.error, Malformed)


def test_a_tool_use_without_arguments_has_none():
    told = heard(
        chunk({"functionCall": {"name": "t"}}) + chunk({"functionCall": {"name": "t", "args": None}}) + ended()
    )
    assert [use.arguments for use in told.tool_uses] == ["{}", "{}"]


def test_tokens_that_are_not_shown_count_as_progress():
    decoder = open_decoder()
    decoder.feed(frame({"candidates": [{"content": {"parts": [{"text": ""}]}}]}))
    assert decoder.progress == 0
    decoder.feed(chunk({"text": "hm", "thought": True}))
    assert decoder.progress == 1
    decoder.feed(chunk(used()) + token("x"))
    assert decoder.progress == 3


def test_figures_count_when_the_answer_is_whole():
    assert heard(token("x")).usage is None
    later = frame({"usageMetadata": {**FIGURES, "candidatesTokenCount": 7}})
    assert heard(token("x") + ended() + later).usage == TokenUsage(input=3, output=7)


def test_figures_that_cannot_be_are_counted_as_malformed():
    told = heard(token("x") + ended() + frame({"usageMetadata": {"promptTokenCount": -1}}))
    assert (told.usage, told.decoder.malformed, told.error) == (COUNTED, 1, None)


def test_log_probabilities_come_in_the_words_of_openai():
    result = {
        "chosenCandidates": [{"token": "é", "tokenId": 7, "logProbability": -0.5}, {"token": "x", "logProbability": 0}],
        "topCandidates": [{"candidates": [{"token": "e", "logProbability": -1.5}]}],
    }
    entries = [
        {
            "token": "é",
            "logprob": -0.5,
            "bytes": [195, 169],
            "top_logprobs": [{"token": "e", "logprob": -1.5, "bytes": [101]}],
        },
        {"token": "x", "logprob": 0.0, "bytes": [120], "top_logprobs": []},
    ]
    told = heard(chunk({"text": "éx"}, logprobsResult=result) + chunk(logprobsResult=5) + ended())
    assert [json.loads(bytes(entry)) for piece in told.pieces for entry in piece.logprobs] == entries
    assert (told.text, told.decoder.malformed) == ("éx", 1)
    reply = decode_reply(json.dumps(said({"text": "éx"}, logprobsResult=result, finishReason="STOP")).encode())
    assert [json.loads(bytes(entry)) for entry in reply.logprobs] == entries


def test_the_providers_name_for_the_call_is_kept():
    assert heard(token("x") + ended()).decoder.request_id == "r-1"
    assert heard(b"data: {\n\n" + token("x") + ended()).decoder.request_id == "r-1"
    assert heard(frame({"candidates": [{}], "responseId": 5}) + token("x") + ended()).decoder.request_id is None


def test_a_whole_reply_is_read():
    parts = ({"text": "hm", "thought": True}, {"text": "Hel"}, {"text": "lo"}, used(id="f-1"))
    reply = decode_reply(json.dumps(said(*parts, finishReason="STOP")).encode())
    assert (reply.text, reply.finish_reason) == ("Hello", FinishReason.TOOL_CALLS)
    assert (reply.usage, reply.provider_request_id) == (COUNTED, "r-1")
    assert [use.id for use in reply.tool_uses] == ["f-1"]


def test_a_reply_of_which_thinking_left_nothing_is_an_empty_text():
    body = {"candidates": [{"finishReason": "MAX_TOKENS", "index": 0}], "usageMetadata": FIGURES}
    reply = decode_reply(json.dumps(body).encode())
    assert (reply.text, reply.finish_reason, reply.usage) == ("", FinishReason.LENGTH, COUNTED)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Truncated),
        (b'{"candidates": [{"content": {"parts": [{"text": "secr', Truncated),
        (b'{"candidates": "secret"}', Malformed),
        (b"<html>hello</html>", Malformed),
        (b"{}", Malformed),
        (b'{"candidates": []}', Malformed),
        (json.dumps(said({"functionCall": {"name": "t", "args": 5}}, finishReason="STOP")).encode(), Malformed),
        (b'{"error": {"code": 503, "message": "x"}}', ServerFault),
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
    assert encode_probe(PLAIN["gemini"]) == ("/models?pageSize=1", (), b"")
