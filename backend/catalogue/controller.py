"""The models somebody may use."""

from typing import Annotated, Literal

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.catalogue.cache import CatalogueCache
from backend.catalogue.views import model_for
from backend.openapi import errors
from shared.catalogue import ModelView
from shared.paths import MODELS
from shared.wire import Page

Include = Annotated[
    Literal["locked"] | None,
    QueryParameter(required=False, description="`locked` adds the others, and why."),
]


class ModelsController(Controller):
    """Models as people choose them; without prices."""

    path = MODELS
    guards = [signed_in]
    tags = ["Assistants and models"]

    @get(operation_id="ListModels", summary="Models you can use now", responses=errors(400, 401))
    async def index(
        self, identity: NamedDependency[Identity], catalogue: NamedDependency[CatalogueCache], include: Include = None
    ) -> Page[ModelView]:
        """Those that chat, by name. With `include=locked` also the others, each with `why` and the plan that has it."""
        current = catalogue.current
        entitlement = identity.entitlement(current)
        writers = [model for model in current.models if model.model_type == "chat"]
        models = [model_for(model, entitlement, current.plans) for model in writers]
        return Page(items=[model for model in models if model.available or include is not None])
