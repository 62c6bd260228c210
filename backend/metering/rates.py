"""Rate windows: who is counted, by what, and what the caller is told. Pure."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from time import time
from typing import Literal
from uuid import UUID

from msgspec import Struct

from backend.accounts.identity import Identity, KeyFacts
from shared.plans import PlanLimits

Kind = Literal["chat", "precheck", "embedding", "image", "upload", "guard"]

MINUTE, HOUR, DAY = 60, 3_600, 86_400
UNLIMITED = 1_000_000_000_000
ADDRESS_REQUESTS_PER_MINUTE: dict[Kind, int] = {
    "chat": 600,
    "precheck": 1200,
    "embedding": 1200,
    "image": 120,
    "upload": 600,
    "guard": 600,
}
UPLOADS_PER_MINUTE = 60
"""Of one person: reading files is costly."""
SLOWED_PER_MINUTE = 40
"""Requests of somebody without a limit, before they are divided for somebody who is slowed."""
_IPV6_SITE_BITS = 64


class Window(Struct, frozen=True):
    """At most `requests` and `tokens` in each `seconds` for whatever `key` names."""

    key: str
    seconds: int
    requests: int
    tokens: int


class WindowState(Struct, frozen=True, kw_only=True):
    """A window after a request was counted; `reset` is in epoch seconds."""

    key: str
    seconds: int
    reset: int
    requests: int
    requests_left: int
    tokens: int
    tokens_left: int


def windows(kind: Kind, identity: Identity, limits: PlanLimits, address: str, slow_by: int = 1) -> list[Window]:
    """The windows one request counts in: the person's, the API key's, and the address's where it is known.

    People have windows of each kind, a key has one set for everything it asks, in which what the guard is asked about
    is counted already. Embeddings, and the guard, count by the limits of chat. The limits of the person and the key are
    divided by `slow_by`.
    """
    requests = {
        "chat": limits.requests_per_minute,
        "precheck": limits.prechecks_per_minute,
        "embedding": limits.requests_per_minute,
        "image": limits.images_per_minute,
        "upload": UPLOADS_PER_MINUTE,
        "guard": limits.requests_per_minute,
    }[kind]
    tokens = limits.tokens_per_minute if kind in ("chat", "embedding") else None
    found = [Window(_user_key(kind, identity.user_id), MINUTE, requests or UNLIMITED, tokens or UNLIMITED)]
    if identity.key is not None and kind != "guard":
        found += _key_windows(identity.key)
    if slow_by > 1:
        found = [_slower(window, slow_by) for window in found]
    if address:
        found.append(Window(f"{kind} address {site(address)}", MINUTE, ADDRESS_REQUESTS_PER_MINUTE[kind], UNLIMITED))
    return found


def _slower(window: Window, by: int) -> Window:
    requests = SLOWED_PER_MINUTE * window.seconds // MINUTE if window.requests == UNLIMITED else window.requests
    tokens = window.tokens if window.tokens == UNLIMITED else max(1, window.tokens // by)
    return Window(window.key, window.seconds, max(1, requests // by), tokens)


def _user_key(kind: Kind, user_id: UUID) -> str:
    return f"{kind} user {user_id}"


def _key_windows(key: KeyFacts) -> list[Window]:
    limits = {MINUTE: key.limits.per_minute, HOUR: key.limits.per_hour, DAY: key.limits.per_day}
    return [Window(f"any key {key.id} {span}", span, most, UNLIMITED) for span, most in limits.items()]


def site(address: str) -> str:
    """What counts as one address: an IPv6 customer has a whole /64."""
    try:
        parsed = ip_address(address)
    except ValueError:  # a peer without an address, as other servers than ours may name it
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> _IPV6_SITE_BITS << _IPV6_SITE_BITS))


def rate_headers(states: list[WindowState]) -> dict[str, str]:
    """`x-ratelimit-*-requests` and `-tokens` for the person's window, and `x-ratelimit-*` for the tightest one.

    With an API key the requests are those of the key's minute. Resets of the former are durations, of the latter
    epoch seconds.
    """
    if not states:
        return {}
    tightest = min(states, key=lambda s: s.requests_left / s.requests)
    mine = next((s for s in states if " user " in s.key), tightest)
    asked = next((s for s in states if " key " in s.key and s.seconds == MINUTE), mine)
    return {
        "x-ratelimit-limit-requests": str(asked.requests),
        "x-ratelimit-remaining-requests": str(max(0, asked.requests_left)),
        "x-ratelimit-reset-requests": _duration(asked.reset),
        "x-ratelimit-limit-tokens": str(mine.tokens),
        "x-ratelimit-remaining-tokens": str(max(0, mine.tokens_left)),
        "x-ratelimit-reset-tokens": _duration(mine.reset),
        "x-ratelimit-limit": str(tightest.requests),
        "x-ratelimit-remaining": str(max(0, tightest.requests_left)),
        "x-ratelimit-reset": str(tightest.reset),
        "x-ratelimit-window": str(tightest.seconds),
    }


def _duration(reset: int) -> str:
    minutes, rest = divmod(max(0, round(reset - time())), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
