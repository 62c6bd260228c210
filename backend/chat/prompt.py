"""Reading what was asked: the new prompt with the conversation it belongs to."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from msgspec import Struct

from backend.accounts.identity import Identity
from backend.attachments import repository as attachments
from backend.attachments.errors import FileTooLarge
from backend.attachments.given import Given, turn_of
from backend.chat import repository
from backend.chat.inquiry import Inquiry, Manner
from backend.chat.repository import HISTORY_MESSAGES, StoredConversation, StoredTurn
from backend.chat.titles import title_of
from backend.columns import new_id
from backend.database import Database
from backend.errors import InvalidRequest, NotFound
from backend.precheck.check import LOOK_BACK
from backend.precheck.risk.suspicion import Suspicion
from backend.providers.calls import Turn
from shared.messages import Role

MOST_SHOWN = 15_000_000
"""Bytes of images in one message: Gemini takes requests of 20 MB (ai.google.dev/gemini-api/docs/image-understanding),
in which they are base64."""


class Thread(Struct, frozen=True, kw_only=True):
    """Where in a kept conversation the exchange goes. `new_prompt` is None when an old prompt is answered anew.

    `names` is sealed: what names in the conversation stand for.
    """

    id: UUID
    new: bool
    title: str
    revision: int
    replace_from: int | None
    new_prompt: str | None
    attachments: tuple[UUID, ...] = ()
    names: bytes | None = None


class Prompt(Struct, frozen=True, kw_only=True):
    """What is to be answered: `text` is the person's newest words, `earlier` their words before, oldest first.

    `turns` is all that was said, `text` included; `unread` counts messages too old to have been read; `unvetted` are
    earlier words that were not prechecked here when they were said; `in_files` is what the files given with it are
    suspected of.
    """

    text: str
    earlier: tuple[str, ...]
    turns: tuple[Turn, ...]
    thread: Thread | None
    unread: int = 0
    unvetted: tuple[str, ...] = ()
    in_files: tuple[Suspicion, ...] = ()


async def read_prompt(database: Database, identity: Identity, inquiry: Inquiry) -> Prompt:
    """Raises `InvalidRequest` for what contradicts itself and `NotFound` for a conversation of somebody else."""
    if any("\0" in part for pair in inquiry.metadata.items() for part in pair if isinstance(part, str)):
        raise InvalidRequest("metadata has a NUL character. Remove it.")
    if inquiry.turns is not None:
        return _stateless(inquiry, inquiry.turns)
    if inquiry.message is not None:
        readable(inquiry.message.content)
    files = await given(database, identity, inquiry.message.attachments if inquiry.message is not None else [])
    if inquiry.conversation_id is None:
        return _first(inquiry, files)
    stored = await repository.read_conversation(
        database, identity.organisation_id, identity.user_id, inquiry.conversation_id
    )
    if stored is None:
        raise NotFound("This conversation does not exist or is not yours.")
    cut = await _cut(database, identity, inquiry, stored)
    kept = [turn for turn in stored.turns if cut is None or turn.position < cut]
    return _continued(inquiry, stored, cut, kept, await turns_of(database, identity, kept), files)


def told(prompt: Prompt) -> tuple[str, ...]:
    """All words that may be sent and were suspected of something: the newest with their files, and those before.

    Earlier prompts are among them that the newest may continue.
    """
    newest = prompt.turns[-1].content if prompt.in_files else prompt.text
    return tuple(dict.fromkeys((*prompt.unvetted, *prompt.earlier[-LOOK_BACK:], newest)))


async def given(database: Database, identity: Identity, ids: Sequence[UUID]) -> list[Given]:
    """The files that a prompt names. Raises `NotFound` when one is absent or somebody else's, and `FileTooLarge`."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    files = await attachments.own_files(database, identity.organisation_id, identity.user_id, wanted)
    if len(files) < len(wanted):
        raise NotFound("A file of this message does not exist or is not yours. Files that are not sent are deleted.")
    if sum(file.size for file in files if file.content is not None) > MOST_SHOWN:
        raise FileTooLarge(f"The images of one message may have {MOST_SHOWN // 10**6} MB together. Leave some out.")
    return files


async def turns_of(database: Database, identity: Identity, kept: Sequence[StoredTurn]) -> list[Turn]:
    """What was said, with the files that were given."""
    with_files = [turn.id for turn in kept if turn.has_files]
    files: dict[UUID, list[Given]] = {}
    if with_files:
        files = await attachments.files_of(database, identity.organisation_id, with_files)
    return [turn_of(t.content, files.get(t.id, [])) if t.has_files else Turn(t.role, t.content) for t in kept]


def readable(text: str) -> str:
    """The text. Raises `InvalidRequest` for text that cannot be kept: with NUL characters, or only of spaces."""
    if "\0" in text:
        raise InvalidRequest("The prompt has a NUL character. Remove it.")
    if not text.strip():
        raise InvalidRequest("The prompt is empty.")
    return text


def _stateless(inquiry: Inquiry, turns: tuple[Turn, ...]) -> Prompt:
    if inquiry.message is not None or inquiry.conversation_id is not None or inquiry.replace_from is not None:
        raise InvalidRequest("Give either message (in a conversation kept here) or messages (kept nowhere).")
    last = turns[-1]
    if last.role is Role.SYSTEM or (last.role is Role.ASSISTANT and not inquiry.prefills):
        raise InvalidRequest("The last of messages must have the role user.")
    for turn in turns:
        if turn.parts or turn.tool_uses or turn.tool_use_id is not None:
            if "\0" in turn.content:
                raise InvalidRequest("The prompt has a NUL character. Remove it.")
        else:
            readable(turn.content)
    words = [turn.content for turn in turns if turn.role is Role.USER]
    if not words:
        raise InvalidRequest("messages has none with the role user.")
    return Prompt(
        text=words[-1],
        earlier=tuple(words[:-1]),
        turns=turns,
        thread=None,
        unvetted=tuple(text for text in _all_words(turns, inquiry.manner) if text is not words[-1]),
    )


def _all_words(turns: tuple[Turn, ...], manner: Manner) -> Iterator[str]:
    """Everything a model reads of a request: what was said, tools with their uses, and an answer that is foretold."""
    for turn in turns:
        yield from (text for text in (turn.content, *(use.arguments for use in turn.tool_uses)) if text)
    for tool in manner.tools:
        yield f"{tool.name}: {tool.description or ''}"
        if tool.parameters is not None:
            yield bytes(tool.parameters).decode()
    if manner.format is not None and manner.format.schema is not None:
        yield bytes(manner.format.schema).decode()
    if (prediction := (manner.extra or {}).get("prediction")) is not None:
        yield bytes(prediction).decode()


def _first(inquiry: Inquiry, files: list[Given]) -> Prompt:
    if inquiry.message is None:
        raise InvalidRequest("There is nothing to answer: give message or messages.")
    if inquiry.replace_from is not None:
        raise InvalidRequest("replace_from needs a conversation_id.")
    text = inquiry.message.content
    thread = Thread(
        id=new_id(),
        new=True,
        title=title_of(text),
        revision=0,
        replace_from=None,
        new_prompt=text,
        attachments=tuple(file.id for file in files),
    )
    return Prompt(text=text, earlier=(), turns=(turn_of(text, files),), thread=thread, in_files=_in(files))


def _in(files: list[Given]) -> tuple[Suspicion, ...]:
    return tuple(suspicion for file in files for suspicion in file.suspicions)


async def _cut(database: Database, identity: Identity, inquiry: Inquiry, stored: StoredConversation) -> int | None:
    if inquiry.replace_from is None:
        return None
    position = await repository.message_position(database, identity.organisation_id, stored.id, inquiry.replace_from)
    if position is None:
        raise NotFound("The message to replace does not exist in this conversation.")
    return position


def _continued(
    inquiry: Inquiry,
    stored: StoredConversation,
    cut: int | None,
    kept: list[StoredTurn],
    turns: list[Turn],
    files: list[Given],
) -> Prompt:
    words = [t.content for t in kept if t.role is Role.USER]
    new_prompt = inquiry.message.content if inquiry.message is not None else None
    if new_prompt is not None:
        turns.append(turn_of(new_prompt, files))
        words.append(new_prompt)
    elif cut is None:
        raise InvalidRequest("There is nothing to answer: give message, or replace_from to answer a prompt anew.")
    elif not turns or turns[-1].role is not Role.USER:
        raise InvalidRequest("replace_from names a prompt; to replace a prompt, give message as well.")
    return Prompt(
        text=words[-1],
        earlier=tuple(words[:-1]),
        turns=tuple(turns),
        thread=Thread(
            id=stored.id,
            new=False,
            title=stored.title,
            revision=stored.revision,
            replace_from=cut,
            new_prompt=new_prompt,
            attachments=tuple(file.id for file in files),
            names=stored.names,
        ),
        in_files=_in(files),
        unread=stored.message_count - len(stored.turns) if len(stored.turns) == HISTORY_MESSAGES else 0,
    )
