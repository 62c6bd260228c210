"""Taking files in and giving them back."""

from uuid import UUID

from backend.accounts.identity import Identity
from backend.attachments import repository, views
from backend.attachments.errors import FileInUse, TooManyFiles
from backend.attachments.findings import Found
from backend.attachments.names import clean_name
from backend.attachments.reading import FileReading
from backend.attachments.repository import MOST_UNUSED, MOST_UNUSED_BYTES, UNUSED_HOURS, Content
from backend.attachments.tables import Attachment as AttachmentRow
from backend.database import Database
from backend.errors import NotFound
from backend.secrets import Secrets
from shared.attachments import Attachment

ABSENT = "This file does not exist or is not yours."


class Attachments:
    """One process's way to people's files."""

    def __init__(self, database: Database, secrets: Secrets, reading: FileReading) -> None:
        self._database = database
        self._secrets = secrets
        self._reading = reading

    async def add(self, identity: Identity, name: str, data: bytes) -> Attachment:
        """Keeps a file until it is sent with a prompt, for a day at most; the same file again is the same.

        Raises `UnsupportedFile`, `UnreadableFile`, `FileTooLarge`, `TooManyFiles` and `Unavailable`.
        """
        name = clean_name(name)
        digest = self._secrets.digest("attachment", data)
        known = await self._known(identity, digest, name)
        if known is not None:
            return known
        found = await self._reading.read(identity.user_id, data)
        content = data if found.content is None else found.content
        async with self._database.unit_of_work() as session:
            count, size = await repository.unused(session, identity.user_id)
            again = await repository.sent_again(session, identity.organisation_id, identity.user_id, digest, name)
            if again is not None:
                return views.attachment(again)
            if count >= MOST_UNUSED or size + len(content) > MOST_UNUSED_BYTES:
                raise TooManyFiles(
                    f"Too many files wait to be sent: at most {MOST_UNUSED} and {MOST_UNUSED_BYTES // 10**6} MB."
                    f" Send or delete some; what is not sent is deleted after {UNUSED_HOURS} hours."
                )
            row = _row(identity, name, digest, found, len(content))
            await repository.keep(session, row, found, content)
            return views.attachment(row)

    async def read(self, identity: Identity, id: UUID) -> Content:
        """A file of the caller. Raises `NotFound`."""
        found = await repository.own_content(self._database, identity.organisation_id, identity.user_id, id)
        if found is None:
            raise NotFound(ABSENT)
        return found

    async def remove(self, identity: Identity, id: UUID) -> None:
        """Deletes a file that is part of no message. Raises `NotFound` and `FileInUse`."""
        async with self._database.unit_of_work() as session:
            removed = await repository.remove_unused(session, identity.organisation_id, identity.user_id, id)
        if removed is None:
            raise NotFound(ABSENT)
        if not removed:
            raise FileInUse("This file is part of a message. It is deleted with it.")

    async def _known(self, identity: Identity, digest: bytes, name: str) -> Attachment | None:
        async with self._database.unit_of_work() as session:
            again = await repository.sent_again(session, identity.organisation_id, identity.user_id, digest, name)
            return views.attachment(again) if again is not None else None


def _row(identity: Identity, name: str, digest: bytes, found: Found, size: int) -> AttachmentRow:
    return AttachmentRow(
        organisation_id=identity.organisation_id,
        user_id=identity.user_id,
        kind=found.kind.value,
        name=name,
        media_type=found.media_type,
        size=size,
        tokens=found.tokens,
        pages=found.pages,
        width=found.width,
        height=found.height,
        digest=digest,
    )
