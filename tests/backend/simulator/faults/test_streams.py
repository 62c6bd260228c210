import pytest

from backend.simulator.site import Site
from tests.backend.simulator.client import Client, chat, post

PATH = "/v1/chat/completions"


@pytest.mark.parametrize(
    ("fault", "end"), [("cut", "closed"), ("cut-unframed", "closed"), ("cut-reset", "reset"), ("end-early", "closed")]
)
@pytest.mark.parametrize("tokens", [1, 4])
async def test_the_answer_is_cut_after_so_many_tokens(
    client: Client, site: Site, fault: str, end: str, tokens: int
) -> None:
    heard = await client.chat(f"sim-fault-{fault}-{tokens}")
    assert len(heard.tokens) == tokens
    assert (heard.end, heard.finishes, heard.usages) == (end, [], [])
    assert b"[DONE]" not in heard.raw
    assert heard.is_whole is (fault == "end-early")
    assert ("transfer-encoding" in heard.headers) is (fault != "cut-unframed")
    assert site.traffic.last(1)[0].chunks == tokens


async def test_a_cut_before_the_first_token_leaves_none(client: Client) -> None:
    heard = await client.chat("sim-fault-cut-0")
    assert (heard.status, heard.tokens, heard.end) == (200, [], "closed")


async def test_a_stall_stays_open_after_so_many_tokens(client: Client, site: Site) -> None:
    heard = await client.hear(post(PATH, chat("sim-fault-stall-3")))
    assert (len(heard.tokens), heard.end, heard.is_whole) == (3, "open", False)


async def test_a_malformed_frame_costs_no_text(client: Client) -> None:
    heard, right = await client.chat("sim-fault-malformed-2"), await client.chat("sim-fault-no-done")
    assert heard.text == right.text
    assert len(heard.data) - 1 == len(heard.events) + 1, "one frame is neither JSON nor [DONE]"
    assert heard.data[3].endswith(b'"delta":{"cont')


async def test_a_malformed_frame_comes_also_when_the_answer_is_short(client: Client) -> None:
    heard = await client.chat("sim-fault-malformed-500", max_tokens=2)
    assert heard.data[3].endswith(b'"delta":{"cont')


async def test_no_terminator(client: Client) -> None:
    heard = await client.chat("sim-fault-no-done")
    assert b"[DONE]" not in heard.raw
    assert (heard.finishes, len(heard.usages), heard.is_whole) == (["stop"], 1, True)


async def test_a_stream_that_never_ends(client: Client) -> None:
    heard = await client.hear(post(PATH, chat("sim-fault-never-ends")))
    assert (heard.finishes, len(heard.usages), heard.end) == (["stop"], 1, "open")
    assert b"[DONE]" not in heard.raw


async def test_two_finishes(client: Client) -> None:
    heard = await client.chat("sim-fault-duplicate-finish")
    assert heard.finishes == ["stop", "stop"]


async def test_comments_stand_between_the_frames(client: Client) -> None:
    heard = await client.chat("sim-fault-comments")
    assert heard.body.startswith(b": SIMULATOR PROCESSING\n\n: keep-alive\n\ndata: ")
    assert heard.body.count(b": keep-alive\n\n") == len(heard.data)
    assert heard.finishes == ["stop"]


async def test_lines_end_in_cr_lf(client: Client) -> None:
    heard = await client.chat("sim-fault-crlf")
    assert heard.body.count(b"\n") == heard.body.count(b"\r\n") == 2 * len(heard.data)
    assert (heard.finishes, heard.data[-1]) == (["stop"], b"[DONE]")


async def test_no_space_after_the_colon(client: Client) -> None:
    heard = await client.chat("sim-fault-no-space")
    assert b"data: " not in heard.body
    assert (heard.finishes, heard.data[-1]) == (["stop"], b"[DONE]")


@pytest.mark.parametrize("tokens", [0, 4])
async def test_an_error_within_the_stream_ends_it(client: Client, tokens: int) -> None:
    heard = await client.chat(f"sim-fault-in-band-error-{tokens}")
    assert (heard.status, len(heard.tokens), heard.finishes) == (200, tokens, [])
    assert heard.events[-1]["error"]["type"] == "server_error"
    assert heard.data[-1] != b"[DONE]"
    assert heard.is_whole
