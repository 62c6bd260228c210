"""Files as models are shown them: text in the person's turn, pictures as parts of it. Pure."""

import re
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from backend.precheck.risk.suspicion import Suspicion
from backend.providers.calls import Picture, Text, Turn
from shared.attachments import AttachmentKind
from shared.messages import Role

_KINDS = {AttachmentKind.TEXT: "text", AttachmentKind.PDF: "text of a PDF", AttachmentKind.CSV: "table"}
_FENCE = re.compile("~{3,}")


class Given(Struct, frozen=True, kw_only=True):
    """A file of a prompt. A picture has `content`, any other file `text`; without either it is too much to be read."""

    id: UUID
    kind: AttachmentKind
    name: str
    media_type: str
    size: int
    tokens: int
    suspicions: tuple[Suspicion, ...] = ()
    content: bytes | None = None
    text: str | None = None


def turn_of(words: str, files: Sequence[Given]) -> Turn:
    """The person's turn. Each text is fenced off and named, after the words, so that it cannot pass for them.

    Pictures stand first, as Anthropic recommends (docs.anthropic.com/en/docs/build-with-claude/vision).
    """
    content = "\n\n".join([words, *(_fenced(file) for file in files if file.content is None)])
    pictures = tuple(Picture(file.media_type, file.content, tokens=file.tokens) for file in files if file.content)
    return Turn(Role.USER, content, (*pictures, Text(content)) if pictures else ())


def _fenced(file: Given) -> str:
    name = file.name.replace('"', "'")
    if file.text is None:
        return (
            f'[Attached file "{name}": not shown again, because the files of this conversation are too large together.]'
        )
    longest = max((len(run) for run in _FENCE.findall(file.text)), default=3)
    fence = "~" * (longest + 1)
    return f'Attached file "{name}" ({_KINDS[file.kind]}):\n{fence}\n{file.text}\n{fence}'
