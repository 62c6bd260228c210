"""Plays the steps of one response onto one connection."""

import socket
import struct
from asyncio import WriteTransport
from collections.abc import Callable

from backend.simulator.http import Act, Step, Steps
from backend.simulator.wheel import Wheel

JOINED_BYTES = 1 << 16
"""Steps that are due together are written together, up to this size."""

_LINGER_ZERO = struct.pack("ii", 1, 0)


def reset(transport: WriteTransport) -> None:
    """Break the connection with RST (SO_LINGER with a zero timeout, `socket(7)`)."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    transport.abort()


class Playback:
    """Delays count from the previous step's due time, so that a late tick does not slow the stream."""

    def __init__(self, steps: Steps, transport: WriteTransport, wheel: Wheel, on_end: Callable[[], None]) -> None:
        self._steps = iter(steps)
        self._transport = transport
        self._wheel = wheel
        self._on_end = on_end
        self._next: Step | None = None
        self._due = wheel.now()
        self._paused = False
        self._waiting = False
        self._stopped = False

    def start(self) -> None:
        """Play from the first step on."""
        self._next = next(self._steps, None)
        self._wait_or_play()

    def pause(self) -> None:
        """Hold back: the client reads too slowly."""
        self._paused = True

    def resume(self) -> None:
        """Go on where `pause` stopped; time lost is not made up for."""
        self._paused = False
        if not self._waiting and not self._stopped:
            self._due = max(self._due, self._wheel.now())
            self._play()

    def stop(self) -> None:
        """Nothing more is written."""
        self._stopped = True

    def _wait_or_play(self) -> None:
        if self._next is not None and self._next.delay > 0:
            self._due += self._next.delay
            self._waiting = True
            self._wheel.at(self._due, self._tick)
        else:
            self._play()

    def _tick(self) -> None:
        self._waiting = False
        if not self._paused:
            self._play()

    def _play(self) -> None:
        """Write the step that is due and those that follow without delay, then wait for the next."""
        while not self._stopped:
            step = self._next
            if step is None:
                self._stopped = True
                self._on_end()
                return
            parts, size = [step.data], len(step.data)
            while step.act is Act.GO_ON:
                self._next = follower = next(self._steps, None)
                if follower is None or follower.delay > 0 or size > JOINED_BYTES:
                    break
                step = follower
                parts.append(step.data)
                size += len(step.data)
            if size:
                self._transport.write(parts[0] if len(parts) == 1 else b"".join(parts))
            if step.act is not Act.GO_ON:
                self._finish(step.act)
                return
            if self._next is not None and self._next.delay > 0:
                self._wait_or_play()
                return
            if self._paused:
                return

    def _finish(self, act: Act) -> None:
        self._stopped = True
        if act is Act.CLOSE:
            self._transport.close()
        elif act is Act.RESET:
            reset(self._transport)
