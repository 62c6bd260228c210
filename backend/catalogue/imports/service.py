"""Reading a provider's list and applying what an admin chose of it, each with its audit event."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import UNSET, structs
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, Operator, record_by
from backend.catalogue import models
from backend.catalogue.cache import CatalogueCache
from backend.catalogue.imports import repository
from backend.catalogue.imports.compare import Change, Known, Line, basis, compare, tags_of
from backend.catalogue.imports.errors import ImportStale
from backend.catalogue.imports.fetch import fetch
from backend.catalogue.imports.repository import Listed
from backend.catalogue.imports.tables import CatalogueImport
from backend.catalogue.repository import model_names, take_turns
from backend.catalogue.tables import ModelProvider
from backend.columns import new_id
from backend.database import Database
from backend.errors import InvalidRequest, NotFound
from backend.providers.engine import ProviderClient
from shared.catalogue import Activation, Capability, ModelWrite
from shared.imports import ImportApplication, ImportChoice, LineKind

Who = Author | Operator
GOOD_FOR = timedelta(hours=24)
"""How old a list may be when it is applied: prices of the day before may be others today."""


async def read_list(
    database: Database, catalogue: CatalogueCache, client: ProviderClient, provider_id: UUID, author: Who
) -> UUID:
    """Reads a provider's list, compares it and keeps the result; the import's id.

    No connection to the database is held while the provider answers. Raises `NotFound`, `Conflict` and `ListUnread`.
    """
    provider = next((each for each in catalogue.current.providers if each.id == provider_id), None)
    if provider is None:
        raise NotFound("There is no such provider.")
    listing = await fetch(client, provider)
    async with database.unit_of_work() as session:
        known = await repository.known_models(session, provider.id)
        found = compare(listing, known, await model_names(session), provider.name)
        await repository.forget_unapplied(session, provider.id)
        row = CatalogueImport(
            id=new_id(),
            provider_id=provider.id,
            actor_id=author.identity.user_id if isinstance(author, Author) else None,
            actor=author.name,
            counts=msgspec.to_builtins(found.counts),
            lines=msgspec.to_builtins(found.lines),
            refused=msgspec.to_builtins(found.refused),
            left_out=found.left_out,
            basis=basis(known),
        )
        session.add(row)
        record_by(
            session,
            author,
            action="models.listed",
            subject_kind="provider",
            subject_id=provider.id,
            subject=provider.name,
            reason="Read the provider's model list.",
            after={"import": row.id, **msgspec.to_builtins(found.counts)},
        )
    return row.id


async def apply_import(session: AsyncSession, import_id: UUID, choice: ImportChoice, author: Who) -> None:
    """Carries out the chosen lines, all or none; those that were applied before are left alone.

    Raises `NotFound`, `InvalidRequest`, and `ImportStale` when the catalogue is no longer what the lines were made
    from, or the list is older than a day.
    """
    await take_turns(session)
    found = await repository.one_import(session, import_id, locked=True)
    if found is None:
        raise NotFound("There is no such import.")
    row, provider = found
    lines = {line.key: line for line in msgspec.convert(row.lines, list[Line])}
    chosen = [line for line in _chosen(lines, choice) if not line.applied]
    if not chosen:
        return
    known = await repository.known_models(session, provider.id, locked=True)
    await _check_fresh(session, row, known)
    tags = {model.id: model.tags for model in known}
    for line in chosen:
        if line.model_id is None:
            source = f"{provider.display_name}'s model list of {row.created_at:%Y-%m-%d}."
            await models.add_model(session, _added(line, provider, choice.reason), author, source=source)
        else:
            change = _changed(line.change, tags[line.model_id], choice.reason)
            await models.change_model(session, line.model_id, change, author)
        if line.kind is LineKind.GONE and line.model_id is not None:
            off = Activation(active=False, reason=choice.reason)
            await models.switch_model(session, line.model_id, off, author)
    await session.flush()
    applied = {line.key for line in chosen}
    at = await repository.now(session)
    row.lines = msgspec.to_builtins(
        [structs.replace(line, applied=line.applied or line.key in applied) for line in lines.values()]
    )
    application = ImportApplication(at=at, by=author.name, reason=choice.reason, lines=sorted(applied))
    row.applications = [*row.applications, msgspec.to_builtins(application)]
    row.basis = basis(await repository.known_models(session, provider.id))
    session.add(row)
    record_by(
        session,
        author,
        action="models.imported",
        subject_kind="provider",
        subject_id=provider.id,
        subject=provider.name,
        reason=choice.reason,
        after={"import": row.id, **{kind.value: sum(line.kind is kind for line in chosen) for kind in LineKind}},
    )


def _chosen(lines: dict[str, Line], choice: ImportChoice) -> list[Line]:
    if (choice.lines is not UNSET) == choice.all:
        raise InvalidRequest("Give either the lines to apply or `all`.")
    if choice.lines is UNSET:
        return [line for line in lines.values() if line.suspicious is None and line.kind is not LineKind.GONE]
    wanted = list(dict.fromkeys(choice.lines))
    if not wanted:
        raise InvalidRequest("Choose at least one line.")
    unknown = [key for key in wanted if key not in lines]
    if unknown:
        raise InvalidRequest(f"The import has no line {unknown[0][:120]}.")
    return [lines[key] for key in wanted]


async def _check_fresh(session: AsyncSession, row: CatalogueImport, known: list[Known]) -> None:
    if await repository.now(session) - row.created_at > GOOD_FOR:
        raise ImportStale("The list was read more than a day ago. Read it again.")
    if basis(known) != row.basis:
        raise ImportStale("The provider's models were changed since the list was read. Read it again.")


def _changed(change: Change, tags: Sequence[str], reason: str) -> ModelWrite:
    write = ModelWrite(
        reason=reason,
        **{
            name: value
            for name in change.__struct_fields__
            if name != "gone" and (value := getattr(change, name)) is not None
        },
    )
    if change.capabilities is not None:
        write = structs.replace(write, supports_images=Capability.VISION in change.capabilities)
    return write if change.gone is None else structs.replace(write, tags=tags_of(tags, gone=change.gone))


def _added(line: Line, provider: ModelProvider, reason: str) -> ModelWrite:
    facts = _changed(line.change, (), reason)
    return structs.replace(facts, provider_id=provider.id, name=line.model, upstream_name=line.upstream_name)


async def one(session: AsyncSession, import_id: UUID) -> Listed:
    """An import with its provider. Raises `NotFound`."""
    found = await repository.one_import(session, import_id)
    if found is None:
        raise NotFound("There is no such import.")
    return found
