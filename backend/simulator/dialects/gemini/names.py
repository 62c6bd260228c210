"""Names of fields: camelCase, though snake_case is read as well (protobuf.dev/programming-guides/json).

Google's own client mixes both.
"""

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

Body = TypeVar("Body")

_SNAKE = re.compile(r"_([a-z0-9])")
_FREE = {
    "args",
    "response",
    "parameters",
    "parametersJsonSchema",
    "responseSchema",
    "responseJsonSchema",
}
"""Fields whose content has names of its own."""


def decoder(type: type[Body]) -> Callable[[bytes], Body]:
    """Decodes a body however its fields are written; the slow way only when the quick one fails."""
    decode = msgspec.json.Decoder(type).decode

    def decode_either(body: bytes) -> Body:
        try:
            return decode(body)
        except msgspec.ValidationError:
            return msgspec.convert(_camel(msgspec.json.decode(body)), type)

    return decode_either


def camel(name: str) -> str:
    """`mime_type` as `mimeType`."""
    return _SNAKE.sub(lambda found: found[1].upper(), name)


def _camel(value: object) -> object:
    if isinstance(value, list):
        return [_camel(each) for each in value]
    if not isinstance(value, dict):
        return value
    named = {camel(name): each for name, each in value.items()}
    return {name: each if name in _FREE else _camel(each) for name, each in named.items()}
