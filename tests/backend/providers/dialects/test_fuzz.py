"""What no stream may do to any decoder, whatever a server, a proxy or the network makes of it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.providers.errors import ProviderError
from tests.backend.providers.dialects.hearing import Heard
from tests.backend.providers.dialects.told import ANSWERS, NEWLINES, TELLERS, Answer, Frame, Teller, numbers

EVERY_DIALECT = pytest.mark.parametrize("teller", TELLERS, ids=lambda teller: teller.name)
SURE_OF_TOOL_USES = pytest.mark.parametrize(
    "teller", [teller for teller in TELLERS if teller.name != "openai"], ids=lambda teller: teller.name
)
"""The dialects in which the end of a tool use is said, so that a part of one that is missing can be missed."""

CUTS = numbers(6)


def often(examples: int) -> settings:
    """Many quick cases, none of which is worth keeping."""
    return settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def hear(teller: Teller, stream: bytes, cuts: Sequence[int] = ()) -> Heard:
    """The stream, cut into reads at these places."""
    borders = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return Heard(teller.open_decoder(), [stream[begin:end] for begin, end in pairwise(borders)])


def heard_alike(teller: Teller, stream: bytes, cuts: Sequence[int], *, ordered: bool = True) -> Heard:
    """The stream in one read, after checking that other reads tell the same, and that nothing worse than an error came.

    Of an answer that fails, its text and the failure count: whoever reads it drops the rest. Where frames are out of
    order, OpenAI's fragments may follow the finish reason; which of them still count is then a matter of the reads.
    """
    whole, split = hear(teller, stream), hear(teller, stream, cuts)
    assert whole.text == split.text
    assert (type(whole.error), str(whole.error)) == (type(split.error), str(split.error))
    if whole.error is None:
        assert (whole.text, whole.usage, whole.done) == (split.text, split.usage, split.done)
        assert whole.facts == split.facts or (teller.name == "openai" and not ordered)
    else:
        assert isinstance(whole.error, ProviderError)
        assert not whole.done
    return whole


def wire(frames: Sequence[Frame], newline: bytes) -> bytes:
    return b"".join(frame.wire(newline) for frame in frames)


def readable(frames: Sequence[Frame]) -> list[Frame]:
    """The frames up to the one after which nothing matters."""
    finished = False
    for place, frame in enumerate(frames):
        finished = finished or frame.finishes
        if frame.ends == "always" or (frame.ends == "after" and finished):
            return list(frames[: place + 1])
    return list(frames)


@EVERY_DIALECT
@often(1300)
@given(answer=ANSWERS, newline=NEWLINES, between=numbers(3), cuts=CUTS)
def test_a_stream_says_what_the_model_did_however_it_is_split(
    teller: Teller, answer: Answer, newline: bytes, between: list[int], cuts: list[int]
) -> None:
    frames = teller.tell(answer)
    for place in between:
        frames.insert(place // 2 % len(frames), teller.between[place % 2])
    heard = heard_alike(teller, wire(frames, newline), cuts)
    assert heard.error is None
    assert (heard.text, heard.tool_uses) == (answer.text, answer.tool_uses)
    assert (heard.usage, heard.decoder.finish_reason) == (answer.usage, answer.finish_reason)
    assert heard.decoder.malformed == 0


CHANGES = ("drop", "double", "swap", "cut", "garbage")
GARBAGE = (
    b"{",
    b"",
    b"null",
    b"5",
    b"[]",
    b'"words"',
    b"<html>",
    b"\xff\xfe",
    b'{"choices": 5, "delta": 5}',
    b"[" * 2000,
)


def cut_short(frame: Frame, place: int) -> Frame:
    """The frame without the end of its data, which then is no JSON any more."""
    return Frame(frame.name, frame.data[: place % max(len(frame.data), 1)], kind=frame.kind)


def disordered(frames: list[Frame], disorder: list[int]) -> list[Frame]:
    for number in disorder:
        change, other = CHANGES[number % len(CHANGES)], number // 2**16
        at, to = number // len(CHANGES) % 2**12 % len(frames), other % len(frames)
        if change == "drop" and len(frames) > 1:
            del frames[at]
        elif change == "double":
            frames.insert(to, frames[at])
        elif change == "swap":
            frames[at], frames[to] = frames[to], frames[at]
        elif change == "cut":
            frames[at] = cut_short(frames[at], other)
        elif change == "garbage":
            frames.insert(at, Frame(None, GARBAGE[other % len(GARBAGE)]))
    return frames


@EVERY_DIALECT
@often(1300)
@given(answer=ANSWERS, newline=NEWLINES, disorder=numbers(4, 4), cuts=CUTS)
def test_frames_lost_doubled_swapped_or_cut_cost_no_other_frames_text(
    teller: Teller, answer: Answer, newline: bytes, disorder: list[int], cuts: list[int]
) -> None:
    frames = disordered(teller.tell(answer), disorder)
    heard = heard_alike(teller, wire(frames, newline), cuts, ordered=False)
    assert heard.text == "".join(frame.text for frame in readable(frames))


@SURE_OF_TOOL_USES
@often(1100)
@given(answer=ANSWERS, newline=NEWLINES, cuts_in=numbers(3, 4), cuts=CUTS)
def test_a_frame_cut_short_never_makes_another_tool_use_of_the_one_it_belonged_to(
    teller: Teller, answer: Answer, newline: bytes, cuts_in: list[int], cuts: list[int]
) -> None:
    frames = teller.tell(answer)
    for number in cuts_in:
        place, which = divmod(number, 2**16)
        frames[which % len(frames)] = cut_short(frames[which % len(frames)], place)
    heard = heard_alike(teller, wire(frames, newline), cuts)
    assert set(heard.tool_uses) <= set(answer.tool_uses)


NO_NEWLINES = bytes(set(range(256)) - {10, 13})


@EVERY_DIALECT
@often(900)
@given(answer=ANSWERS, newline=NEWLINES, flips=numbers(4, 4), cuts=CUTS)
def test_bytes_that_change_within_a_frame_change_no_other_frames_text(
    teller: Teller, answer: Answer, newline: bytes, flips: list[int], cuts: list[int]
) -> None:
    frames = teller.tell(answer)
    changed: dict[int, Frame] = {}
    for number in flips:
        at, place, byte = number % 2**12 % len(frames), number // 2**12 % 2**12, NO_NEWLINES[number // 2**24 % 254]
        if frames[at].kind in ("say", "think"):
            data = bytearray(changed.get(at, frames[at]).data)
            data[place % len(data)] = byte
            changed[at] = replace(frames[at], data=bytes(data))
    sent = [changed.get(at, frame) for at, frame in enumerate(frames)]
    heard = heard_alike(teller, wire(sent, newline), cuts)
    told = "".join(".*" if at in changed else re.escape(frame.text) for at, frame in enumerate(frames))
    assert re.fullmatch(told, heard.text, re.DOTALL)


@EVERY_DIALECT
@often(500)
@given(answer=ANSWERS, newline=NEWLINES, edits=numbers(4), instead=st.binary(max_size=6), cuts=CUTS)
def test_a_stream_edited_anywhere_is_heard_alike_however_it_is_split(
    teller: Teller, answer: Answer, newline: bytes, edits: list[int], instead: bytes, cuts: list[int]
) -> None:
    stream = wire(teller.tell(answer), newline)
    for place in edits:
        at = place % (len(stream) + 1)
        stream = stream[:at] + instead + stream[at + place % 11 :]
    heard_alike(teller, stream, cuts)


SNIPPETS = st.lists(
    st.sampled_from(
        [b"data: ", b"data:", b"event: ", b": ", b"\n", b"\r", b"\n\n", b"\r\n\r\n", b"{", b"}", b"[", b'"']
    )
    | st.sampled_from([b'"type":', b'"delta":', b'"text":', b'"choices":', b'"candidates":', b'"message":', b"1", b","])
    | st.binary(max_size=8),
    max_size=30,
).map(b"".join)


@EVERY_DIALECT
@often(500)
@given(stream=SNIPPETS, cuts=CUTS)
def test_any_bytes_are_heard_alike_however_they_are_split(teller: Teller, stream: bytes, cuts: list[int]) -> None:
    heard_alike(teller, stream, cuts)
