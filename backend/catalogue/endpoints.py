"""Further addresses of a provider, each change with its audit event."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, State, record_by
from backend.catalogue import admin_repository as repository
from backend.catalogue.addresses import checked_base_url
from backend.catalogue.providers import SETTING_OF
from backend.catalogue.tables import ModelProvider, ProviderEndpoint
from backend.columns import new_id
from backend.errors import Conflict, InvalidRequest, NotFound
from shared.catalogue import EndpointSwitch, NewEndpoint

MOST = 16


async def add_endpoint(session: AsyncSession, provider_id: UUID, wanted: NewEndpoint, author: Author) -> None:
    """A further address, enabled. Raises `NotFound`, `InvalidRequest` and `Conflict`."""
    provider = await _locked(session, provider_id)
    if (setting := SETTING_OF.get(provider.name)) is not None:
        raise InvalidRequest(f"Where {provider.display_name} answers is set by {setting}.")
    address = checked_base_url(wanted.base_url, allow_private_network=provider.allow_private_network)
    there = (await repository.endpoints(session)).get(provider.id, [])
    if any(endpoint.base_url == address for endpoint in there):
        raise Conflict("The provider has this address already.")
    if len(there) >= MOST:
        raise Conflict(f"A provider has at most {MOST} addresses. Change one of them instead.")
    endpoint = ProviderEndpoint(id=new_id(), provider_id=provider.id, base_url=address, region=wanted.region)
    session.add(endpoint)
    after: State = {"base_url": address, "region": wanted.region}
    _record(session, author, "provider.endpoint_added", provider, wanted.reason, None, after)


async def switch_endpoint(
    session: AsyncSession, provider_id: UUID, endpoint_id: UUID, wanted: EndpointSwitch, author: Author
) -> None:
    """Uses an address, or does not. Raises `NotFound`, and `Conflict` when none would be left."""
    provider = await _locked(session, provider_id)
    endpoint = await repository.locked_endpoint(session, provider_id, endpoint_id)
    if endpoint is None:
        raise NotFound("The provider has no such endpoint.")
    if endpoint.enabled == wanted.enabled:
        return
    others = (await repository.endpoints(session))[provider.id]
    if not wanted.enabled and not any(other.enabled for other in others if other.id != endpoint_id):
        raise Conflict(f"It is the only address of {provider.display_name} in use. Turn the provider off instead.")
    endpoint.enabled = wanted.enabled
    session.add(endpoint)
    action = "provider.endpoint_enabled" if wanted.enabled else "provider.endpoint_disabled"
    before: State = {"base_url": endpoint.base_url, "enabled": not wanted.enabled}
    _record(session, author, action, provider, wanted.reason, before, {**before, "enabled": wanted.enabled})


async def _locked(session: AsyncSession, provider_id: UUID) -> ModelProvider:
    provider = await repository.locked_provider(session, provider_id)
    if provider is None:
        raise NotFound("There is no such provider.")
    return provider


def _record(
    session: AsyncSession,
    author: Author,
    action: str,
    provider: ModelProvider,
    reason: str,
    before: State | None,
    after: State,
) -> None:
    record_by(
        session,
        author,
        action=action,
        subject_kind="provider",
        subject_id=provider.id,
        subject=provider.name,
        reason=reason,
        before=before,
        after=after,
    )
