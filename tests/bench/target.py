"""Who is asked: a server, how to ask it, and what it uses."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from tests.bench.connection import Connection
from tests.bench.machine import Usage

PROMPT = "Tell me about ropes and knots. " * 8
DIRECT_PATH = "/v1/chat/completions"

Ask = Callable[[str, bool, int], bytes]
"""The bytes of a request, by model, whether to stream, and the number of the asking connection."""


class Target(NamedTuple):
    """A server under test. `usage` is None when its process cannot be seen."""

    name: str
    host: str
    port: int
    ask: Ask
    usage: Usage | None

    async def connect(self, count: int, model: str, *, stream: bool) -> list[Connection]:
        """That many open connections, each with a request of its own."""
        return [await Connection.open(self.host, self.port, self.ask(model, stream, number)) for number in range(count)]


def post(host: str, path: str, body: object, key: str) -> bytes:
    """The bytes of a POST with JSON."""
    data = msgspec.json.encode(body)
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def openai(host: str, key: str) -> Ask:
    """Requests in OpenAI's dialect."""
    messages = [{"role": "user", "content": PROMPT}]

    def ask(model: str, stream: bool, _: int) -> bytes:
        body: dict[str, object] = {"model": model, "messages": messages, "stream": stream}
        if stream:
            body["stream_options"] = {"include_usage": True}
        return post(host, DIRECT_PATH, body, key)

    return ask
