import json

import pytest
from msgspec.structs import replace

from backend.providers.calls import EmbeddingCall, MadePicture, PictureCall, TokenUsage, Upload
from backend.providers.errors import (
    AuthRejected,
    ConnectionLost,
    ContentFiltered,
    Malformed,
    RateLimited,
    Rejected,
    ServerFault,
    TargetRefused,
    TimedOut,
)
from backend.providers.transport import MAX_BODY_BYTES
from tests.backend.providers.loopback import KEY, SHORT, Asked, Connection, always, once, reply, serving, then_silence

TEXTS = EmbeddingCall(model="m", texts=("a", "b"))
WORDS = PictureCall(kind="generate", model="m", prompt="a cat")
VECTORS = reply(
    b'{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[2]}],"usage":{"prompt_tokens":2,"total_tokens":2}}',
    200,
    "x-request-id: r-1",
)
PICTURE = reply(b'{"created":1,"data":[{"b64_json":"aGk="}]}', 200, "x-request-id: r-2")


async def ask(client, target, kind, within=None):
    if kind == "embed":
        return await client.embed(target, TEXTS, within=within)
    return await client.draw(target, WORDS, within=within)


BOTH = pytest.mark.parametrize("kind", ["embed", "draw"])


@BOTH
@pytest.mark.parametrize(
    ("script", "fault"),
    [
        (once(reply(b'{"error":{"message":"slow down"}}', 429, "retry-after: 7")), RateLimited),
        (once(reply(b'{"error":{"message":"no"}}', 401)), AuthRejected),
        (once(reply(b'{"error":{"message":"unsafe","code":"moderation_blocked"}}', 400)), ContentFiltered),
        (once(reply(b'{"error":{"message":"no such size"}}', 400)), Rejected),
        (once(reply(b"<html>bad gateway</html>", 502, media="text/html")), ServerFault),
        (once(reply(b"{}")), Malformed),
        (once(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"), ConnectionLost),
        (once(), ConnectionLost),
    ],
)
async def test_a_fault_is_the_same_as_of_a_chat(client, kind, script, fault):
    async with serving(script) as target:
        with pytest.raises(fault) as caught:
            await ask(client, target, kind)
    if fault is RateLimited:
        assert (caught.value.retry_after, caught.value.reason) == (7, "slow down")


@BOTH
async def test_a_key_that_is_echoed_is_redacted(client, kind):
    async with serving(once(reply(json.dumps({"error": {"message": f"bad key {KEY}"}}).encode(), 400))) as target:
        with pytest.raises(Rejected) as caught:
            await ask(client, target, kind)
    assert KEY not in f"{caught.value!r} {caught.value.reason} {caught.value.message}"


@BOTH
async def test_a_silent_provider_is_left_in_time(client, kind):
    async with serving(then_silence()) as target:
        with pytest.raises(TimedOut) as caught:
            await ask(client, target, kind, within=SHORT)
        assert caught.value.stage == "first_byte"
        brief = replace(target, limits=replace(target.limits, total=SHORT))
        with pytest.raises(TimedOut) as caught:
            await ask(client, brief, kind)
        assert caught.value.stage == "total"


@BOTH
@pytest.mark.parametrize("dialect", ["anthropic", "klingon"])
async def test_a_dialect_without_them_is_an_admins_fault(client, kind, dialect):
    async with serving(once()) as target:
        with pytest.raises(TargetRefused) as caught:
            await ask(client, replace(target, dialect=dialect), kind)
    assert dialect in caught.value.reason


@pytest.mark.parametrize("count", [0, 1, 3])
async def test_another_number_of_vectors_than_of_texts_is_none(client, count):
    body = json.dumps({"data": [{"embedding": [1.0]}] * count}).encode()
    async with serving(once(reply(body))) as target:
        with pytest.raises(Malformed):
            await client.embed(target, TEXTS)


async def test_texts_become_vectors(client):
    asked: list[Asked] = []

    async def script(connection: Connection) -> None:
        asked.append(await connection.request())
        await connection.send(VECTORS)

    async with serving(script) as target:
        made = await client.embed(target, TEXTS)
    assert (made.vectors, made.usage, made.provider_request_id) == (([1.0], [2.0]), TokenUsage(input=2), "r-1")
    assert asked[0].line == "POST /v1/embeddings HTTP/1.1"
    assert asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert asked[0].headers["content-type"] == "application/json"


async def test_as_many_vectors_as_may_be_asked_for_are_read(client):
    texts = tuple(f"rope {number}" for number in range(2048))
    numbers = ", ".join(["-0.0123456789"] * 1536)
    body = b'{"data": [' + b",".join([f'{{"embedding": [{numbers}]}}'.encode()] * len(texts)) + b"]}"
    assert len(body) > MAX_BODY_BYTES
    async with serving(always(reply(body))) as target:
        made = await client.embed(target, replace(TEXTS, texts=texts))
        with pytest.raises(Malformed) as caught:
            await client.embed(target, TEXTS)
    assert len(made.vectors) == 2048
    assert "more than" in caught.value.reason


async def test_words_and_files_become_pictures(client):
    asked: list[Asked] = []

    async def script(connection: Connection) -> None:
        while True:
            asked.append(await connection.request())
            await connection.send(PICTURE)

    edit = replace(WORDS, kind="edit", pictures=(Upload("c.png", "image/png", b"\x89PNG" * 500_000),))
    async with serving(script) as target:
        drawn = [await client.draw(target, call) for call in (WORDS, edit)]
    assert [made.items for made in drawn] == [(MadePicture(base64="aGk="),)] * 2
    assert {made.provider_request_id for made in drawn} == {"r-2"}
    assert [one.line.split()[1] for one in asked] == ["/v1/images/generations", "/v1/images/edits"]
    media = asked[1].headers["content-type"]
    assert media.startswith("multipart/form-data; boundary=")
    assert asked[1].body.count(media.partition("=")[2].encode()) == 5
    assert b"\x89PNG" * 500_000 in asked[1].body


async def test_the_connection_serves_again(client):
    connections = 0

    async def script(connection: Connection) -> None:
        nonlocal connections
        connections += 1
        await always(VECTORS)(connection)

    async with serving(script) as target:
        for _ in range(3):
            await client.embed(target, TEXTS)
    assert connections == 1
