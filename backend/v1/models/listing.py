"""From names to lists of models, whole or in pages. Pure."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from backend.errors import InvalidRequest
from backend.v1.models.names import Named
from backend.v1.models.wire import AnthropicModel, AnthropicModelList, ModelList, ModelObject, ModelType

ANTHROPICS_LIMIT = 20
"""How many models Anthropic's list has when nothing is said: docs.anthropic.com/en/api/models-list."""


class Asked(Struct, frozen=True, kw_only=True):
    """Which part of the list is wanted; `limit` None for all of it."""

    limit: int | None = None
    after_id: str | None = None
    before_id: str | None = None


def model_object(named: Named) -> ModelObject:
    """A model as OpenAI's clients know it."""
    return ModelObject(
        id=named.name,
        created=int(named.made_at.timestamp()),
        owned_by=named.owner,
        display_name=named.display_name,
        model_type=msgspec.convert(named.model_type, ModelType),
        context_window=named.context_window,
        max_output_tokens=named.max_output_tokens,
        capabilities=named.capabilities,
        alias_of=named.stands_for,
    )


def anthropic_model(named: Named) -> AnthropicModel:
    """A model as Anthropic's clients know it."""
    return AnthropicModel(
        id=named.name,
        display_name=named.display_name,
        created_at=named.made_at,
        max_input_tokens=named.context_window,
        max_tokens=named.max_output_tokens,
    )


def model_list(names: Sequence[Named], asked: Asked) -> ModelList:
    """OpenAI's list; all of it where nothing else is asked for. Raises `InvalidRequest`."""
    part, more = _part(names, asked)
    first, last = _ends(part)
    return ModelList(data=list(map(model_object, part)), first_id=first, last_id=last, has_more=more)


def anthropic_model_list(names: Iterable[Named], asked: Asked) -> AnthropicModelList:
    """Anthropic's list, of what can be talked to. Raises `InvalidRequest`."""
    talking = [named for named in names if named.model_type == "chat"]
    limit = ANTHROPICS_LIMIT if asked.limit is None else asked.limit
    part, more = _part(talking, msgspec.structs.replace(asked, limit=limit))
    first, last = _ends(part)
    return AnthropicModelList(data=list(map(anthropic_model, part)), first_id=first, last_id=last, has_more=more)


def _part(names: Sequence[Named], asked: Asked) -> tuple[Sequence[Named], bool]:
    """The part that was asked for, and whether there is more in that direction."""
    if asked.after_id is not None and asked.before_id is not None:
        raise InvalidRequest("Give after_id or before_id, not both.")
    limit = len(names) if asked.limit is None else asked.limit
    if asked.before_id is not None:
        before = names[: _place(names, asked.before_id, "before_id")]
        return before[max(0, len(before) - limit) :], len(before) > limit
    after = names if asked.after_id is None else names[_place(names, asked.after_id, "after_id") + 1 :]
    return after[:limit], len(after) > limit


def _place(names: Sequence[Named], id: str, field: str) -> int:
    for place, named in enumerate(names):
        if named.name == id:
            return place
    raise InvalidRequest(f"{field} is no model of this list.")


def _ends(part: Sequence[Named]) -> tuple[str | None, str | None]:
    return (part[0].name, part[-1].name) if part else (None, None)
