"""What a person, or a program of theirs, used."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.catalogue.cache import CatalogueCache
from backend.database import Database
from backend.metering.usage import usage_of
from backend.metering.usage_repository import Grouping
from backend.openapi import errors
from shared.paths import PROGRAM_USAGE, USAGE
from shared.usage import Usage

Since = Annotated[
    str | None,
    QueryParameter(name="from", required=False, max_length=40, description="Time or day, included."),
]
Until = Annotated[
    str | None,
    QueryParameter(name="to", required=False, max_length=40, description="Time or day, not included."),
]
GroupBy = Annotated[Grouping, QueryParameter(required=False, description="What the items are.")]
ByKey = Annotated[
    UUID | None,
    QueryParameter(name="api_key", required=False, description="Only what this API key (by its id) asked for."),
]


class UsageController(Controller):
    """Credits, calls and tokens."""

    guards = [signed_in]
    tags = ["Plans and usage"]

    @get(USAGE, operation_id="GetUsage", summary="What you used, and what is left", responses=errors(400, 401))
    async def read(
        self,
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
        since: Since = None,
        until: Until = None,
        group_by: GroupBy = "day",
        api_key: ByKey = None,
    ) -> Usage:
        """Of the current month where nothing else is asked for, at most 400 days; days are UTC.

        The credits agree with the ledger to the last digit.
        """
        return await usage_of(
            database, catalogue.current, identity, since=since, until=until, group_by=group_by, api_key=api_key
        )

    @get(PROGRAM_USAGE, operation_id="GetProgramUsage", summary="What a program used", responses=errors(400, 401))
    async def of_program(
        self,
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
        since: Since = None,
        until: Until = None,
        group_by: GroupBy = "day",
        api_key: ByKey = None,
    ) -> Usage:
        """The same as `/api/usage`, but an API key that names none sees what it asked for itself."""
        own = identity.key.id if identity.key is not None else None
        return await usage_of(
            database, catalogue.current, identity, since=since, until=until, group_by=group_by, api_key=api_key or own
        )
