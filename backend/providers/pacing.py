"""One beat for all streams: who has just been read waits for it, so that one timer wakes them all together."""

import asyncio
from collections.abc import Callable

TICK = 0.005
"""Seconds between beats."""


class Metronome:
    """Calls back at about a stated delay, to within a `TICK`; silent while nobody waits."""

    def __init__(self) -> None:
        self._due: dict[int, list[Callable[[], None]]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def call_at(self, when: float, callback: Callable[[], None]) -> None:
        """Has `callback` called on the first beat at or after `when`, in the loop's time."""
        beat = int(when / TICK) + 1
        if (waiting := self._due.get(beat)) is not None:
            waiting.append(callback)
            return
        self._due[beat] = [callback]
        self._arm()

    def stop(self) -> None:
        """Forgets everybody."""
        self._due.clear()
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._due:
            self._timer = asyncio.get_running_loop().call_at(min(self._due) * TICK, self._beat)

    def _beat(self) -> None:
        now = asyncio.get_running_loop().time() + TICK / 2
        for beat in sorted(beat for beat in self._due if beat * TICK <= now):
            for callback in self._due.pop(beat):
                callback()
        self._timer = None
        self._arm()
