"""Server-sent events as providers send them: bytes in, the data of whole events out.

The grammar is WHATWG HTML §9.2.6. Names, ids and retry times are passed over, for no dialect needs them. Reading is
fast for what servers nearly always send, one `data: ` line and a blank line per event, perhaps after a line with its
name, and right for the rest.
"""

import re

from backend.providers.errors import Malformed

MAX_EVENT_BYTES = 8 * 1024 * 1024
"""The longest event accepted, so that a server which never ends one cannot fill the memory."""

_BOM = b"\xef\xbb\xbf"
_NAMED = re.compile(rb"^event: [^\n]*\ndata: ([^\n]*)\n\n", re.MULTILINE)


class EventReader:
    """Puts events together from reads of any size. One reader per stream."""

    __slots__ = ("_begun", "_pending", "_return_seen")

    def __init__(self) -> None:
        self._pending = bytearray()
        self._return_seen = False
        self._begun = False

    def feed(self, data: bytes) -> list[bytes]:
        """The data of every event that `data` completes. Raises `Malformed` for an event that never ends."""
        if self._return_seen or b"\r" in data:
            if self._begun and data.startswith(b"data: ") and data.endswith(b"\r\n\r\n") and not self._pending:
                payloads = data[6:-4].split(b"\r\n\r\ndata: ")
                if data.count(b"\n") == data.count(b"\r") == 2 * len(payloads):
                    self._return_seen = False
                    return payloads
            data = self._with_plain_newlines(data)
        if self._pending:
            if b"\n\n" not in data and not (self._pending.endswith(b"\n") and data.startswith(b"\n")):
                self._keep(data)
                return []
            data = bytes(self._pending) + data
            self._pending.clear()
        if not data.endswith(b"\n\n"):
            end = data.rfind(b"\n\n") + 2
            if end == 1:
                self._keep(data)
                return []
            self._keep(data[end:])
            data = data[:end]
        if not self._begun:
            self._begun = True
            data = data.removeprefix(_BOM)
        if data.startswith(b"data: "):
            payloads = data[6:-2].split(b"\n\ndata: ")
            if data.count(b"\n") == 2 * len(payloads):
                return payloads
        elif data.startswith(b"event: "):
            payloads = _NAMED.findall(data)
            if data.count(b"\n") == 3 * len(payloads):
                return payloads
        return [payload for event in data.split(b"\n\n") if (payload := _data_of(event)) is not None]

    def _keep(self, data: bytes) -> None:
        self._pending += data
        if len(self._pending) > MAX_EVENT_BYTES:
            raise Malformed(f"an event of more than {MAX_EVENT_BYTES} bytes")

    def _with_plain_newlines(self, data: bytes) -> bytes:
        if self._return_seen and data.startswith(b"\n"):
            data = data[1:]
            self._return_seen = False
        if data:
            self._return_seen = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _data_of(event: bytes) -> bytes | None:
    """The joined `data` fields of one event's lines; None when it has none, as a comment."""
    values = []
    for line in event.split(b"\n"):
        name, _, value = line.partition(b":")
        if name == b"data":
            values.append(value.removeprefix(b" "))
    return b"\n".join(values) if values else None
