"""The envelope at the end of a stream, whatever its reader does."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from backend.chat.feed import BUFFER_BYTES, Feed
from backend.errors import Unavailable
from backend.v1.process.answer import ProcessAnswer, ProcessMetadata
from backend.v1.process.told import Told
from backend.v1.process.voice import ProcessVoice, SealedReader
from shared.chat import UsageFigures
from shared.errors import ErrorBody, ErrorCode
from shared.events import Done
from shared.messages import FinishReason

REQUEST = UUID(int=7)
FIGURES = UsageFigures(
    prompt_tokens=3, completion_tokens=4, credits=Decimal(5), balance=Decimal(6), final=True, estimated=False
)
DONE = Done(finish_reason=FinishReason.STOP, model="rope", latency_ms=8, first_token_ms=9, provider="acme")


class Sealing:
    """Makes the envelope when it may, and knows how often it was asked to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.may = asyncio.Event()
        self.begun = 0
        self.left = False
        self._error = error

    async def __call__(self, told: Told) -> ProcessAnswer:
        self.begun += 1
        try:
            await self.may.wait()
        except asyncio.CancelledError:
            self.left = True
            raise
        if self._error is not None:
            raise self._error
        facts = ProcessMetadata(request_id=told.request_id, timestamp=datetime.now(UTC))
        return ProcessAnswer(success=True, data=told.text, metadata=facts)


def listen(feed: Feed, sealing: Sealing) -> SealedReader:
    reader = feed.read(voice=ProcessVoice(REQUEST, sealing), kind=SealedReader)
    assert isinstance(reader, SealedReader)
    return reader


def end(feed: Feed) -> None:
    feed.say(FIGURES)
    feed.say(DONE)
    feed.close()


async def rest(reader: SealedReader) -> bytes:
    return b"".join([frames async for frames in reader])


def result_of(stream: bytes) -> ProcessAnswer:
    """The envelope, which is the last event."""
    name, data = stream.rsplit(b"\n\n", 2)[-2].split(b"\n")
    assert name == b"event: result"
    return msgspec.json.decode(data.removeprefix(b"data: "), type=ProcessAnswer)


@pytest.mark.parametrize(
    ("error", "code"), [(Unavailable("away"), ErrorCode.UNAVAILABLE), (ValueError("?"), ErrorCode.INTERNAL)]
)
async def test_what_cannot_be_sealed_is_told_as_an_error(error: Exception, code: ErrorCode) -> None:
    feed, sealing = Feed(), Sealing(error)
    reader = listen(feed, sealing)
    end(feed)
    sealing.may.set()
    envelope = result_of(await rest(reader))
    assert envelope.error is not None
    assert (envelope.success, envelope.error.code, envelope.metadata.request_id) == (False, code, REQUEST)


async def test_a_feed_that_ends_without_an_end_is_an_error() -> None:
    feed = Feed()
    reader = listen(feed, Sealing())
    feed.close()
    envelope = result_of(await rest(reader))
    assert envelope.error is not None
    assert envelope.error.code is ErrorCode.INTERNAL


async def test_a_failure_is_the_envelopes_error_and_nothing_else_is_asked() -> None:
    feed, sealing = Feed(), Sealing()
    reader = listen(feed, sealing)
    feed.write("begun")
    feed.say(ErrorBody(code=ErrorCode.TOO_LATE, message="Late.", request_id=str(REQUEST)))
    feed.close()
    envelope = result_of(await rest(reader))
    assert envelope.error is not None
    assert (envelope.error.code, envelope.data, sealing.begun) == (ErrorCode.TOO_LATE, None, 0)


@pytest.mark.parametrize("size", [1, 2 * BUFFER_BYTES])
async def test_it_comes_last_whatever_was_read_before_and_however_long_it_is(size: int) -> None:
    feed, sealing = Feed(), Sealing()
    reader = listen(feed, sealing)
    text = "x" * (size // 4)
    for _ in range(4):
        feed.write(text)
        assert await anext(reader)
    end(feed)
    reader.ping(0)
    assert await anext(reader) == b": ping\n\n"
    sealing.may.set()
    assert result_of(await rest(reader)).data == text * 4


async def test_text_before_a_restart_is_not_in_it() -> None:
    feed, sealing = Feed(), Sealing()
    reader = listen(feed, sealing)
    feed.write("void")
    feed.restart(2, "it broke off")
    feed.write("whole")
    end(feed)
    sealing.may.set()
    stream = await rest(reader)
    assert b"event: restart" in stream
    assert result_of(stream).data == "whole"


async def test_who_comes_after_the_end_is_told_all_of_it() -> None:
    feed, sealing = Feed(), Sealing()
    feed.write("early")
    end(feed)
    sealing.may.set()
    assert result_of(await rest(listen(feed, sealing))).data == "early"


async def test_when_the_reader_goes_nothing_more_is_asked() -> None:
    feed, sealing = Feed(), Sealing()
    reader = listen(feed, sealing)
    end(feed)
    await asyncio.sleep(0)
    assert sealing.begun == 1
    reader.close()
    reader.leave()
    await asyncio.sleep(0)
    assert sealing.left
    assert b"result" not in await rest(reader)


async def test_for_a_reader_that_was_dropped_nothing_is_asked() -> None:
    feed, sealing = Feed(), Sealing()
    reader = listen(feed, sealing)
    feed.write("x" * (BUFFER_BYTES + 1))
    end(feed)
    assert b"result" not in await rest(reader)
    assert sealing.begun == 0
