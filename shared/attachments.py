"""Files that people give with a prompt."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from shared.wire import Answer

MOST_IN_A_MESSAGE = 10
"""Files with one prompt."""


class AttachmentKind(StrEnum):
    """What a file was found to be: told from its bytes, whatever its name says."""

    IMAGE = "image"
    TEXT = "text"
    PDF = "pdf"
    CSV = "csv"


class Attached(Answer, frozen=True, kw_only=True):
    """A file as its message shows it. `size` is in bytes; `width` and `height` are an image's, in pixels."""

    id: UUID
    kind: AttachmentKind
    name: str
    size: int
    pages: int | None = None
    width: int | None = None
    height: int | None = None


class Attachment(Attached, frozen=True, kw_only=True):
    """A file that was accepted. `tokens` is what it adds to a prompt, estimated."""

    tokens: int


AttachmentIds = Annotated[list[UUID], Meta(max_length=MOST_IN_A_MESSAGE)]
"""The files of one prompt, in order."""
