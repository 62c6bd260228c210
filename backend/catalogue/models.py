"""Adding, changing and switching models, each with its audit event."""

from uuid import UUID

from msgspec import UNSET, UnsetType, structs
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, Operator, State, changed, record_by
from backend.admin.writes import require
from backend.catalogue import admin_repository as repository
from backend.catalogue.errors import ModelUnpriced
from backend.catalogue.prices import check_prices, missing_buckets
from backend.catalogue.repository import take_turns
from backend.catalogue.tables import Model, ModelPrice
from backend.catalogue.views import prices_of
from backend.columns import new_id
from backend.errors import Conflict, InvalidRequest, NotFound
from shared.catalogue import Activation, ModelWrite, Prices

_REQUIRED = ("provider_id", "name", "display_name", "family", "context_window", "max_output_tokens")
_PLAIN = (
    "provider_id",
    "display_name",
    "upstream_name",
    "family",
    "model_type",
    "context_window",
    "max_output_tokens",
    "supports_images",
    "capabilities",
    "latency_tier",
    "quality",
    "tags",
)


async def add_model(
    session: AsyncSession, wanted: ModelWrite, author: Author | Operator, *, source: str | None = None
) -> UUID:
    """A new model, not active; `source` says where its facts are from. Raises `InvalidRequest` and `Conflict`."""
    require(wanted, _REQUIRED)
    prices = _prices(wanted)
    facts = _facts(wanted)
    name = str(wanted.name)
    await take_turns(session)
    await _check_provider(session, wanted.provider_id)
    if await repository.model_named(session, name) is not None:
        raise Conflict(f"There is a model named {name} already.")
    facts.setdefault("upstream_name", name)
    model = Model(id=new_id(), name=name, source=source or f"Added by {author.name}.", **facts)
    _check_limits(model)
    session.add(model)
    await session.flush()
    if prices is not None:
        await _add_prices(session, model.id, prices, 1)
    after: State = {"name": name, **facts, "prices": _shown(prices)}
    _record(session, author, "model.added", model, wanted.reason, None, after)
    return model.id


async def change_model(session: AsyncSession, model_id: UUID, wanted: ModelWrite, author: Author | Operator) -> None:
    """Changes what is named; prices become a new version. Raises `NotFound`, `InvalidRequest` and `Conflict`."""
    prices = _prices(wanted)
    facts = _facts(wanted)
    model = await _locked(session, model_id)
    if wanted.name not in (UNSET, model.name):
        raise InvalidRequest("A model keeps its name: plans and past calls know it by it. Add a new model instead.")
    if "provider_id" in facts:
        await _check_provider(session, wanted.provider_id)
    in_force = await repository.price_in_force(session, model.id)
    old_prices = prices_of(in_force)
    new_prices = old_prices if prices is None else prices
    before: State = {name: getattr(model, name) for name in facts} | {"prices": _shown(old_prices)}
    for name, value in facts.items():
        setattr(model, name, value)
    _check_limits(model)
    missing = missing_buckets(new_prices, model.model_type)
    if model.active and missing:
        raise ModelUnpriced(f"{model.name} is active and would have no price for {_and(missing)}. Turn it off first.")
    was, is_ = changed(before, facts | {"prices": _shown(new_prices)})
    if not is_:
        return
    session.add(model)
    if prices is not None and "prices" in is_:
        await _add_prices(session, model.id, prices, 1 if in_force is None else in_force.version + 1)
    _record(session, author, "model.changed", model, wanted.reason, was, is_)


async def switch_model(session: AsyncSession, model_id: UUID, wanted: Activation, author: Author | Operator) -> None:
    """Turns a model on or off. Raises `NotFound`, and `ModelUnpriced` when a needed price is missing."""
    model = await _locked(session, model_id)
    prices = prices_of(await repository.price_in_force(session, model.id))
    missing = missing_buckets(prices, model.model_type)
    if wanted.active and missing:
        raise ModelUnpriced(
            f"{model.name} has no price for {_and(missing)}. Set the price, then turn the model on.",
            details={"missing": missing},
        )
    if model.active == wanted.active:
        return
    model.active = wanted.active
    session.add(model)
    action = "model.activated" if wanted.active else "model.deactivated"
    _record(session, author, action, model, wanted.reason, {"active": not wanted.active}, {"active": wanted.active})


def _facts(wanted: ModelWrite) -> State:
    given: State = {name: value for name in _PLAIN if (value := getattr(wanted, name)) is not UNSET}
    for several in ("capabilities", "tags"):
        if several in given:
            given[several] = list(dict.fromkeys(given[several]))
    if not isinstance(wanted.limits, UnsetType):
        given["limits"] = {name: limit for name, limit in structs.asdict(wanted.limits).items() if limit is not None}
    return given


def _prices(wanted: ModelWrite) -> Prices | None:
    if isinstance(wanted.prices, UnsetType):
        return None
    check_prices(wanted.prices)
    return wanted.prices


def _shown(prices: Prices | None) -> State | None:
    """The prices there are, as the audit log keeps them: equal amounts read the same."""
    if prices is None:
        return None
    return {name: f"{price.normalize():f}" for name, price in structs.asdict(prices).items() if price is not None}


def _check_limits(model: Model) -> None:
    if model.max_output_tokens > model.context_window:
        raise InvalidRequest("The longest answer cannot be longer than the context window.")


async def _check_provider(session: AsyncSession, provider_id: UUID | UnsetType) -> None:
    if isinstance(provider_id, UnsetType) or not await repository.has_provider(session, provider_id):
        raise InvalidRequest("There is no such provider. GET /api/admin/providers lists them.")


async def _locked(session: AsyncSession, model_id: UUID) -> Model:
    model = await repository.locked_model(session, model_id)
    if model is None:
        raise NotFound("There is no such model.")
    return model


async def _add_prices(session: AsyncSession, model_id: UUID, prices: Prices, version: int) -> None:
    session.add(ModelPrice(model_id=model_id, version=version, **structs.asdict(prices)))
    await session.flush()


def _and(names: list[str]) -> str:
    return " and ".join(names)


def _record(
    session: AsyncSession,
    author: Author | Operator,
    action: str,
    model: Model,
    reason: str,
    before: State | None,
    after: State | None,
) -> None:
    record_by(
        session,
        author,
        action=action,
        subject_kind="model",
        subject_id=model.id,
        subject=model.name,
        reason=reason,
        before=before,
        after=after,
    )
