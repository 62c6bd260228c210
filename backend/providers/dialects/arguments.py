"""The arguments of tool uses, which travel as JSON text with us and as objects in some dialects."""

import msgspec
from msgspec import Raw

from backend.providers.dialects.frames import UNREADABLE

NO_ARGUMENTS = "{}"

_object = msgspec.json.Decoder(dict[str, Raw])


def as_object(arguments: str) -> Raw:
    """The arguments as the object they are; other words, as some models write them, become one's only member."""
    if not arguments.strip():
        return Raw(NO_ARGUMENTS.encode())
    if is_object(arguments.encode()):
        return Raw(arguments.encode())
    return Raw(msgspec.json.encode({"arguments": arguments}))


def is_object(wire: bytes) -> bool:
    """Whether these bytes are one whole JSON object."""
    try:
        _object.decode(wire)
    except UNREADABLE:
        return False
    return True
