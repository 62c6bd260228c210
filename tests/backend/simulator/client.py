"""A client that sees the bytes as they come and how the connection ended."""

import asyncio
from typing import Any, Literal, NamedTuple

import msgspec

End = Literal["closed", "reset", "open"]


class Heard(NamedTuple):
    """What came back on a connection; `reads` are the bytes as they arrived, `end` what became of it."""

    reads: list[bytes]
    end: End

    @property
    def raw(self) -> bytes:
        """All bytes."""
        return b"".join(self.reads)

    @property
    def status(self) -> int:
        """The status of the first response."""
        return int(self.raw[9:12])

    @property
    def headers(self) -> dict[str, str]:
        """The header fields of the first response."""
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def body(self) -> bytes:
        """The body of the first response, out of its transfer coding."""
        rest = self.raw.partition(b"\r\n\r\n")[2]
        return b"".join(chunks(rest)) if "transfer-encoding" in self.headers else rest

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return msgspec.json.decode(self.body)

    @property
    def data(self) -> list[bytes]:
        """The data of the body's complete events; comments left out (WHATWG HTML §9.2.6)."""
        body = self.body.replace(b"\r\n", b"\n")
        lines = [line for event in body.split(b"\n\n")[:-1] for line in event.split(b"\n")]
        return [line.removeprefix(b"data:").removeprefix(b" ") for line in lines if line.startswith(b"data:")]

    @property
    def events(self) -> list[Any]:
        """The events that are JSON."""
        return [msgspec.json.decode(data) for data in self.data if _is_json(data)]

    @property
    def text(self) -> str:
        """The answer's text, put together from the deltas."""
        choices = [choice for event in self.events for choice in event.get("choices", [])]
        return "".join(choice["delta"].get("content") or "" for choice in choices)

    @property
    def tokens(self) -> list[str]:
        """The deltas that say something."""
        choices = [choice for event in self.events for choice in event.get("choices", [])]
        return [choice["delta"]["content"] for choice in choices if choice["delta"].get("content")]

    @property
    def finishes(self) -> list[str]:
        """All finish reasons in the stream."""
        choices = [choice for event in self.events for choice in event.get("choices", [])]
        return [choice["finish_reason"] for choice in choices if choice["finish_reason"]]

    @property
    def usages(self) -> list[Any]:
        """All usage objects in the stream."""
        return [event["usage"] for event in self.events if event.get("usage")]

    @property
    def is_whole(self) -> bool:
        """Whether HTTP's own framing says that the body is complete."""
        if "content-length" in self.headers:
            return len(self.body) == int(self.headers["content-length"])
        return self.raw.endswith(b"0\r\n\r\n")


def chunks(data: bytes) -> list[bytes]:
    """The complete chunks of a chunked body (RFC 9112 §7.1)."""
    found = []
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size or b"0", 16)
        if not length or len(data) < length + 2:
            break
        found.append(data[:length])
        data = data[length + 2 :]
    return found


def post(path: str, body: object, *, key: str = "test-key", version: str = "1.1", **headers: str) -> bytes:
    """The bytes of a POST with JSON."""
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    fields = {"host": "simulator", "authorization": f"Bearer {key}", "content-length": str(len(data)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/{version}\r\n{lines}\r\n".encode() + data


def chat(model: str, prompt: str = "hello", *, stream: bool = True, **fields: Any) -> dict[str, Any]:
    """A chat completion request."""
    body = {"model": model, "messages": [{"role": "user", "content": prompt}], "stream": stream, **fields}
    return body | ({"stream_options": {"include_usage": True}} if stream else {})


class Client:
    """Talks to a server on this machine, a new connection each time."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def hear(self, request: bytes, *, patience: float = 0.25, begin: float = 5, enough: bytes = b"\xff") -> Heard:
        """Send `request` and listen until `enough` has come, the connection ends, or nothing comes any more.

        `begin` seconds are waited for the first bytes, `patience` seconds for each further read.
        """
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        reads: list[bytes] = []
        end: End = "open"
        try:
            while True:
                data = await asyncio.wait_for(reader.read(1 << 20), patience if reads else begin)
                if not data:
                    end = "closed"
                    break
                reads.append(data)
                if enough in b"".join(reads[-2:]):
                    break
        except TimeoutError:
            pass
        except ConnectionResetError:
            end = "reset"
        writer.transport.abort()
        return Heard(reads, end)

    async def chat(self, model: str, prompt: str = "hello", *, stream: bool = True, **fields: Any) -> Heard:
        """Ask for a chat completion; the connection is closed after it unless a fault decides otherwise."""
        request = post("/v1/chat/completions", chat(model, prompt, stream=stream, **fields), connection="close")
        return await self.hear(request, patience=5)

    async def get(self, path: str, *, method: str = "GET") -> Heard:
        """A call without a body."""
        return await self.hear(
            f"{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\nconnection: close\r\n\r\n".encode(),
            patience=5,
        )

    async def order(self, **rule: Any) -> Heard:
        """Give a rule to the control endpoint."""
        return await self.hear(post("/control", rule, connection="close"), patience=5)


def _is_json(data: bytes) -> bool:
    try:
        msgspec.json.decode(data)
    except msgspec.DecodeError:
        return False
    return True
