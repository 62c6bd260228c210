from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers import sse
from backend.providers.errors import Malformed
from backend.providers.sse import EventReader


def whole(data: bytes) -> list[bytes]:
    return EventReader().feed(data)


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (b"", []),
        (b"data: a\n\n", [b"a"]),
        (b"data: a\n\ndata: b\n\n", [b"a", b"b"]),
        (b"data:a\n\n", [b"a"]),
        (b"data:  a\n\n", [b" a"]),
        (b"data: a", []),
        (b"data: a\n", []),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
        (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
        (b"data: a\n\r\ndata: b\r\n\n", [b"a", b"b"]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"data\n\n", [b""]),
        (b"data: a\ndata\n\n", [b"a\n"]),
        (b": a comment\n\ndata: a\n\n", [b"a"]),
        (b"data: a\n\n: a comment\n\ndata: b\n\n", [b"a", b"b"]),
        (b": within\ndata: a\nid: 7\nevent: x\nretry: 10\n\n", [b"a"]),
        (b"event: ping\n\n", []),
        (b"datax: a\n\n", []),
        (b"\n\n\n\ndata: a\n\n\n\n\ndata: b\n\n", [b"a", b"b"]),
        (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
        (b"data: \xef\xbb\xbfa\n\n", [b"\xef\xbb\xbfa"]),
    ],
)
def test_events_are_read_as_the_standard_says(data, events):
    assert whole(data) == events
    reader = EventReader()
    assert [event for byte in data for event in reader.feed(bytes([byte]))] == events


LINES = st.sampled_from(
    [
        b"data: {}",
        b"data: [1]",
        b"data:x",
        b"data",
        b": c",
        b"event: e",
        b"event: e\ndata: {}\n",
        b"event: e\r\ndata: {}\r\n",
        b"data: event: e",
        b"",
        b"data: \xc3\xa4",
        b"id: 1",
        b"dat",
    ]
)
STREAMS = st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n"])), max_size=30).map(
    lambda lines: b"".join(line + end for line, end in lines)
)


@given(STREAMS, st.lists(st.integers(0, 400), max_size=12))
def test_how_the_bytes_are_split_does_not_matter(data, cuts):
    borders = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    reader = EventReader()
    parts = [data[begin:end] for begin, end in pairwise(borders)]
    assert [event for part in parts for event in reader.feed(part)] == whole(data)


@given(STREAMS)
def test_the_fast_way_agrees_with_a_plain_reading(data):
    plain, lines = [], data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:-1]
    pending: list[bytes] = []
    for line in lines:
        if line:
            name, _, value = line.partition(b":")
            if name == b"data":
                pending.append(value[1:] if value.startswith(b" ") else value)
        elif pending:
            plain.append(b"\n".join(pending))
            pending = []
    assert whole(data) == plain


def test_an_event_that_never_ends_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 1000)
    reader = EventReader()
    for _ in range(1000):
        assert reader.feed(b"x") == []
    with pytest.raises(Malformed) as caught:
        reader.feed(b"x")
    assert "1000 bytes" in caught.value.reason
