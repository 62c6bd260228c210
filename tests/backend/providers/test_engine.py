import asyncio
import contextlib
import gc
import json
import socket
import traceback
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from backend.providers import transport
from backend.providers.calls import Limits, Target, TokenUsage
from backend.providers.engine import ProviderClient
from backend.providers.errors import (
    AuthRejected,
    ConnectFailed,
    ConnectionLost,
    Malformed,
    ProviderError,
    RateLimited,
    Rejected,
    ServerFault,
    TargetRefused,
    TimedOut,
)
from shared.messages import FinishReason
from tests.backend.providers.loopback import (
    AT_ONCE,
    CALL,
    DONE,
    EVENT_STREAM,
    KEY,
    LAST,
    PATIENT,
    SHORT,
    STOP,
    UNFRAMED_STREAM,
    Asked,
    Connection,
    always,
    chunk,
    once,
    reply,
    say,
    serving,
    then_silence,
)

ANSWER = json.dumps(
    {
        "id": "c-1",
        "choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    }
).encode()
STREAMED = EVENT_STREAM + chunk(say("x") + STOP + DONE) + LAST

Ask = Callable[[ProviderClient, Target], Awaitable[object]]


async def complete(client: ProviderClient, target: Target) -> object:
    return await client.complete(target, CALL)


async def stream(client: ProviderClient, target: Target) -> object:
    opened = await client.open_stream(target, CALL)
    try:
        while not (await opened.read()).done:
            pass
    finally:
        await opened.aclose()
    return None


both = pytest.mark.parametrize("ask", [complete, stream])


async def refused(ask: Ask, client: ProviderClient, target: Target) -> ProviderError:
    """The error asking ends in, having made sure that nothing about it gives the key away."""
    with pytest.raises(ProviderError) as caught:
        await ask(client, target)
    error = caught.value
    told = [repr(error), str(error), error.reason, error.message, repr(error.body())]
    told += traceback.format_exception(error)
    chained: BaseException | None = error
    while chained is not None:
        told.append(repr(chained))
        chained = chained.__cause__ or chained.__context__
    assert KEY not in "".join(told)
    return error


@both
async def test_a_refused_connection_was_never_sent(client, ask):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        target = Target(
            provider="p", dialect="openai", base_url=f"http://127.0.0.1:{port}", api_key=KEY, allow_private_network=True
        )
        error = await refused(ask, client, target)
    assert type(error) is ConnectFailed
    assert str(port) in error.reason


@both
async def test_an_unknown_host_was_never_sent_to(client, ask):
    target = Target(provider="p", dialect="openai", base_url="http://nowhere.invalid/v1", api_key=KEY)
    assert type(await refused(ask, client, target)) is ConnectFailed


@both
async def test_a_host_that_does_not_accept_is_given_up_after_the_connect_limit(client, ask):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with contextlib.ExitStack() as stack:
            for _ in range(4):  # fill the queue of connections nobody accepts
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
            limits = replace(PATIENT, connect=SHORT)
            url = f"http://127.0.0.1:{full.getsockname()[1]}"
            target = Target(
                provider="p", dialect="openai", base_url=url, api_key=KEY, allow_private_network=True, limits=limits
            )
            error = await refused(ask, client, target)
    assert isinstance(error, TimedOut)
    assert (error.stage, error.may_have_run) == ("connect", False)


@both
@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "nonsense",
        "ftp://h/v1",
        "http://",
        "http:///v1",
        "http://u:p@127.0.0.1/v1",
        "http://[::1",
        "//h",
        "http://h:99999",
    ],
)
async def test_an_unusable_base_url_is_an_admins_fault(client, ask, base_url):
    target = Target(provider="p", dialect="openai", base_url=base_url, api_key=KEY, allow_private_network=True)
    assert isinstance(await refused(ask, client, target), TargetRefused)


@both
@pytest.mark.parametrize("key", ["sk-\r\nx-evil: 1", "sk-\x00", "schlüssel"])
async def test_a_key_that_is_no_header_is_not_sent(client, ask, key):
    async with serving(always(reply(ANSWER))) as target:
        error = await refused(ask, client, replace(target, api_key=key))
    assert isinstance(error, TargetRefused)
    assert key not in error.reason


@both
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "127.1", "0", "0.0.0.0"],
)
async def test_a_private_address_is_refused_however_it_is_written(client, ask, host):
    reached = asyncio.Event()

    async def script(_: Connection) -> None:
        reached.set()

    async with serving(script, private=False) as target:
        port = target.base_url.rsplit(":", 1)[1]
        error = await refused(ask, client, replace(target, base_url=f"http://{host}:{port}"))
    assert isinstance(error, ConnectFailed)
    assert not error.may_have_run
    assert not reached.is_set()


async def test_a_name_that_resolves_to_this_machine_is_told_apart_from_a_dead_host(client):
    async with serving(always(reply(ANSWER)), private=False) as target:
        local = replace(target, base_url=target.base_url.replace("127.0.0.1", "localhost"))
        error = await refused(complete, client, local)
    assert isinstance(error, TargetRefused)
    assert "not a public address" in error.reason
    assert error.configuration_fault


async def test_a_connection_that_may_be_private_never_serves_a_target_that_may_not(client):
    async with serving(always(reply(ANSWER))) as target:
        assert (await client.complete(target, CALL)).text == "hello"
        error = await refused(complete, client, replace(target, allow_private_network=False))
    assert isinstance(error, TargetRefused)


@both
async def test_a_reset_before_the_headers_may_have_run(client, ask):
    async def script(connection: Connection) -> None:
        await connection.request()
        connection.reset()

    async with serving(script) as target:
        error = await refused(ask, client, target)
    assert type(error) is ConnectionLost
    assert error.may_have_run


@both
async def test_a_connection_closed_before_the_headers_may_have_run(client, ask):
    async with serving(once()) as target:
        assert type(await refused(ask, client, target)) is ConnectionLost


@both
@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.9\r\n", b"\x15\x03\x01\x00\x02\x02", b"HTTP/1.1 banana\r\n\r\n"])
async def test_what_is_not_http_is_malformed(client, ask, said):
    async with serving(once(said)) as target:
        assert type(await refused(ask, client, target)) is Malformed


async def test_a_silent_server_is_given_up_after_the_first_byte_limit(client):
    async with serving(then_silence(), limits=replace(PATIENT, first_byte=SHORT)) as target:
        began = asyncio.get_running_loop().time()
        error = await refused(stream, client, target)
        waited = asyncio.get_running_loop().time() - began
    assert isinstance(error, TimedOut)
    assert error.stage == "first_byte"
    assert SHORT - 0.01 <= waited < 5


async def test_a_whole_answer_has_the_total_limit_and_no_other(client):
    async with serving(then_silence(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{")) as target:
        limits = Limits(connect=10, first_byte=0.01, first_token=0.01, inter_token=0.01, total=SHORT)
        error = await refused(complete, client, replace(target, limits=limits))
    assert isinstance(error, TimedOut)
    assert error.stage == "total"


@both
@pytest.mark.parametrize(
    ("status", "headers", "kind", "wait"),
    [
        (429, ["retry-after: 7"], RateLimited, 7),
        (429, ["Retry-After: Wed, 04 Mar 2026 12:00:30 GMT", "Date: Wed, 04 Mar 2026 12:00:10 GMT"], RateLimited, 20),
        (401, [], AuthRejected, None),
        (403, [], AuthRejected, None),
        (404, [], Rejected, None),
        (500, [], ServerFault, None),
        (503, ["retry-after: 2"], ServerFault, 2),
        (302, ["location: http://127.0.0.1:1/elsewhere"], Rejected, None),
        (204, [], Rejected, None),
    ],
)
async def test_a_refusal_keeps_the_providers_words_without_the_key(client, ask, status, headers, kind, wait):
    body = json.dumps({"error": {"message": f"no, {KEY} will not do"}}).encode() if status != 204 else b""
    async with serving(always(reply(body, status, *headers))) as target:
        error = await refused(ask, client, target)
    assert type(error) is kind
    assert error.retry_after == wait
    assert error.status != 401
    if body:
        assert "no, [redacted] will not do" in error.reason


@both
async def test_a_web_page_is_no_answer(client, ask):
    async with serving(always(reply(b"<html><body>Welcome</body></html>", media="text/html"))) as target:
        error = await refused(ask, client, target)
    assert type(error) is Malformed
    assert "Welcome" in error.reason


@both
async def test_a_compressed_body_nobody_asked_for_is_malformed(client, ask):
    async with serving(always(reply(b"\x1f\x8b\x08", 200, "content-encoding: gzip"))) as target:
        error = await refused(ask, client, target)
    assert type(error) is Malformed
    assert "gzip" in error.reason


@both
async def test_a_fault_reported_as_a_success_is_a_fault(client, ask):
    async with serving(always(reply(b'{"error": {"message": "slow down", "code": 429}}'))) as target:
        assert type(await refused(ask, client, target)) is RateLimited


async def test_a_whole_reply_to_a_stream_request_is_malformed(client):
    async with serving(always(reply(ANSWER))) as target:
        error = await refused(stream, client, target)
    assert type(error) is Malformed


@both
async def test_an_enormous_response_is_not_read_to_its_end(client, ask, monkeypatch):
    for reads in (transport.Exchange.read, ProviderClient._ask):
        monkeypatch.setattr(reads, "__defaults__", (100_000,))
    async with serving(once(reply(b" " * 5_000_000))) as target:
        assert type(await refused(ask, client, target)) is Malformed


async def test_a_refusal_whose_body_never_comes_is_known_by_its_status(client):
    async with serving(once(b"HTTP/1.1 429 No\r\ncontent-length: 100\r\n\r\n{")) as target:
        assert type(await refused(stream, client, target)) is RateLimited


async def test_a_whole_answer_is_read(client):
    async with serving(always(reply(ANSWER))) as target:
        answer = await client.complete(target, CALL)
    assert (answer.text, answer.finish_reason, answer.usage) == (
        "hello",
        FinishReason.STOP,
        TokenUsage(input=3, output=2),
    )
    assert answer.provider_request_id == "c-1"


async def test_a_whole_answer_may_end_with_its_connection(client):
    async with serving(once(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + ANSWER)) as target:
        assert (await client.complete(target, CALL)).text == "hello"


async def test_a_cut_whole_answer_is_a_lost_connection(client):
    async with serving(once(reply(ANSWER)[:-10])) as target:
        assert type(await refused(complete, client, target)) is ConnectionLost


@both
async def test_the_credential_goes_into_one_header_and_nowhere_else(client, ask):
    asked: list[Asked] = []

    async def script(connection: Connection) -> None:
        while True:
            asked.append(await connection.request())
            await connection.send(STREAMED if ask is stream else reply(ANSWER))

    async with serving(script) as target:
        await ask(client, target)
        await ask(client, replace(target, api_key=None))
    with_key, without = asked
    assert with_key.line == "POST /v1/chat/completions HTTP/1.1"
    assert with_key.headers.pop("authorization") == f"Bearer {KEY}"
    assert KEY not in repr(with_key)
    assert "authorization" not in without.headers
    assert with_key.headers["accept-encoding"] == "identity"


@both
async def test_no_cookie_is_carried_from_one_call_to_the_next(client, ask):
    asked: list[Asked] = []

    async def script(connection: Connection) -> None:
        while True:
            asked.append(await connection.request())
            answer = STREAMED if ask is stream else reply(ANSWER)
            await connection.send(answer.replace(b"\r\n\r\n", b"\r\nset-cookie: tenant=one; Path=/\r\n\r\n", 1))

    async with serving(script) as target:
        await ask(client, target)
        await ask(client, replace(target, api_key="sk-of-somebody-else"))
    assert len(asked) == 2
    assert all("cookie" not in request.headers for request in asked)


@both
async def test_proxies_of_the_environment_are_ignored(monkeypatch, ask):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    async with (
        ProviderClient() as client,
        serving(once(STREAMED if ask is stream else reply(ANSWER))) as target,
    ):
        await ask(client, target)


@both
async def test_connections_are_used_again(client, ask):
    opened = 0

    async def script(connection: Connection) -> None:
        nonlocal opened
        opened += 1
        await always(STREAMED if ask is stream else reply(ANSWER))(connection)

    async with serving(script) as target:
        for _ in range(5):
            await ask(client, target)
    assert opened == 1


@both
async def test_many_calls_at_once_each_get_a_connection(client, ask):
    async with serving(always(STREAMED if ask is stream else reply(ANSWER))) as target:
        await asyncio.gather(*(ask(client, target) for _ in range(150)))


@both
async def test_cancelling_while_the_server_is_silent_leaves_it_at_once(client, ask):
    asked, left = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def script(connection: Connection) -> None:
        await connection.request()
        asked.set()
        left.set_result(await connection.left())

    async with serving(script) as target:
        task = asyncio.create_task(ask(client, target))
        await asyncio.wait_for(asked.wait(), 5)
        began = asyncio.get_running_loop().time()
        task.cancel()
        assert await asyncio.wait_for(left, 5) - began < AT_ONCE
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_client_that_is_closed_or_not_started_refuses():
    async with serving(always(reply(ANSWER))) as target:
        client = ProviderClient()
        assert isinstance(await refused(complete, client, target), ConnectFailed)
        await client.start()
        await client.start()
        assert (await client.complete(target, CALL)).text == "hello"
        await client.close()
        await client.close()
        assert isinstance(await refused(stream, client, target), ConnectFailed)


async def test_closing_the_client_ends_every_stream_and_call_under_way(client):
    async with serving(then_silence(EVENT_STREAM + chunk(say("x")))) as target:
        opened = await client.open_stream(target, CALL)
        assert (await opened.read()).text == "x"
        reading = asyncio.create_task(opened.read())
        waiting = asyncio.create_task(client.complete(target, CALL))
        await asyncio.sleep(0)
        await client.close()
        for task in (reading, waiting):
            with pytest.raises(ProviderError):
                await asyncio.wait_for(task, 5)


async def test_a_stream_that_is_forgotten_lets_its_connection_go(client):
    left = asyncio.get_running_loop().create_future()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM + chunk(say("x")))
        left.set_result(await connection.left())

    async with serving(script) as target:
        opened = await client.open_stream(target, CALL)
        del opened
        gc.collect()
        await asyncio.wait_for(left, 5)


async def test_a_body_that_ends_with_the_connection_is_a_stream_too(client):
    async with serving(once(UNFRAMED_STREAM + say("x") + STOP + DONE)) as target:
        await stream(client, target)


class TestProbe:
    """Whether a provider is in working order, by a request that costs nothing."""

    @pytest.mark.parametrize("status", [200, 302, 400, 403, 404, 405, 429])
    async def test_any_sign_of_life_will_do(self, client: ProviderClient, status: int) -> None:
        asked: list[Asked] = []

        async def script(connection: Connection) -> None:
            asked.append(await connection.request())
            await connection.send(reply(b'{"error":{"message":"Whatever."}}', status))

        async with serving(script) as target:
            await client.probe(target)
        assert asked[0].line == "GET /v1/models HTTP/1.1"
        assert asked[0].headers["authorization"] == f"Bearer {KEY}"

    @pytest.mark.parametrize(
        ("status", "fault"), [(401, AuthRejected), (500, ServerFault), (503, ServerFault), (408, ServerFault)]
    )
    async def test_a_fault_of_the_server_or_the_key_is_told(
        self, client: ProviderClient, status: int, fault: type[ProviderError]
    ) -> None:
        body = b'{"error":{"message":"No, %b is wrong."}}' % KEY.encode()
        async with serving(once(reply(body, status))) as target:
            with pytest.raises(fault) as raised:
                await client.probe(target)
        assert KEY not in str(raised.value.reason)

    async def test_silence_is_not_waited_for_long(
        self, client: ProviderClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("backend.providers.engine.PROBE_SECONDS", SHORT)
        async with serving(then_silence()) as target:
            with pytest.raises(TimedOut):
                await client.probe(target)

    async def test_nobody_there(self, client: ProviderClient) -> None:
        async with serving(once()) as target:
            pass
        with pytest.raises(ConnectFailed):
            await client.probe(target)
