"""One question to the guard: whom to ask, the attempts, and what they cost."""

import asyncio
from decimal import Decimal
from uuid import UUID

from msgspec import Struct, structs

from backend.catalogue.snapshot import Catalogue, Model, Provider
from backend.columns import new_id
from backend.metering.pricing import ZERO, raw_cost
from backend.metering.records import AttemptRecord, CostDocument
from backend.precheck.risk.suspicion import Suspicion
from backend.precheck.risk.verdict import Unreadable, chat_call, of_chat, of_moderation
from backend.precheck.tokens.estimate import estimate_tokens
from backend.providers.calls import Moderated, ModerationCall, Reply, Target, TokenUsage
from backend.providers.circuit_book import CircuitBook
from backend.providers.engine import ProviderClient
from backend.providers.errors import ProviderError, TimedOut
from shared.admin import Factor
from shared.catalogue import Capability
from shared.risks import GuardSettings

MODERATION_MODEL = "omni-moderation-latest"
_OPERATORS = Factor(name="guard, paid by the operator", value=ZERO)


class NoPost(Exception):
    """Nobody can be asked as things are configured; says why."""


class Post(Struct, frozen=True, kw_only=True):
    """Whom to ask: `called` is what the provider calls the model, `model` None where it is none of the catalogue."""

    provider: Provider
    called: str
    model: Model | None
    settings: GuardSettings


class Tried(Struct, frozen=True, kw_only=True):
    """One attempt: what it found, or why it found nothing (in words that quote nothing)."""

    record: AttemptRecord
    found: tuple[Suspicion, ...] = ()
    fault: str = ""
    reply: Reply | None = None


def post_of(catalogue: Catalogue) -> Post:
    """Whom the settings name. A guard need not be active: nobody else may ask it then. Raises `NoPost`."""
    settings = catalogue.guard
    if settings.kind == "moderation":
        provider = next((p for p in catalogue.providers if p.name == settings.provider), None)
        if provider is None:
            raise NoPost("its provider is gone")
        model, called = None, settings.model or MODERATION_MODEL
    else:
        model = catalogue.model(settings.model or "")
        if model is None or model.price is None:
            raise NoPost("its model is gone" if model is None else "its model has no prices")
        provider, called = model.provider, model.upstream_name
    if provider.why is not None:
        raise NoPost("its provider cannot be used")
    return Post(provider=provider, called=called, model=model, settings=settings)


async def put(client: ProviderClient, circuits: CircuitBook, post: Post, text: str) -> list[Tried]:
    """Asks the endpoints in turn until one answers, within the time limit of all. None where every circuit is open."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    tried: list[Tried] = []
    for endpoint in post.provider.endpoints:
        left = began + post.settings.time_limit - loop.time()
        permit = circuits.take(endpoint.id) if left > 0 else None
        if permit is None:
            continue
        started = loop.time()
        failure: ProviderError | None = None
        told: Reply | Moderated | None = None
        try:
            async with asyncio.timeout(left):
                told = await _ask(client, _target(post, endpoint.base_url), post, text, left)
        except TimeoutError:
            failure = TimedOut("first_byte")
        except ProviderError as error:
            failure = error
        except BaseException:
            circuits.let_go(endpoint.id, permit)
            raise
        if failure is None:
            circuits.succeeded(endpoint.id, permit)
        else:
            circuits.failed(endpoint.id, failure, permit)
        times = (round((started - began) * 1000), round((loop.time() - started) * 1000))
        tried.append(_tried(post, endpoint.id, len(tried) + 1, times, told, failure))
        if failure is None or not failure.try_next_route:
            break
    return [*tried[:-1], _final(tried[-1])] if tried else []


def cost(post: Post, tried: Tried, text: str) -> CostDocument | None:
    """What the operator owes for an answer; None where nothing is. It is displayed, and charged, as nothing."""
    if tried.reply is None or post.model is None or post.model.price is None:
        return None
    usage = tried.reply.usage
    counted = usage or TokenUsage(input=estimate_tokens(text), output=estimate_tokens(tried.reply.text))
    raw = raw_cost(counted, post.model.price)
    return CostDocument(
        model_call_id=tried.record.id,
        raw_cost=raw.total,
        multiplier=ZERO,
        factors=(_OPERATORS,),
        credits_per_dollar=Decimal(1),
        display_cost=ZERO,
        price_version=post.model.price.version,
        buckets=raw.buckets,
        estimated=usage is None,
        provider_cost=tried.reply.provider_cost,
    )


async def _ask(client: ProviderClient, target: Target, post: Post, text: str, within: float) -> Reply | Moderated:
    if post.settings.kind == "moderation":
        return await client.moderate(target, ModerationCall(model=post.called, texts=(text,)), within=within)
    schema = post.model is not None and Capability.JSON in post.model.capabilities
    call = chat_call(post.called, text, post.settings.format, schema=schema)
    return await client.complete(target, call, within=within)


def _target(post: Post, base_url: str) -> Target:
    provider = post.provider
    target = Target(
        provider=provider.name,
        dialect=provider.dialect,
        base_url=base_url,
        api_key=provider.api_key,
        allow_private_network=provider.allow_private_network,
    )
    return target if post.model is None else structs.replace(target, limits=post.model.limits)


def _tried(
    post: Post,
    endpoint_id: UUID,
    number: int,
    times: tuple[int, int],
    told: Reply | Moderated | None,
    failure: ProviderError | None,
) -> Tried:
    found: tuple[Suspicion, ...] = ()
    fault, code = (failure.sentence, failure.code.value) if failure is not None else ("", None)
    try:
        if isinstance(told, Reply):
            found = of_chat(told.text, post.settings.format)
        elif told is not None:
            found = of_moderation(told.texts)
    except Unreadable as unreadable:
        fault, code = f"The guard's answer is no verdict: {unreadable}.", "provider_failed"
    reply = told if isinstance(told, Reply) else None
    usage = reply.usage if reply is not None else None
    record = AttemptRecord(
        id=new_id(),
        attempt=number,
        provider=post.provider.name,
        model=post.model.name if post.model is not None else post.called,
        model_id=post.model.id if post.model is not None else None,
        status="failed" if fault else "answered",
        final=False,
        error_code=code,
        fault=fault or None,
        started_ms=times[0],
        latency_ms=times[1],
        first_token_ms=None,
        input_tokens=usage.input if usage else None,
        cached_input_tokens=usage.cached_input if usage else None,
        cache_write_tokens=usage.cache_write if usage else None,
        output_tokens=usage.output if usage else None,
        reasoning_tokens=usage.reasoning if usage else None,
        estimated=reply is not None and usage is None,
        provider_request_id=told.provider_request_id if told is not None else None,
        provider_cost=reply.provider_cost if reply is not None else None,
        endpoint_id=endpoint_id,
        may_have_run=failure.may_have_run if failure is not None else False,
    )
    return Tried(record=record, found=found, fault=fault, reply=reply)


def _final(tried: Tried) -> Tried:
    return structs.replace(tried, record=structs.replace(tried.record, final=True))
