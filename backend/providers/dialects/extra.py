"""Fields of OpenAI's chat request that came with a call and that only some dialects know."""

from collections.abc import Mapping

import msgspec
from msgspec import Raw

_text = msgspec.json.Decoder(str).decode


def said(extra: Mapping[str, Raw] | None, name: str) -> Raw | None:
    """The field's JSON; None when it is absent or null."""
    value = extra.get(name) if extra else None
    return None if value is None or bytes(value) == b"null" else value


def text_of(extra: Mapping[str, Raw] | None, name: str) -> str | None:
    """The field's text; None when it is absent or no text."""
    value = said(extra, name)
    try:
        return None if value is None else _text(value)
    except (msgspec.DecodeError, ValueError):
        return None
