import asyncio

import pytest

from backend.simulator.site import BODY_LIMIT_BYTES, Site
from tests.backend.simulator.client import Client, chat, post

HEALTH = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
LAST_HEALTH = b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
PATH = "/v1/chat/completions"


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00", b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\n\r\nX\r\n\r\n"]
)
async def test_what_is_not_http_is_refused_and_the_connection_closed(client: Client, garbage: bytes) -> None:
    heard = await client.hear(garbage, patience=5)
    assert (heard.status, heard.end) == (400, "closed")
    assert heard.json["error"]["type"] == "invalid_request_error"


async def test_a_header_without_end_is_refused(client: Client) -> None:
    heard = await client.hear(b"GET / HTTP/1.1\r\n" + b"x-filler: " + b"a" * 100_000, patience=5)
    assert (heard.status, heard.end) == (431, "closed")


async def test_a_body_that_announces_twenty_megabytes_is_refused_before_it_is_sent(client: Client) -> None:
    request = f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: {20 << 20}\r\nexpect: 100-continue\r\n\r\n"
    heard = await client.hear(request.encode(), enough=b"}}")
    assert heard.status == 413
    assert heard.json["error"]["code"] == "request_too_large"


async def test_the_refusal_reaches_a_client_that_sends_its_twenty_megabytes_anyway(client: Client) -> None:
    heard = await client.hear(post(PATH, b" " * (20 << 20)), patience=5)
    assert (heard.status, heard.end) == (413, "closed")


async def test_a_chunked_body_over_the_limit_is_refused(client: Client) -> None:
    piece = b"%x\r\n%b\r\n" % (1 << 20, b" " * (1 << 20))
    body = piece * (BODY_LIMIT_BYTES // (1 << 20) + 1) + b"0\r\n\r\n"
    head = f"POST {PATH} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    heard = await client.hear(head + body, patience=5)
    assert (heard.status, heard.end) == (413, "closed")


async def test_a_client_that_waits_for_leave_to_send_gets_it(client: Client) -> None:
    request = post(PATH, chat("sim-echo", stream=False), connection="close", expect="100-continue")
    heard = await client.hear(request, patience=5)
    assert heard.raw.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


async def test_requests_sent_together_are_answered_in_order(client: Client) -> None:
    slow = post(PATH, chat("sim-bench-5-4"))
    heard = await client.hear(slow + HEALTH * 2_000 + LAST_HEALTH, patience=5)
    assert heard.end == "closed"
    assert heard.raw.count(b"HTTP/1.1 200 OK") == 2_002
    assert heard.raw.index(b"[DONE]") < heard.raw.index(b"healthy")


async def test_garbage_after_a_request_that_is_being_answered_ends_the_connection(client: Client) -> None:
    heard = await client.hear(post(PATH, chat("sim-bench-1000-20")) + b"\x00 garbage\r\n\r\n", patience=5)
    assert heard.end == "closed"
    assert heard.raw.count(b"HTTP/1.1") <= 1


async def test_an_upgrade_is_not_taken_up(client: Client) -> None:
    request = b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
    heard = await client.hear(request, patience=5)
    assert (heard.status, heard.end) == (200, "closed")


async def test_a_request_may_come_byte_by_byte(client: Client) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    for byte in post(PATH, chat("sim-echo", "slowly", stream=False), connection="close"):
        writer.write(bytes([byte]))
        await writer.drain()
    assert b'"content":"slowly"' in await asyncio.wait_for(reader.read(), 5)
    writer.close()


async def test_a_connection_is_kept_for_the_next_request(client: Client, site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    for _ in range(3):
        writer.write(HEALTH)
        await asyncio.wait_for(reader.readuntil(b"}"), 5)
    assert site.traffic.figures().connections == 1
    writer.close()


async def test_http_1_0_gets_a_body_that_ends_with_the_connection(client: Client) -> None:
    heard = await client.hear(post(PATH, chat("sim-bench-3-0"), version="1.0"), patience=5)
    assert heard.end == "closed"
    assert "transfer-encoding" not in heard.headers
    assert heard.tokens == [" lorem"] * 3


async def test_a_client_that_does_not_read_stops_the_stream_and_loses_nothing(client: Client, site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port, limit=1024)
    writer.write(post(PATH, chat("sim-bench-100000-0"), connection="close"))
    await asyncio.wait_for(reader.readuntil(b"lorem"), 5)
    (record,) = site.traffic.last(1)
    assert record.chunks < 100_000
    body = b""
    while data := await asyncio.wait_for(reader.read(1 << 20), 5):
        body += data
    assert body.count(b" lorem") == 99_999
    assert site.traffic.last(1)[0].outcome == "complete"
    writer.close()


async def test_a_client_that_leaves_is_noticed_also_while_nothing_is_said(client: Client, site: Site) -> None:
    await client.hear(post(PATH, chat("sim-fault-stall-3")), patience=0.1)
    async with asyncio.timeout(5):
        while site.traffic.figures().running:
            await client.get("/health")
    (record,) = site.traffic.last(1)
    assert (record.outcome, record.chunks) == ("disconnected", 3)
