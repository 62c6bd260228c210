import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from backend.providers.calls import ToolUse
from backend.providers.dialects import openai_tools
from backend.providers.dialects.openai import StreamDecoder, decode_reply
from backend.providers.errors import Endless, Malformed, ProviderError
from shared.messages import FinishReason


def frame(**choice: object) -> bytes:
    return b"data: " + json.dumps({"id": "c-1", "choices": [{"index": 0, **choice}]}).encode() + b"\n\n"


def fragments(*tool_calls: object, **choice: object) -> bytes:
    return frame(delta={"tool_calls": list(tool_calls)}, **choice)


def fragment(index: int | None = None, id: str | None = None, name: str | None = None, said: object = None) -> object:
    function = {key: value for key, value in {"name": name, "arguments": said}.items() if value is not None}
    whole = {"index": index, "id": id, "type": "function", "function": function}
    return {key: value for key, value in whole.items() if value is not None}


def end(reason: str = "tool_calls") -> bytes:
    return frame(delta={}, finish_reason=reason)


DONE = b"data: [DONE]\n\n"


def heard(*reads: bytes) -> list[tuple[str, str, str]]:
    decoder = StreamDecoder()
    uses = [use for read in reads for use in decoder.feed(read).tool_uses]
    decoder.finish()
    return [(use.id, use.name, use.arguments) for use in uses]


PARIS = ("call_1", "weather", '{"city": "Paris"}')
ROME = ("call_2", "weather", '{"city": "Rome"}')


@pytest.mark.parametrize(
    ("stream", "uses"),
    [
        pytest.param(
            fragments(fragment(0, "call_1", "weather", ""))
            + fragments(fragment(0, said='{"city": '))
            + fragments(fragment(0, said='"Paris"}')),
            [PARIS],
            id="in fragments",
        ),
        pytest.param(
            fragments(fragment(0, "call_1", "weather", ""))
            + fragments(fragment(1, "call_2", "weather", ""))
            + fragments(fragment(0, said=PARIS[2][:5]), fragment(1, said=ROME[2][:5]))
            + fragments(fragment(1, said=ROME[2][5:]), fragment(0, said=PARIS[2][5:])),
            [PARIS, ROME],
            id="at once, by index",
        ),
        pytest.param(fragments(fragment(0, *PARIS), fragment(1, *ROME)), [PARIS, ROME], id="whole, in one chunk"),
        pytest.param(
            fragments(fragment(0, *PARIS)) + fragments(fragment(0, *ROME)), [PARIS, ROME], id="whole, all of index 0"
        ),
        pytest.param(
            fragments(fragment(None, *PARIS)) + fragments(fragment(None, *ROME)), [PARIS, ROME], id="without an index"
        ),
        pytest.param(
            fragments(fragment(None, "call_1", "weather", '{"city": ')) + fragments(fragment(None, said='"Paris"}')),
            [PARIS],
            id="in fragments without an index",
        ),
        pytest.param(
            fragments(fragment(0, "call_1", "weather", '{"city": ')) + fragments(fragment(0, "", "", '"Paris"}')),
            [PARIS],
            id="empty id and name in what follows",
        ),
        pytest.param(
            fragments(fragment(0, "call_1", "weather", '{"city": '))
            + fragments(fragment(0, "call_1", "weather", '"Paris"}')),
            [PARIS],
            id="id and name again and again",
        ),
        pytest.param(
            fragments(fragment(0, "call_1", "weather", '{"city": '))
            + fragments(fragment(0, "other", None, '"Paris"}')),
            [PARIS],
            id="another id in every fragment",
        ),
        pytest.param(
            fragments(fragment(0, "call_1", "weather", {"city": "Paris"})), [PARIS], id="arguments as an object"
        ),
        pytest.param(fragments(fragment(0, "call_1", "now", "")), [("call_1", "now", "{}")], id="empty arguments"),
        pytest.param(fragments(fragment(0, "call_1", "now")), [("call_1", "now", "{}")], id="no arguments"),
        pytest.param(fragments(fragment(0, "call_1", None, "{}")), [], id="without a name"),
    ],
)
def test_tool_uses_are_put_together_and_told_once(stream, uses):
    assert heard(stream, end(), DONE) == uses
    assert heard(stream + end() + DONE) == uses
    assert heard(stream, DONE) == uses


def test_uses_without_an_id_get_one_that_stays_the_same():
    stream = fragments(fragment(0, None, "weather", PARIS[2]), fragment(0, "", "weather", ROME[2]))
    first, second = heard(stream, end())
    assert (first[1:], second[1:]) == (PARIS[1:], ROME[1:])
    assert first[0].startswith("call_")
    assert first[0] != second[0]
    assert heard(stream + end()) == [first, second]


def test_an_answer_that_waits_for_its_tools_says_so_whatever_the_provider_says():
    decoder = StreamDecoder()
    piece = decoder.feed(fragments(fragment(0, *PARIS)) + end("stop"))
    assert (piece.finish_reason, decoder.finish_reason) == (FinishReason.TOOL_CALLS, FinishReason.TOOL_CALLS)
    decoder = StreamDecoder()
    decoder.feed(fragments(fragment(0, *PARIS)))
    assert decoder.feed(DONE).finish_reason is FinishReason.TOOL_CALLS


def test_half_a_use_is_of_no_use():
    stream = fragments(fragment(0, *PARIS)) + fragments(fragment(1, "call_2", "weather", '{"city": "R'))
    assert heard(stream, end("length")) == [PARIS]
    assert heard(stream, end("tool_calls"))[1:] == [("call_2", "weather", '{"city": "R')], "the model wrote it so"


def test_nothing_is_told_before_the_end():
    decoder = StreamDecoder()
    assert decoder.feed(fragments(fragment(0, *PARIS))).tool_uses == ()
    assert (decoder.progress, decoder.finish_reason) == (1, None)


def test_a_use_that_cannot_be_read_is_counted_and_costs_no_text():
    decoder = StreamDecoder()
    for odd in ("text", [5], [{"index": "first"}], {"function": {}}):
        decoder.feed(frame(delta={"content": "x", "tool_calls": odd}))
    assert decoder.malformed == 4
    assert decoder.feed(frame(delta={"content": "x", "tool_calls": None})).text == "x"
    assert decoder.malformed == 4


def test_uses_without_an_end_are_a_fault(monkeypatch):
    monkeypatch.setattr(openai_tools, "MAX_ARGUMENTS", 10)
    decoder = StreamDecoder()
    with pytest.raises(Endless):
        decoder.feed(fragments(fragment(0, "call_1", "weather", "x" * 11)))
    monkeypatch.setattr(openai_tools, "MAX_USES", 1)
    with pytest.raises(Endless):
        StreamDecoder().feed(fragments(fragment(0, "a", "t", ""), fragment(1, "b", "t", "")))


NAMES = st.sampled_from(["weather", "search"])
ARGUMENTS = st.dictionaries(st.text(max_size=5), st.text(max_size=10) | st.integers(), max_size=3).map(json.dumps)


@given(st.lists(st.tuples(NAMES, ARGUMENTS), min_size=1, max_size=4), st.data())
def test_however_they_are_cut_and_mixed_they_come_out_whole(uses, data):
    queues = []
    for index, (name, arguments) in enumerate(uses):
        cuts = data.draw(st.lists(st.integers(0, len(arguments)), max_size=4).map(sorted))
        parts = [arguments[begin:stop] for begin, stop in pairwise([0, *cuts, len(arguments)])]
        queues.append([fragment(index, f"id-{index}", name, ""), *(fragment(index, said=part) for part in parts)])
    mixed = [queue.pop(0) for queue in queues]
    while queue := data.draw(st.sampled_from([queue for queue in queues if queue] or [[]])):
        mixed.append(queue.pop(0))
    stream = b"".join(fragments(part) for part in mixed) + end() + DONE
    cut = data.draw(st.integers(0, len(stream)))
    told = heard(stream[:cut], stream[cut:])
    assert told == [(f"id-{index}", name, arguments) for index, (name, arguments) in enumerate(uses)]


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["index", "id", "function", "name", "arguments"]), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(st.lists(JSONISH, max_size=5))
def test_nothing_that_stands_for_a_use_can_break_the_decoder(odd):
    decoder = StreamDecoder()
    for value in odd:
        decoder.feed(frame(delta={"tool_calls": value}))
    assert all(isinstance(use, ToolUse) for use in decoder.feed(end()).tool_uses)


def reply(message: object, **choice: object) -> bytes:
    return json.dumps({"id": "c-1", "choices": [{"message": message, **choice}]}).encode()


def test_the_uses_of_a_whole_reply_are_read():
    message = {"content": None, "tool_calls": [fragment(None, *PARIS), fragment(None, *ROME)]}
    for reason in ("tool_calls", "stop"):
        whole = decode_reply(reply(message, finish_reason=reason))
        assert [(use.id, use.name, use.arguments) for use in whole.tool_uses] == [PARIS, ROME]
        assert (whole.text, whole.finish_reason) == ("", FinishReason.TOOL_CALLS)
    made = decode_reply(reply({"tool_calls": [fragment(None, None, "t", "{}"), fragment(None, None, "t", "{}")]}))
    assert len({use.id for use in made.tool_uses}) == 2


def test_a_reply_without_uses_may_say_so():
    for nothing in (None, [], ""):
        assert decode_reply(reply({"content": "x", "tool_calls": nothing}, finish_reason="stop")).tool_uses == ()
    with pytest.raises(Malformed):
        decode_reply(reply({"content": "x", "tool_calls": "secret"}))


ENTRY = {"token": "x", "bytes": [120], "logprob": -0.25, "top_logprobs": [{"token": "y", "logprob": -1.5}]}


def test_log_probabilities_are_passed_on_as_they_are():
    decoder = StreamDecoder()
    piece = decoder.feed(frame(delta={"content": "x"}, logprobs={"content": [ENTRY], "refusal": None}))
    assert [json.loads(bytes(entry)) for entry in piece.logprobs] == [ENTRY]
    assert all(isinstance(entry, Raw) for entry in piece.logprobs)
    whole = decode_reply(reply({"content": "x"}, logprobs={"content": [ENTRY, ENTRY]}))
    assert [json.loads(bytes(entry)) for entry in whole.logprobs] == [ENTRY, ENTRY]


@pytest.mark.parametrize("odd", [None, 0.5, [], "x", {}, {"content": None}, {"content": 5}, {"tokens": ["x"]}])
def test_odd_log_probabilities_are_none_and_cost_no_text(odd):
    piece = StreamDecoder().feed(frame(delta={"content": "x"}, logprobs=odd))
    assert (piece.text, piece.logprobs) == ("x", ())


def test_a_refusal_stands_for_the_answer():
    decoder = StreamDecoder()
    text = "".join(decoder.feed(frame(delta={"refusal": word})).text for word in ("I ", "won't"))
    assert (text, decoder.progress) == ("I won't", 2)
    assert decode_reply(reply({"content": None, "refusal": "No."}, finish_reason="stop")).text == "No."


def test_a_fault_after_a_use_is_still_a_fault():
    decoder = StreamDecoder()
    broken = b'data: {"error": {"message": "boom", "code": 500}}\n\n'
    with pytest.raises(ProviderError):
        decoder.feed(fragments(fragment(0, *PARIS)) + broken)
