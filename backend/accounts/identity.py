"""Who is asking."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from backend.catalogue.snapshot import Catalogue
from backend.entitlements.plans import Entitlement, entitle
from backend.errors import Unavailable
from shared.accounts import UserRole
from shared.plans import Overrides

_RANK = {UserRole.USER: 0, UserRole.SUPPORT: 1, UserRole.ADMIN: 2}


class Identity(Struct, frozen=True, kw_only=True):
    """A signed-in person with what decisions need; `version` tells whether it is still true.

    `caller` keeps idempotency keys apart: the person's id, or the API key's.
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

    def may_act_as(self, role: UserRole) -> bool:
        """Whether this role includes another."""
        return _RANK[self.role] >= _RANK[role]

    def entitlement(self, catalogue: Catalogue) -> Entitlement:
        """What the person may use under the plans as they are now."""
        plan = catalogue.plan(self.plan_id)
        if plan is None:
            raise Unavailable("Your plan is being changed. Try again in a moment.", retry_after=1)
        return entitle(plan, self.overrides)
