"""Keeping open streams alive."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.services import Services


async def look_after_readers(services: "Services") -> None:
    """Pings silent streams and drops dead readers."""
    services.chats.readers.look_after()
