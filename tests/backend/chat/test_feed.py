"""One answer's events for readers who come at any time, late or again."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.chat.feed import BUFFER_BYTES, START, Feed
from shared.chat import RouteView, UsageFigures
from shared.events import Accepted, Delta, Done, EventId, Received, Restart, decode
from shared.messages import FinishReason

ACCEPTED = Accepted(request_id=UUID(int=1), conversation_id=None, message_id=None)
ROUTE = RouteView(assistant="General", model="m", reasons=[], attempt=1, max_tokens=10)
DONE = Done(finish_reason=FinishReason.STOP, model="m", latency_ms=1, first_token_ms=1)
FIGURES = UsageFigures(
    prompt_tokens=1, completion_tokens=1, credits=Decimal(1), balance=Decimal(1), final=False, estimated=True
)


def begun() -> Feed:
    feed = Feed()
    feed.say(ACCEPTED)
    feed.attempt(1)
    feed.say(ROUTE)
    return feed


async def events(frames: AsyncIterator[bytes]) -> list[Received]:
    raw = b"".join([frame async for frame in frames]).decode()
    return list(decode([*raw.split("\n"), ""]))


def text(received: list[Received]) -> str:
    return "".join(r.event.text for r in received if isinstance(r.event, Delta))


class TestReading:
    async def test_from_the_beginning_everything_comes_in_order(self) -> None:
        feed = begun()
        reader = asyncio.create_task(events(feed.read()))
        await asyncio.sleep(0)
        for part in ("one ", "two"):
            feed.write(part)
        feed.say(DONE)
        feed.close()
        received = await reader
        assert [type(r.event) for r in received] == [Accepted, RouteView, Delta, Delta, Done]
        assert [str(r.id) for r in received] == ["0.0", "1.0", "1.4", "1.7", "1.7"]
        assert text(received) == "one two"

    async def test_late_everything_comes_at_once(self) -> None:
        feed = begun()
        for part in ("one ", "two"):
            feed.write(part)
        feed.say(DONE)
        feed.close()
        received = await events(feed.read())
        assert [type(r.event) for r in received] == [Accepted, RouteView, Delta, Done]
        assert text(received) == "one two"
        assert received[-1].id == EventId(1, 7)

    async def test_again_only_the_rest_comes(self) -> None:
        feed = begun()
        feed.write("one two")
        feed.say(DONE)
        feed.close()
        received = await events(feed.read(EventId(1, 4)))
        assert text(received) == "two"
        assert [type(r.event) for r in received] == [Delta, Done]

    @pytest.mark.parametrize("after", [EventId(1, 7), EventId(1, 10**40)])
    async def test_whoever_has_seen_all_gets_the_end(self, after: EventId) -> None:
        feed = begun()
        feed.write("one two")
        feed.say(DONE)
        feed.close()
        assert [r.event for r in await events(feed.read(after))] == [DONE]

    async def test_who_saw_another_edition_gets_the_whole_text(self) -> None:
        feed = begun()
        feed.write("gone")
        feed.restart(2, "It broke off.")
        feed.write("one two")
        feed.close()
        received = await events(feed.read(EventId(1, 3)))
        assert [type(r.event) for r in received] == [Restart, Delta]
        assert text(received) == "one two"

    async def test_what_is_said_in_mid_text_keeps_its_place(self) -> None:
        feed = begun()
        feed.write("one ")
        feed.say(ROUTE)
        feed.write("two")
        feed.close()
        for seen, rest in ((0, "one two"), (2, "e two"), (4, "two")):
            received = await events(feed.read(EventId(1, seen)))
            assert [str(r.id) for r in received if isinstance(r.event, RouteView)][-1] == "1.4"
            assert text(received) == rest
        assert [str(r.id) for r in await events(feed.read(EventId(1, 5)))] == ["1.7"]

    async def test_an_answer_without_text_ends_for_those_who_come_back_too(self) -> None:
        feed = begun()
        feed.attempt(2)
        feed.say(ROUTE)
        feed.say(DONE)
        feed.close()
        assert [(str(r.id), type(r.event)) for r in await events(feed.read(EventId(1, 0)))] == [
            ("1.0", RouteView),
            ("2.0", RouteView),
            ("2.0", Done),
        ]

    async def test_live_figures_are_not_repeated_to_the_late(self) -> None:
        feed = begun()
        feed.write("one")
        feed.say(FIGURES, keep=False)
        feed.close()
        assert [type(r.event) for r in await events(feed.read())] == [Accepted, RouteView, Delta]

    @given(st.lists(st.text(min_size=1, max_size=9), max_size=12), st.integers(0, 120), st.integers(0, 12))
    def test_two_halves_are_the_whole(self, parts: list[str], offset: int, joins: int) -> None:
        async def run() -> None:
            feed = begun()
            whole = "".join(parts)
            seen = min(offset, len(whole))
            late: asyncio.Task[list[Received]] | None = None
            for n, part in enumerate(parts):
                if n == joins and len(feed.text) >= seen:
                    late = asyncio.create_task(events(feed.read(EventId(1, seen))))
                feed.write(part)
            feed.say(DONE)
            feed.close()
            rest = await (late or events(feed.read(EventId(1, seen))))
            assert whole[:seen] + text(rest) == whole
            assert rest[-1].event == DONE
            assert rest[-1].id == EventId(1, len(whole))

        asyncio.run(run())


class TestReaders:
    async def test_one_that_does_not_read_is_dropped_and_can_come_back(self) -> None:
        feed = begun()
        slow = feed.read()
        part = "x" * 100_000
        for _ in range(2 * BUFFER_BYTES // len(part)):
            feed.write(part)
        kept = b"".join([frame async for frame in slow])
        assert len(kept) < BUFFER_BYTES + len(part)
        got = text(list(decode([*kept.decode().split("\n"), ""])))
        feed.close()
        rest = text(await events(feed.read(EventId(1, len(got)))))
        assert got + rest == feed.text

    async def test_a_ping_is_no_event(self) -> None:
        feed = begun()
        reader = feed.read()
        reader.ping(12.0)
        feed.close()
        frames = [frame async for frame in reader]
        assert frames[-1].endswith(b": ping\n\n")
        assert len(list(decode([*b"".join(frames).decode().split("\n"), ""]))) == 2
        assert reader.spoken_at == 12.0

    async def test_many_read_at_their_own_pace(self) -> None:
        feed = begun()
        readers = [asyncio.create_task(events(feed.read())) for _ in range(20)]
        for n in range(50):
            feed.write(f"{n} ")
            await asyncio.sleep(0)
        feed.close()
        assert {text(received) for received in await asyncio.gather(*readers)} == {feed.text}

    async def test_the_last_one_to_leave_is_noticed_once_and_not_after_the_end(self) -> None:
        feed = begun()
        left: list[str] = []
        feed.on_deserted = lambda: left.append("deserted")
        first, second = feed.read(), feed.read()
        await anext(first)
        await anext(second)
        first.leave()
        assert left == []
        second.leave()
        assert left == ["deserted"]
        third = feed.read()
        await anext(third)
        feed.close()
        third.leave()
        assert left == ["deserted"]

    async def test_a_reader_that_never_began_can_be_given_up(self) -> None:
        feed = begun()
        reader = feed.read()
        reader.leave()
        reader.leave()
        feed.write("on")
        feed.close()
        assert text(await events(feed.read(START))) == "on"
