"""What reading a file gives, or why it gives nothing."""

from enum import StrEnum

from msgspec import Struct

from backend.precheck.risk.suspicion import Suspicion
from shared.attachments import AttachmentKind


class Refused(StrEnum):
    """Kinds of refusal."""

    UNSUPPORTED = "unsupported"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"


class Refusal(Struct, frozen=True, tag="refusal"):
    """A file that is not accepted; `message` is one sentence or two for the person, without anything of the file."""

    why: Refused
    message: str


class NotAccepted(Exception):
    """Carries a refusal out of the reading of a file."""

    def __init__(self, why: Refused, message: str) -> None:
        super().__init__(message)
        self.refusal = Refusal(why, message)


class Found(Struct, frozen=True, kw_only=True, tag="found"):
    """What a file holds. `content` is what is kept in place of the bytes that came, None to keep these.

    `text` is what a model reads of it; pictures have none. `suspicions` are of the text. Sizes are in pixels.
    """

    kind: AttachmentKind
    media_type: str
    tokens: int
    content: bytes | None = None
    text: str | None = None
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    suspicions: tuple[Suspicion, ...] = ()
