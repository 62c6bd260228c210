"""Keeping holds honest: leases of running requests, and what crashed processes left."""

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import msgspec
import psycopg
import structlog

from backend.columns import new_id
from backend.metering import estimates_repository, repository
from backend.metering.records import LOST, AttemptRecord, MessageDocument, SettlementRecord
from backend.metering.repository import Orphan
from backend.metering.token_ratios import moved, ratio_in_force
from shared.admin import RouteDecision
from shared.errors import ErrorBody, ErrorCode
from shared.messages import MessageState

if TYPE_CHECKING:
    from backend.services import Services

log = structlog.get_logger()


async def renew_leases(services: "Services") -> None:
    """Says which of this process's requests still run or wait to be settled; no other hold is kept.

    Stops those of which nobody wants more, should this process not have been told.
    """
    alive = services.generations.request_ids | services.errands.request_ids | services.settler.request_ids
    seconds = services.settings.lease_seconds
    held = await repository.renew_leases(services.database, services.process_id, alive, seconds)
    for request_id, stop in held.items():
        if stop:
            services.generations.cancel(request_id)
            services.errands.cancel(request_id)


class Orphans(NamedTuple):
    """Requests that nobody carried out any more: those that were ended, and those that could not be."""

    settled: list[UUID]
    left: list[UUID]


async def settle_orphans(services: "Services") -> Orphans:
    """Ends requests that nobody carries out any more: their holds are released and nothing is charged."""
    done = Orphans([], [])
    for orphan in await repository.orphans(services.database, services.settings.lease_seconds):
        try:
            ended = await repository.settle(services.database, [_interrupted(orphan, services)])
        except psycopg.OperationalError:
            raise
        except Exception:
            log.exception("orphan_left", request_id=str(orphan.request_id))
            done.left.append(orphan.request_id)
        else:
            if ended[orphan.request_id].settled:
                log.warning("orphan_settled", request_id=str(orphan.request_id))
                done.settled.append(orphan.request_id)
    return done


async def correct_estimates(services: "Services") -> None:
    """Writes down how many tokens providers counted against what was estimated, and says so where it matters.

    What cannot be written now is written the next time. Processes read a ratio again only once it has moved visibly.
    """
    samples = services.tokens.take()
    if not samples:
        return
    try:
        ratios = await estimates_repository.add_samples(services.database, samples)
    except BaseException:
        services.tokens.put_back(samples)
        raise
    in_use = {model.id: model.token_ratio for model in services.catalogue.current.models}
    if any(moved(in_use[model_id], ratio_in_force(*ratio)) for model_id, ratio in ratios.items() if model_id in in_use):
        await estimates_repository.tell(services.database)


async def measure_answers(services: "Services") -> None:
    """Learns how long answers are, for estimates of what they will cost."""
    if await estimates_repository.measure_answers(services.database):
        await estimates_repository.tell(services.database)


async def purge(services: "Services") -> None:
    """Forgets old idempotency keys and rate windows."""
    await repository.purge(services.database)


def _interrupted(orphan: Orphan, services: "Services") -> SettlementRecord:
    route = msgspec.json.decode(orphan.route, type=RouteDecision)
    name = route.chain[0].model
    model = services.catalogue.current.model(name)
    return SettlementRecord(
        request_id=orphan.request_id,
        organisation_id=orphan.organisation_id,
        user_id=orphan.user_id,
        assistant=route.assistant,
        attempts=[
            AttemptRecord(
                id=new_id(),
                attempt=1,
                provider=route.chain[0].provider,
                model=name,
                model_id=model.id if model is not None else None,
                status="failed",
                final=True,
                error_code=ErrorCode.INTERRUPTED,
                fault="the process that ran it is gone",
                started_ms=0,
                latency_ms=0,
                first_token_ms=None,
            )
        ],
        cost=None,
        usage=None,
        message=MessageDocument(
            content="",
            state=MessageState.INTERRUPTED,
            model=name,
            reasons=route.reasons,
            notices=[],
            prompt_tokens=None,
            completion_tokens=None,
            estimated=False,
            finish_reason=None,
            latency_ms=0,
            first_token_ms=None,
            failure=ErrorCode.INTERRUPTED,
        ),
        result=None,
        lost=ErrorBody(code=ErrorCode.INTERRUPTED, message=LOST, retryable=True, request_id=str(orphan.request_id)),
    )
