"""From the messages of Anthropic's API to turns. Pure.

Source: docs.anthropic.com/en/api/messages, `messages`, and docs.anthropic.com/en/docs/tool-use for the order of blocks.
"""

from collections.abc import Iterable, Sequence

import msgspec

from backend.errors import InvalidRequest
from backend.providers.calls import Part, Picture, Text, ToolUse, Turn
from backend.v1.chat.reading import picture_at, picture_in
from backend.v1.messages.request import Block, InputMessage, Source
from shared.messages import Role

THOUGHTS = frozenset({"thinking", "redacted_thinking"})
"""Blocks that are of use only to the model that wrote them."""

_FAILED = "The tool failed: "
"""Before the result of one that did: only this API has a place for it."""


def turns_of(messages: Sequence[InputMessage]) -> tuple[Turn, ...]:
    """What was said. Raises `InvalidRequest` for what cannot be read."""
    turns: list[Turn] = []
    open_uses: set[str] = set()
    for message in messages:
        blocks = _blocks(message)
        if message.role == "assistant":
            turn = _assistant(blocks)
            open_uses = {use.id for use in turn.tool_uses}
            turns.append(turn)
        elif message.role == "system":
            turns.append(Turn(Role.SYSTEM, words_of(blocks)))
        else:
            turns += _user(blocks, open_uses)
    return tuple(turns)


def words_of(given: str | Sequence[Block]) -> str:
    """The words of blocks that are nothing but text. Raises `InvalidRequest`."""
    if isinstance(given, str):
        return given
    for block in given:
        if block.type != "text" or block.text is None:
            raise InvalidRequest(f"A block of the type {block.type[:40]} cannot stand here: give text.")
    return "\n".join(block.text or "" for block in given)


def _blocks(message: InputMessage) -> list[Block]:
    blocks = [Block(type="text", text=message.content)] if isinstance(message.content, str) else message.content
    if not any(block.type != "text" or (block.text or "").strip() for block in blocks):
        raise InvalidRequest(f"A message with the role {message.role} is empty.")
    return blocks


def _assistant(blocks: Iterable[Block]) -> Turn:
    words, uses = [], []
    for block in blocks:
        if block.type in THOUGHTS:
            continue
        if block.type == "tool_use":
            uses.append(_use(block))
        elif block.type == "text" and block.text is not None:
            words.append(block.text)
        else:
            raise _unreadable(block, "text or tool_use")
    return Turn(Role.ASSISTANT, "\n".join(words), (), tuple(uses))


def _use(block: Block) -> ToolUse:
    if not block.id or block.name is None:
        raise InvalidRequest("A tool_use needs an id and a name.")
    return ToolUse(block.id, block.name, msgspec.json.encode(block.input or {}).decode())


def _user(blocks: Sequence[Block], open_uses: set[str]) -> list[Turn]:
    """The results of tools, each a turn of its own, and what the person said with them."""
    turns = [_result(block, open_uses) for block in blocks if block.type == "tool_result"]
    words, parts = _shown([block for block in blocks if block.type != "tool_result"])
    if words.strip() or parts:
        turns.append(Turn(Role.USER, words, parts))
    return turns


def _result(block: Block, open_uses: set[str]) -> Turn:
    if not block.tool_use_id:
        raise InvalidRequest("A tool_result needs the tool_use_id it answers.")
    if block.tool_use_id not in open_uses:
        raise InvalidRequest(
            f"A tool_result answers {block.tool_use_id[:80]}, which is no tool_use of the message before it."
        )
    words, parts = (block.content or "", ()) if not isinstance(block.content, list) else _shown(block.content)
    if block.is_error:
        words, parts = _FAILED + words, (Text(_FAILED), *parts) if parts else ()
    return Turn(Role.TOOL, words, parts, (), block.tool_use_id)


def _shown(blocks: Iterable[Block]) -> tuple[str, tuple[Part, ...]]:
    """The words, and all parts in order if there are pictures among them."""
    parts = tuple(map(_part, blocks))
    words = "\n".join(part.text for part in parts if isinstance(part, Text))
    return words, parts if any(isinstance(part, Picture) for part in parts) else ()


def _part(block: Block) -> Part:
    if block.type == "text" and block.text is not None:
        return Text(block.text)
    if block.type == "image" and block.source is not None:
        return _picture(block.source)
    raise _unreadable(block, "text, image or tool_result")


def _picture(source: Source) -> Picture:
    if source.type == "base64" and source.data is not None:
        return picture_in(source.media_type or "", source.data)
    if source.type == "url" and source.url is not None and source.url.startswith(("https://", "http://")):
        return picture_at(source.url)
    raise InvalidRequest("The source of an image must be base64 with a media_type, or a url that begins with http.")


def _unreadable(block: Block, readable: str) -> InvalidRequest:
    return InvalidRequest(f"A block of the type {block.type[:40]} cannot be read here: give {readable}.")
