import asyncio
from functools import partial

from backend.simulator.wheel import Wheel


async def gathered(wheel: Wheel, moments: list[float]) -> list[tuple[float, float]]:
    """Each moment with the time at which its action ran, in the order of running."""
    ran: list[tuple[float, float]] = []
    done = asyncio.Event()

    def note(moment: float) -> None:
        ran.append((moment, wheel.now()))
        if len(ran) == len(moments):
            done.set()

    for moment in moments:
        wheel.at(moment, partial(note, moment))
    await asyncio.wait_for(done.wait(), 5)
    return ran


async def test_runs_actions_in_the_order_of_their_moments_and_never_early() -> None:
    wheel = Wheel(asyncio.get_running_loop())
    start = wheel.now()
    ran = await gathered(wheel, [start + offset for offset in (30, 5, 20, 5, 12.5, 0)])
    assert [moment - start for moment, _ in ran] == [0, 5, 5, 12.5, 20, 30]
    assert all(at >= moment - 0.001 for moment, at in ran)


async def test_runs_what_is_overdue_at_once() -> None:
    wheel = Wheel(asyncio.get_running_loop())
    assert len(await gathered(wheel, [wheel.now() - 1_000])) == 1


async def test_an_action_may_ask_for_its_own_slot_again() -> None:
    wheel = Wheel(asyncio.get_running_loop())
    moment, done, left = wheel.now() + 2, asyncio.Event(), 3

    def again() -> None:
        nonlocal left
        left -= 1
        if left:
            wheel.at(moment, again)
        else:
            done.set()

    wheel.at(moment, again)
    await asyncio.wait_for(done.wait(), 5)


async def test_a_failing_action_is_reported_and_stops_nobody_else() -> None:
    loop = asyncio.get_running_loop()
    problems: list[object] = []
    loop.set_exception_handler(lambda _, context: problems.append(context["exception"]))
    wheel, done = Wheel(loop), asyncio.Event()
    error = RuntimeError("on purpose")

    def fail() -> None:
        raise error

    moment = wheel.now() + 1
    wheel.at(moment, fail)
    wheel.at(moment, done.set)
    await asyncio.wait_for(done.wait(), 5)
    assert problems == [error]
