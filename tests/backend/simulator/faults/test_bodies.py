import msgspec
import pytest

from tests.backend.simulator.client import Client, chat, post


@pytest.mark.parametrize(("fault", "end"), [("cut", "closed"), ("cut-reset", "reset")])
async def test_half_a_body_and_then_the_end(client: Client, fault: str, end: str) -> None:
    heard = await client.chat(f"sim-fault-{fault}", stream=False)
    assert heard.end == end
    assert 0 < len(heard.body) < int(heard.headers["content-length"])


async def test_half_a_body_and_then_silence(client: Client) -> None:
    request = post("/v1/chat/completions", chat("sim-fault-stall", stream=False))
    heard = await client.hear(request)
    assert (heard.end, heard.is_whole) == ("open", False)


@pytest.mark.parametrize("fault", ["malformed", "end-early"])
async def test_a_body_that_is_complete_but_not_json(client: Client, fault: str) -> None:
    heard = await client.chat(f"sim-fault-{fault}", stream=False)
    assert heard.is_whole
    with pytest.raises(msgspec.DecodeError):
        _ = heard.json


async def test_an_unframed_body_cut_in_half_looks_complete_to_http(client: Client) -> None:
    heard = await client.chat("sim-fault-cut-unframed", stream=False)
    assert heard.end == "closed"
    assert "content-length" not in heard.headers
    with pytest.raises(msgspec.DecodeError):
        _ = heard.json


async def test_an_error_under_status_200(client: Client) -> None:
    heard = await client.chat("sim-fault-in-band-error", stream=False)
    assert heard.status == 200
    assert heard.json["error"]["message"]


async def test_blank_lines_before_the_body(client: Client) -> None:
    heard = await client.chat("sim-fault-comments", stream=False)
    assert heard.body.startswith(b"\n\n\n{")
    assert heard.json["choices"]


@pytest.mark.parametrize("fault", ["crlf", "no-done", "duplicate-finish", "burst", "no-space", "never-ends"])
async def test_faults_of_streams_leave_a_body_alone(client: Client, fault: str) -> None:
    heard = await client.chat(f"sim-fault-{fault}", stream=False)
    assert heard.is_whole
    assert heard.json["choices"][0]["finish_reason"] == "stop"
