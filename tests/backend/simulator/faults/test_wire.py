from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.simulator.faults.names import parse
from backend.simulator.faults.wire import spoil_steps
from backend.simulator.http import Act, Step
from backend.simulator.site import Site
from tests.backend.simulator.client import Client, chat, post

PATH = "/v1/chat/completions"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("fault", "end"), [("reset", "reset"), ("close", "closed")])
async def test_the_connection_ends_before_the_headers(
    client: Client, site: Site, fault: str, end: str, stream: bool
) -> None:
    heard = await client.chat(f"sim-fault-{fault}", stream=stream)
    assert (heard.raw, heard.end) == (b"", end)
    assert site.traffic.last(1)[0].outcome == "broken"


@pytest.mark.parametrize("stream", [True, False])
async def test_a_reset_after_the_headers(client: Client, stream: bool) -> None:
    heard = await client.chat("sim-fault-reset-after-headers", stream=stream)
    assert (heard.status, heard.body, heard.end) == (200, b"", "reset")


@pytest.mark.parametrize("stream", [True, False])
async def test_silence(client: Client, site: Site, stream: bool) -> None:
    heard = await client.hear(post(PATH, chat("sim-fault-silent", stream=stream)), begin=0.25)
    assert (heard.raw, heard.end) == (b"", "open")
    assert site.traffic.last(1)[0].model == "sim-fault-silent"


@pytest.mark.parametrize("stream", [True, False])
async def test_headers_and_then_nothing(client: Client, stream: bool) -> None:
    heard = await client.hear(post(PATH, chat("sim-fault-no-first-token", stream=stream)))
    assert (heard.status, heard.body, heard.end) == (200, b"", "open")


@pytest.mark.parametrize("stream", [True, False])
async def test_a_web_page_under_status_200(client: Client, stream: bool) -> None:
    heard = await client.chat("sim-fault-html", stream=stream)
    assert (heard.status, heard.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert heard.body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("stream", [True, False])
async def test_the_wrong_type_over_the_right_body(client: Client, stream: bool) -> None:
    heard = await client.chat("sim-fault-content-type", stream=stream)
    assert heard.headers["content-type"] == "application/octet-stream"
    assert heard.finishes == ["stop"] if stream else heard.json["choices"]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_complete_body_that_ends_with_the_connection(client: Client, stream: bool) -> None:
    heard = await client.chat("sim-fault-unframed", stream=stream)
    assert heard.end == "closed"
    assert not {"transfer-encoding", "content-length"} & set(heard.headers)
    assert heard.data[-1] == b"[DONE]" if stream else heard.json["choices"]


async def test_a_split_stream_is_the_same_in_the_end(client: Client) -> None:
    heard = await client.chat("sim-fault-split-9", "Grüße 🌊")
    assert len(heard.reads) > len(heard.data)
    assert (heard.finishes, heard.data[-1], heard.is_whole) == (["stop"], b"[DONE]", True)


@given(text=st.text(min_size=1), most=st.integers(1, 100), seed=st.integers())
def test_splitting_loses_nothing_and_cuts_every_wide_character(text: str, most: int, seed: int) -> None:
    data = text.encode()
    pieces = list(spoil_steps([Step(30, data, Act.CLOSE)], parse(f"split-{most}"), Random(seed)))
    written = [piece.data for piece in pieces if piece.data]
    assert b"".join(written) == data
    assert all(len(piece) <= most for piece in written)
    assert all(piece.delay > 0 for piece in pieces if piece.data)
    assert (pieces[0].delay, pieces[-1].act) == (30, Act.CLOSE)
    wide = sum(byte >= 0xC0 for byte in data)
    assert sum(piece[-1] >= 0xC0 for piece in written) == wide
