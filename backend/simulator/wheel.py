"""One timer for everything that waits."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from heapq import heappop, heappush
from math import ceil

Action = Callable[[], None]


class Wheel:
    """Runs actions at points of time, gathered into slots of one millisecond.

    Thousands of streams share one loop timer instead of having a task and a timer each.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._slots: dict[int, list[Action]] = {}
        self._order: list[int] = []
        self._timer: TimerHandle | None = None
        self._turning = False

    def now(self) -> float:
        """Milliseconds on the loop's clock."""
        return self._loop.time() * 1000

    def at(self, moment: float, action: Action) -> None:
        """Run `action` once, at `moment` (milliseconds as in `now`) or at most one millisecond later."""
        slot = ceil(moment)
        bucket = self._slots.get(slot)
        if bucket is not None:
            bucket.append(action)
            return
        self._slots[slot] = [action]
        heappush(self._order, slot)
        if self._order[0] == slot and not self._turning:
            self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._order[0] / 1000, self._turn)

    def _turn(self) -> None:
        self._timer, self._turning = None, True
        now = self.now()
        while self._order and self._order[0] <= now:
            for action in self._slots.pop(heappop(self._order)):
                try:
                    action()
                except Exception as error:
                    self._loop.call_exception_handler({"message": "a timed action failed", "exception": error})
        self._turning = False
        if self._order:
            self._arm()
