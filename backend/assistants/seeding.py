"""The assistant families a new installation begins with, added where absent."""

from pathlib import Path

import msgspec
from msgspec import Struct
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.assistants import repository
from backend.assistants.tables import Assistant
from shared.catalogue import Capability, Name, Slug
from shared.precheck import Category

FILE = Path(__file__).with_name("default_assistants.toml")


class DefaultAssistant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An assistant as the file describes it."""

    family: Slug
    name: Name
    purpose: Name
    icon: Slug
    system_prompt: str = ""
    default_task_types: list[Category] = []
    preferred_traits: list[Capability] = []


class DefaultAssistants(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file, in the order of display."""

    assistants: list[DefaultAssistant]


def default_assistants() -> list[DefaultAssistant]:
    """The file's content. Raises `msgspec.ValidationError` when it is not of this shape."""
    return msgspec.toml.decode(FILE.read_bytes(), type=DefaultAssistants).assistants


async def add_assistants(session: AsyncSession, defaults: list[DefaultAssistant]) -> None:
    """Adds absent families."""
    existing = await repository.families(session)
    for rank, default in enumerate(defaults):
        if default.family not in existing:
            session.add(
                Assistant(
                    family=default.family,
                    name=default.name,
                    purpose=default.purpose,
                    icon=default.icon,
                    system_prompt=default.system_prompt.strip(),
                    default_task_types=list(default.default_task_types),
                    preferred_traits=list(default.preferred_traits),
                    rank=rank,
                )
            )
