"""GET /v1/models and /v1/models/{id}."""

from typing import Annotated, Any, cast

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, QueryParameter

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.catalogue.cache import CatalogueCache
from backend.openapi import errors
from backend.v1.messages.refusals import AnthropicError
from backend.v1.models.listing import Asked, anthropic_model, anthropic_model_list, model_list, model_object
from backend.v1.models.names import named, names_for
from backend.v1.models.refusals import ANTHROPIC_VERSION, by_client
from backend.v1.models.wire import AnthropicModel, AnthropicModelList, ModelList, ModelObject
from backend.v1.refusals import OpenAIError
from shared.paths import MODEL_NAMES

Version = Annotated[
    str | None,
    HeaderParameter(name=ANTHROPIC_VERSION, required=False, description="With any, the answer is in Anthropic's form."),
]
Limit = Annotated[
    int | None,
    QueryParameter(required=False, ge=1, le=1000, description="At most so many; else all, or Anthropic's 20."),
]
Beside = Annotated[str | None, QueryParameter(required=False, max_length=200, description="A model's id.")]


EITHER = cast("type[Any]", OpenAIError | AnthropicError)


def _refusals(*statuses: int) -> dict[int, ResponseSpec]:
    return {
        status: ResponseSpec(data_container=EITHER, description=known.description, generate_examples=False)
        for status, known in errors(*statuses).items()
    }


class ModelNamesController(Controller):
    """What requests may name as their model, for clients of OpenAI or, by a header, of Anthropic. Without prices."""

    path = MODEL_NAMES
    tags = ["OpenAI"]
    guards = [signed_in]
    exception_handlers = by_client()

    @get(operation_id="ModelNames", summary="List the models you can name", responses=_refusals(400, 401, 503))
    async def index(
        self,
        identity: NamedDependency[Identity],
        catalogue: NamedDependency[CatalogueCache],
        version: Version = None,
        limit: Limit = None,
        after_id: Beside = None,
        before_id: Beside = None,
    ) -> ModelList | AnthropicModelList:
        """Those of your plan and key: `auto`, `assistant:<family>`, models of the catalogue, and aliases of yours."""
        current = catalogue.current
        names = names_for(current, identity.entitlement(current), identity.organisation_id)
        asked = Asked(limit=limit, after_id=after_id, before_id=before_id)
        return model_list(names, asked) if version is None else anthropic_model_list(names, asked)

    @get(
        "/{model_id:path}",
        operation_id="ModelName",
        summary="Show a model by name",
        responses=_refusals(400, 401, 404, 409, 503),
    )
    async def show(
        self,
        model_id: FromPath[str],
        identity: NamedDependency[Identity],
        catalogue: NamedDependency[CatalogueCache],
        version: Version = None,
    ) -> ModelObject | AnthropicModel:
        """A name may hold slashes."""
        current = catalogue.current
        found = named(model_id.removeprefix("/"), current, identity.entitlement(current), identity.organisation_id)
        return model_object(found) if version is None else anthropic_model(found)
