"""Files that are given with a prompt."""

from uuid import UUID

from frontend.client import http
from shared.attachments import Attachment
from shared.paths import ATTACHMENTS


def add(name: str, data: bytes) -> Attachment:
    """Sends a file; it waits at the API until a prompt names it. Raises `ApiError` for one that is not accepted."""
    return http.upload(ATTACHMENTS, Attachment, name, data)


def remove(attachment_id: UUID) -> None:
    """Deletes a file that no prompt has named."""
    http.command("DELETE", f"{ATTACHMENTS}/{attachment_id}")
