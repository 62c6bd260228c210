import asyncio
import itertools
import json

import pytest
from msgspec.structs import replace

from backend.providers import stream as stream_module
from backend.providers.calls import Piece, TokenUsage, ToolUse
from backend.providers.engine import ProviderClient
from backend.providers.errors import (
    ConnectionLost,
    Malformed,
    ProviderError,
    RateLimited,
    TimedOut,
    Truncated,
)
from backend.providers.stream import ProviderStream
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
    USAGE,
    Connection,
    Script,
    chunk,
    once,
    say,
    serving,
    then_silence,
)

COUNTED = TokenUsage(input=3, output=2)
STALLING = replace(PATIENT, inter_token=SHORT)
LIMITED = b'data: {"error": {"message": "slow down", "code": 429}}\n\n'


async def hear(stream: ProviderStream) -> tuple[str, Piece]:
    """The whole text and the last piece."""
    text = ""
    while not (piece := await asyncio.wait_for(stream.read(), 20)).done:
        text += piece.text
    return text + piece.text, piece


async def until_error(stream: ProviderStream) -> tuple[str, ProviderError]:
    """The text before it, and the error."""
    text = ""
    try:
        while True:
            piece = await asyncio.wait_for(stream.read(), 20)
            assert not piece.done
            text += piece.text
    except ProviderError as error:
        return text, error


@pytest.mark.parametrize(
    ("script", "usage"),
    [
        (once(EVENT_STREAM, chunk(say("a")), chunk(say("b")), chunk(STOP), chunk(USAGE), chunk(DONE), LAST), COUNTED),
        (once(EVENT_STREAM + chunk(say("a") + say("b") + STOP + USAGE + DONE) + LAST), COUNTED),
        (once(EVENT_STREAM + chunk(say("a") + say("b") + STOP + USAGE) + LAST), COUNTED),
        (once(EVENT_STREAM + chunk(say("a") + say("b") + STOP) + LAST), None),
        (once(EVENT_STREAM + chunk(say("a") + say("b") + DONE) + LAST), None),
        (once(EVENT_STREAM + chunk(say("a") + say("b") + STOP)), None),
        (once(EVENT_STREAM + chunk(say("a") + say("b") + STOP + DONE[:-2]) + LAST), None),
        (once(EVENT_STREAM + chunk(say("a") + say("b") + STOP + USAGE[:-2]) + LAST), COUNTED),
        (once(UNFRAMED_STREAM + say("a") + say("b") + STOP), None),
        (then_silence(EVENT_STREAM + chunk(say("a") + say("b") + STOP + USAGE)), COUNTED),
        (then_silence(EVENT_STREAM + chunk(say("a") + say("b") + DONE)), None),
        (once(EVENT_STREAM + chunk(say("a") + b"data: {broken\n\n" + say("b") + DONE) + LAST), None),
    ],
)
async def test_a_complete_answer_is_heard_to_its_end(client, script, usage):
    async with serving(script) as target:
        stream = await client.open_stream(target, CALL)
        text, last = await hear(stream)
        await stream.aclose()
    assert (text, last.finish_reason, last.usage) == ("ab", FinishReason.STOP, usage)


USE = (
    b'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","function":'
    b'{"name":"weather","arguments":"{}"}}]}}]}\n\n'
)
ASKED = STOP.replace(b"stop", b"tool_calls")
LIKELY = say("a").replace(b"}}]}", b'},"logprobs":{"content":[{"token":"a"}]}}]}')


@pytest.mark.parametrize(
    "script",
    [
        once(EVENT_STREAM, chunk(USE), chunk(ASKED), chunk(USAGE), chunk(DONE), LAST),
        once(EVENT_STREAM + chunk(USE + ASKED + USAGE + DONE) + LAST),
        once(EVENT_STREAM + chunk(USE + ASKED) + LAST),
        once(EVENT_STREAM + chunk(USE + ASKED[:-2]) + LAST),
        once(EVENT_STREAM + chunk(USE + DONE[:-2]) + LAST),
        then_silence(EVENT_STREAM + chunk(USE + ASKED)),
    ],
)
async def test_tool_uses_are_handed_out_once_however_the_stream_ends(client, script, monkeypatch):
    monkeypatch.setattr(stream_module, "GRACE", 0.1)
    pieces = []
    async with serving(script) as target:
        stream = await client.open_stream(target, CALL)
        while not (pieces and pieces[-1].done):
            pieces.append(await asyncio.wait_for(stream.read(), 20))
        await stream.aclose()
    assert [use for piece in pieces for use in piece.tool_uses] == [ToolUse("call_1", "weather", "{}")]
    assert pieces[-1].finish_reason is FinishReason.TOOL_CALLS


async def test_log_probabilities_come_with_their_text(client):
    async with serving(once(EVENT_STREAM, chunk(LIKELY), chunk(STOP), chunk(DONE), LAST)) as target:
        stream = await client.open_stream(target, CALL)
        piece = await stream.read()
        await stream.aclose()
    assert (piece.text, [bytes(entry) for entry in piece.logprobs]) == ("a", [b'{"token":"a"}'])


async def test_a_finish_without_usage_or_terminator_is_waited_for_only_briefly(client, monkeypatch):
    monkeypatch.setattr(stream_module, "GRACE", 0.1)
    async with serving(then_silence(EVENT_STREAM + chunk(say("a") + STOP))) as target:
        stream = await client.open_stream(target, CALL)
        assert await hear(stream) == ("a", Piece(finish_reason=FinishReason.STOP, done=True))
        await stream.aclose()


@pytest.mark.parametrize(
    ("script", "kind", "text"),
    [
        (once(EVENT_STREAM + LAST), Truncated, ""),
        (once(EVENT_STREAM + chunk(say("a")) + LAST), Truncated, "a"),
        (once(EVENT_STREAM + chunk(say("a") + say("b")[:-2]) + LAST), Truncated, "ab"),
        (once(EVENT_STREAM + chunk(say("a") + say("b")[:-5]) + LAST), Truncated, "a"),
        (once(EVENT_STREAM + chunk(b"hello, I am no stream of events") + LAST), Truncated, ""),
        (once(UNFRAMED_STREAM + say("a")), Truncated, "a"),
        (once(EVENT_STREAM), ConnectionLost, ""),
        (once(EVENT_STREAM + chunk(say("a"))), ConnectionLost, "a"),
        (
            once(EVENT_STREAM + chunk(say("a") + b'data: {"error": {"message": "x", "code": 429}}\n\n')),
            RateLimited,
            "a",
        ),
        (then_silence(EVENT_STREAM + chunk(say("a") + b'data: {"error": {"code": 429}}\n\n')), RateLimited, "a"),
        (
            once(EVENT_STREAM.replace(b"\r\n\r\n", b"\r\ncontent-length: 0\r\n\r\n").replace(b"transfer", b"x")),
            Truncated,
            "",
        ),
    ],
)
async def test_an_incomplete_answer_is_never_a_success(client, script, kind, text):
    async with serving(script) as target:
        stream = await client.open_stream(target, CALL)
        heard, error = await until_error(stream)
        await stream.aclose()
    assert (heard, type(error)) == (text, kind)


@pytest.mark.parametrize(("ending", "kind"), [(None, ConnectionLost), (b"zz\r\nthis is no chunk", TimedOut)])
async def test_a_reset_or_garbage_in_mid_answer_keeps_what_came_before(client, ending, kind):
    heard = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM + chunk(say("a")))
        await heard.wait()
        if ending is None:
            connection.reset()
        else:
            await connection.send(ending)
            await connection.left()

    async with serving(script, limits=STALLING) as target:
        stream = await client.open_stream(target, CALL)
        assert (await stream.read()).text == "a"
        heard.set()
        text, error = await until_error(stream)
        await stream.aclose()
    assert (text, type(error)) == ("", kind)


async def test_headers_without_a_token_are_given_up(client):
    beginning = b'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n'
    async with serving(
        then_silence(EVENT_STREAM + chunk(beginning)), limits=replace(PATIENT, first_token=SHORT)
    ) as target:
        stream = await client.open_stream(target, CALL)
        _, error = await until_error(stream)
        await stream.aclose()
    assert isinstance(error, TimedOut)
    assert error.stage == "first_token"


async def test_comments_are_no_tokens(client):
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM)
        while True:
            await connection.send(chunk(b": still working\n\n"))
            await asyncio.sleep(0.02)

    async with serving(script, limits=replace(PATIENT, first_token=SHORT)) as target:
        stream = await client.open_stream(target, CALL)
        _, error = await until_error(stream)
        await stream.aclose()
    assert isinstance(error, TimedOut)
    assert error.stage == "first_token"


async def test_a_stall_is_given_up_after_the_limit_between_tokens(client):
    async with serving(then_silence(EVENT_STREAM + chunk(say("a"))), limits=STALLING) as target:
        stream = await client.open_stream(target, CALL)
        began = asyncio.get_running_loop().time()
        text, error = await until_error(stream)
        waited = asyncio.get_running_loop().time() - began
        await stream.aclose()
    assert text == "a"
    assert isinstance(error, TimedOut)
    assert error.stage == "inter_token"
    assert SHORT - 0.01 <= waited < 5


def trickle(frame: bytes, pause: float) -> Script:
    """Sends the frame again and again."""

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM)
        while True:
            await connection.send(chunk(frame))
            await asyncio.sleep(pause)

    return script


async def test_tokens_in_time_hold_off_the_limit_but_not_the_total(client):
    limits = replace(PATIENT, inter_token=0.6, total=1.2)
    async with serving(trickle(say("a"), 0.1), limits=limits) as target:
        stream = await client.open_stream(target, CALL)
        text, error = await until_error(stream)
        await stream.aclose()
    assert len(text) > 4
    assert isinstance(error, TimedOut)
    assert error.stage == "total"


async def test_reasoning_is_not_shown_but_holds_off_the_limit(client):
    thought = b'data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}\n\n'

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM)
        for _ in range(10):
            await connection.send(chunk(thought))
            await asyncio.sleep(0.1)
        await connection.send(chunk(say("a") + STOP + USAGE + DONE) + LAST)

    async with serving(script, limits=replace(PATIENT, first_token=0.6, inter_token=0.6)) as target:
        stream = await client.open_stream(target, CALL)
        assert (await hear(stream))[0] == "a"
        await stream.aclose()


async def test_a_reader_who_takes_his_time_is_not_held_against_the_provider(client):
    script = once(EVENT_STREAM, chunk(say("a")), chunk(say("b") + STOP + DONE) + LAST)
    async with serving(script, limits=STALLING) as target:
        stream = await client.open_stream(target, CALL)
        text = (await stream.read()).text
        await asyncio.sleep(2 * SHORT)
        assert text + (await hear(stream))[0] == "ab"
        await stream.aclose()


async def test_the_first_text_comes_at_once_and_later_text_in_batches(roots):
    pace = 0.2
    go_on = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM, chunk(say("first")))
        await go_on.wait()
        for number in range(20):
            await connection.send(chunk(say(f",{number}")))
        await connection.left()

    loop = asyncio.get_running_loop()
    async with ProviderClient(pace=pace, tls=roots) as client, serving(script) as target:
        stream = await client.open_stream(target, CALL)
        assert (await stream.read()).text == "first"
        began = loop.time()
        go_on.set()
        piece = await stream.read()
        assert loop.time() - began >= pace - 0.01
        assert piece.text == "".join(f",{number}" for number in range(20))
        await stream.aclose()


async def test_a_reader_who_stops_reading_stops_the_sender(client):
    sent = 0

    async def script(connection: Connection) -> None:
        nonlocal sent
        await connection.request()
        await connection.send(EVENT_STREAM + chunk(say("a")))
        block = chunk(say("x" * 1000)) * 64
        for _ in range(2000):
            await connection.send(block)
            sent += 1

    async with serving(script) as target:
        stream = await client.open_stream(target, CALL)
        await stream.read()
        before = -1
        while sent != before:  # until the sender has been stuck for a while
            before = sent
            await asyncio.sleep(0.2)
        assert sent < 2000
        assert len((await stream.read()).text) >= 64_000
        await stream.aclose()


async def test_a_flood_arrives_whole_however_slowly_it_is_read(roots):
    frames = 40_000
    block = b"".join(chunk(say(f"{number:06}" + "." * 100)) for number in range(frames))

    async with (
        ProviderClient(pace=0.05, tls=roots) as client,
        serving(once(EVENT_STREAM, block, chunk(STOP + DONE) + LAST)) as target,
    ):
        stream = await client.open_stream(target, CALL)
        text, _ = await hear(stream)
        await stream.aclose()
    assert text == "".join(f"{number:06}" + "." * 100 for number in range(frames))


async def test_a_long_frame_arrives_whole(client):
    text = "long " * 400_000
    frame = b"data: " + json.dumps({"choices": [{"delta": {"content": text}}]}).encode() + b"\n\n"
    async with serving(once(EVENT_STREAM + chunk(frame) + chunk(STOP + DONE) + LAST)) as target:
        stream = await client.open_stream(target, CALL)
        assert (await hear(stream))[0] == text
        await stream.aclose()


async def test_a_frame_that_never_ends_is_malformed(client):
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM + chunk(say("a")))
        while True:
            await connection.send(chunk(b"x" * 500_000))

    async with serving(script) as target:
        stream = await client.open_stream(target, CALL)
        text, error = await until_error(stream)
        await stream.aclose()
    assert (text, type(error)) == ("a", Malformed)


async def test_frames_may_be_split_anywhere(client):
    whole = chunk(say("Gr\u00fc\u00dfe ") + say("\U0001f600") + STOP + USAGE + DONE) + LAST
    parts = [whole[index : index + 1] for index in range(len(whole))]
    async with serving(once(EVENT_STREAM, *parts)) as target:
        stream = await client.open_stream(target, CALL)
        text, last = await hear(stream)
        await stream.aclose()
    assert (text, last.usage) == ("Grüße \U0001f600", COUNTED)


async def test_a_key_echoed_in_the_stream_is_taken_out(client):
    broken = f'data: {{"error": {{"message": "bad key {KEY}", "code": 400}}}}\n\n'.encode()
    async with serving(once(EVENT_STREAM + chunk(broken))) as target:
        stream = await client.open_stream(target, CALL)
        _, error = await until_error(stream)
        await stream.aclose()
    assert KEY not in f"{error!r} {error.reason} {error.body()}"
    assert "bad key [redacted]" in error.message


@pytest.mark.parametrize("first", [b"", chunk(say("a"))])
async def test_closing_a_stream_leaves_the_server_at_once(client, first):
    left = asyncio.get_running_loop().create_future()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM + first)
        left.set_result(await connection.left())

    async with serving(script) as target:
        stream = await client.open_stream(target, CALL)
        if first:
            await stream.read()
        reading = asyncio.create_task(stream.read())
        await asyncio.sleep(0)
        began = asyncio.get_running_loop().time()
        reading.cancel()
        await stream.aclose()
        await stream.aclose()
        assert await asyncio.wait_for(left, 5) - began < AT_ONCE
        with pytest.raises(asyncio.CancelledError):
            await reading


async def test_an_error_leaves_the_server_before_the_stream_is_closed(client):
    left = asyncio.get_running_loop().create_future()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM + chunk(b'data: {"error": {"message": "no"}}\n\n'))
        left.set_result(await connection.left())

    async with serving(script) as target:
        stream = await client.open_stream(target, CALL)
        await until_error(stream)
        await asyncio.wait_for(left, 5)
        await stream.aclose()


async def test_a_closed_stream_cannot_be_read(client):
    async with serving(then_silence(EVENT_STREAM + chunk(say("a")))) as target:
        stream = await client.open_stream(target, CALL)
        await stream.aclose()
        with pytest.raises(ConnectionLost):
            await asyncio.wait_for(stream.read(), 20)


async def test_a_cancelled_read_loses_nothing(client):
    go_on = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM + chunk(say("a")))
        await go_on.wait()
        await connection.send(chunk(say("b") + STOP + DONE) + LAST)

    async with serving(script) as target:
        stream = await client.open_stream(target, CALL)
        assert (await stream.read()).text == "a"
        reading = asyncio.create_task(stream.read())
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        go_on.set()
        assert (await hear(stream))[0] == "b"
        await stream.aclose()


async def test_a_stream_that_ends_soon_after_its_answer_gives_its_connection_back(client):
    connections = itertools.count()
    numbers: list[int] = []

    async def script(connection: Connection) -> None:
        number = next(connections)
        while True:
            await connection.request()
            numbers.append(number)
            await connection.send(EVENT_STREAM + chunk(say("a") + STOP + USAGE))
            await asyncio.sleep(0.02)
            await connection.send(chunk(DONE) + LAST)

    async with serving(script) as target:
        for _ in range(2):
            stream = await client.open_stream(target, CALL)
            await hear(stream)
            await stream.aclose()
            await asyncio.sleep(0.1)
    assert numbers == [0, 0]


async def test_a_stream_that_does_not_end_after_its_answer_is_left(client):
    left = asyncio.get_running_loop().create_future()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM + chunk(say("a") + STOP + USAGE))
        left.set_result(await connection.left())

    async with serving(script) as target:
        stream = await client.open_stream(target, CALL)
        await hear(stream)
        await stream.aclose()
        await asyncio.wait_for(left, 5)


async def test_the_providers_name_for_the_call_comes_from_the_stream_or_its_headers(client):
    named = EVENT_STREAM.replace(b"\r\n\r\n", b"\r\nx-request-id: req-9\r\n\r\n")
    async with serving(
        once(named + chunk(b": hi\n\n"), chunk(say("a") + STOP + DONE) + LAST), limits=PATIENT
    ) as target:
        stream = await client.open_stream(target, CALL)
        assert stream.provider_request_id == "req-9"
        await hear(stream)
        assert stream.provider_request_id == "c-1"
        assert stream.malformed == 0
        await stream.aclose()
