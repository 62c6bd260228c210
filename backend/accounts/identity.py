"""Who is asking."""

from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

from backend.catalogue.snapshot import Catalogue
from backend.entitlements.plans import Entitlement, entitle
from backend.errors import Unavailable
from shared.accounts import UserRole
from shared.api_keys import KeyLimits, Scope
from shared.plans import Overrides

_RANK = {UserRole.USER: 0, UserRole.SUPPORT: 1, UserRole.ADMIN: 2}


class KeyFacts(Struct, frozen=True, kw_only=True):
    """What an API key may. `allowed_models` None means every model of its person's plan."""

    id: UUID
    scopes: frozenset[Scope]
    allowed_models: frozenset[str] | None
    limits: KeyLimits
    monthly_credits: Decimal | None


class Identity(Struct, frozen=True, kw_only=True):
    """A signed-in person with what decisions need; `version` tells whether it is still true.

    `caller` keeps idempotency keys apart: the person's id, or the API key's. A program that asks with a key is its
    person in the role `user`, with `key`, whose id then stands for the session's.
    """

    user_id: UUID
    organisation_id: UUID
    email: str
    name: str
    role: UserRole
    version: int
    plan_id: UUID
    overrides: Overrides
    session_id: UUID
    credential: Literal["cookie", "token", "key"]
    caller: UUID
    key: KeyFacts | None = None

    def may_act_as(self, role: UserRole) -> bool:
        """Whether this role includes another."""
        return _RANK[self.role] >= _RANK[role]

    def entitlement(self, catalogue: Catalogue) -> Entitlement:
        """What the person may use under the plans as they are now; with a key, no model that the key does not allow.

        Raises `Unavailable` while the person's plan is not in the catalogue.
        """
        plan = catalogue.plan(self.plan_id)
        if plan is None:
            raise Unavailable("Your plan is being changed. Try again in a moment.", retry_after=1)
        entitlement = entitle(plan, self.overrides)
        return entitlement if self.key is None else entitlement.within(self.key.allowed_models)
