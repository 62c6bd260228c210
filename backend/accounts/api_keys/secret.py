"""The secret of an API key: 256 random bits behind a prefix by which it is recognised. Only its keyed hash is kept."""

import re
import secrets as randomness

PREFIX = "fl_live_"
SHOWN = len(PREFIX) + 6
_SECRET = re.compile(r"(fl_live_)[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """A secret that nobody has."""
    return PREFIX + randomness.token_urlsafe(32)


def shown(secret: str) -> str:
    """The beginning by which people tell their keys apart."""
    return secret[:SHOWN]


def is_secret(token: str) -> bool:
    """Whether a token could be the secret of a key."""
    return _SECRET.fullmatch(token) is not None


def without_secrets(text: str) -> str:
    """A text that may quote what somebody sent, with every secret in it made unreadable."""
    return _SECRET.sub(r"\1...", text)


def holds_secret(text: str) -> bool:
    """Whether somebody pasted a secret into a text that others may read."""
    return _SECRET.search(text) is not None
