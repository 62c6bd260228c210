"""What somebody can put where a request names its model. Pure."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.assistants.pick import wanted_assistant
from backend.catalogue.aliases import ASSISTANT_PREFIX
from backend.catalogue.snapshot import Assistant, Catalogue, Model
from backend.chat.plan import require_usable
from backend.columns import made_at
from backend.entitlements.plans import AUTO, Entitlement
from backend.errors import AppError, NotFound
from shared.catalogue import Capability

OURS = "fairlead"
"""Whose a name is that stands for no one model."""
ALWAYS = UUID(int=0)


class Named(Struct, frozen=True, kw_only=True):
    """A name and what is behind it. `among` are the models that may answer, at least one; `id` is of what is meant.

    `stands_for` is what an alias was made for, None for a name of its own.
    """

    name: str
    display_name: str
    owner: str
    id: UUID
    among: tuple[Model, ...]
    stands_for: str | None = None

    @property
    def made_at(self) -> datetime:
        """When it came into the catalogue; the epoch for `auto`, which always was."""
        return made_at(self.id)

    @property
    def model_type(self) -> str:
        """What is made: all that may answer make the same."""
        return self.among[0].model_type

    @property
    def context_window(self) -> int:
        """Tokens that the roomiest reads."""
        return max(model.context_window for model in self.among)

    @property
    def max_output_tokens(self) -> int:
        """Tokens that the most talkative writes."""
        return max(model.max_output_tokens for model in self.among)

    @property
    def capabilities(self) -> list[Capability]:
        """What one of them can do: whoever needs it is sent there."""
        return sorted(frozenset[Capability]().union(*(model.capabilities for model in self.among)))


def names_for(catalogue: Catalogue, entitlement: Entitlement, organisation_id: UUID) -> list[Named]:
    """All names that can be used now, `auto` and the assistants first."""
    families = (f"{ASSISTANT_PREFIX}{a.family}" for a in catalogue.assistants if a.enabled and a.family != AUTO)
    aliases = (alias for organisation, alias in catalogue.aliases if organisation in (None, organisation_id))
    names = dict.fromkeys((AUTO, *families, *(model.name for model in catalogue.models), *sorted(aliases)))
    found = []
    for name in names:
        try:
            found.append(named(name, catalogue, entitlement, organisation_id))
        except AppError:
            continue
    return found


def named(name: str, catalogue: Catalogue, entitlement: Entitlement, organisation_id: UUID) -> Named:
    """What is behind a name, or the id of a model.

    Raises `NotFound`, `PlanForbidsFamily`, `PlanForbidsModel` or `ModelDisabled`.
    """
    meant = catalogue.meant_by(name, organisation_id)
    stands_for = meant if meant != name else None
    if meant == AUTO or meant.startswith(ASSISTANT_PREFIX):
        assistant = wanted_assistant(catalogue, entitlement, meant.removeprefix(ASSISTANT_PREFIX))
        return _chosen_later(name, assistant, catalogue, entitlement, stands_for)
    model = catalogue.model(meant)
    if model is None:
        raise NotFound("There is no such model. GET /v1/models lists those you can use.")
    require_usable(model, catalogue, entitlement)
    return Named(
        name=name if stands_for else model.name,
        display_name=model.display_name,
        owner=model.provider.name,
        id=model.id,
        among=(model,),
        stands_for=stands_for,
    )


def _chosen_later(
    name: str, assistant: Assistant | None, catalogue: Catalogue, entitlement: Entitlement, stands_for: str | None
) -> Named:
    among = [model for model in catalogue.models if model.model_type == "chat" and model.usable]
    allowed = tuple(model for model in among if entitlement.allows_model(model))
    if not allowed:
        raise NotFound("No chat model can be used at the moment, so that there is none to choose from.")
    return Named(
        name=name,
        display_name="Auto" if assistant is None else assistant.name,
        owner=OURS,
        id=ALWAYS if assistant is None else assistant.id,
        among=allowed,
        stands_for=stands_for,
    )
