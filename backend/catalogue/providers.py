"""Adding and changing providers, each with its audit event. Keys are sealed and never shown."""

from uuid import UUID

from msgspec import UNSET, UnsetType
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, State, changed, record_by
from backend.admin.writes import require
from backend.catalogue import admin_repository as repository
from backend.catalogue.addresses import checked_base_url
from backend.catalogue.keys import OLLAMA, SIMULATOR, seal_key
from backend.catalogue.repository import move_provider, take_turns
from backend.catalogue.tables import ModelProvider, ProviderEndpoint
from backend.columns import new_id
from backend.errors import Conflict, InvalidRequest, NotFound
from backend.providers.registry import DIALECTS
from backend.providers.repository import forget_circuits
from backend.secrets import Secrets
from shared.catalogue import ProviderWrite

_REQUIRED = ("name", "dialect", "api_base_url")
_NEW_START = {"key", "api_base_url", "allow_private_network", "dialect", "status"}
"""When one of these changes, earlier failures say nothing of the next call."""
SETTING_OF = {SIMULATOR: "FAIRLEAD_SIMULATOR_URL", OLLAMA: "OLLAMA_HOST"}


async def add_provider(session: AsyncSession, wanted: ProviderWrite, secrets: Secrets, author: Author) -> UUID:
    """A new provider. On a private network it may do without a key. Raises `InvalidRequest` and `Conflict`."""
    require(wanted, _REQUIRED)
    _check_dialect(wanted)
    name, private = str(wanted.name), wanted.allow_private_network is True
    await take_turns(session)
    if await repository.provider_named(session, name) is not None:
        raise Conflict(f"There is a provider named {name} already.")
    provider = ModelProvider(
        id=new_id(),
        name=name,
        display_name=name if isinstance(wanted.display_name, UnsetType) else wanted.display_name,
        dialect=str(wanted.dialect),
        api_base_url=checked_base_url(str(wanted.api_base_url), allow_private_network=private),
        status="active" if isinstance(wanted.status, UnsetType) else wanted.status,
        needs_key=not private,
        allow_private_network=private,
        collects_data=wanted.collects_data is not False,
    )
    if isinstance(wanted.api_key, str):
        provider.key_ciphertext = seal_key(_checked_key(wanted.api_key), provider, secrets)
    session.add(provider)
    await session.flush()
    session.add(ProviderEndpoint(provider_id=provider.id, base_url=provider.api_base_url))
    _record(session, author, "provider.added", provider, wanted.reason, None, _state(provider))
    return provider.id


async def change_provider(
    session: AsyncSession, provider_id: UUID, wanted: ProviderWrite, secrets: Secrets, author: Author
) -> None:
    """Changes what is named. Raises `NotFound`, `InvalidRequest` and `Conflict`."""
    _check_dialect(wanted)
    provider = await repository.locked_provider(session, provider_id)
    if provider is None:
        raise NotFound("There is no such provider.")
    if wanted.name not in (UNSET, provider.name):
        raise InvalidRequest("A provider keeps its name: past calls know it by it. Add a new provider instead.")
    before = _state(provider)
    if not isinstance(wanted.display_name, UnsetType):
        provider.display_name = wanted.display_name
    if not isinstance(wanted.dialect, UnsetType):
        provider.dialect = wanted.dialect
    if not isinstance(wanted.status, UnsetType):
        provider.status = wanted.status
    if not isinstance(wanted.collects_data, UnsetType):
        provider.collects_data = wanted.collects_data
    await _change_address(session, provider, wanted)
    was, is_ = changed(before, _state(provider))
    if not isinstance(wanted.api_key, UnsetType):
        was["key"], is_["key"] = _change_key(provider, wanted.api_key, secrets)
    if not is_:
        return
    if is_.keys() & _NEW_START:
        await forget_circuits(session, provider.id)
    session.add(provider)
    _record(session, author, "provider.changed", provider, wanted.reason, was, is_)


async def _change_address(session: AsyncSession, provider: ModelProvider, wanted: ProviderWrite) -> None:
    private = (
        provider.allow_private_network
        if isinstance(wanted.allow_private_network, UnsetType)
        else wanted.allow_private_network
    )
    asked = provider.api_base_url if isinstance(wanted.api_base_url, UnsetType) else wanted.api_base_url
    if asked == provider.api_base_url and private == provider.allow_private_network:
        return
    if (setting := SETTING_OF.get(provider.name)) is not None:
        raise InvalidRequest(f"Where {provider.display_name} answers is set by {setting}.")
    address = checked_base_url(asked, allow_private_network=private)
    others = (await repository.endpoints(session)).get(provider.id, [])
    if address != provider.api_base_url and any(other.base_url == address for other in others):
        raise Conflict("The provider has this address already.")
    for other in others:
        if other.base_url != provider.api_base_url:
            checked_base_url(other.base_url, allow_private_network=private)
    if private != provider.allow_private_network:
        provider.allow_private_network = private
        provider.needs_key = not private
    if address != provider.api_base_url:
        await move_provider(session, provider, address)


def _change_key(provider: ModelProvider, key: str | None, secrets: Secrets) -> tuple[str, str]:
    if provider.name == SIMULATOR:
        raise InvalidRequest("The simulator needs no key.")
    had = "none" if provider.key_ciphertext is None else "stored"
    provider.key_ciphertext = None if key is None else seal_key(_checked_key(key), provider, secrets)
    return had, "removed" if key is None else "stored anew"


def _checked_key(key: str) -> str:
    bare = key.strip()
    if not bare or not bare.isascii() or not bare.isprintable() or " " in bare:
        raise InvalidRequest("The key has characters that no key has. Copy it again.")
    return bare


def _check_dialect(wanted: ProviderWrite) -> None:
    if not isinstance(wanted.dialect, UnsetType) and wanted.dialect not in DIALECTS:
        spoken = ", ".join(DIALECTS)
        raise InvalidRequest(f"The dialect {wanted.dialect} is not spoken here yet; spoken: {spoken}.")


def _state(provider: ModelProvider) -> State:
    return {
        "display_name": provider.display_name,
        "dialect": provider.dialect,
        "api_base_url": provider.api_base_url,
        "status": provider.status,
        "allow_private_network": provider.allow_private_network,
        "collects_data": provider.collects_data,
    }


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
