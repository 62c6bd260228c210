"""Whether this process is alive, ready and well, and its metrics."""

import asyncio
import hmac
from datetime import UTC, datetime
from importlib.metadata import version

import psycopg
import psycopg_pool
from litestar import Controller, MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct
from prometheus_client import CONTENT_TYPE_LATEST

from backend.accounts.guards import requires_role
from backend.catalogue.cache import CatalogueCache
from backend.chat.generations import Generations
from backend.database import Database, schema_state
from backend.errors import NotAllowed
from backend.metering.settlement import Settler
from backend.metrics import Metrics
from backend.openapi import OPEN, errors
from backend.settings import Settings
from shared.accounts import UserRole

VERSION = version("fairlead")


class Health(Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: str = "healthy"
    timestamp: datetime
    service: str = "fairlead"
    version: str = VERSION


class Readiness(Struct, frozen=True, kw_only=True):
    """Whether requests can be served: the database answers, its migrations are done, some model can be used."""

    ready: bool
    database: bool
    migrations: bool
    usable_models: int


class Details(Struct, frozen=True, kw_only=True):
    """The process from inside, for admins."""

    readiness: Readiness
    version: str
    catalogue_version: int
    active_requests: int
    unsettled: int
    pool: dict[str, int]


_NOT_READY = {503: ResponseSpec(data_container=Readiness, description="Not now, and why", generate_examples=False)}


class HealthController(Controller):
    """Open to everybody but the details."""

    path = "/"
    tags = ["Operating"]

    @get("/health", operation_id="Health", summary="Is the process alive?", security=OPEN)
    async def alive(self) -> Health:
        """Asks nothing of anything else."""
        return Health(timestamp=datetime.now(UTC))

    @get("/health/ready", operation_id="Ready", summary="Can requests be served?", security=OPEN, responses=_NOT_READY)
    async def ready(
        self, database: NamedDependency[Database], catalogue: NamedDependency[CatalogueCache]
    ) -> Response[Readiness]:
        """503 when not."""
        state = await _readiness(database, catalogue)
        return Response(state, status_code=200 if state.ready else 503)

    @get(
        "/health/detailed",
        operation_id="HealthDetailed",
        summary="The process from inside",
        guards=[requires_role(UserRole.ADMIN)],
        responses=errors(401, 403),
    )
    async def detailed(
        self,
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
        generations: NamedDependency[Generations],
        settler: NamedDependency[Settler],
    ) -> Details:
        """For admins."""
        return Details(
            readiness=await _readiness(database, catalogue),
            version=VERSION,
            catalogue_version=catalogue.current.version,
            active_requests=len(generations),
            unsettled=settler.waiting,
            pool=dict(database.pool.get_stats()),
        )

    @get(
        "/metrics",
        operation_id="Metrics",
        summary="Figures for Prometheus",
        security=[*OPEN, {"bearer": []}],
        media_type=MediaType.TEXT,
        responses=errors(403),
    )
    async def metrics(
        self,
        request: Request[object, str, State],
        metrics: NamedDependency[Metrics],
        settings: NamedDependency[Settings],
        generations: NamedDependency[Generations],
    ) -> Response[bytes]:
        """From this machine or a trusted network, or with the metrics token."""
        if not _may_read_metrics(request, settings):
            raise NotAllowed("Metrics are read from the operator's network or with FAIRLEAD_METRICS_TOKEN.")
        metrics.active.set(len(generations))
        metrics.tasks.set(len(asyncio.all_tasks()))
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)


async def _readiness(database: Database, catalogue: CatalogueCache) -> Readiness:
    usable = sum(model.usable for model in catalogue.current.models)
    try:
        migrated = await schema_state(database)
    except (psycopg.Error, psycopg_pool.PoolTimeout):
        return Readiness(ready=False, database=False, migrations=False, usable_models=usable)
    return Readiness(ready=migrated and usable > 0, database=True, migrations=migrated, usable_models=usable)


def _may_read_metrics(request: Request[object, str, State], settings: Settings) -> bool:
    if request.state.address == "":
        return True
    token = settings.metrics_token
    return token is not None and hmac.compare_digest(
        token.get_secret_value().encode(), (request.auth or "").encode("utf-8", "replace")
    )
