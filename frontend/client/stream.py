"""Reads a chat stream in a thread of its own.

A page's script can be ended only where it calls Streamlit, so it must never block on a socket: the thread does, and
the page takes what has arrived.
"""

import threading
from collections.abc import Iterator
from queue import Empty, Queue

import httpx
import msgspec

from frontend.client import http
from frontend.settings import settings
from shared import events
from shared.errors import ErrorBody, ErrorCode
from shared.wire import Request, encode

_TICK = 0.1
_SILENCE = 60.0
"""Longer than the API lets a stream be silent: it sends a comment every 15 s."""


class _End:
    """Nothing follows."""


class ChatStream:
    """One answer as it arrives. `leave` when the page has no more use for it; the API then goes on by itself."""

    def __init__(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        *,
        body: Request | None = None,
        accepted: events.Accepted | None = None,
    ) -> None:
        self._arrived: Queue[events.ChatEvent | Exception | _End] = Queue()
        self._left = threading.Event()
        self._known = threading.Event()
        self._accepted = accepted
        if accepted is not None:
            self._known.set()
        content = None if body is None else encode(body)
        if content is not None:
            headers = headers | {"content-type": "application/json"}
        request = http.connection().build_request(
            method,
            path,
            content=content,
            headers=headers | {"accept": "text/event-stream"},
            timeout=httpx.Timeout(settings().api_timeout, read=_SILENCE),
        )
        self._thread = threading.Thread(target=self._read, args=(http.connection(), request), daemon=True)
        self._thread.start()

    def arriving(self) -> Iterator[events.ChatEvent | None]:
        """What has arrived; `None` each tenth of a second in which nothing has.

        Raises `ApiError` and `NotSignedIn` as every call does, also when the connection breaks half-way.
        """
        while True:
            try:
                item = self._arrived.get(timeout=_TICK)
            except Empty:
                yield None
                continue
            if isinstance(item, _End):
                return
            if isinstance(item, Exception):
                raise item
            yield item

    def accepted(self, timeout: float) -> events.Accepted | None:
        """The ids of the answer, once the API has taken the prompt; `None` when it refuses or is slower."""
        self._known.wait(timeout)
        return self._accepted

    def leave(self) -> None:
        """Stops reading as soon as the API has taken the prompt."""
        self._left.set()

    def join(self, timeout: float) -> None:
        """Waits until nothing is read any more."""
        self._thread.join(timeout)

    def _read(self, client: httpx.Client, request: httpx.Request) -> None:
        try:
            response = client.send(request, stream=True)
            try:
                if not response.is_success:
                    response.read()
                    http.checked(response)
                for received in events.decode(self._lines(response)):
                    if isinstance(received.event, events.Accepted):
                        self._accepted = received.event
                        self._known.set()
                    self._arrived.put(received.event)
            finally:
                response.close()
        except httpx.TransportError as error:
            self._arrived.put(http.unreachable(error))
        except (msgspec.MsgspecError, ValueError):
            message = "The server sent an answer that cannot be read."
            self._arrived.put(http.ApiError(ErrorBody(code=ErrorCode.INTERNAL, message=message)))
        except (http.ApiError, http.NotSignedIn) as refused:
            self._arrived.put(refused)
        finally:
            self._arrived.put(_End())
            self._known.set()

    def _lines(self, response: httpx.Response) -> Iterator[str]:
        for line in response.iter_lines():
            if self._left.is_set() and self._known.is_set():
                return
            yield line
