"""Reads a chat stream in a thread of its own, and goes on where it was when the connection breaks.

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
from shared import events, paths
from shared.errors import ErrorBody, ErrorCode
from shared.wire import Request, encode

_TICK = 0.1
_SILENCE = 60.0
"""Longer than the API lets a stream be silent: it sends a comment every 15 s."""
PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0)
"""Seconds before each try to go on; together longer than a restart of the API takes."""


_CUT = ErrorBody(code=ErrorCode.UNAVAILABLE, message="The connection to the server was lost.", retryable=True)


class _End:
    """Nothing follows."""


class _Broken(Exception):
    """The stream ended before the answer did."""

    def __init__(self, why: http.ApiError) -> None:
        super().__init__(str(why))
        self.why = why


class ChatStream:
    """One answer as it arrives. `leave` when the page has no more use for it; the API then goes on by itself.

    `lost`: the connection broke, and another is being tried.
    """

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
        self._request_id = None if accepted is None else str(accepted.request_id)
        self._last: events.EventId | None = None
        self._begun = False
        self._headers = headers
        self.lost = False
        if accepted is not None:
            self._known.set()
        content = None if body is None else encode(body)
        if content is not None:
            headers = headers | {"content-type": "application/json"}
        self._client = http.connection()
        request = self._request(method, path, headers, content)
        self._thread = threading.Thread(target=self._read, args=(request,), daemon=True)
        self._thread.start()

    def arriving(self) -> Iterator[events.ChatEvent | None]:
        """What has arrived; `None` each tenth of a second in which nothing has.

        Raises `ApiError` and `NotSignedIn` as every call does, also when the connection breaks half-way and several
        tries to go on have failed.
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

    def _request(self, method: str, path: str, headers: dict[str, str], content: bytes | None = None) -> httpx.Request:
        return self._client.build_request(
            method,
            path,
            content=content,
            headers=headers | {"accept": "text/event-stream"},
            timeout=httpx.Timeout(settings().api_timeout, read=_SILENCE),
        )

    def _read(self, request: httpx.Request) -> None:
        try:
            self._read_to_the_end(request)
        except (msgspec.MsgspecError, ValueError):
            message = "The server sent an answer that cannot be read."
            self._arrived.put(http.ApiError(ErrorBody(code=ErrorCode.INTERNAL, message=message)))
        except (http.ApiError, http.NotSignedIn) as refused:
            self._arrived.put(refused)
        finally:
            self._arrived.put(_End())
            self._known.set()

    def _read_to_the_end(self, request: httpx.Request) -> None:
        tries = 0
        while True:
            before = self._last
            try:
                self._receive(request)
                return
            except _Broken as broken:
                tries = tries + 1 if self._last == before else 1
                if tries > len(PAUSES) or (self._begun and self._request_id is None):
                    raise broken.why from None
            self.lost = True
            if self._left.wait(PAUSES[tries - 1]):
                return
            request = self._going_on(request)

    def _going_on(self, request: httpx.Request) -> httpx.Request:
        """What to ask next: the rest of the answer; or the same again, whose key keeps it from being done twice."""
        if self._request_id is None:
            return request
        seen = {} if self._last is None else {paths.LAST_EVENT_HEADER: str(self._last)}
        identity = {name: value for name, value in self._headers.items() if name != paths.IDEMPOTENCY_HEADER}
        return self._request("GET", f"{paths.CHAT}/{self._request_id}/events", identity | seen)

    def _receive(self, request: httpx.Request) -> None:
        """Passes on what arrives. Raises `_Broken` when it may go on elsewhere."""
        try:
            response = self._client.send(request, stream=True)
            try:
                if not response.is_success:
                    response.read()
                    http.checked(response)
                self.lost, self._begun = False, True
                self._request_id = self._request_id or response.headers.get(paths.REQUEST_ID_HEADER)
                if self._take(response):
                    return
            finally:
                response.close()
        except httpx.TransportError as error:
            if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) and not self._begun and not self.lost:
                raise http.unreachable(error) from None
            raise _Broken(http.unreachable(error)) from None
        except http.ApiError as refused:
            if self.lost and refused.body.retryable:
                raise _Broken(refused) from None
            raise
        raise _Broken(http.ApiError(_CUT))

    def _take(self, response: httpx.Response) -> bool:
        """Whether the answer has ended, or nobody wants to know."""
        for received in events.decode(self._lines(response)):
            if isinstance(received.event, events.Accepted):
                self._accepted, self._request_id = received.event, str(received.event.request_id)
                self._known.set()
            self._last = received.id or self._last
            self._arrived.put(received.event)
            if isinstance(received.event, events.Done | ErrorBody):
                return True
        return self._left.is_set()

    def _lines(self, response: httpx.Response) -> Iterator[str]:
        for line in response.iter_lines():
            if self._left.is_set() and self._known.is_set():
                return
            yield line
