import asyncio

from backend.providers.pacing import TICK, Metronome


async def test_all_who_wait_for_the_same_beat_are_called_together():
    loop = asyncio.get_running_loop()
    metronome, called, done = Metronome(), [], asyncio.Event()
    when = loop.time() + 0.02
    for name in "abc":
        metronome.call_at(when, lambda name=name: called.append((name, loop.time())))
    metronome.call_at(when + 3 * TICK, done.set)
    await asyncio.wait_for(done.wait(), 5)
    assert [name for name, _ in called] == ["a", "b", "c"]
    assert all(time >= when - TICK / 2 for _, time in called)


async def test_an_earlier_wish_does_not_wait_for_a_later_one():
    loop = asyncio.get_running_loop()
    metronome, called = Metronome(), asyncio.Event()
    metronome.call_at(loop.time() + 60, lambda: None)
    metronome.call_at(loop.time() + 2 * TICK, called.set)
    await asyncio.wait_for(called.wait(), 5)
    metronome.stop()


async def test_what_is_past_is_called_at_once_and_a_call_may_ask_again():
    loop = asyncio.get_running_loop()
    metronome, again = Metronome(), asyncio.Event()
    metronome.call_at(loop.time() - 10, lambda: metronome.call_at(loop.time(), again.set))
    await asyncio.wait_for(again.wait(), 5)


async def test_nobody_is_called_after_a_stop():
    loop = asyncio.get_running_loop()
    stopped, other, called, done = Metronome(), Metronome(), [], asyncio.Event()
    stopped.call_at(loop.time() + TICK, lambda: called.append(1))
    stopped.stop()
    other.call_at(loop.time() + 4 * TICK, done.set)
    await asyncio.wait_for(done.wait(), 5)
    assert called == []
