"""The assistant families somebody can choose."""

from litestar import Controller, get
from litestar.di import NamedDependency

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.assistants.views import assistant_for
from backend.catalogue.cache import CatalogueCache
from backend.entitlements.plans import AUTO
from backend.openapi import errors
from shared.catalogue import AssistantView
from shared.paths import ASSISTANTS
from shared.wire import Page


class AssistantsController(Controller):
    """Assistants as people choose them."""

    path = ASSISTANTS
    guards = [signed_in]
    tags = ["Assistants and models"]

    @get(operation_id="ListAssistants", summary="Assistants you can choose", responses=errors(401))
    async def index(
        self, identity: NamedDependency[Identity], catalogue: NamedDependency[CatalogueCache]
    ) -> Page[AssistantView]:
        """Auto first; those that the plan lacks are locked, with the lowest plan that has them."""
        current = catalogue.current
        entitlement = identity.entitlement(current)
        enabled = sorted((a for a in current.assistants if a.enabled), key=lambda a: a.family != AUTO)
        return Page(items=[assistant_for(assistant, entitlement, current.plans) for assistant in enabled])
