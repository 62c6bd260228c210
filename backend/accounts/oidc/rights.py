"""What a provider's groups give. Pure.

Groups decide at every sign-in, with one exception: what an admin gave by hand beyond them stays. To tell the two
apart, what the groups gave is remembered with the person's identity.
"""

from msgspec import Struct

from backend.accounts.oidc.settings import OpenIdProvider
from shared.accounts import UserRole

_RANK = {UserRole.USER: 0, UserRole.SUPPORT: 1, UserRole.ADMIN: 2}


class Held(Struct, frozen=True, kw_only=True):
    """A right as it is now, and as far as the groups gave it."""

    now: str
    given: str | None


def role(groups: frozenset[str] | None, provider: OpenIdProvider, held: Held) -> Held:
    """The highest role of the groups; a higher one that an admin gave stays. Unchanged without groups or a map."""
    if groups is None or not provider.role_map:
        return held
    roles = [role for group, role in provider.role_map if group in groups]
    wanted = max(roles, key=_RANK.__getitem__, default=UserRole.USER)
    by_hand = held.now != held.given and _RANK[UserRole(held.now)] > _RANK[wanted]
    return _after(held, wanted.value, by_hand)


def plan(groups: frozenset[str] | None, provider: OpenIdProvider, held: Held, default: str) -> Held:
    """The plan of the first entry that fits, else the default; another one that an admin gave stays."""
    if groups is None or not provider.plan_map:
        return held
    wanted = next((plan for group, plan in provider.plan_map if group in groups), default)
    by_hand = held.now not in (held.given, default, wanted)
    return _after(held, wanted, by_hand)


def _after(held: Held, wanted: str, by_hand: bool) -> Held:
    if by_hand:
        return Held(now=held.now, given=None)
    if held.now == wanted:  # whoever gave it first
        return held if held.given == held.now else Held(now=held.now, given=None)
    return Held(now=wanted, given=wanted)
